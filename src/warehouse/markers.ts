/** Markers: what a changed rule or a large group concerns, turned into due rows batch by batch. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { place } from './absorb.ts';
import { type Context, caused } from './context.ts';
import type { Marker } from './due-storage.ts';
import { identityKeys, parseObjectKey } from './keys.ts';
import { recordsDue } from './members.ts';
import { expandGroup } from './membership-groups.ts';
import { groupsLookedAtAgain } from './membership-moves.ts';
import { MEMBERS } from './roster.ts';
import { dateCame, regroupAnew } from './rule-groups-anew.ts';
import { openSpace, type Space } from './space.ts';
import type { DueCause } from './subject.ts';
import { claimNames, drawings } from './unique.ts';
import { indexNames } from './unique-targets.ts';
import { writeSpace } from './write.ts';

const PER_STEP = 500;
const MOST_MARKERS = 20;
const MERGED_PER_STEP = 150;

/** The marker of changed source rules; it concerns every target. */
export const SOURCES = { target: '', name: 'sources' } as const;

const EVERYBODY = 'everybody/';

export async function markEverybody(
  { store, book }: Pick<Context, 'store' | 'book'>,
  target: SystemName,
  cause: DueCause,
): Promise<void> {
  for (const { system, kind } of book.rules.targets) {
    if (system === target) {
      await store.saveMarker({ target, name: `${EVERYBODY}${kind}`, cause, cursor: '' });
    }
  }
}

/** One step for a target; false when none is left. */
export async function expandMarkers(context: Context, target: SystemName): Promise<boolean> {
  if (await mergeAnew(context)) return true;
  const { store } = context;
  const markers = await store.markers(target, MOST_MARKERS);
  const [first] = markers;
  if (!first) return false;
  // Of many groups of a few members some are looked at together.
  const groups = markers.filter(({ name }) => name.startsWith(MEMBERS));
  const together = first.name.startsWith(MEMBERS) ? groups : [first];
  await store.transaction(async () => {
    for (const marker of together) {
      const cursor = await expansionOf(marker)(context, marker);
      if (cursor === undefined) await store.removeMarker(marker);
      else return store.saveMarker({ ...marker, cursor });
    }
  });
  return true;
}

function expansionOf({ name }: Marker): typeof everybody {
  if (name.startsWith(EVERYBODY)) return everybody;
  return name.startsWith(MEMBERS) ? expandGroup : members;
}

/** Returns where the step ended, or nothing when there is no more. */
async function everybody(
  context: Context,
  { target, name, cause, cursor }: Marker,
): Promise<string | undefined> {
  const { store, generation, now } = context;
  const kind = name.slice(EVERYBODY.length);
  const ids = await store.identityIds(kind, cursor, PER_STEP);
  if (kind === 'group') await groupsLookedAtAgain(context, target, ids);
  const number = generation();
  const since = now().getTime();
  await store.addDue(
    ids.map((identity) => ({ identity, target, cause, generation: number, since })),
  );
  return ids.length < PER_STEP ? undefined : ids.at(-1);
}

async function members(
  context: Context,
  { target, name, cursor }: Marker,
): Promise<string | undefined> {
  const group = parseObjectKey(name);
  if (!group) return undefined;
  const [kind = '', id = ''] = split(cursor);
  const refs = await context.store.membersAfter(group, { kind, id }, PER_STEP);
  const rules = context.book.rules.targets.filter(({ system }) => system === target);
  await recordsDue(
    context,
    refs.flatMap((member) =>
      rules.filter(({ kind }) => kind === member.kind).map((of) => ({ member, target: of })),
    ),
  );
  const last = refs.at(-1);
  return last === undefined || refs.length < PER_STEP ? undefined : `${last.kind} ${last.id}`;
}

/**
 * One step of bringing identities in line with changed rules; false when none is left. The
 * index of identities is made anew too, so that nothing is read until it is whole.
 */
export async function mergeAnew(context: Context): Promise<boolean> {
  const { store } = context;
  const [markers, dated] = await Promise.all([store.markers(SOURCES.target), dateCame(context)]);
  const marker = markers.find(({ name }) => name === SOURCES.name);
  if (!marker) return regroupAnew(context, markers, dated);
  await store.transaction(async () => {
    const [phase = '', cursor = ''] = split(marker.cursor);
    const next = await PHASES[phase]?.(caused(context, { type: 'configuration' }), cursor);
    if (next === undefined) await store.removeMarker(marker);
    else await store.saveMarker({ ...marker, cursor: next });
  });
  return true;
}

const PHASES: Readonly<
  Record<string, (context: Context, cursor: string) => Promise<string | undefined>>
> = {
  '': async ({ store }) => ((await store.dropIdentityKeys(2000)) ? '' : 'names 0 '),
  names: async (context, cursor) => {
    const [number = '0', after = ''] = split(cursor);
    const target = context.book.rules.targets[Number(number)];
    if (!target) return drawings(context).length === 0 ? 'merge ' : 'known ';
    const last = await indexNames(context, target, after, PER_STEP);
    return last === undefined ? `names ${Number(number) + 1} ` : `names ${number} ${last}`;
  },
  // Whoever is named while others are still to be merged is not given what is theirs.
  known: async ({ store, book }, cursor) => {
    const ids = await store.identityIds(undefined, cursor, PER_STEP);
    const keys = (await store.identities(ids)).flatMap(({ id, kind, attributes }) =>
      [...identityKeys(kind, JSON.parse(attributes), book.indexed)].map((key) => ({
        identity: id,
        key,
      })),
    );
    await store.addIdentityKeys(keys);
    return ids.length < PER_STEP ? 'merge ' : `known ${ids.at(-1)}`;
  },
  merge: async (context, cursor) => {
    const ids = await context.store.identityIds(undefined, cursor, MERGED_PER_STEP);
    await mergeIdentities(context, ids, claimNames);
    return ids.length < MERGED_PER_STEP ? 'join 0 ' : `merge ${ids.at(-1)}`;
  },
  join: async (context, cursor) => {
    const [number = '0', after = ''] = split(cursor);
    const source = context.book.rules.sources[Number(number)];
    if (!source) return undefined;
    const { store } = context;
    const stored = await store.unjoinedRecords(source.system, source.kind, after, MERGED_PER_STEP);
    const space = openSpace(context);
    const held = await space.loadRecords(stored.map(({ ref }) => ref));
    const reviews = await place(space, held, context);
    await writeSpace(space, context, { reviews });
    const done = stored.length < MERGED_PER_STEP;
    return done ? `join ${Number(number) + 1} ` : `join ${number} ${stored.at(-1)?.ref.id}`;
  },
};

/**
 * Merges identities from their records as the rules are now.
 *
 * @param first What becomes of them before.
 */
export async function mergeIdentities(
  context: Context,
  ids: readonly IdentityId[],
  first?: (space: Space, context: Context) => Promise<void>,
): Promise<void> {
  const { store, book } = context;
  const space = openSpace(context);
  await space.loadPeople(ids);
  await first?.(space, context);
  for (const person of space.people.values()) space.remerge(person);
  await writeSpace(space, context);
  await store.addIdentityKeys(
    [...space.people.values()].flatMap(({ id, kind, attributes }) =>
      [...identityKeys(kind, attributes, book.indexed)].map((key) => ({ identity: id, key })),
    ),
  );
}

function split(text: string): readonly [string, string] {
  const space = text.indexOf(' ');
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
}
