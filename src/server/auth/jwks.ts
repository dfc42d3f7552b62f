/**
 * The keys an issuer signs with, from its JWKS (RFC 7517 §5). Kept for a while, read again when a
 * token names a key that is not there, and never more often than twice a minute, whoever asks for
 * what: an issuer that does not answer is left in peace too.
 */

import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose';
import { z } from 'zod';
import { boundedText } from '../bounded-text.ts';

export interface KeysSurroundings {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
}

/** As `jose` asks for the key of a token. */
export type KeyOf = (
  header: JWSHeaderParameters,
  token: FlattenedJWSInput,
) => Promise<CryptoKey | Uint8Array>;

/** The keys cannot be read at the moment, and none are known: nobody can say what a token is worth. */
export class KeysUnreachable extends Error {
  override readonly name = 'KeysUnreachable';
}

const FRESH_MILLISECONDS = 10 * 60_000;
/** An issuer that is away for long may have taken a key back. */
const KEPT_MILLISECONDS = 24 * 3_600_000;
export const PAUSE_MILLISECONDS = 30_000;
const PATIENCE_MILLISECONDS = 5_000;
const MOST_BYTES = 262_144;

const document = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** @param url Https, or this machine. */
export function keysOf(url: string, { fetch, now }: KeysSurroundings): KeyOf {
  let known: { readonly find: KeyOf; readonly readAt: number } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const { keys } = document.parse(JSON.parse(await textOf(url, fetch)));
    known = { find: createLocalJWKSet({ keys }), readAt: now().getTime() };
  };
  /** Whoever asks meanwhile waits for the same answer. Says nothing of a failure. */
  const readAgain = async (): Promise<void> => {
    if (reading === undefined) {
      if (now().getTime() - triedAt < PAUSE_MILLISECONDS) return;
      triedAt = now().getTime();
      reading = read().finally(() => {
        reading = undefined;
      });
    }
    await reading.catch(() => undefined);
  };
  const age = (): number => now().getTime() - (known?.readAt ?? Number.NEGATIVE_INFINITY);

  return async (header, token) => {
    if (age() > FRESH_MILLISECONDS) await readAgain();
    if (known === undefined || age() > KEPT_MILLISECONDS) {
      throw new KeysUnreachable(`the keys at ${url} cannot be read`);
    }
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await readAgain();
      return known.find(header, token);
    }
  };
}

async function textOf(url: string, fetch: typeof globalThis.fetch): Promise<string> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json' },
    // Whoever answers for the issuer is who was configured, nobody it names.
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
  });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  const text = await boundedText(answer.body, MOST_BYTES);
  if (text === undefined) throw new Error(`${url} answered more than ${MOST_BYTES} bytes`);
  return text;
}
