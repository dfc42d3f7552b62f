/** What a file was when it was read: enough to tell that nothing has changed since. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Watermark } from '../spi/index.ts';
import type { FileOptions } from './options.ts';

const fileState = z.strictObject({
  /** SHA-256 of the bytes, in hex. */
  hash: z.string(),
  /** Bytes, and nanoseconds since 1970: more digits than a number of JSON keeps. */
  size: z.string(),
  modified: z.string(),
  /**
   * The last change was some time ago when it was read: another within the same tick of the file
   * system's clock, which would show in neither time nor size, is out of the question.
   */
  settled: z.boolean(),
  /** Of the options that decide what the bytes mean. */
  fingerprint: z.string(),
});

export type FileState = Readonly<z.output<typeof fileState>>;

export function toWatermark(state: FileState): Watermark {
  return JSON.stringify(state);
}

/** @returns Undefined for a watermark that cannot be read: then the file counts as changed. */
export function parseState(watermark: Watermark): FileState | undefined {
  try {
    return fileState.parse(JSON.parse(watermark));
  } catch {
    return undefined;
  }
}

export function isUntouched(
  known: FileState,
  stats: { readonly size: bigint; readonly mtimeNs: bigint },
): boolean {
  return (
    known.settled &&
    known.size === stats.size.toString() &&
    known.modified === stats.mtimeNs.toString()
  );
}

export function fingerprintOf({ path: _, ...options }: FileOptions): string {
  return createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 16);
}
