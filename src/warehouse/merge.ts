/** One identity from all records joined to it. Pure, and whatever the order they were read in. */

import type { Attributes, AttributeValue, SystemName } from '../identity/record.ts';
import { isSame } from './same.ts';
import type { SourceRules } from './warehouse.ts';

/** A record joined to the identity, as identity attributes. */
export interface Contribution {
  readonly rules: Pick<
    SourceRules,
    'system' | 'kind' | 'authority' | 'precedence' | 'defaultPrecedence'
  >;
  readonly id: string;
  readonly attributes: Attributes;
  /** False for a record that is gone; its last values still count once nobody vouches any more. */
  readonly present: boolean;
}

export interface Merged {
  readonly attributes: Attributes;
  readonly origins: Readonly<Record<string, SystemName>>;
  readonly present: boolean;
}

/**
 * For each attribute the value of the record with the smallest precedence among those that have
 * one. Somebody has left when no authoritative record is present; then the last values stay.
 */
export function merge(contributions: readonly Contribution[]): Merged {
  const present = contributions.some((each) => each.present && each.rules.authority);
  const counted = (present ? contributions.filter((each) => each.present) : contributions).toSorted(
    byDefaultPrecedence,
  );
  const attributes: Record<string, AttributeValue> = {};
  const origins: Record<string, SystemName> = {};
  const ranks = new Map<string, number>();
  for (const { rules, attributes: offered } of counted) {
    for (const name of Object.keys(offered)) {
      const rank = rules.precedence[name] ?? rules.defaultPrecedence;
      // Equal ranks: the first of a fixed order, so that nothing depends on who was read first.
      if (rank >= (ranks.get(name) ?? Number.POSITIVE_INFINITY)) continue;
      ranks.set(name, rank);
      attributes[name] = offered[name] as AttributeValue;
      origins[name] = rules.system;
    }
  }
  return { attributes, origins, present };
}

function byDefaultPrecedence(a: Contribution, b: Contribution): number {
  return (
    a.rules.defaultPrecedence - b.rules.defaultPrecedence ||
    compare(a.rules.system, b.rules.system) ||
    compare(a.rules.kind, b.rules.kind) ||
    Number(b.present) - Number(a.present) ||
    compare(a.id, b.id)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names of attributes that differ. */
export function changedNames(before: Attributes, after: Attributes): readonly string[] {
  const names = Object.keys(after).filter((name) => !isSame(before[name], after[name]));
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) names.push(name);
  return names;
}
