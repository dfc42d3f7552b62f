/** JSON Web Tokens, as far as a token endpoint needs them. */

import {
  constants,
  createPrivateKey,
  generateKeyPair,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { promisify } from 'node:util';
import { isObject } from '../contract.ts';

export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature covers. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Undefined when the text is not a token at all. */
export function parseJwt(text: string): Jwt | undefined {
  const [header, claims, signature, ...rest] = text.split('.');
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const parsed = { header: parsePart(header), claims: parsePart(claims) };
  if (parsed.header === undefined || parsed.claims === undefined) return undefined;
  return {
    header: parsed.header,
    claims: parsed.claims,
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function parsePart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Accepts RS256 and PS256 with a salt of 32 bytes; every other algorithm, `none` above all, fails. */
export function verifyJwt(jwt: Jwt, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'rsa') return false;
  const bytes = Buffer.from(jwt.signed);
  switch (jwt.header.alg) {
    case 'RS256':
      return verifyBytes('sha256', bytes, key, jwt.signature);
    case 'PS256':
      return verifyBytes(
        'sha256',
        bytes,
        { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        jwt.signature,
      );
    default:
      return false;
  }
}

export function signJwt(
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${signBytes('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

let shared: Promise<KeyObject> | undefined;

/** The emulator's own key: one for the process, made when first needed, gone at its end. */
export function signingKey(): Promise<KeyObject> {
  shared ??= promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  }).then(({ privateKey }) => createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }));
  return shared;
}
