/** Of the history of identities, what is about one person. */

import type { IdentityId } from '../../identity/identity.ts';
import type { ObjectRef } from '../../identity/record.ts';
import type { Moved } from '../../warehouse/history.ts';
import { changeOf, spellBefore, spellRecords } from '../../warehouse/history-storage.ts';
import type { Database, Row } from '../database.ts';
import { list } from '../rows.ts';
import { isTheirs, record } from './find.ts';
import type { Part, Without } from './parts.ts';

/** Of a change of somebody else, which records of theirs came or went. */
export const ownPast: Part = (row, whom) => {
  const { identity, step, records } = row;
  if (whom.ids.includes(String(identity))) return row;
  const refs = ((records ?? []) as readonly (readonly string[])[]).filter(
    ([system = '', kind = '', id = '']) => isTheirs(whom, { system, kind, id }),
  );
  return refs.length === 0 ? undefined : { step, records: refs };
};

/** With a record that was not theirs for good, others lose what it said of them. */
export const withoutMoves: Without = (row, whom) => {
  if (whom.ids.includes(String(row.identity))) return 'row';
  const { records, before } = changeOfRow(row);
  const own = ({ ref }: Moved) => isTheirs(whom, ref);
  const lost = new Set(before?.lost.filter(own).map(({ ref }) => ref.system));
  const said = new Set(
    Object.entries(before?.origins ?? {}).flatMap(([name, system]) =>
      lost.has(system) ? [name] : [],
    ),
  );
  return {
    records: spellRecords(records.filter((ref) => !isTheirs(whom, ref))),
    before:
      before === undefined
        ? null
        : spellBefore({
            ...before,
            values: without(before.values, said),
            origins: without(before.origins, said),
            gained: before.gained.filter((each) => !own(each)),
            lost: before.lost.filter((each) => !own(each)),
          }),
  };
};

function without<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));
}

/** Identities that ended when all they had became these ones', by a rule say. */
export async function endedInto(
  identities: readonly IdentityId[],
  { all, inList }: Pick<Database, 'all' | 'inList'>,
): Promise<readonly IdentityId[]> {
  const gains = await all(
    `select * from identity_change where identity in ${inList} and before is not null`,
    [list(identities)],
  );
  const former = new Set(
    gains.flatMap(
      (row) => changeOfRow(row).before?.gained.flatMap(({ other }) => other ?? []) ?? [],
    ),
  );
  const ends = await all(
    `select c.* from identity_change c where c.identity in ${inList}
     and not exists (select 1 from identity where identity.id = c.identity)
     and not exists (select 1 from identity_change later
       where later.identity = c.identity and later.number > c.number)`,
    [list([...former])],
  );
  return ends.flatMap((row) => {
    const { lost = [] } = changeOfRow(row).before ?? {};
    const theirs = lost.every(({ other }) => other === undefined || identities.includes(other));
    return theirs ? [String(row.identity)] : [];
  });
}

/** Records that were theirs and are not kept any more: something of them may be elsewhere. */
export async function droppedRecords(
  identities: readonly IdentityId[],
  { all, inList }: Pick<Database, 'all' | 'inList'>,
): Promise<readonly ObjectRef[]> {
  const past = await all(`select * from identity_change where identity in ${inList}`, [
    list(identities),
  ]);
  const lost = past.flatMap((row) => changeOfRow(row).before?.lost ?? []);
  const refs = new Map(
    lost.flatMap(({ ref, other }) =>
      other === undefined || identities.includes(other) ? [[keyOf(ref), ref] as const] : [],
    ),
  );
  const whom = { ids: identities, refs: [...refs.values()], addresses: [] };
  const condition = record('system', 'kind', 'id')(whom, { inList });
  if (condition === undefined || refs.size === 0) return [];
  const kept = await all<Row & ObjectRef>(
    `select system, kind, id from record where ${condition.sql}`,
    condition.parameters,
  );
  for (const ref of kept) refs.delete(keyOf(ref));
  return [...refs.values()];
}

function keyOf({ system, kind, id }: ObjectRef): string {
  return JSON.stringify([system, kind, id]);
}

function changeOfRow({ records, before }: Row) {
  return changeOf({
    ...{ number: 0, at: new Date(0), cause: { type: 'reading' } },
    ...(typeof records === 'string' && { records }),
    ...(typeof before === 'string' && { before }),
  });
}
