/** The parts of a spreadsheet's archive, unpacked piece by piece and within limits. */

import { TextDecoder } from 'node:util';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Unreadable } from './row.ts';

const MEGABYTE = 1024 * 1024;
const MOST_PARTS = 10_000;
/** A part that unpacks to more is made to fill memory or time, or is no list of people. */
const MOST_BYTES = 512 * MEGABYTE;

export interface Archive extends AsyncDisposable {
  /** Undefined where there is no such part. Names are compared without case. */
  part(name: string, mostBytes?: number): AsyncIterable<string> | undefined;
}

/** @throws Unreadable for what is no archive, is cut off, encrypted, or unpacks to too much. */
export async function openArchive(file: string, signal: AbortSignal): Promise<Archive> {
  signal.throwIfAborted();
  const zip = await named(openPromise(file, { lazyEntries: true, autoClose: false }));
  try {
    const parts = await partsOf(zip);
    return {
      part: (name, mostBytes = MOST_BYTES) => {
        const entry = parts.get(name.toLowerCase());
        return entry && textOf(zip, entry, mostBytes, signal);
      },
      [Symbol.asyncDispose]: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function partsOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MOST_PARTS)
    throw new Unreadable(1, `the spreadsheet has ${zip.entryCount} parts, which none has`);
  const parts = new Map<string, Entry>();
  const entries = zip.eachEntry();
  for (;;) {
    const next = await named(entries.next());
    if (next.done) return parts;
    parts.set(next.value.fileName.toLowerCase(), next.value);
  }
}

async function* textOf(
  zip: ZipFile,
  entry: Entry,
  mostBytes: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (entry.isEncrypted()) throw new Unreadable(1, 'the spreadsheet is protected by a password');
  if (entry.uncompressedSize > mostBytes) throw tooLarge(entry, mostBytes);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // It fails where more comes out than the directory of the archive announces.
  const stream = await named(zip.openReadStreamPromise(entry));
  let checksum = 0;
  try {
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      signal.throwIfAborted();
      const next = await named(chunks.next());
      if (next.done) break;
      checksum = crc32(next.value, checksum);
      yield await named(decode(decoder, next.value));
    }
    // What is packed may be damaged and unpack all the same, to other names and numbers.
    if (checksum !== entry.crc32)
      throw new Unreadable(1, `${entry.fileName} of the spreadsheet is damaged`);
    yield await named(decode(decoder));
  } finally {
    stream.destroy();
  }
}

async function decode(decoder: TextDecoder, chunk?: Buffer): Promise<string> {
  return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
}

function tooLarge({ fileName, uncompressedSize }: Entry, mostBytes: number): Unreadable {
  const megabytes = (bytes: number): number => Math.round(bytes / MEGABYTE);
  return new Unreadable(
    1,
    `${fileName} of the spreadsheet unpacks to ${megabytes(uncompressedSize)} MB; at most ${megabytes(mostBytes)} are read`,
  );
}

/** Whatever is wrong with an archive, in the library's words; the file system's errors stay. */
async function named<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Unreadable || !(cause instanceof Error)) throw cause;
    if ('syscall' in cause) throw cause;
    throw new Unreadable(1, `this is no spreadsheet, or it is cut off (${cause.message})`, {
      cause,
    });
  }
}
