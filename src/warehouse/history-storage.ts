/** What the history of identities asks of the store, and how a change is spelled there. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef, SystemName } from '../identity/record.ts';
import type { Before, Cause, IdentityChange, Moved } from './history.ts';
import type { Json } from './storage.ts';

/** One transaction's changes: when, and what brought them about. */
export interface HistoryStep {
  readonly id: number;
  readonly at: number;
  readonly cause: Cause;
}

export interface NewChange {
  readonly identity: IdentityId;
  readonly records: Json;
  readonly before: Json;
}

export interface StoredChange extends Pick<IdentityChange, 'number' | 'at' | 'cause'> {
  readonly records?: Json;
  readonly before?: Json;
}

export interface HistoryStore {
  /** @param made Identities that were nobody before. */
  saveHistory(
    step: HistoryStep,
    made: readonly IdentityId[],
    changes: readonly NewChange[],
  ): Promise<void>;
  /** The newest first, below a number. */
  historyOf(identity: IdentityId, below: number, limit: number): Promise<readonly StoredChange[]>;
  /** Whether there is anything older. */
  anyHistory(before: number): Promise<boolean>;
  /** Forgets the oldest steps before an instant. @returns Whether there may be more. */
  pruneHistory(before: number, mostSteps: number): Promise<boolean>;
}

/** Names of one letter: these rows are many. */
interface Spelled {
  /** Values. */
  readonly v?: Before['values'];
  /** Names without a value. */
  readonly n?: readonly string[];
  /** Origins, by system. */
  readonly o?: Readonly<Record<SystemName, readonly string[]>>;
  readonly p?: boolean;
  /** Links gained and lost. */
  readonly g?: readonly SpelledMove[];
  readonly l?: readonly SpelledMove[];
  readonly k?: string;
}

type SpelledMove = readonly [system: string, kind: string, id: string, other?: IdentityId];

export function spellBefore({
  values,
  without,
  origins,
  present,
  gained,
  lost,
  kind,
}: Before): Json {
  const names = Object.groupBy(Object.keys(origins), (name) => origins[name] ?? '');
  const spelled: Spelled = {
    ...(Object.keys(values).length > 0 && { v: values }),
    ...(without.length > 0 && { n: without }),
    ...(Object.keys(names).length > 0 && { o: names as Spelled['o'] & object }),
    ...(present !== undefined && { p: present }),
    ...(gained.length > 0 && { g: gained.map(spellMove) }),
    ...(lost.length > 0 && { l: lost.map(spellMove) }),
    ...(kind !== undefined && { k: kind }),
  };
  return JSON.stringify(spelled);
}

function spellMove({ ref: { system, kind, id }, other }: Moved): SpelledMove {
  return other === undefined ? [system, kind, id] : [system, kind, id, other];
}

export function spellRecords(refs: readonly ObjectRef[]): Json {
  return JSON.stringify(refs.map(({ system, kind, id }) => [system, kind, id]));
}

/** Written by the functions above, and by nobody else. */
export function changeOf({ records, before, ...rest }: StoredChange): IdentityChange {
  const refs: readonly SpelledMove[] = records === undefined ? [] : JSON.parse(records);
  return {
    ...rest,
    records: refs.map(refOf),
    ...(before !== undefined && { before: beforeOf(JSON.parse(before)) }),
  };
}

function beforeOf({ v = {}, n = [], o = {}, p, g = [], l = [], k }: Spelled): Before {
  const origins = Object.entries(o).flatMap(([system, names]) =>
    names.map((name) => [name, system] as const),
  );
  return {
    values: v,
    without: n,
    origins: Object.fromEntries(origins),
    gained: g.map(moveOf),
    lost: l.map(moveOf),
    ...(p !== undefined && { present: p }),
    ...(k !== undefined && { kind: k }),
  };
}

function moveOf(move: SpelledMove): Moved {
  const [, , , other] = move;
  return { ref: refOf(move), ...(other !== undefined && { other }) };
}

function refOf([system, kind, id]: SpelledMove): ObjectRef {
  return { system, kind, id };
}
