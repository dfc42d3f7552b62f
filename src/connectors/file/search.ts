/**
 * A file as others ask for it: single records, and those a filter holds for. It is read row by row
 * for every question, so that nothing is held of it; what was looked through once is not again
 * until it changes.
 */

import { createHash } from 'node:crypto';
import type { Attributes, IdentityRecord } from '../../identity/record.ts';
import { filterMatches } from '../../scim/filter.ts';
import { parsePath, writePath } from '../../scim/path.ts';
import { ConnectorError, type Query, type SearchPage } from '../spi/index.ts';
import { contentOf, type Document } from './document.ts';
import { nameOf } from './options.ts';
import { attributesOf, changed, localDocument, soundSurvey } from './read.ts';
import { idOf, readable, type Source } from './survey.ts';
import { type FileState, isUntouched } from './watermark.ts';

/** What was found to be sound, until the file is another. */
export interface Sound {
  state?: FileState;
}

const DEFAULT_COUNT = 100;

/** How far a search has come: in which file, at which row, of how many matches. */
interface Position {
  readonly hash: string;
  readonly row: number;
  readonly total: number;
}

export async function recordIn(
  source: Source,
  sound: Sound,
  id: string,
): Promise<IdentityRecord | undefined> {
  const { document } = await soundDocument(source, sound);
  for await (const record of recordsOf(source, document)) if (record.ref.id === id) return record;
  return undefined;
}

export async function searchFile(
  source: Source,
  sound: Sound,
  { filter, cursor, offset = 0, count = DEFAULT_COUNT }: Query,
): Promise<SearchPage> {
  const { document, hash } = await soundDocument(source, sound);
  const after = cursor === undefined ? undefined : positionIn(source, cursor, hash);
  const matches = (record: IdentityRecord): boolean =>
    filter === undefined ||
    filterMatches(filter, { ...record.attributes, id: record.ref.id }, EXACT);
  const records: IdentityRecord[] = [];
  let [row, last, total] = [0, 0, 0];
  let more = false;
  for await (const record of recordsOf(source, document, hash)) {
    if (row++ < (after?.row ?? 0) || !matches(record)) continue;
    total++;
    if (total <= offset) continue;
    more = records.length === count;
    // The first page has counted.
    if (more && after) break;
    if (more) continue;
    records.push(record);
    last = row;
  }
  const all = after?.total ?? total;
  const next = { hash, row: last, total: all };
  return { records, total: all, ...(more && last > 0 && { nextCursor: cursorOf(next) }) };
}

/** Identifiers are compared with their capitals (RFC 7643 §3.1). */
const EXACT = {
  caseExact: ({ attribute }: { readonly attribute: string }) =>
    /^(id|externalId)$/i.test(attribute),
};

async function soundDocument(
  source: Source,
  sound: Sound,
): Promise<{ readonly document: Document; readonly hash: string }> {
  const { options } = source;
  const document = await localDocument(source, options.path ?? '', nameOf(options));
  if (sound.state === undefined || !isUntouched(sound.state.traces, document.traces))
    sound.state = (await soundSurvey(source, document)).state;
  return { document, hash: sound.state.hash };
}

/** @param hash Of the file that was looked through; another one by its end is none of it. */
async function* recordsOf(
  source: Source,
  document: Document,
  hash?: string,
): AsyncGenerator<IdentityRecord> {
  const { options, context, signal } = source;
  const content = contentOf(document, options, signal);
  for await (const row of readable(source, document, content.rows)) {
    if (row.type === 'header' || row.type === 'nothing') continue;
    const id = row.type === 'row' ? idOf(row.values.get(options.id)) : undefined;
    if (row.type === 'broken' || id === undefined) throw changed(source, document);
    const attributes = inParts(attributesOf(row.values, undefined));
    const ref = { system: context.system, kind: options.kind, id };
    yield { ref, attributes, version: digestOf(attributes) };
  }
  if (hash !== undefined && (await content.hash()) !== hash) throw changed(source, document);
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

function digestOf(attributes: Attributes): string {
  return createHash('sha256').update(JSON.stringify(attributes)).digest('hex').slice(0, 16);
}

function cursorOf({ hash, row, total }: Position): string {
  return `${row}.${total}.${hash}`;
}

function positionIn({ context }: Source, cursor: string, hash: string): Position {
  const [, row, total, its] = /^(\d+)\.(\d+)\.(\w+)$/.exec(cursor) ?? [];
  if (its === hash) return { hash, row: Number(row), total: Number(total) };
  throw new ConnectorError(
    'watermark-expired',
    `search ${context.system}: the file is another than on the page before`,
    { remedy: 'Begin again.' },
  );
}
