/**
 * Cursors (RFC 9865) as clients hold them: sealed, so that nobody reads what is in one (the next
 * link of another system, say) or makes one, and bound to the query they belong to.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { badRequest, type ScimError } from '../../scim/error.ts';

/** A place in a list. */
export interface Place {
  /** Which of the types that are listed. */
  readonly index: number;
  /** The connector's own cursor; empty at the beginning of a type. */
  readonly inner: string;
}

export interface Cursors {
  /** @param query What the list is of: a cursor of another query is none. */
  seal(query: string, place: Place): string;
  /** @throws ScimError `invalidCursor` or `expiredCursor`. */
  open(query: string, cursor: string): Place;
}

/** Longer than a client waits between two pages, and than other systems keep theirs. */
export const CURSOR_SECONDS = 3_600;

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @param key 32 bytes; the same for all processes that answer for one another. */
export function sealedCursors(key: Uint8Array, now: () => Date): Cursors {
  return {
    seal(query, { index, inner }) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(query));
      const until = Math.floor(now().getTime() / 1000) + CURSOR_SECONDS;
      const sealed = [cipher.update(`${until}.${index}.${inner}`), cipher.final()];
      return Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open(query, cursor) {
      const sealed = Buffer.from(cursor, 'base64url');
      // Several texts stand for the same bytes, and one of them was given out.
      if (sealed.toString('base64url') !== cursor) throw noneOfOurs();
      const text = unsealed(key, query, sealed);
      const [, until = 0, index = 0, inner = ''] = /^(\d+)\.(\d+)\.(.*)$/s.exec(text) ?? [];
      if (Number(until) * 1000 < now().getTime())
        throw badRequest(
          'expiredCursor',
          `the cursor was good for ${CURSOR_SECONDS} seconds: begin again with an empty one`,
        );
      return { index: Number(index), inner };
    },
  };
}

function unsealed(key: Uint8Array, query: string, sealed: Buffer): string {
  try {
    const iv = sealed.subarray(0, IV_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(query))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString();
  } catch {
    throw noneOfOurs();
  }
}

function noneOfOurs(): ScimError {
  return badRequest('invalidCursor', 'the cursor is none of ours, or of another query');
}
