/** The audit trail: a line for all who append, and rows that nobody changes afterwards. */

import { randomBytes } from 'node:crypto';
import {
  type AuditEntry,
  type Deed,
  type Detail,
  digestOf,
  GENESIS,
  hashOf,
  type Link,
  type Payload,
  type Told,
} from '../audit/entry.ts';
import type { AuditQuery, AuditTrail } from '../audit/trail.ts';
import type { Database, Row, SqlValue } from './database.ts';
import { optional } from './rows.ts';

const PAGE = 500;

interface HeadRow extends Row {
  readonly number: number;
  readonly hash: string;
  readonly pruned: number;
  readonly config_version: string | null;
}

/** Made when missing, and held to the end of the transaction. */
const TAKE_HEAD = `insert into audit_head (name, number, hash, pruned) values ('head', 0, '${GENESIS}', 0)
  on conflict (tenant, name) do update set number = audit_head.number
  returning number, hash, pruned, config_version`;

export function openAudit(database: Database): AuditTrail {
  const { tenant } = database;
  return {
    tenant,
    append: (told, by) => database.lastly(() => append(told, by, database)),
    entries: (query) => entriesOf(database, query),
    walk: () => walkOf(database),
    head: async () => {
      const [head] = await database.all<HeadRow>(
        'select number, hash, pruned, config_version from audit_head',
      );
      const { number = 0, hash = GENESIS, pruned = 0 } = head ?? {};
      return { number, hash, pruned };
    },
    byHash: async (hash) => {
      const [row] = await database.all<EntryRow>(`${ENTRY} where e.hash = ?`, [hash]);
      return row && entryOf(row);
    },
    lastBefore: async (at, most) => {
      const [row] = await database.all<EntryRow>(
        `${ENTRY} where e.number < (
           select coalesce(min(number), (select number + 1 from audit_head)) from audit_entry where at >= ?)
         and e.number <= (select pruned from audit_head) + ?
         order by e.number desc limit 1`,
        [at.getTime(), most],
      );
      return row && entryOf(row);
    },
    prune: (upTo) =>
      database.transaction(async (queries) => {
        await queries.run('update audit_head set pruned = ? where pruned < ?', [upTo, upTo]);
        await queries.run('delete from audit_payload where number <= ?', [upTo]);
        if (database.dialect === 'sqlite') {
          return queries.run('delete from audit_entry where number <= ?', [upTo]);
        }
        const [row] = await queries.all<{ readonly gone: number }>('select prune_audit() as gone');
        return row?.gone ?? 0;
      }),
    erase: async (person) => {
      const rows = await database.all<{ readonly number: number }>(
        'delete from audit_payload where person = ? returning number',
        [person],
      );
      return rows.map(({ number }) => number).toSorted((a, b) => a - b);
    },
    transaction: (work) => database.transaction(work),
  };
}

async function append(
  told: readonly Told[],
  { actor, at, configVersion }: Parameters<AuditTrail['append']>[1],
  database: Database,
): Promise<void> {
  const [head] = await database.all<HeadRow>(TAKE_HEAD);
  if (head === undefined) throw new RangeError('the audit trail has no head');
  const before = head.config_version ?? undefined;
  const changed = configVersion !== undefined && configVersion !== before;
  const change: Told = {
    action: 'configuration-changed',
    subject: configVersion ?? '',
    detail: before === undefined ? {} : { before },
  };
  let last: Pick<Link, 'number' | 'hash'> = head;
  const entries = (changed ? [change, ...told] : told).map((each) => {
    const entry = linked(each, last, { actor, at }, database);
    last = entry;
    return entry;
  });
  await Promise.all([
    database.batch(
      `insert into audit_entry (number, at, actor, action, digest, previous, hash)
       values (?, ?, ?, ?, ?, ?, ?)`,
      entries.map(({ number, digest, previous, hash, action }) => [
        number,
        at.getTime(),
        actor,
        action,
        digest,
        previous,
        hash,
      ]),
    ),
    database.batch(
      'insert into audit_payload (number, salt, subject, person, detail) values (?, ?, ?, ?, ?)',
      entries.map(({ number, payload: { salt, subject, person, detail } }) => [
        number,
        salt,
        subject ?? null,
        person ?? null,
        JSON.stringify(detail),
      ]),
    ),
    database.run('update audit_head set number = ?, hash = ?, config_version = ?', [
      last.number,
      last.hash,
      configVersion ?? before ?? null,
    ]),
  ]);
}

function linked(
  { action, subject, person, detail = {} }: Told,
  last: Pick<Link, 'number' | 'hash'>,
  { actor, at }: Pick<Link, 'actor' | 'at'>,
  { tenant }: Database,
): Link & { readonly payload: Payload } {
  const payload: Payload = {
    salt: randomBytes(16).toString('hex'),
    ...optional('subject', subject),
    ...optional('person', person),
    detail,
  };
  const link = {
    number: last.number + 1,
    at,
    actor,
    action,
    digest: digestOf(payload),
    previous: last.hash,
  };
  return { ...link, hash: hashOf(link, tenant), payload };
}

interface EntryRow extends Row {
  readonly number: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly digest: string;
  readonly previous: string;
  readonly hash: string;
  readonly salt: string | null;
  readonly subject: string | null;
  readonly person: string | null;
  readonly detail: string | null;
}

const ENTRY = `select e.number, e.at, e.actor, e.action, e.digest, e.previous, e.hash,
    p.salt, p.subject, p.person, p.detail
  from audit_entry e left join audit_payload p on p.number = e.number`;

function entryOf(row: EntryRow): AuditEntry {
  const { salt, subject, person, detail } = row;
  return {
    number: row.number,
    at: new Date(row.at),
    actor: row.actor,
    action: row.action as Deed,
    digest: row.digest,
    previous: row.previous,
    hash: row.hash,
    ...(salt !== null && {
      payload: {
        salt,
        ...optional('subject', subject),
        ...optional('person', person),
        detail: detailOf(detail),
      },
    }),
  };
}

/** Whoever broke it broke the digest as well: verifying says so, and listing must not fail. */
function detailOf(text: string | null): Detail {
  try {
    const detail: unknown = JSON.parse(text ?? '');
    if (typeof detail === 'object' && detail !== null) return detail as Detail;
  } catch {
    // As it stands, below.
  }
  return { unreadable: text ?? '' };
}

async function* walkOf(database: Database): AsyncGenerator<AuditEntry> {
  for (let after = 0; ; ) {
    const rows = await database.all<EntryRow>(
      `${ENTRY} where e.number > ? order by e.number limit ?`,
      [after, PAGE],
    );
    for (const row of rows) yield entryOf(row);
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.number ?? after;
  }
}

async function* entriesOf(
  database: Database,
  { from, to, actor, action, person, subject, limit = Number.POSITIVE_INFINITY }: AuditQuery,
): AsyncGenerator<AuditEntry> {
  const conditions: string[] = [];
  const parameters: SqlValue[] = [];
  const only = (condition: string, value: SqlValue | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters.push(value);
  };
  only('e.at >= ?', from?.getTime());
  only('e.at < ?', to?.getTime());
  only(`lower(e.actor) like ? escape '!'`, actor && `%${literal(actor.toLowerCase())}%`);
  only('e.action = ?', action);
  only('p.person = ?', person);
  only(`p.subject like ? escape '!'`, subject && `${literal(subject)}%`);
  let left = limit;
  for (let before = Number.MAX_SAFE_INTEGER; left > 0; ) {
    const rows = await database.all<EntryRow>(
      `${ENTRY} where ${[...conditions, 'e.number < ?'].join(' and ')} order by e.number desc limit ?`,
      [...parameters, before, Math.min(left, PAGE)],
    );
    for (const row of rows) yield entryOf(row);
    if (rows.length < Math.min(left, PAGE)) return;
    left -= rows.length;
    before = rows.at(-1)?.number ?? 0;
  }
}

/** As it stands, in a pattern. */
function literal(text: string): string {
  return text.replaceAll(/[!%_]/g, '!$&');
}
