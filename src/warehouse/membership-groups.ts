/** A whole group is looked at in steps, as a marker has it: of a group of any size no more than a step is held. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { Marker } from './due-storage.ts';
import { objectKey, parseObjectKey } from './keys.ts';
import type { Roster, Stamp } from './membership-store.ts';
import { MEMBERS, rosterOf, stamp } from './roster.ts';

const PER_STEP = 500;

/** How far a marker's group has been looked at: in which group below it, and behind which member. */
type Place =
  | {
      readonly at: 'wanted';
      readonly group: string;
      readonly after?: Pick<ObjectRef, 'kind' | 'id'>;
    }
  | { readonly at: 'held'; readonly after: IdentityId };

/**
 * One step of looking at a group: those the sources have in it or below it, then those the target
 * has. @returns Where the step ended, or nothing when there is no more.
 */
export async function expandGroup(
  context: Context,
  { target, name, cursor }: Pick<Marker, 'target' | 'name' | 'cursor'>,
): Promise<string | undefined> {
  const roster = rosterOf(context.book, target);
  if (roster === undefined) return undefined;
  const at = stamp(context);
  const [identity, below] = namesOf(name);
  let place: Place | undefined = cursor === '' ? { at: 'wanted', group: '' } : JSON.parse(cursor);
  for (let room = PER_STEP; place !== undefined && room > 0; ) {
    const step: Step =
      place.at === 'held'
        ? await stepOfHeld(context, roster, identity, place.after, room, at)
        : await stepOfWanted(context, roster, identity, below, place, room, at);
    place = step.next;
    room -= step.seen;
  }
  return place === undefined ? undefined : JSON.stringify(place);
}

interface Step {
  readonly next: Place | undefined;
  readonly seen: number;
}

/** The group's identity, and the key of the group below it that is meant. */
function namesOf(marker: string): readonly [IdentityId, string | undefined] {
  const names = marker.slice(MEMBERS.length);
  const space = names.indexOf(' ');
  return space < 0 ? [names, undefined] : [names.slice(0, space), names.slice(space + 1)];
}

async function stepOfHeld(
  { store }: Context,
  { target }: Roster,
  identity: IdentityId,
  after: IdentityId,
  room: number,
  at: Stamp,
): Promise<Step> {
  const ended = await store.touchGroup(target, identity, after, room, at);
  if (ended === undefined) return { next: undefined, seen: 1 };
  return { next: { at: 'held', after: ended }, seen: room };
}

async function stepOfWanted(
  context: Context,
  roster: Roster,
  identity: IdentityId,
  below: string | undefined,
  { group: key, after }: Extract<Place, { readonly at: 'wanted' }>,
  room: number,
  at: Stamp,
): Promise<Step> {
  const { store } = context;
  const own = (await store.recordsOf([identity])).filter(
    ({ ref, present }) => present && ref.kind === 'group' && roster.sources.includes(ref.system),
  );
  const start = below === undefined ? own.map(({ ref }) => ref) : [parseObjectKey(below)];
  const groups = await groupsFrom(
    context,
    start.filter((ref) => ref !== undefined),
    roster,
  );
  const index = groups.findIndex((ref) => objectKey(ref) >= key);
  const [of, current] = [own[0]?.ref, groups[index]];
  const rest: Place | undefined = below === undefined ? { at: 'held', after: '' } : undefined;
  if (of === undefined || current === undefined) return { next: rest, seen: 1 };
  const from = objectKey(current) === key ? after : undefined;
  const members = await store.membersAfter(current, from, room);
  const fitting = members.filter(({ kind }) => roster.mode === 'kept' || kind !== 'group');
  await store.wakeInGroup(roster.target, of, fitting, at);
  const last = members.at(-1);
  const following = groups[index + 1];
  if (last !== undefined && members.length === room) {
    return { next: { at: 'wanted', group: objectKey(current), after: last }, seen: room };
  }
  const next: Place | undefined =
    following === undefined ? rest : { at: 'wanted', group: objectKey(following) };
  return { next, seen: members.length + 1 };
}

async function groupsFrom(
  { store }: Context,
  start: readonly ObjectRef[],
  { mode }: Roster,
): Promise<readonly ObjectRef[]> {
  const found = mode === 'flattened' ? await store.groupsBelow(start) : start;
  const unique = new Map(found.map((ref) => [objectKey(ref), ref]));
  return [...unique.values()].toSorted((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1));
}
