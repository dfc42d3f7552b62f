/** What is kept about one person, in every table there is. */

import type { IdentityId } from '../../identity/identity.ts';
import type { ObjectRef } from '../../identity/record.ts';
import type { Holding, PrivacyStore, StoredRow, Whom } from '../../sync/privacy-storage.ts';
import { namingKey } from '../../warehouse/keys.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';
import { erase } from './erase.ts';
import { erasures } from './erasures.ts';
import { IMPERSONAL, PLACES } from './inventory.ts';
import { leavers } from './leavers.ts';
import { looseAccounts } from './loose.ts';
import { droppedRecords, endedInto } from './past.ts';
import { forgetStored } from './retain.ts';
import { readable, rowsOf } from './rows.ts';
import { standingOf } from './standing.ts';
import { storedAttributes } from './stored.ts';
import { suppression } from './suppression.ts';

export function openPrivacy(database: Database): PrivacyStore {
  return {
    whom: (identity) => whomOf(identity, database),
    holdings: (whom) => holdingsOf(whom, database),
    impersonal: IMPERSONAL,
    standing: (whom) => standingOf(whom, database),
    erase: (whom, told) => erase(whom, database, told),
    storedAttributes: (system, kind, most) => storedAttributes(system, kind, most, database),
    ...leavers(database),
    forgetStored: async (identities, what) => {
      // Who came back since they were due keeps everything.
      const gone = await database.all<{ readonly id: string }>(
        `select id from identity where id in ${database.inList} and present = 0`,
        [list(identities)],
      );
      const ids = gone.map(({ id }) => id);
      await forgetStored(await withMerged(ids, database), what, database);
    },
    ...erasures(database),
    ...suppression(database),
  };
}

async function* holdingsOf(whom: Whom, database: Database): AsyncGenerator<Holding> {
  for (const place of PLACES) {
    const { table, what, others, erased } = place;
    const own: StoredRow[] = [];
    const theirs: StoredRow[] = [];
    for await (const rows of rowsOf(place, whom, database)) {
      for (const row of rows) {
        const part = place.part === undefined ? readable(row) : place.part(readable(row), whom);
        if (part !== undefined) (others?.has(row, whom) ? theirs : own).push(part);
      }
    }
    const kept = erased.how === 'kept' ? { kept: erased.why } : {};
    if (own.length > 0) yield { table, what, ...kept, rows: own };
    if (others && theirs.length > 0) {
      yield { table, what: others.what, kept: others.why, rows: theirs };
    }
  }
}

async function whomOf(identity: IdentityId, database: Database): Promise<Whom> {
  const ids = await withMerged([identity], database);
  const refs = await database.all<ObjectRef & { readonly [column: string]: string }>(
    `select system, kind, id from record where identity in ${database.inList}
     order by system, kind, id`,
    [list(ids)],
  );
  const identities = await database.all<{ readonly attributes: string }>(
    `select attributes from identity where id in ${database.inList}`,
    [list(ids)],
  );
  const addresses = identities.flatMap(({ attributes }) => addressesIn(JSON.parse(attributes)));
  return {
    ids,
    refs: [
      ...refs.map(({ system, kind, id }) => ({ system, kind, id })),
      ...(await looseAccounts(ids, database)),
      ...(await droppedRecords(ids, database)),
    ],
    addresses: await ownAddresses([...new Set(addresses)], ids, database),
  };
}

/** With those who were merged into them, by hand or by a rule, and into those, and stayed so. */
async function withMerged(
  identities: readonly IdentityId[],
  database: Database,
): Promise<IdentityId[]> {
  const ids = new Set(identities);
  for (let fresh: readonly string[] = identities; fresh.length > 0; ) {
    const rows = await database.all<{ readonly other: string }>(
      `select other from decision where identity in ${database.inList}
       and type in ('merged', 'joined') and other is not null and undone_at is null
       and not exists (select 1 from identity where identity.id = decision.other)`,
      [list(fresh)],
    );
    const ended = await endedInto(fresh, database);
    fresh = [...rows.map(({ other }) => other), ...ended].filter((other) => !ids.has(other));
    for (const other of fresh) ids.add(other);
  }
  return [...ids];
}

/** Without those by which others are found: their manager's, say, which was written out. */
async function ownAddresses(
  addresses: readonly string[],
  ids: readonly IdentityId[],
  { all, inList }: Database,
): Promise<readonly string[]> {
  const keys = new Map(
    addresses.map((address) => [namingKey('user', address) ?? address, address] as const),
  );
  const others = await all<{ readonly key: string }>(
    `select distinct key from identity_key where key in ${inList} and identity not in ${inList}`,
    [list([...keys.keys()]), list(ids)],
  );
  for (const { key } of others) keys.delete(key);
  return [...keys.values()];
}

function addressesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^\S+@\S+$/.test(value) ? [value.toLowerCase()] : [];
  if (typeof value !== 'object' || value === null) return [];
  // A reference by mail address names somebody else.
  return Object.entries(value).flatMap(([name, part]) =>
    name === '$ref' ? [] : addressesIn(part),
  );
}
