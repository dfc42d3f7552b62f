/**
 * Takes values of people who have left out of whatever is kept of them beside the identity: records
 * that are gone, what was asked of accounts that are gone, history, drift and the log.
 */

import type { IdentityId } from '../../identity/identity.ts';
import type { Attributes } from '../../identity/record.ts';
import { REDACTED } from '../../mapping/redacted.ts';
import type { KeptRules } from '../../plan/basis.ts';
import type { Forgetting } from '../../sync/privacy-storage.ts';
import type { Database, Row } from '../database.ts';
import { list } from '../rows.ts';
import { withoutPast, withoutPaths, withoutValues } from './values.ts';

/** Within a transaction. */
export async function forgetStored(
  identities: readonly IdentityId[],
  what: Forgetting,
  database: Database,
): Promise<void> {
  await forgetRecords(identities, what, database);
  await forgetHistory(identities, what, database);
  await forgetDrift(identities, what, database);
  await forgetLog(identities, what, database);
}

interface RecordRow extends Row {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
  readonly attributes: string;
  readonly asked: string | null;
  readonly answered: string | null;
}

/** What a system still has is the system's to forget. */
async function forgetRecords(
  identities: readonly IdentityId[],
  { raw, paths }: Forgetting,
  database: Database,
): Promise<void> {
  const rows = await database.all<RecordRow>(
    `select system, kind, id, attributes, asked, answered from record
     where identity in ${database.inList} and present + 0 = 0`,
    [list(identities)],
  );
  const stripped = rows.flatMap((row) => {
    const isOf = (each: { readonly system: string; readonly kind: string }): boolean =>
      each.system === row.system && each.kind === row.kind;
    const names = raw.filter(isOf).map(({ attribute }) => attribute);
    const written = paths.filter(isOf).map(({ path }) => path);
    if (names.length + written.length === 0) return [];
    const attributes = JSON.stringify(
      withoutPaths(JSON.parse(row.attributes), [...names, ...written]),
    );
    const asked = row.asked && keysOut(row.asked, written);
    const answered = row.answered && keysOut(row.answered, written);
    return [[attributes, asked, answered, row.system, row.kind, row.id]];
  });
  await database.batch(
    `update record set attributes = ?, asked = ?, answered = ?
     where system = ? and kind = ? and id = ?`,
    stripped,
  );
}

function keysOut(json: string, keys: readonly string[]): string {
  const values = Object.entries(JSON.parse(json) as Attributes);
  return JSON.stringify(Object.fromEntries(values.filter(([key]) => !keys.includes(key))));
}

async function forgetHistory(
  identities: readonly IdentityId[],
  { attributes }: Forgetting,
  database: Database,
): Promise<void> {
  const rows = await database.all<{
    readonly identity: string;
    readonly number: number;
    readonly before: string;
  }>(
    `select identity, number, before from identity_change
     where identity in ${database.inList} and before is not null`,
    [list(identities)],
  );
  await database.batch(
    'update identity_change set before = ? where identity = ? and number = ?',
    rows.map(({ identity, number, before }) => [
      withoutPast(before, new Set(attributes)),
      identity,
      number,
    ]),
  );
}

async function forgetDrift(
  identities: readonly IdentityId[],
  { paths }: Forgetting,
  database: Database,
): Promise<void> {
  const people = list(identities);
  await database.batch(
    `delete from drift where target = ? and kind = ? and path = ? and identity in ${database.inList}`,
    paths.map(({ system, kind, path }) => [system, kind, path, people]),
  );
}

interface LoggedRow extends Row {
  readonly plan: string;
  readonly position: number;
  readonly system: string;
  readonly detail: string | null;
  readonly exchanges: string | null;
  readonly content: string;
  readonly evidence: string | null;
  readonly rules: string | null;
}

async function forgetLog(
  identities: readonly IdentityId[],
  what: Forgetting,
  database: Database,
): Promise<void> {
  const rows = await database.all<LoggedRow>(
    `select o.plan, o.position, o.system, o.detail, o.exchanges, p.content, p.evidence, b.rules
     from outcome o join plan_operation p on p.plan = o.plan and p.position = o.position
     left join plan on plan.key = o.plan left join plan_basis b on b.hash = plan.basis
     where o.identity in ${database.inList}`,
    [list(identities)],
  );
  for (const row of rows) {
    const names = new Set(what.attributes);
    const paths = new Set([...pathsNow(row.system, what), ...pathsThen(row.rules, names)]);
    const left = withoutValues(row.content, row.evidence, { names, paths });
    if (!left.changed && left.evidence === row.evidence) continue;
    await database.run(
      'update plan_operation set content = ?, evidence = ? where plan = ? and position = ?',
      [left.content, left.evidence, row.plan, row.position],
    );
    // What went over the wire is in the words of the target.
    await database.run(
      'update outcome set detail = ?, exchanges = null where plan = ? and position = ?',
      [row.detail && cited(row.detail, left.texts), row.plan, row.position],
    );
  }
}

function pathsNow(system: string, { paths }: Forgetting): readonly string[] {
  return paths.flatMap((each) => (each.system === system ? [each.path] : []));
}

/** By the rules of that time. */
function pathsThen(rules: string | null, names: ReadonlySet<string>): readonly string[] {
  const kept: KeptRules = rules === null ? {} : JSON.parse(rules);
  return Object.values(kept).flatMap(({ rows }) =>
    rows.flatMap(({ path, inputs }) => (inputs.some((input) => names.has(input)) ? [path] : [])),
  );
}

/** A failure may cite what was sent. */
function cited(detail: string, texts: readonly string[]): string {
  return texts.reduce((text, value) => text.replaceAll(value, REDACTED), detail);
}
