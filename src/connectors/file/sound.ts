/**
 * The records of a file that is served. It is looked through once and kept until it changes, as far as
 * that is little; a larger one is read row by row for every question, so that nothing is held of it.
 */

import { createHash } from 'node:crypto';
import type { Attributes, IdentityRecord } from '../../identity/record.ts';
import { parsePath, writePath } from '../../scim/path.ts';
import { contentOf, type Document } from './document.ts';
import { nameOf } from './options.ts';
import { attributesOf, changed, localDocument, soundSurvey } from './read.ts';
import type { Source } from './source.ts';
import { idOf, readable } from './survey.ts';
import { type FileState, isUntouched } from './watermark.ts';

/** What was found to be sound, until the file is another. */
export interface Sound {
  state?: FileState;
  /** Of the file with that hash; undefined records where they are too many. */
  kept?: { readonly hash: string; readonly records: Promise<Records | undefined> };
}

type Records = ReadonlyMap<string, IdentityRecord>;

/** Characters of JSON that are kept of a file; in memory it is about three times as much. */
const MOST_KEPT = 16_777_216;

interface SoundRecords {
  readonly records: Iterable<IdentityRecord> | AsyncIterable<IdentityRecord>;
  /** Where they are kept. */
  readonly byId?: Records;
  /** Of the bytes they stand in. */
  readonly hash: string;
}

/** @throws ConnectorError with every line that cannot be taken. */
export async function soundRecords(
  source: Source,
  sound: Sound,
  mostKept = MOST_KEPT,
): Promise<SoundRecords> {
  const { options } = source;
  const document = await localDocument(source, options.path ?? '', nameOf(options));
  if (sound.state === undefined || !isUntouched(sound.state.traces, document.traces))
    sound.state = (await soundSurvey(source, document)).state;
  const { hash } = sound.state;
  if (sound.kept?.hash !== hash) {
    // Whoever asks meanwhile waits for the same reading; who began it may leave.
    const records = allOf({ ...source, signal: NEVER }, document, hash, mostKept);
    const kept = { hash, records };
    sound.kept = kept;
    records.catch(() => {
      if (sound.kept === kept) delete sound.kept;
    });
  }
  const byId = await sound.kept.records;
  if (byId) return { records: byId.values(), byId, hash };
  return { records: recordsOf(source, document, hash), hash };
}

const NEVER = new AbortController().signal;

async function allOf(
  source: Source,
  document: Document,
  hash: string,
  mostKept: number,
): Promise<Records | undefined> {
  const records = new Map<string, IdentityRecord>();
  let size = 0;
  for await (const record of recordsOf(source, document, hash, (json) => {
    size += json.length;
  })) {
    if (size > mostKept) return undefined;
    records.set(record.ref.id, record);
  }
  return records;
}

/**
 * @param hash Of the file that was looked through; another one by its end is none of it.
 * @param told With the JSON of the attributes of each.
 */
async function* recordsOf(
  source: Source,
  document: Document,
  hash: string,
  told?: (json: string) => void,
): AsyncGenerator<IdentityRecord> {
  const { options, context, signal } = source;
  const content = contentOf(document, options, signal);
  for await (const row of readable(source, document, content.rows)) {
    if (row.type === 'header' || row.type === 'nothing') continue;
    const id = row.type === 'row' ? idOf(row.values.get(options.id)) : undefined;
    if (row.type === 'broken' || id === undefined) throw changed(source, document);
    const attributes = inParts(attributesOf(row.values, undefined));
    const ref = { system: context.system, kind: options.kind, id };
    const json = JSON.stringify(attributes);
    told?.(json);
    yield { ref, attributes, version: digestOf(json) };
  }
  if ((await content.hash()) !== hash) throw changed(source, document);
}

/** A column `name.givenName` is a part of `name`. */
function inParts(attributes: Attributes): Attributes {
  let whole: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const path = parsePath(name);
    whole = path.ok ? writePath(whole, path.value, value) : { ...whole, [name]: value };
  }
  return whole;
}

function digestOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}
