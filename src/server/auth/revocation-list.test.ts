import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  type Certificate,
  type Issuer,
  throwAwayAuthority,
} from '../../../test/services/certificates.ts';
import { issuedAs, revocationLists } from './revocation-list.ts';

let authority: Issuer;
let ada: Certificate;
let grace: Certificate;
let list: string;

beforeAll(async () => {
  authority = await throwAwayAuthority();
  ada = await authority.issue('ada');
  grace = await authority.issue('grace');
  list = await authority.revoke([ada], new Date('2049-05-06T07:08:09Z'));
});

const issued = ({ der }: Certificate) => issuedAs(Buffer.from(der, 'base64'));
const read = (text: string | Buffer) => revocationLists(Buffer.from(text), authority.certificate);

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[A-Z0-9 ]+-----/g, ''), 'base64');
}

it('names those that were taken back as their certificates do', () => {
  const { issuer, serial } = issued(ada);
  expect(read(list)).toEqual([
    { issuer, serials: new Set([serial]), nextUpdate: new Date('2049-05-06T07:08:09Z') },
  ]);
  expect(issued(grace).issuer).toBe(issuer);
  expect(issued(grace).serial).not.toBe(serial);
});

it('takes a list in DER, several in one file, and one of nobody', async () => {
  expect(read(derOf(list))).toEqual(read(list));
  const nobody = await authority.revoke([]);
  expect(read(`${list}\n${nobody}`).map(({ serials }) => serials.size)).toEqual([1, 0]);
});

it('believes no list that somebody else has signed, or that was changed', async () => {
  // Of the same name.
  const impostor = await throwAwayAuthority();
  const signed = await impostor.revoke([]);
  expect(() => read(signed)).toThrow('a list is signed by none of server.tls.clients');
  const changed = derOf(list);
  const at = changed.indexOf(Buffer.from(issued(ada).serial, 'hex'));
  changed.writeUInt8((changed[at + 3] ?? 0) ^ 1, at + 3);
  expect(() => read(changed)).toThrow('a list is signed by none of server.tls.clients');
});

it('refuses what is no list, whatever it is', () => {
  expect(() => read('')).toThrow();
  expect(() => read('-----BEGIN NOTHING-----')).toThrow('it holds no list');
  expect(() => read(authority.certificate)).toThrow();
  const der = derOf(list);
  const told = read(der);
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const broken = Buffer.from(der);
      broken.writeUInt8((broken[at] ?? 0) ^ by, at);
      // A byte that means nothing changes nothing; with any other, nothing is believed.
      let found = told;
      try {
        found = read(broken);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      expect(found).toEqual(told);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => read(Buffer.from(bytes))).toThrow(Error);
    }),
  );
});
