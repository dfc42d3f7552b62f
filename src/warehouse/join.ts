/**
 * To whom a record belongs. The first rule with a hit decides; several hits, one that has a record
 * of that system already, or one that is merely alike, are for a person to decide (two people who
 * share an address, twins).
 */

import { hash } from 'node:crypto';
import type { IdentityId } from '../identity/identity.ts';
import { label } from '../identity/identity.ts';
import type { Attributes, ObjectKind } from '../identity/record.ts';
import { keysOf, ruleKeys } from './keys.ts';
import { type Alike, alike } from './similar/evidence.ts';
import {
  contradiction,
  featuresFor,
  type JoinRule,
  MOST_IN_BLOCK,
  ruleMark,
  ruleName,
  type SimilarRule,
} from './similar/rule.ts';
import type { Held, Person, Space } from './space.ts';
import type { ReviewItem, SourceRules } from './warehouse.ts';

export type Joining =
  | { readonly type: 'joins'; readonly person: Person }
  | { readonly type: 'creates' }
  /** Stays without an identity until one comes along. */
  | { readonly type: 'waits' }
  | ({ readonly type: 'ambiguous' } & Ambiguity);

export interface Ambiguity {
  readonly by: JoinRule;
  readonly hits: readonly Hit[];
  /** An attribute that tells them apart although they are alike. */
  readonly differs?: string;
}

interface Hit {
  readonly person: Person;
  /** Only where they were compared. */
  readonly alike?: Alike;
}

interface Found {
  readonly hits: readonly Hit[];
  /** The hit may be joined if it is the only one. */
  readonly sure: boolean;
  readonly differs?: string;
}

/** Keys of what a record is joined by. */
export function joinKeys(rules: SourceRules, mapped: Attributes): readonly string[] {
  return rules.join.flatMap((rule) => keysOfRule(rules.kind, rule, mapped));
}

export function keysOfRule(
  kind: ObjectKind,
  rule: JoinRule,
  mapped: Attributes,
): readonly string[] {
  return typeof rule === 'string'
    ? keysOf(kind, rule, mapped[rule])
    : ruleKeys(kind, { mark: ruleMark(rule), rule }, mapped, 'sought');
}

export function joining(held: Held, rules: SourceRules, space: Space): Joining {
  for (const rule of rules.join) {
    const { hits, sure, differs } = find(held, rule, rules, space);
    const [hit, ...others] = hits;
    if (!hit) continue;
    if (!sure || others.length > 0 || occupant(held, hit.person)?.present) {
      return { type: 'ambiguous', by: rule, hits, ...(differs !== undefined && { differs }) };
    }
    return { type: 'joins', person: hit.person };
  }
  return { type: rules.creates ? 'creates' : 'waits' };
}

/**
 * Where a record belongs that has an identity already and came to have other join values: nowhere
 * else, unless these are somebody else's and none of them is its own identity's.
 */
export function rejoining(held: Held, rules: SourceRules, space: Space): Joining | undefined {
  const own = held.identity === undefined ? undefined : space.people.get(held.identity);
  for (const rule of rules.join) {
    const { hits: all, sure } = find(held, rule, rules, space);
    const hits = all.filter(({ person }) => person !== own);
    if (hits.length < all.length) return undefined;
    const [hit, ...others] = hits;
    if (!hit) continue;
    const compared = hit.alike !== undefined;
    // Only an identity that is nothing but this record may vanish into another.
    const alone = own !== undefined && own.records.size === 1;
    // Of one that belongs somewhere already, what it is like is no news.
    if (compared && !alone) continue;
    if (!sure || compared || !alone || others.length > 0 || occupant(held, hit.person)) {
      return { type: 'ambiguous', by: rule, hits: own ? [{ person: own }, ...hits] : hits };
    }
    return { type: 'joins', person: hit.person };
  }
  return undefined;
}

function find(held: Held, rule: JoinRule, rules: SourceRules, space: Space): Found {
  const mapped = space.mappedOf(held);
  if (typeof rule !== 'string' && 'similar' in rule) {
    return findSimilar(held, rule, rules.kind, mapped, space);
  }
  const ids = new Set<IdentityId>();
  for (const key of keysOfRule(rules.kind, rule, mapped)) {
    for (const id of space.hits(key)) ids.add(id);
  }
  const people = [...ids].flatMap((id) => space.people.get(id) ?? []);
  return {
    hits: people.filter((person) => !space.isApart(held, person)).map((person) => ({ person })),
    sure: true,
  };
}

/** Everybody in a block of the record who is small enough a block, and how alike they are. */
export function* similarTo(
  held: Held,
  rule: SimilarRule,
  kind: ObjectKind,
  space: Space,
): Generator<{ readonly id: IdentityId; readonly alike: Alike }> {
  const mapped = space.mappedOf(held);
  const ids = new Set<IdentityId>();
  for (const key of keysOfRule(kind, rule, mapped)) {
    const block = space.hits(key);
    // Whoever is one of very many is found by a block that says more, or by none.
    if (block.size <= MOST_IN_BLOCK) for (const id of block) ids.add(id);
  }
  const features = featuresFor(rule, mapped);
  for (const id of ids) {
    const attributes = id === held.identity ? undefined : space.glance(id);
    if (!attributes) continue;
    const compared = alike(features, featuresFor(rule, attributes), rule.similar);
    if (compared.confidence >= rule.reviews) yield { id, alike: compared };
  }
}

function findSimilar(
  held: Held,
  rule: SimilarRule,
  kind: ObjectKind,
  mapped: Attributes,
  space: Space,
): Found {
  const hits: Required<Hit>[] = [];
  for (const { id, alike: compared } of similarTo(held, rule, kind, space)) {
    const person = space.people.get(id);
    if (!person || space.isApart(held, person)) continue;
    // Two records of one system are two people, unless everything speaks against it.
    if (occupant(held, person)?.present) {
      if (compared.confidence < rule.joins || isOfOneSource(held, person)) continue;
    }
    hits.push({ person, alike: compared });
  }
  const [best] = hits.sort((a, b) => b.alike.confidence - a.alike.confidence);
  const differs = best && contradiction(rule, mapped, best.person.attributes);
  return {
    hits,
    sure: best !== undefined && differs === undefined && best.alike.confidence >= rule.joins,
    ...(differs !== undefined && { differs }),
  };
}

function isOfOneSource(held: Held, person: Person): boolean {
  return [...person.records].every(
    ({ ref, rules }) => rules === undefined || ref.system === held.ref.system,
  );
}

/** Another record of the same system and kind that the person has. */
export function occupant(held: Held, person: Person): Held | undefined {
  for (const other of person.records) {
    if (
      other !== held &&
      other.ref.system === held.ref.system &&
      other.ref.kind === held.ref.kind
    ) {
      return other;
    }
  }
  return undefined;
}

export function ambiguousJoin({ ref }: Held, ambiguity: Ambiguity, since: Date): ReviewItem {
  return {
    id: reviewId('ambiguous-join', ref.system, ref.id),
    kind: 'ambiguous-join',
    system: ref.system,
    subject: ref.id,
    message: messageOf(ref.system, ambiguity),
    candidates: ambiguity.hits.map(({ person, alike: compared }) => ({
      id: person.id,
      label: label(person),
      ...(compared && {
        alike: { ...compared, confidence: Math.round(compared.confidence * 1e4) / 1e4 },
      }),
    })),
    since,
  };
}

function messageOf(system: string, { by, hits, differs }: Ambiguity): string {
  const name = ruleName(by);
  const [hit] = hits;
  const compared = hits.find(({ alike: found }) => found)?.alike;
  if (!compared) {
    return hits.length > 1
      ? `${hits.length} identities have the same ${name} as this record`
      : `the identity with the same ${name} has another record of ${system} already`;
  }
  if (hits.length > 1) return `${hits.length} identities are similar to this record by ${name}`;
  if (differs !== undefined) {
    return `an identity is similar to this record by ${name}, but has another ${differs}`;
  }
  const taken = [...(hit?.person.records ?? [])].some(
    (record) => record.ref.system === system && record.present,
  );
  return taken
    ? `the identity that is similar by ${name} has another record of ${system} already`
    : `an identity is similar to this record by ${name}, but not beyond doubt`;
}

/** The same matter has the same id, so that it is listed once however often it comes up. */
export function reviewId(kind: ReviewItem['kind'], system: string, subject: string): string {
  return hash('sha256', JSON.stringify([kind, system, subject])).slice(0, 16);
}
