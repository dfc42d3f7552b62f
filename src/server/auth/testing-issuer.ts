/** An issuer of JWTs for tests: its keys, as it publishes them, and tokens signed with them. */

import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { TrustedIssuer } from '../../config/configuration.ts';

export const JWKS = 'https://login.contoso.com/keys';

export const ISSUER: TrustedIssuer = {
  issuer: 'https://login.contoso.com/v2.0',
  audiences: ['api://lockstep'],
  jwks: JWKS,
  claims: { azp: 'provisioning' },
  rights: 'write',
  algorithms: ['RS256', 'ES256'],
  leewaySeconds: 60,
};

export interface TestIssuer {
  /** Answers at the address of its keys; everything else fails as the network does. */
  readonly fetch: typeof globalThis.fetch;
  /** How often its keys were read. */
  readonly reads: () => number;
  /** What it answers with: its keys, nothing at all, or something else. */
  answers(how: 'keys' | 'nothing' | (() => Response)): void;
  /** Signs with another key from now on; the one before is published no more. */
  rotate(): Promise<void>;
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

interface Key {
  readonly id: string;
  readonly signing: CryptoKey;
  readonly published: JWK;
}

export async function testIssuer(now: () => Date): Promise<TestIssuer> {
  let key = await newKey(1);
  let count = 1;
  let reads = 0;
  let how: 'keys' | 'nothing' | (() => Response) = 'keys';
  return {
    reads: () => reads,
    answers: (next) => {
      how = next;
    },
    rotate: async () => {
      key = await newKey(++count);
    },
    fetch: async (input) => {
      if (String(input) !== JWKS) throw new TypeError('fetch failed');
      reads++;
      if (how === 'nothing') throw new TypeError('fetch failed');
      return how === 'keys' ? Response.json({ keys: [key.published] }) : how();
    },
    sign: (claims, header = {}) => {
      const seconds = Math.floor(now().getTime() / 1000);
      const usual = {
        iss: ISSUER.issuer,
        aud: 'api://lockstep',
        azp: 'provisioning',
        iat: seconds,
        nbf: seconds,
        exp: seconds + 300,
      };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.id, ...header })
        .sign(key.signing);
    },
  };
}

async function newKey(number: number): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const id = `key-${number}`;
  const published = { ...(await exportJWK(publicKey)), kid: id, alg: 'ES256', use: 'sig' };
  return { id, signing: privateKey, published };
}
