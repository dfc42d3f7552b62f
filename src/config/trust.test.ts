import { expect, it } from 'vitest';
import { trustDocument, trustedIssuers } from './trust.ts';

const ENTRA = {
  issuer: 'https://login.microsoftonline.com/contoso/v2.0',
  audience: 'api://lockstep',
  jwks: 'https://login.microsoftonline.com/contoso/discovery/v2.0/keys',
  claims: { azp: 'provisioning' },
};

it('has usual algorithms, a minute of leeway, and every right, unless it says otherwise', () => {
  const { audience: _, ...rest } = ENTRA;
  expect(trustedIssuers(trustDocument.parse([ENTRA]))).toEqual([
    {
      ...rest,
      audiences: ['api://lockstep'],
      rights: 'write',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      leewaySeconds: 60,
    },
  ]);
  const said = {
    ...ENTRA,
    audience: ['a', 'b'],
    rights: 'read',
    leeway: '5s',
    algorithms: ['PS512'],
  };
  expect(trustedIssuers(trustDocument.parse([said]))).toMatchObject([
    { audiences: ['a', 'b'], rights: 'read', leewaySeconds: 5, algorithms: ['PS512'] },
  ]);
});

it.each([
  ['keys without TLS', { jwks: 'http://login.contoso.com/keys' }],
  ['keys of a file', { jwks: 'file:///etc/keys' }],
  ['keys nowhere', { jwks: 'login.contoso.com' }],
  ['no claims', { claims: {} }],
  ['no audience', { audience: '' }],
  ['no algorithm', { algorithms: [] }],
  ['the algorithm none', { algorithms: ['none'] }],
  ['an algorithm of secrets', { algorithms: ['HS256'] }],
])('is no issuer with %s', (_, change) => {
  expect(trustDocument.safeParse([{ ...ENTRA, ...change }]).success).toBe(false);
});

it.each(['http://localhost:8081/keys', 'http://127.0.0.1/keys', 'http://[::1]:1/keys'])(
  'may have its keys on this machine: %s',
  (jwks) => {
    expect(trustDocument.safeParse([{ ...ENTRA, jwks }]).success).toBe(true);
  },
);
