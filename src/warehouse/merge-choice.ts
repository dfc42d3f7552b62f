/** Which of the values that records offer for one attribute counts, and why the others do not. */

import type { Attributes, AttributeValue, SystemName } from '../identity/record.ts';
import type { AttributeRule, Contribution, Supplier } from './merge-rules.ts';
import { isSame } from './same.ts';

export interface Chosen {
  readonly value?: AttributeValue;
  readonly origin?: SystemName;
  /** Everybody who was asked or passed over, in the order of asking. */
  readonly asked: readonly Asked[];
}

export interface Asked {
  readonly contribution: Contribution;
  readonly verdict: Verdict;
}

export type Verdict =
  /** Its value counts, or that it has none. */
  | 'wins'
  /** With the values of others. */
  | 'joins'
  /** Somebody before it has the say. */
  | 'later'
  /** Somebody else's value is newer. */
  | 'older'
  /** Not among those whose value counts here. */
  | 'not-asked'
  /** The condition under which it counts does not hold. */
  | 'condition'
  /** It has no value, and that is none. */
  | 'empty';

interface Entry {
  readonly contribution: Contribution;
  readonly value: AttributeValue | undefined;
  readonly authoritative: boolean;
}

/**
 * @param ranked Those that count, by rank.
 * @param decided Attributes of the identity that are decided before this one.
 */
export function chosen(
  rule: AttributeRule,
  ranked: readonly Contribution[],
  decided: Attributes,
  now: Date,
): Chosen {
  const { entries, passed } = entriesOf(rule, ranked, decided, now);
  switch (rule.merge) {
    case 'precedence':
      return oneOf(entries, entries[0], 'later', passed);
    case 'recency':
      return oneOf(entries, newest(entries, rule.attribute), 'older', passed);
    case 'union':
      return allOf(entries, passed);
  }
}

interface Entries {
  /** With a value, or authoritative. */
  readonly entries: readonly Entry[];
  readonly passed: readonly Asked[];
}

function entriesOf(
  { attribute, from }: AttributeRule,
  ranked: readonly Contribution[],
  decided: Attributes,
  now: Date,
): Entries {
  const entries: Entry[] = [];
  const passed: Asked[] = [];
  const take = (contribution: Contribution, authoritative: boolean): void => {
    const value = contribution.attributes[attribute];
    if (value === undefined && !authoritative) passed.push({ contribution, verdict: 'empty' });
    else entries.push({ contribution, value, authoritative });
  };
  if (from === undefined) {
    for (const each of ranked) take(each, each.rules.authoritative?.has(attribute) ?? false);
    return { entries, passed };
  }
  const left = new Set(ranked);
  const refused = new Set<Contribution>();
  for (const { system, when, authoritative } of from) {
    for (const each of ranked) {
      if (each.rules.system !== system || !left.has(each)) continue;
      if (when && !when.includes(decided, now)) {
        refused.add(each);
        continue;
      }
      left.delete(each);
      take(each, authoritative ?? each.rules.authoritative?.has(attribute) ?? false);
    }
  }
  for (const contribution of left) {
    passed.push({ contribution, verdict: refused.has(contribution) ? 'condition' : 'not-asked' });
  }
  return { entries, passed };
}

function oneOf(
  entries: readonly Entry[],
  winner: Entry | undefined,
  others: Verdict,
  passed: readonly Asked[],
): Chosen {
  return {
    ...(winner?.value !== undefined && {
      value: winner.value,
      origin: winner.contribution.rules.system,
    }),
    asked: [
      ...entries.map((entry) => ({
        contribution: entry.contribution,
        verdict: entry === winner ? ('wins' as const) : others,
      })),
      ...passed,
    ],
  };
}

/** Of equally new ones, and of those of which nobody knows, the first. */
function newest(entries: readonly Entry[], attribute: string): Entry | undefined {
  let [best] = entries;
  let latest = best?.contribution.changedAt?.(attribute) ?? Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    const at = entry.contribution.changedAt?.(attribute) ?? Number.NEGATIVE_INFINITY;
    if (at > latest) [best, latest] = [entry, at];
  }
  return best;
}

function allOf(entries: readonly Entry[], passed: readonly Asked[]): Chosen {
  const values: AttributeValue[] = [];
  const systems = new Set<SystemName>();
  const asked = entries.map(({ contribution, value }): Asked => {
    if (value === undefined) return { contribution, verdict: 'empty' };
    for (const each of isList(value) ? value : [value]) {
      if (values.some((other) => isOne(other, each))) continue;
      values.push(each);
      systems.add(contribution.rules.system);
    }
    return { contribution, verdict: 'joins' };
  });
  return {
    ...(values.length > 0 && { value: values, origin: [...systems].join(', ') }),
    asked: [...asked, ...passed],
  };
}

/** Addresses and codes in capitals are what they are in small letters; the first spelling stays. */
function isOne(a: AttributeValue, b: AttributeValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toLowerCase() === b.toLowerCase();
  return isSame(a, b);
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

/** The names of suppliers, for whoever shows the rule. */
export function suppliersText(from: readonly Supplier[]): string {
  return from
    .map(({ system, when }) => (when === undefined ? system : `${system} when ${when.text}`))
    .join(', then ');
}
