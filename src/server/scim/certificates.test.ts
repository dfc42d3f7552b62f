import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CertificateClient } from '../../config/configuration.ts';
import { clientOf } from './certificates.ts';

const now = new Date('2026-03-01T09:00:00Z');

const payroll: Parameters<typeof clientOf>[1] = {
  subject: 'O=Contoso\nCN=payroll',
  alternativeNames: 'DNS:payroll.contoso.com, URI:spiffe://contoso.com/payroll',
  fingerprint: 'AB:CD:EF',
  validUntil: new Date('2027-01-01'),
};

function isKnown(client: Omit<CertificateClient, 'rights'>, peer = payroll): boolean {
  return clientOf([{ ...client, rights: 'read' }], peer, now) !== undefined;
}

it('knows a client by everything that was said of its certificate', () => {
  expect(isKnown({ subject: 'CN=payroll, O=Contoso' })).toBe(true);
  expect(isKnown({ subject: 'o=Contoso,cn=payroll' })).toBe(true);
  expect(isKnown({ dns: 'PAYROLL.contoso.com' })).toBe(true);
  expect(isKnown({ uri: 'spiffe://contoso.com/payroll', sha256: 'abcdef' })).toBe(true);
});

it('knows nobody by half a name, a name of another type, or none', () => {
  expect(isKnown({ subject: 'CN=payroll' })).toBe(false);
  expect(isKnown({ subject: 'CN=payroll, O=contoso' })).toBe(false);
  expect(isKnown({ dns: 'contoso.com' })).toBe(false);
  expect(isKnown({ email: 'payroll.contoso.com' })).toBe(false);
  expect(isKnown({ dns: 'payroll.contoso.com', sha256: 'abcdee' })).toBe(false);
  expect(isKnown({})).toBe(false);
});

it('is not talked into another name by a certificate that writes several into one', () => {
  const names = { ...payroll, alternativeNames: 'DNS:"evil.com, DNS:payroll.contoso.com"' };
  expect(isKnown({ dns: 'payroll.contoso.com' }, names)).toBe(false);
  const subject = { ...payroll, subject: 'CN=payroll\\, O=Contoso' };
  expect(isKnown({ subject: 'CN=payroll, O=Contoso' }, subject)).toBe(false);
});

it('knows nobody by a certificate that has ended since the connection was made', () => {
  expect(isKnown({ dns: 'payroll.contoso.com' }, { ...payroll, validUntil: now })).toBe(false);
});

it('takes the first that fits', () => {
  const clients: readonly CertificateClient[] = [
    { dns: 'other.contoso.com', rights: 'write' },
    { dns: 'payroll.contoso.com', rights: 'read' },
    { uri: 'spiffe://contoso.com/payroll', rights: 'write' },
  ];
  expect(clientOf(clients, payroll, now)).toBe(clients[1]);
});

it('fails for no certificate, whatever is in it', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (subject, alternativeNames) => {
      const peer = { ...payroll, subject, alternativeNames };
      expect(isKnown({ dns: 'payroll.contoso.com', uri: 'x' }, peer)).toBe(false);
    }),
  );
});
