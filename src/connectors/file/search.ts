/** A file as others ask for it: single records, and those a filter holds for. */

import type { IdentityRecord } from '../../identity/record.ts';
import { filterMatches } from '../../scim/filter.ts';
import { ConnectorError, type Query, type SearchPage } from '../spi/index.ts';
import { type Sound, soundRecords } from './sound.ts';
import type { Source } from './source.ts';

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
  const { records, byId } = await soundRecords(source, sound);
  if (byId) return byId.get(id);
  for await (const record of records) if (record.ref.id === id) return record;
  return undefined;
}

export async function searchFile(
  source: Source,
  sound: Sound,
  { filter, cursor, offset = 0, count = DEFAULT_COUNT }: Query,
): Promise<SearchPage> {
  const { records: all, hash } = await soundRecords(source, sound);
  const after = cursor === undefined ? undefined : positionIn(source, cursor, hash);
  const matches = (record: IdentityRecord): boolean =>
    filter === undefined ||
    filterMatches(filter, { ...record.attributes, id: record.ref.id }, EXACT);
  const records: IdentityRecord[] = [];
  let [row, last, total] = [0, 0, 0];
  let more = false;
  for await (const record of all) {
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
  const found = after?.total ?? total;
  const next = { hash, row: last, total: found };
  return { records, total: found, ...(more && last > 0 && { nextCursor: cursorOf(next) }) };
}

/** Identifiers are compared with their capitals (RFC 7643 §3.1). */
const EXACT = {
  caseExact: ({ attribute }: { readonly attribute: string }) =>
    /^(id|externalId)$/i.test(attribute),
};

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
