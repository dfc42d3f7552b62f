/** What is pushed to a system: its records by the number of their last change, and its uploads. */

import type {
  Decision,
  InboundStorage,
  NewUpload,
  StoredRecord,
  Taken,
} from '../connectors/inbound/storage.ts';
import type { UploadQuery, UploadReceipt, UploadResult } from '../connectors/spi/index.ts';
import type { Attributes, SystemName } from '../identity/record.ts';
import type { Database, Queries, Row, SqlValue } from './database.ts';
import { suppression } from './privacy/suppression.ts';
import { list } from './rows.ts';

interface UploadRow extends Row {
  readonly id: string;
  readonly at: number;
  readonly digest: string;
  readonly results: string;
}

export function inboundStorage(database: Database, system: SystemName): InboundStorage {
  return {
    take: (upload, decide) =>
      database.transaction((queries) => take(queries, database, system, upload, decide)),
    changes: async (since, count) => {
      const rows = await database.all<{
        readonly id: string;
        readonly attributes: string;
        readonly sequence: number;
      }>(
        `select id, attributes, sequence from inbound_record
         where system = ? and sequence > ? order by sequence limit ?`,
        [system, since, count],
      );
      return rows.map(
        ({ id, attributes, sequence }): StoredRecord => ({
          id,
          // What we wrote ourselves is taken as it is.
          attributes: JSON.parse(attributes) as Attributes,
          sequence,
        }),
      );
    },
    uploads: async ({ id, limit }: UploadQuery) => {
      const [one, parameters] = id === undefined ? ['', []] : [' and id = ?', [id]];
      const rows = await database.all<UploadRow>(
        `select id, at, digest, results from inbound_upload where system = ?${one}
         order by at desc, id desc limit ?`,
        [system, ...parameters, limit],
      );
      return rows.map(receiptOf);
    },
    uploadsSince: async (at) => {
      const [counted] = await database.all<{
        readonly count: number;
        readonly first: number | null;
      }>(
        'select count(*) as count, min(at) as first from inbound_upload where system = ? and at > ?',
        [system, at.getTime()],
      );
      const { count = 0, first } = counted ?? {};
      return { count, ...(typeof first === 'number' && { first: new Date(first) }) };
    },
  };
}

async function take(
  queries: Queries,
  database: Database,
  system: SystemName,
  upload: NewUpload,
  decide: (before: ReadonlyMap<string, Attributes>) => Decision,
): Promise<Taken> {
  // The row stays locked until the end, so that uploads of one system take turns. Each may need a
  // number for every record; those it leaves unused are left out.
  const most = upload.records.length;
  const [taken] = await queries.all<{ readonly value: number }>(
    `insert into inbound_sequence (system, value) values (?, ?)
     on conflict (tenant, system) do update set value = inbound_sequence.value + excluded.value
     returning value`,
    [system, most],
  );
  const earlier = await earlierOne(queries, system, upload);
  if (earlier !== undefined) return earlier;
  const before = await recordsOf(queries, database, system, upload.records);
  const { changed, results } = await allowed(decide(before), database, system);
  const first = (taken?.value ?? most) - most + 1;
  const rows = [...changed].map(([id, attributes], index): readonly SqlValue[] => [
    ...[system, id, first + index],
    ...[JSON.stringify(attributes), upload.at.getTime()],
  ]);
  await queries.batch(
    `insert into inbound_record (system, id, sequence, attributes, modified_at)
     values (?, ?, ?, ?, ?)
     on conflict (tenant, system, id) do update set sequence = excluded.sequence,
       attributes = excluded.attributes, modified_at = excluded.modified_at`,
    rows,
  );
  await queries.run('delete from inbound_upload where system = ? and at < ?', [
    system,
    upload.forgetBefore.getTime(),
  ]);
  const { id, at, key, digest } = upload;
  await queries.run(
    `insert into inbound_upload (system, id, at, request_key, digest, results)
     values (?, ?, ?, ?, ?, ?)`,
    [system, id, at.getTime(), key ?? null, digest, JSON.stringify(results)],
  );
  return { type: 'taken', receipt: { id, at, results } };
}

/** Nothing is kept of records of people who were erased and suppressed, not even their ids. */
async function allowed(
  { changed, results }: Decision,
  database: Database,
  system: SystemName,
): Promise<Decision> {
  const ids = [...new Set(results.flatMap(({ id }) => id ?? []))];
  const found = await suppression(database).suppressed(
    ids.map((id) => ({ system, kind: 'user', id })),
  );
  if (found.size === 0) return { changed, results };
  const suppressed = new Set(ids.filter((_, index) => found.has(index)));
  return {
    changed: new Map([...changed].filter(([id]) => !suppressed.has(id))),
    results: results.map((result) =>
      result.id !== undefined && suppressed.has(result.id) ? refused(result) : result,
    ),
  };
}

function refused({ bulkId }: UploadResult): UploadResult {
  return {
    ...(bulkId !== undefined && { bulkId }),
    status: 'refused',
    code: 'record-suppressed',
    message: 'the record is suppressed: the person was erased',
    remedy: 'Leave it out; or let it be taken again: lockstep privacy allow.',
  };
}

async function earlierOne(
  queries: Queries,
  system: SystemName,
  { key, digest }: NewUpload,
): Promise<Taken | undefined> {
  if (key === undefined) return undefined;
  const [row] = await queries.all<UploadRow>(
    `select id, at, digest, results from inbound_upload where system = ? and request_key = ?`,
    [system, key],
  );
  if (row === undefined) return undefined;
  const receipt = receiptOf(row);
  return { type: row.digest === digest ? 'repeated' : 'other-content', receipt };
}

async function recordsOf(
  queries: Queries,
  database: Database,
  system: SystemName,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Attributes>> {
  const rows = await queries.all<{ readonly id: string; readonly attributes: string }>(
    `select id, attributes from inbound_record where system = ? and id in ${database.inList}`,
    [system, list(ids)],
  );
  return new Map(rows.map(({ id, attributes }) => [id, JSON.parse(attributes) as Attributes]));
}

function receiptOf({ id, at, results }: UploadRow): UploadReceipt {
  return { id, at: new Date(at), results: JSON.parse(results) as readonly UploadResult[] };
}
