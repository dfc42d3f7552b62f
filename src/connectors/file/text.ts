/** A file as text, piece by piece, with the hash of its bytes. */

import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import type { Encoding } from './options.ts';

export interface FileText {
  readonly pieces: AsyncIterable<string>;
  /** Of all bytes, in hex; known once the pieces have been read to their end. */
  hash(): string;
}

/** Bytes that the encoding does not have: another one was used to write the file. */
export class WrongEncoding extends Error {
  readonly line: number;
  readonly encoding: Encoding;

  constructor(encoding: Encoding, line: number) {
    super(`this is not ${encoding}`);
    this.encoding = encoding;
    this.line = line;
  }
}

export function fileText(path: string, encoding: Encoding, signal: AbortSignal): FileText {
  const digest = createHash('sha256');
  return {
    pieces: decoded(path, encoding, digest, signal),
    hash: () => digest.copy().digest('hex'),
  };
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
      encoding = byteOrderMark(chunk) ?? configured;
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    const piece = decode(decoder, chunk, encoding, line);
    line += newlines(piece);
    yield piece;
  }
  if (decoder !== undefined) yield decode(decoder, undefined, encoding, line);
}

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
    throw new WrongEncoding(encoding, line + newlines(before));
  }
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
