/** A file as text, piece by piece, with the hash of its bytes. */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import type { Encoding } from './options.ts';
import { Unreadable } from './row.ts';

export interface FileText {
  readonly pieces: AsyncIterable<string>;
  /** Of all bytes, in hex; known once the pieces have been read to their end. */
  hash(): string;
}

export function fileText(path: string, encoding: Encoding, signal: AbortSignal): FileText {
  const digest = createHash('sha256');
  return {
    pieces: decoded(path, encoding, digest, signal),
    hash: () => digest.copy().digest('hex'),
  };
}

/** Of a file that is not read from its beginning to its end. */
export async function fileHash(path: string, signal: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) digest.update(chunk);
  return digest.digest('hex');
}

async function* decoded(
  path: string,
  configured: Encoding,
  digest: Hash,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const bytes = createReadStream(path, { highWaterMark: 32 * 1024, signal });
  let encoding = configured;
  let decoder: TextDecoder | undefined;
  let line = 1;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    digest.update(chunk);
    if (decoder === undefined) {
      refuseOthers(chunk);
      encoding = byteOrderMark(chunk) ?? configured;
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    const piece = decode(decoder, chunk, encoding, line);
    const nothing = piece.indexOf('\0');
    if (nothing >= 0) throw wrongEncoding(encoding, line + newlines(piece.slice(0, nothing)));
    line += newlines(piece);
    yield piece;
  }
  if (decoder !== undefined) yield decode(decoder, undefined, encoding, line);
}

/** What is no text under any name: told in words, not as a wrong encoding. */
function refuseOthers(bytes: Buffer): void {
  const first = bytes.subarray(0, 4).toString('hex');
  const found = OTHERS[first];
  if (found !== undefined) throw new Unreadable(1, found);
}

/** By their first bytes. */
const OTHERS: Readonly<Record<string, string>> = {
  '504b0304': 'this is a packed file, such as a spreadsheet; set `format: xlsx` if it is one',
  d0cf11e0: 'this is an old or protected spreadsheet; save it as .xlsx without a password',
  '25504446': 'this is a PDF',
};

function decode(
  decoder: TextDecoder,
  chunk: Buffer | undefined,
  encoding: Encoding,
  line: number,
): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    const lenient = new TextDecoder(encoding).decode(chunk ?? new Uint8Array());
    const before = lenient.slice(0, Math.max(0, lenient.indexOf('\uFFFD')));
    throw wrongEncoding(encoding, line + newlines(before));
  }
}

function wrongEncoding(encoding: Encoding, line: number): Unreadable {
  return new Unreadable(line, `this is not ${encoding}; set \`encoding\``);
}

function byteOrderMark(bytes: Buffer): Encoding | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
