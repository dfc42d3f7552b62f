/**
 * What concerns more than the person in hand: rules that changed, for everybody, in batches; and
 * dates that have come, for those only whose dates they are.
 */

import type { IdentityId } from '../identity/identity.ts';
import { absorbRecords, prepare, type RecordChange } from './absorb.ts';
import { type Context, caused } from './context.ts';
import type { Marker } from './due-storage.ts';
import { MEMBER_KIND, RULE_SOURCE, RULES } from './rule-groups.ts';
import { openSpace } from './space.ts';
import type { WarehouseStore } from './storage.ts';
import type { WarehouseRules } from './warehouse.ts';
import { writeSpace } from './write.ts';

const PER_STEP = 250;

/** The marker of changed rules, and the name they are remembered by. */
const CHANGED = { target: '', name: 'groups' } as const;

const EVERYBODY = 'people ';

/** When the warehouse is opened: the rules may not be those it was filled under. */
export async function noticeChangedGroups(
  store: WarehouseStore,
  { groups }: Pick<WarehouseRules, 'groups'>,
  known: ReadonlyMap<string, string>,
): Promise<void> {
  if (known.get(CHANGED.name) === groups?.fingerprint) return;
  await store.setFingerprint(CHANGED.name, groups?.fingerprint);
  await store.saveMarker({ ...CHANGED, cause: 'configuration', cursor: '' });
}

/** Whether a fingerprint is that of the rules, and not kept by anybody else. */
export function isOfGroups(name: string): boolean {
  return name === CHANGED.name;
}

/** Whether somebody's date has come. */
export async function dateCame({ store, now, book }: Context): Promise<boolean> {
  return book.timed && (await store.regroupsDue(now().getTime(), 1)).length > 0;
}

/**
 * One step; false when everybody is who they are by the rules and at this moment.
 *
 * @param markers Those that concern every target.
 * @param dated Whether somebody's date has come.
 */
export async function regroupAnew(
  context: Context,
  markers: readonly Marker[],
  dated: boolean,
): Promise<boolean> {
  const { store, now } = context;
  const marker = markers.find(({ name }) => name === CHANGED.name);
  if (marker !== undefined) {
    await store.transaction(async () => {
      const cursor = await stepOf(caused(context, { type: 'configuration' }), marker.cursor);
      if (cursor === undefined) await store.removeMarker(marker);
      else await store.saveMarker({ ...marker, cursor });
    });
    return true;
  }
  if (!dated) return false;
  return store.transaction(async () => {
    // Whoever looked at the same time may have been here before.
    const due = await store.regroupsDue(now().getTime(), PER_STEP);
    if (due.length > 0) await regroup(caused(context, { type: 'date' }), due);
    return due.length === PER_STEP;
  });
}

async function stepOf(context: Context, cursor: string): Promise<string | undefined> {
  if (!cursor.startsWith(EVERYBODY)) {
    await defineGroups(context);
    return EVERYBODY;
  }
  const { store } = context;
  const ids = await store.identityIds(MEMBER_KIND, cursor.slice(EVERYBODY.length), PER_STEP);
  await regroup(context, ids);
  return ids.length < PER_STEP ? undefined : `${EVERYBODY}${ids.at(-1)}`;
}

/** The groups themselves come and go like objects of a source. */
async function defineGroups(context: Context): Promise<void> {
  const { store, book } = context;
  const groups = book.rules.groups?.groups ?? [];
  const wanted = new Set(groups.map(({ name }) => name));
  const ref = (id: string) => ({ system: RULES, kind: RULE_SOURCE.kind, id });
  const gone = (await store.ruleGroups()).filter((name) => !wanted.has(name));
  const changes: readonly RecordChange[] = [
    ...gone.map((name) => ({ type: 'absent', ref: ref(name) }) as const),
    ...groups.map(
      ({ name, attributes }) =>
        ({ type: 'present', record: { ref: ref(name), attributes } }) as const,
    ),
  ];
  await absorbRecords(context, prepare(context, changes));
}

/** Within a transaction. Whoever is gone meanwhile is not due any more. */
async function regroup(context: Context, ids: readonly IdentityId[]): Promise<void> {
  const space = openSpace(context);
  await space.loadPeople(ids);
  for (const person of space.people.values()) space.remerge(person);
  await writeSpace(space, context);
  // Of everybody else it was written down with the values; these must not come again.
  const undated = context.book.timed ? ids.filter((id) => !space.people.has(id)) : ids;
  if (undated.length === 0) return;
  await context.store.saveRegroupDates(undated.map((identity) => ({ identity })));
}
