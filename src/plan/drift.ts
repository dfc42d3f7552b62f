/**
 * What somebody changed in a target behind our back. A difference between what an account holds and
 * what the target answered to us is drift, unless the account came to hold what we asked after all.
 */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import { type Account, isUnsure } from '../warehouse/subject.ts';
import { heldAt, type Target } from './target.ts';
import { asBoolean, sameValue } from './values.ts';

/** What becomes of a difference: told, written over, or accepted. */
export type DriftAction = 'report' | 'revert' | 'adopt';

/** What becomes of an account that belongs to nobody. */
export type OrphanAction = 'report' | 'link' | 'import' | 'disable' | 'leave';

export interface DriftPolicy {
  readonly default: DriftAction;
  /** By path of the target. */
  readonly attributes: Readonly<Record<string, DriftAction>>;
  readonly orphans: OrphanAction;
  /** So many differences that wait for a person raise an alert. */
  readonly alertFrom: number;
}

export const REPORT_DRIFT: DriftPolicy = {
  default: 'report',
  attributes: {},
  orphans: 'report',
  alertFrom: 1,
};

/** @param path Of the target; `members` for those of groups. */
export function actionOn(path: string | undefined, policy: DriftPolicy): DriftAction {
  const own = path !== undefined && Object.hasOwn(policy.attributes, path);
  return own ? (policy.attributes[path] ?? policy.default) : policy.default;
}

export interface Drift {
  /** `disabled` and `enabled`: somebody turned the account off, or one on that we had turned off. */
  readonly type: 'changed' | 'disabled' | 'enabled';
  readonly path: string;
  /** Absent: we asked it to hold nothing, or never asked. */
  readonly asked?: AttributeValue;
  readonly answered?: AttributeValue;
  readonly current?: AttributeValue;
}

export type DriftingAccount = Pick<Account, 'current' | 'asked' | 'answered' | 'disabledBy'>;

/** Finds the drift of accounts that we wrote or linked; only in attributes under management. */
export function driftFinder(target: Target): (account: DriftingAccount) => readonly Drift[] {
  const managed = managedPaths(target);
  const pending = new Set(target.traits.pendingPaths);
  return (account) => {
    const { asked, answered, current } = account;
    const drifts: Drift[] = [];
    let known = false;
    for (const path in asked) {
      known = true;
      // What may be ours is nobody's drift; it is asked again anyway.
      if (isUnsure(asked[path])) continue;
      if (!managed.has(path) || createsOnly(path, asked[path], target)) continue;
      const held = heldAt(target, current, path);
      const said = answered[path];
      if (sameValue(held, said)) continue;
      const wanted = withoutEmptyList(asked[path]);
      // A person confirmed it, or the target took its time: it holds what we asked.
      if (sameValue(held, wanted)) continue;
      if (pending.has(path) && !sameValue(said, wanted)) continue;
      drifts.push({ type: 'changed', path, ...valuesOf(wanted, said, held) });
    }
    if (known) drifts.push(...turned(account, target));
    return drifts;
  };
}

/** First values may be edited in the target, and rows that left the map are not ours any more. */
function managedPaths({ mapping, attributeRules, traits }: Target): ReadonlySet<string> {
  const paths = mapping.rows.flatMap(({ row: { path, when } }) =>
    when === 'create' || attributeRules.get(path)?.createOnly ? [] : [path],
  );
  // Whether an account is on has rules of its own.
  return new Set(paths.filter((path) => path !== traits.enabledPath));
}

function createsOnly(path: string, asked: AttributeValue | undefined, target: Target): boolean {
  return target.attributeRules.get(path)?.createOnlyValues?.includes(String(asked)) ?? false;
}

function turned(
  { asked, answered, current, disabledBy }: DriftingAccount,
  target: Target,
): readonly Drift[] {
  const { enabledPath: path } = target.traits;
  if (path === undefined) return [];
  const held = heldAt(target, current, path);
  const off = asBoolean(held) === false;
  const wanted = withoutEmptyList(asked[path]);
  const wantedOff = disabledBy === 'us' || asBoolean(wanted) === false;
  const saidOff = asBoolean(answered[path]) === false || disabledBy === 'us';
  if (off === wantedOff || off === saidOff) return [];
  return [{ type: off ? 'disabled' : 'enabled', path, ...valuesOf(wanted, answered[path], held) }];
}

function valuesOf(
  asked: AttributeValue | undefined,
  answered: AttributeValue | undefined,
  current: AttributeValue | undefined,
): Pick<Drift, 'asked' | 'answered' | 'current'> {
  return {
    ...(asked !== undefined && { asked }),
    ...(answered !== undefined && { answered }),
    ...(current !== undefined && { current }),
  };
}

/** The empty list in `asked` means that the path was asked to hold nothing. */
function withoutEmptyList(asked: AttributeValue | undefined): AttributeValue | undefined {
  return Array.isArray(asked) && asked.length === 0 ? undefined : asked;
}

export interface AccountMemory {
  readonly asked: Attributes;
  readonly answered: Attributes;
}

/**
 * The account's memory once a drifted value counts as what we asked last, so that the planner sees
 * that the wanted value is another one and writes it.
 */
export function reverting(
  { asked, answered }: AccountMemory,
  drifts: readonly Pick<Drift, 'path' | 'current'>[],
): AccountMemory {
  const now = { asked: { ...asked }, answered: { ...answered } };
  for (const { path, current } of drifts) {
    put(now.asked, path, current ?? []);
    put(now.answered, path, current);
  }
  return now;
}

/**
 * The account's memory once the value that is there counts as the answer to what was asked: it is
 * not fought, until the wanted value changes.
 */
export function adopting(
  { asked, answered }: AccountMemory,
  drifts: readonly Pick<Drift, 'path' | 'current'>[],
): AccountMemory {
  const now = { asked, answered: { ...answered } };
  for (const { path, current } of drifts) put(now.answered, path, current);
  return now;
}

function put(
  attributes: Record<string, AttributeValue>,
  path: string,
  value: AttributeValue | undefined,
): void {
  if (value === undefined) delete attributes[path];
  else attributes[path] = value;
}
