/**
 * What changed about whom. Every change is kept as what was before, so today's identity is the end
 * of a chain that is walked backwards: the oldest changes can be dropped at any time, and whatever
 * moment is left is still shown exactly.
 */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type {
  Attributes,
  AttributeValue,
  ObjectKind,
  ObjectRef,
  SystemName,
} from '../identity/record.ts';
import type { DecisionId } from './decision.ts';

/**
 * What brings a change about. `reading`: a record of a system. `answer`: an account that a target
 * answered with, or that was linked. `decision`: a person said who is who. `configuration`: other
 * rules. `date`: one that a rule of a group waits for has come. `import`: a person made somebody of an
 * account.
 */
export interface Cause {
  readonly type: 'reading' | 'answer' | 'decision' | 'configuration' | 'date' | 'import';
  readonly system?: SystemName;
  readonly kind?: ObjectKind;
  readonly run?: string;
  readonly decision?: DecisionId;
}

/** A record that came or went, and whose it was before, or is now. */
export interface Moved {
  readonly ref: ObjectRef;
  readonly other?: IdentityId;
}

/** What puts an identity back to what it was. */
export interface Before {
  /** Values that it had. */
  readonly values: Attributes;
  /** Names that had no value. */
  readonly without: readonly string[];
  /** Who supplied them, of those that somebody else supplied, or nobody did afterwards. */
  readonly origins: Readonly<Record<string, SystemName>>;
  /** Where it changed. */
  readonly present?: boolean;
  readonly gained: readonly Moved[];
  readonly lost: readonly Moved[];
  /** Of an identity that ended: everything above is all of it. */
  readonly kind?: ObjectKind;
}

/** A change as it is read back. */
export interface IdentityChange {
  /** Per identity, from 1; the newest is the highest. */
  readonly number: number;
  readonly at: Date;
  readonly cause: Cause;
  /** Records whose change it was; none where it was the identity's beginning, or no record's. */
  readonly records: readonly ObjectRef[];
  /** Absent: it was nobody yet. */
  readonly before?: Before;
}

/** A change with its values on both sides. */
export interface HistoryEntry extends Pick<IdentityChange, 'at' | 'cause' | 'records'> {
  readonly type: 'made' | 'changed' | 'ended';
  readonly changes: readonly ValueChange[];
  /** `other`: whose record it was before. */
  readonly linked: readonly Moved[];
  /** `other`: whose record it is now. */
  readonly unlinked: readonly Moved[];
  /** Where it changed: false for somebody who left, true for somebody who is back. */
  readonly present?: boolean;
}

export interface ValueChange {
  readonly path: string;
  readonly before?: AttributeValue;
  readonly after?: AttributeValue;
  /** Who supplied the value before, and who does after. */
  readonly from?: SystemName;
  readonly origin?: SystemName;
}

/** What an identity was before a change; nothing where it was nobody. */
export function identityBefore(
  id: IdentityId,
  after: Identity | undefined,
  { before }: Pick<IdentityChange, 'before'>,
): Identity | undefined {
  if (before === undefined) return undefined;
  const { values, without, origins, present, gained, lost, kind } = before;
  if (after === undefined || kind !== undefined) {
    return {
      id,
      kind: kind ?? after?.kind ?? '',
      attributes: values,
      origins,
      links: inOrder(lost.map(({ ref }) => ref)),
      present: present ?? false,
    };
  }
  const attributes: Record<string, AttributeValue> = { ...after.attributes, ...values };
  const suppliers: Record<string, SystemName> = { ...after.origins, ...origins };
  for (const name of without) {
    delete attributes[name];
    delete suppliers[name];
  }
  const came = new Set(gained.map(({ ref }) => keyOf(ref)));
  return {
    ...after,
    attributes,
    origins: suppliers,
    links: inOrder([
      ...after.links.filter((ref) => !came.has(keyOf(ref))),
      ...lost.map(({ ref }) => ref),
    ]),
    present: present ?? after.present,
  };
}

/** @param after What it was afterwards, and `earlier` before, where it was somebody. */
export function entryOf(
  { at, cause, records, before }: IdentityChange,
  after: Identity | undefined,
  earlier: Identity | undefined,
): HistoryEntry {
  const moved = { linked: before?.gained ?? [], unlinked: before?.lost ?? [] };
  const common = { at, cause, changes: changesBetween(earlier, after) };
  if (earlier === undefined) {
    const links = after?.links ?? [];
    const linked = links.map((ref) => ({ ref }));
    return { ...common, type: 'made', records: links, linked, unlinked: [] };
  }
  if (after === undefined) return { ...common, type: 'ended', records, ...moved };
  const turned = earlier.present !== after.present;
  return {
    ...common,
    type: 'changed',
    records,
    ...moved,
    ...(turned && { present: after.present }),
  };
}

function changesBetween(
  earlier: Identity | undefined,
  after: Identity | undefined,
): readonly ValueChange[] {
  const [old, now] = [earlier?.attributes ?? {}, after?.attributes ?? {}];
  const names = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...names].toSorted().flatMap((path): readonly ValueChange[] => {
    const [before, value] = [old[path], now[path]];
    const [from, origin] = [earlier?.origins[path], after?.origins[path]];
    // Values that no change touched are the same object on both sides.
    if (before === value && from === origin) return [];
    return [
      {
        path,
        ...(before !== undefined && { before }),
        ...(value !== undefined && { after: value }),
        ...(from !== undefined && { from }),
        ...(origin !== undefined && { origin }),
      },
    ];
  });
}

export function inOrder(refs: readonly ObjectRef[]): readonly ObjectRef[] {
  return refs.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ system, kind, id }: ObjectRef): string {
  return JSON.stringify([system, kind, id]);
}
