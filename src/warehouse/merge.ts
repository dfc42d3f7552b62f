/** One identity from all records joined to it. Pure, and whatever the order they were read in. */

import type { Attributes, AttributeValue, SystemName } from '../identity/record.ts';
import { type Chosen, chosen } from './merge-choice.ts';
import { COMPUTED, computed } from './merge-computed.ts';
import type { AttributeRule, Contribution, Merging } from './merge-rules.ts';
import { isSame } from './same.ts';

export interface Merged {
  readonly attributes: Attributes;
  /** The system of each value; several for a union; `computed`. */
  readonly origins: Readonly<Record<string, SystemName>>;
  readonly present: boolean;
  /** Attributes for which a value that nobody else has is still to be drawn. */
  readonly undrawn?: readonly string[];
}

/**
 * For each attribute the value of the record with the smallest precedence among those that have
 * one, unless a rule says otherwise. Somebody has left when no authoritative record is present;
 * then the last values stay.
 */
export function merge(contributions: readonly Contribution[], merging?: Merging): Merged {
  const { present, counted } = counting(contributions);
  const attributes: Record<string, AttributeValue> = {};
  const origins: Record<string, SystemName> = {};
  const ranks = new Map<string, number>();
  const ruled = merging?.rules.byName;
  for (const { rules, attributes: offered } of counted) {
    const { authoritative } = rules;
    for (const name of Object.keys(offered)) {
      if (ruled?.has(name)) continue;
      const rank = rankOf(rules, name);
      // Equal ranks: the first of a fixed order, so that nothing depends on who was read first.
      if (rank >= (ranks.get(name) ?? Number.POSITIVE_INFINITY)) continue;
      ranks.set(name, rank);
      attributes[name] = offered[name] as AttributeValue;
      origins[name] = rules.system;
    }
    if (authoritative === undefined) continue;
    for (const name of authoritative) {
      if (ruled?.has(name) || Object.hasOwn(offered, name)) continue;
      const rank = rankOf(rules, name);
      if (rank >= (ranks.get(name) ?? Number.POSITIVE_INFINITY)) continue;
      ranks.set(name, rank);
      delete attributes[name];
      delete origins[name];
    }
  }
  if (merging === undefined || merging.rules.ordered.length === 0) {
    return { attributes, origins, present };
  }
  const undrawn: string[] = [];
  for (const rule of merging.rules.ordered) {
    const { attribute } = rule;
    const { value, origin } = chosen(rule, ranked(counted, attribute), attributes, merging.now);
    put(attributes, origins, attribute, value, origin);
    if (rule.computed === undefined) continue;
    const made = computed(rule.computed, attribute, attributes, merging);
    if (made.type === 'undrawn') undrawn.push(attribute);
    if (made.type !== 'merged') put(attributes, origins, attribute, made.value, COMPUTED);
  }
  return { attributes, origins, present, ...(undrawn.length > 0 && { undrawn }) };
}

function put(
  attributes: Record<string, AttributeValue>,
  origins: Record<string, SystemName>,
  name: string,
  value: AttributeValue | undefined,
  origin: SystemName | undefined,
): void {
  if (value === undefined || origin === undefined) {
    if (!Object.hasOwn(attributes, name)) return;
    delete attributes[name];
    delete origins[name];
    return;
  }
  attributes[name] = value;
  origins[name] = origin;
}

/** How one attribute came to its value, for whoever asks. */
export function choice(
  contributions: readonly Contribution[],
  attribute: string,
  decided: Attributes,
  merging: Merging | undefined,
): Chosen {
  const rule: AttributeRule = merging?.rules.byName.get(attribute) ?? {
    attribute,
    merge: 'precedence',
  };
  const { counted } = counting(contributions);
  return chosen(rule, ranked(counted, attribute), decided, merging?.now ?? new Date(0));
}

interface Counting {
  readonly present: boolean;
  readonly counted: readonly Contribution[];
}

function counting(contributions: readonly Contribution[]): Counting {
  const [only] = contributions;
  // Most people are known to one system when they are first met.
  if (only && contributions.length === 1) {
    return { present: only.present && only.rules.authority, counted: contributions };
  }
  const present = contributions.some((each) => each.present && each.rules.authority);
  const counted = (present ? contributions.filter((each) => each.present) : contributions).toSorted(
    byDefaultPrecedence,
  );
  return { present, counted };
}

/** In the order in which they are asked for an attribute. */
function ranked(counted: readonly Contribution[], attribute: string): readonly Contribution[] {
  if (counted.length < 2) return counted;
  return counted.toSorted((a, b) => rankOf(a.rules, attribute) - rankOf(b.rules, attribute));
}

/** Whoever is authoritative comes before all who are not. */
const FIRST = -1e9;

/** Smaller wins. */
function rankOf(
  { precedence, defaultPrecedence, authoritative }: Contribution['rules'],
  attribute: string,
): number {
  const rank = precedence[attribute] ?? defaultPrecedence;
  return authoritative?.has(attribute) ? rank + FIRST : rank;
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
