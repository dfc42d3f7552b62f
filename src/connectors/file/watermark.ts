/** What a file was when it was read: enough to tell that nothing has changed since. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Watermark } from '../spi/index.ts';
import type { FileOptions } from './options.ts';

const traces = z.union([
  z.strictObject({
    /** Bytes, and nanoseconds since 1970: more digits than a number of JSON keeps. */
    size: z.string(),
    modified: z.string(),
    /**
     * The last change was some time ago when it was read: another within the same tick of the file
     * system's clock, which would show in neither time nor size, is out of the question.
     */
    settled: z.boolean(),
  }),
  /** Of a server (RFC 9110 §8.8), as far as it gives them. */
  z.strictObject({
    etag: z.string().optional(),
    lastModified: z.string().optional(),
    /** The address they are of, as a digest: at another one they say nothing. */
    address: z.string().optional(),
  }),
]);

const fileState = z.strictObject({
  /** SHA-256 of the bytes, in hex. */
  hash: z.string(),
  /** Of the options that decide what the bytes mean. */
  fingerprint: z.string(),
  traces,
});

export type FileState = Readonly<z.output<typeof fileState>>;

/** How a file looks from outside, without being read. */
export type Traces = FileState['traces'];

const folderState = z.strictObject({
  fingerprint: z.string(),
  /** The last file that was taken; what comes before it by name is not taken any more. */
  last: z.string().optional(),
  /** Files that were taken and are still there, with their size in bytes. */
  taken: z.record(z.string(), z.string()),
  /** When the last one was changed, in nanoseconds: one that grows later is taken again. */
  modified: z.string().optional(),
});

export type FolderState = Readonly<z.output<typeof folderState>>;

export function toWatermark(state: FileState | FolderState): Watermark {
  return JSON.stringify(state);
}

/** @returns Undefined for a watermark that cannot be read: then the file counts as changed. */
export function parseState(watermark: Watermark): FileState | undefined {
  return parsed(fileState, watermark);
}

export function parseFolderState(watermark: Watermark): FolderState | undefined {
  return parsed(folderState, watermark);
}

function parsed<State>(schema: z.ZodType<State>, watermark: Watermark): State | undefined {
  try {
    return schema.parse(JSON.parse(watermark));
  } catch {
    return undefined;
  }
}

/** Whether a file looks as it did, so that it need not be read to know that it is the same. */
export function isUntouched(known: Traces, now: Traces): boolean {
  return (
    'size' in known &&
    'size' in now &&
    known.settled &&
    known.size === now.size &&
    known.modified === now.modified
  );
}

/** Where it is and how it is reached decide nothing; a secret has no trace here. */
export function fingerprintOf(options: FileOptions): string {
  const { id, kind, format, columns, delimiter, encoding, sheet, mode, operation, operations } =
    options;
  const deciding = [id, kind, format, columns, delimiter, encoding, sheet, mode, operation];
  return digestOf(JSON.stringify([...deciding, operations]));
}

/** What of an address may be kept: there may be a secret in it. */
export function addressOf(url: string): string {
  return digestOf(url);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
