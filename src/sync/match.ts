/**
 * Finds the accounts of people who have no link yet: many of them by listing the target once and
 * looking in what was listed, few by asking for each. Whoever has a create in flight is looked for
 * in the target itself, by everything the account would be found by. Of those who are about to be called
 * something else it is asked whether an account that nobody here is known to have is called that.
 */

import { type Connector, ConnectorError } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Scalar } from '../identity/record.ts';
import { nameKey } from '../mapping/names.ts';
import { matchValues, newNames, type PlanningContext } from '../plan/desired.ts';
import { chooseMatch, heldByStranger, type Match, type MatchValue } from '../plan/match.ts';
import type { NameAsking } from '../plan/names.ts';
import { standing } from '../plan/standing.ts';
import type { Target } from '../plan/target.ts';
import type { Account, Subject } from '../warehouse/subject.ts';
import type { Candidate } from '../warehouse/warehouse.ts';
import type { Engine, Watch } from './engine.ts';
import { afterRefusal, askedFor, isStillHidden } from './probe.ts';
import { readSource } from './read.ts';

/** More people than this in one batch are not asked for one by one. */
export const FEW = 20;
/** With more people due than this, the first who is unlinked will not be the last. */
const MANY = 100;
const AT_A_TIME = 8;

export interface Matching {
  readonly match: (
    subjects: readonly Subject[],
    context: PlanningContext,
  ) => Promise<ReadonlyMap<IdentityId, Match>>;
  /** Of these names of a path, whose they are in the target or are to be. */
  readonly namesHeld: NameAsking['namesHeld'];
}

interface Sought {
  readonly subject: Subject;
  readonly values: readonly MatchValue[];
  /** In the target itself, however many there are. */
  readonly live: boolean;
  /** Of somebody who is about to be called something else. */
  readonly account?: Account;
}

export interface MatchingOptions {
  /** People due in the target: so many may have to be looked for in all. */
  readonly due: number;
  /** The target's accounts were read to their end a moment ago. */
  readonly listed: boolean;
}

export function matching(
  target: Target,
  connector: Connector,
  engine: Engine,
  options: MatchingOptions,
  watch: Watch,
): Matching {
  let listed: Promise<boolean> | undefined = options.listed ? Promise.resolve(true) : undefined;
  const list = () => {
    listed ??= listTarget(target, connector, engine, watch);
    return listed;
  };
  /** One plan gives an account to one person. */
  const claimed = new Map<string, IdentityId>();
  const match: Matching['match'] = async (subjects, context) => {
    const matches = new Map<IdentityId, Match>();
    const sought = subjects.flatMap((subject): readonly Sought[] => {
      const isIn = standing(subject, target, context.now).in;
      const account = subject.account?.missing ? undefined : subject.account;
      if (account !== undefined) {
        const values = isIn ? newNames(subject, account, target, context) : [];
        return values.length === 0 ? [] : [{ subject, values, live: false, account }];
      }
      if (subject.inFlight !== undefined) {
        return [{ subject, values: askedFor(subject.inFlight.match), live: true }];
      }
      const refused = subject.refusedCreate !== undefined;
      if (!isIn && !refused) return [];
      const values = isIn ? matchValues(subject, target, context) : [];
      return [{ subject, values, live: refused || subject.due?.escrow?.code === 'conflict' }];
    });
    const ordinary = sought.filter(({ live }) => !live);
    const unaskable = connector.find === undefined;
    const unlinked = ordinary.some(({ account }) => account === undefined);
    const many =
      ordinary.length > FEW ||
      (ordinary.length > 0 && unaskable) ||
      (unlinked && options.due > MANY);
    const known = many && (await list()) ? ordinary : [];
    const candidates = await candidatesOf(
      known.flatMap(({ values }) => values),
      target,
      engine,
    );
    for (const { subject, values } of known) {
      const { id } = subject.identity;
      matches.set(id, chooseMatch(id, values, candidates));
    }
    await eachAtATime(
      sought.filter((each) => !known.includes(each)),
      async ({ subject, values }) => {
        const { id } = subject.identity;
        const find = async (sought: readonly MatchValue[]) => {
          const found = await findAccounts(sought, target, connector, engine, watch);
          return chooseMatch(id, sought, ({ path }) => found.get(path) ?? []);
        };
        const match =
          subject.inFlight === undefined && subject.refusedCreate !== undefined
            ? await afterRefusal(subject.refusedCreate, values, target, context.now, find)
            : await find(values);
        if (match === undefined) return;
        if (match.type === 'none' && isStillHidden(subject, target, context.now)) return;
        matches.set(id, match);
      },
    );
    for (const { subject, account } of sought) {
      const { id } = subject.identity;
      const match = matches.get(id);
      if (account === undefined || match === undefined) continue;
      const taken = heldByStranger(match, account.ref);
      if (taken === undefined) matches.delete(id);
      else matches.set(id, taken);
    }
    // Whose lost create may have made an account comes before others who would be called the same.
    const inOrder = sought.toSorted((a, b) => Number(b.live) - Number(a.live));
    for (const { subject } of inOrder) {
      const { id } = subject.identity;
      const match = matches.get(id);
      if (match?.type !== 'one') continue;
      const owner = claimed.get(match.record.ref.id) ?? id;
      claimed.set(match.record.ref.id, owner);
      if (owner !== id) matches.set(id, { ...match, type: 'taken', identity: owner });
    }
    return matches;
  };
  const namesHeld: Matching['namesHeld'] = async ({ path }, names) => {
    const { system, kind } = target;
    const few = options.due <= FEW && names.length <= MANY && connector.find !== undefined;
    const asked = few && !listed ? await askForNames(path, names, target, connector, watch) : false;
    if (asked === false) await list();
    const held = await engine.warehouse.namesHeld({ system, kind, path }, names);
    return asked === false ? held : new Map([...held, ...asked]);
  };
  return { match, namesHeld };
}

/** @returns False where the target cannot be asked; it is listed then. */
async function askForNames(
  path: string,
  names: readonly string[],
  target: Target,
  connector: Connector,
  { signal }: Watch,
): Promise<ReadonlyMap<string, IdentityId> | false> {
  const held = new Map<string, IdentityId>();
  try {
    await eachAtATime(names, async (name) => {
      const key = nameKey(name);
      const hits = await findOne(connector, target, path, name, signal);
      if (key !== undefined && hits.length > 0) held.set(key, '');
    });
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'invalid') return false;
    throw error;
  }
  return held;
}

/** @returns False when the target cannot be listed; people are asked for one by one then. */
export async function listTarget(
  { system, kind }: Target,
  connector: Connector,
  engine: Engine,
  watch: Watch,
): Promise<boolean> {
  if (connector.read === undefined) return false;
  const job = { system, kind, attributes: [], applications: [] };
  const { failure } = await readSource(job, engine, true, watch);
  return failure === undefined;
}

/** Among the accounts that were listed. */
export async function candidatesOf(
  values: readonly MatchValue[],
  { system, kind }: Target,
  { warehouse }: Engine,
): Promise<(value: MatchValue) => readonly Candidate[]> {
  const byPath = new Map<string, Set<Scalar>>();
  for (const { path, value } of values) {
    byPath.set(path, (byPath.get(path) ?? new Set()).add(value));
  }
  const found = new Map<string, ReadonlyMap<Scalar, readonly Candidate[]>>();
  for (const [path, wanted] of byPath) {
    found.set(path, await warehouse.candidates(system, kind, path, [...wanted]));
  }
  return ({ path, value }) => found.get(path)?.get(value) ?? [];
}

/** Asks the target for each value in turn until one is found; whose it is, the warehouse knows. */
export async function findAccounts(
  values: readonly MatchValue[],
  target: Target,
  connector: Connector,
  { warehouse }: Engine,
  { signal }: Watch,
): Promise<ReadonlyMap<string, readonly Candidate[]>> {
  const found = new Map<string, readonly Candidate[]>();
  for (const { path, value } of values) {
    const hits = await findOne(connector, target, path, value, signal);
    if (hits.length === 0) continue;
    // By the account, not by the value: a target that shows changes late finds it by what it held before.
    const owners = await warehouse.ownersOf(hits.map(({ record }) => record.ref));
    found.set(
      path,
      hits.map(({ record }) => {
        const linkedTo = owners.get(record.ref.id);
        return linkedTo === undefined ? { record } : { record, linkedTo };
      }),
    );
    return found;
  }
  return found;
}

async function findOne(
  connector: Connector,
  { kind, system }: Target,
  path: string,
  value: Scalar,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  if (connector.find === undefined) return [];
  try {
    const record = await connector.find(kind, path, value, { signal });
    return record === undefined ? [] : [{ record }];
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'ambiguous') throw error;
    const unknown = { record: { ref: { system, kind, id: '' }, attributes: {} } };
    return [unknown, unknown];
  }
}

async function eachAtATime<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: Math.min(AT_A_TIME, items.length) }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
