/** Graph's objects ⇄ our records. Pure. */

import type { Problem } from '../../identity/problem.ts';
import type {
  Attributes,
  AttributeValue,
  Change,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  SystemName,
} from '../../identity/record.ts';
import type { GraphKind } from './attributes.ts';

export type GraphObject = Readonly<Record<string, unknown>>;

/** What a page is read as. */
export interface Reading {
  readonly system: SystemName;
  readonly kind: GraphKind;
  readonly select: readonly string[];
  /** The first round of a delta query, which lists whole objects. */
  readonly first: boolean;
}

export interface Translated {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  /** An object had no id: the listing has a hole, and proves nobody's absence. */
  readonly hole: boolean;
}

/**
 * Characters in one attribute; Graph's own longest has 1,024. What is beyond is no fact about a
 * person, and would be carried through every room.
 */
const MAX_ATTRIBUTE_CHARACTERS = 256 * 1024;

/** The objects of one delta page as changes, several entries for one object folded into one. */
export function toChanges(objects: readonly unknown[], reading: Reading): Translated {
  const problems: Problem[] = [];
  const known = new Map<string, Folded>();
  let hole = false;
  for (const object of objects) {
    const id = isObject(object) ? object.id : undefined;
    if (!isObject(object) || typeof id !== 'string' || id === '') {
      hole = true;
      problems.push(withoutId(reading));
      continue;
    }
    const folded = known.get(id) ?? {
      ref: { system: reading.system, kind: reading.kind, id },
      members: new Map(),
    };
    known.set(id, folded);
    fold(folded, object, reading, problems);
  }
  return { changes: [...known.values()].flatMap(unfolded), problems, hole };
}

/** A single object as it is read by itself. */
export function toRecord(object: GraphObject, reading: Reading): IdentityRecord | undefined {
  const { id } = object;
  if (typeof id !== 'string' || id === '') return undefined;
  const { set } = attributesOf(object, reading, [object.manager], []);
  return { ref: { system: reading.system, kind: reading.kind, id }, attributes: set };
}

type State =
  | {
      readonly type: 'whole' | 'patch';
      readonly set: Attributes;
      readonly cleared: readonly string[];
    }
  | { readonly type: 'absent'; readonly recoverable: boolean };

interface Folded {
  readonly ref: ObjectRef;
  /** Of a group: whether it has this member now. */
  readonly members: Map<string, { readonly ref: ObjectRef; readonly added: boolean }>;
  state?: State;
}

function fold(folded: Folded, object: GraphObject, reading: Reading, problems: Problem[]): void {
  const removed = object['@removed'];
  if (removed !== undefined && removed !== null) {
    const recoverable = isObject(removed) && removed.reason === 'changed';
    folded.state = { type: 'absent', recoverable };
    folded.members.clear();
    return;
  }
  for (const member of linksOf(object, 'members@delta')) {
    const ref = memberRef(member, reading.system);
    if (ref !== undefined)
      folded.members.set(`${ref.kind} ${ref.id}`, {
        ref,
        added: member['@removed'] === undefined,
      });
  }
  const { set, cleared, oversized } = attributesOf(
    object,
    reading,
    linksOf(object, 'manager@delta'),
    problems,
  );
  // A value that was left out must stay as it was, and so must everything of its record.
  const whole = reading.first && !oversized;
  folded.state = merged(folded.state, { type: whole ? 'whole' : 'patch', set, cleared });
}

function merged(before: State | undefined, after: Exclude<State, { type: 'absent' }>): State {
  if (after.type === 'whole' || before === undefined || before.type === 'absent') return after;
  const set: Attributes = { ...without(before.set, after.cleared), ...after.set };
  const cleared = [...new Set([...before.cleared, ...after.cleared])].filter(
    (name) => !Object.hasOwn(set, name),
  );
  return { type: before.type, set, cleared };
}

function unfolded({ ref, state, members }: Folded): readonly Change[] {
  const links = [...members.values()];
  const added = links.filter((link) => link.added).map((link) => link.ref);
  const removed = links.filter((link) => !link.added).map((link) => link.ref);
  const moved: readonly Change[] =
    links.length === 0 ? [] : [{ type: 'members', group: ref, added, removed }];
  return [...ownChange(ref, state), ...moved];
}

function ownChange(ref: ObjectRef, state: State | undefined): readonly Change[] {
  if (state === undefined) return [];
  switch (state.type) {
    case 'absent':
      return [
        { type: 'absent', ref, ...(state.recoverable ? { recoverable: true as const } : {}) },
      ];
    case 'whole':
      return [{ type: 'present', record: { ref, attributes: state.set } }];
    case 'patch': {
      // Only its id: something moved that was not selected, or members alone.
      if (Object.keys(state.set).length <= 1 && state.cleared.length === 0) return [];
      return [{ type: 'patch', ref, set: state.set, cleared: state.cleared }];
    }
  }
}

interface Translation {
  readonly set: Attributes;
  readonly cleared: readonly string[];
  readonly oversized: boolean;
}

/**
 * The selected attributes; what Graph answers beside them is not looked at.
 *
 * Changes show what moved, cleared attributes as `null`. New and restored objects come whole, with
 * what was never set left out: told by `createdDateTime`, which never moves. So whatever such an
 * object does not show is cleared, lest a restored person keep what they had before.
 */
function attributesOf(
  object: GraphObject,
  reading: Reading,
  managers: readonly unknown[],
  problems: Problem[],
): Translation {
  const set: Record<string, AttributeValue> = {};
  const cleared: string[] = [];
  const whole = reading.first || typeof object.createdDateTime === 'string';
  let oversized = false;
  for (const name of reading.select) {
    if (name === 'manager') continue;
    const given = Object.hasOwn(object, name);
    if (!given && !whole) continue;
    const size = { left: MAX_ATTRIBUTE_CHARACTERS };
    const value = given ? toValue(object[name], size) : undefined;
    if (size.left < 0) {
      oversized = true;
      problems.push(tooLarge(reading, object.id, name));
    } else if (value === undefined) cleared.push(name);
    else set[name] = value;
  }
  const manager = reading.select.includes('manager') ? managerOf(managers, reading) : undefined;
  if (manager === null) cleared.push('manager');
  else if (manager !== undefined) set.manager = { $ref: manager };
  return { set, cleared, oversized };
}

/** @returns Undefined when nothing is said of a manager, null when there is none any more. */
function managerOf(
  managers: readonly unknown[],
  { system }: Reading,
): ObjectRef | null | undefined {
  let manager: ObjectRef | null | undefined;
  for (const link of managers) {
    if (!isObject(link) || typeof link.id !== 'string') continue;
    // The new manager may stand before the removal of the old one.
    if (link['@removed'] !== undefined) manager ??= null;
    else manager = { system, kind: 'user', id: link.id };
  }
  return manager;
}

export function toValue(
  value: unknown,
  size: { left: number } = { left: MAX_ATTRIBUTE_CHARACTERS },
): AttributeValue | undefined {
  if (size.left < 0) return undefined;
  switch (typeof value) {
    case 'string':
      size.left -= value.length;
      return value === '' ? undefined : value;
    case 'number':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return undefined;
      return Array.isArray(value) ? toList(value, size) : toParts(value, size);
    default:
      return undefined;
  }
}

function toList(values: readonly unknown[], size: { left: number }): AttributeValue | undefined {
  const list = values.flatMap((value) => toValue(value, size) ?? []);
  return list.length === 0 ? undefined : list;
}

function toParts(value: object, size: { left: number }): AttributeValue | undefined {
  const parts = Object.entries(value).flatMap(([name, part]) => {
    const translated = name.includes('@') ? undefined : toValue(part, size);
    return translated === undefined ? [] : [[name, translated] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

const MEMBER_KINDS: Readonly<Record<string, ObjectKind>> = {
  '#microsoft.graph.user': 'user',
  '#microsoft.graph.group': 'group',
  '#microsoft.graph.device': 'device',
  '#microsoft.graph.servicePrincipal': 'servicePrincipal',
  '#microsoft.graph.orgContact': 'contact',
};

export function memberRef(member: GraphObject, system: SystemName): ObjectRef | undefined {
  if (typeof member.id !== 'string') return undefined;
  const type = member['@odata.type'];
  return {
    system,
    kind: MEMBER_KINDS[typeof type === 'string' ? type : ''] ?? 'user',
    id: member.id,
  };
}

function linksOf(object: GraphObject, name: string): readonly GraphObject[] {
  const links = object[name];
  return Array.isArray(links) ? links.filter(isObject) : [];
}

function without(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

export function isObject(value: unknown): value is GraphObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutId({ system, kind }: Reading): Problem {
  return {
    code: 'record-without-id',
    message: `read ${kind}s of ${system}: Graph listed a ${kind} without an id; it was left out`,
    severity: 'error',
  };
}

function tooLarge({ system, kind }: Reading, id: unknown, name: string): Problem {
  return {
    code: 'value-too-large',
    message: `read ${kind}s of ${system}: ${name} of ${kind} ${String(id)} is longer than ${MAX_ATTRIBUTE_CHARACTERS} characters; its value was left as it was`,
    remedy: 'Shorten the value in Entra ID.',
    severity: 'error',
  };
}
