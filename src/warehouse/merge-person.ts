/** A person's records as merging wants them. */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import { type Ages, agesOf, firstAges, laterAges } from './ages.ts';
import { countsNow } from './dates.ts';
import { changedNames } from './merge.ts';
import { COMPUTED } from './merge-computed.ts';
import type { AttributeRules, Contribution, Merging } from './merge-rules.ts';
import type { Held, Person, Space } from './space.ts';
import type { Json } from './storage.ts';
import { mappedAsSaid, saidBy } from './written-back.ts';

/** @param aged Whether anybody asks when values changed. */
export function contributionsOf(
  { records }: Person,
  space: Space,
  aged: boolean,
): readonly Contribution[] {
  return [...records].flatMap((held) => contributionOf(held, space, aged) ?? []);
}

function contributionOf(held: Held, space: Space, aged: boolean): Contribution | undefined {
  const { rules, ref, present } = held;
  if (rules === undefined) return undefined;
  const attributes = mappedAsSaid(held, space);
  const contribution = {
    rules,
    id: ref.id,
    attributes,
    present: countsNow(present, rules, attributes, space.at),
  };
  if (!aged) return contribution;
  let parsed: Ages | undefined;
  return {
    ...contribution,
    changedAt: (attribute) => {
      parsed ??= agesOf(agesNow(held, space));
      return parsed.changedAt(rules.map.inputsOf?.(attribute) ?? [attribute]);
    },
  };
}

/** When attributes of a record changed, as it is becoming. */
export function agesNow(held: Held, space: Space): Json | undefined {
  const { rules, stored, text, told } = held;
  if (rules === undefined) return undefined;
  const at = space.at.getTime();
  if (stored === undefined) return firstAges(at, told);
  if (stored.attributes === text) return stored.ages;
  held.moved ??= changedNames(JSON.parse(stored.attributes), space.attributesOf(held));
  return held.moved.length === 0 ? stored.ages : laterAges(stored.ages, held.moved, at, told);
}

export function mergingOf({ records, kept }: Person, space: Space, rules: AttributeRules): Merging {
  return {
    rules,
    now: space.at,
    kept,
    record: (system) => {
      const theirs = [...records].filter(({ ref }) => ref.system === system);
      const [gone] = theirs;
      const held = theirs.find(({ present }) => present) ?? gone;
      if (held === undefined) return undefined;
      // Those that are gone still count of somebody who has left.
      return held.present || !isVouchedFor(records, space) ? saidBy(held, space) : undefined;
    },
  };
}

function isVouchedFor(records: ReadonlySet<Held>, space: Space): boolean {
  return [...records].some(
    (held) => held.rules?.authority && contributionOf(held, space, false)?.present,
  );
}

/** What was computed before. */
export function keptOf(
  attributes: Attributes,
  origins: Person['origins'],
  rules: AttributeRules | undefined,
): Record<string, AttributeValue> {
  const kept: Record<string, AttributeValue> = {};
  for (const { attribute, computed } of rules?.ordered ?? []) {
    const value = attributes[attribute];
    if (computed && value !== undefined && origins[attribute] === COMPUTED) kept[attribute] = value;
  }
  return kept;
}
