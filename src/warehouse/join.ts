/**
 * To whom a record belongs. The first attribute with a hit decides; several hits, or one that has a
 * record of that system already, are for a person to decide (two people who share an address).
 */

import { hash } from 'node:crypto';
import type { IdentityId } from '../identity/identity.ts';
import { label } from '../identity/identity.ts';
import type { Attributes } from '../identity/record.ts';
import { keysOf } from './keys.ts';
import type { Held, Person, Space } from './space.ts';
import type { ReviewItem, SourceRules } from './warehouse.ts';

export type Joining =
  | { readonly type: 'joins'; readonly person: Person }
  | { readonly type: 'creates' }
  /** Stays without an identity until one comes along. */
  | { readonly type: 'waits' }
  | { readonly type: 'ambiguous'; readonly by: string; readonly people: readonly Person[] };

/** Keys of the attributes a record is joined by. */
export function joinKeys(rules: SourceRules, mapped: Attributes): readonly string[] {
  return rules.join.flatMap((name) => keysOf(rules.kind, name, mapped[name]));
}

export function joining(held: Held, rules: SourceRules, space: Space): Joining {
  const mapped = space.mappedOf(held);
  for (const name of rules.join) {
    const ids = new Set<IdentityId>();
    for (const key of keysOf(rules.kind, name, mapped[name])) {
      for (const id of space.hits(key)) ids.add(id);
    }
    const people = [...ids].flatMap((id) => space.people.get(id) ?? []);
    const [person, ...others] = people;
    if (!person) continue;
    if (others.length > 0 || occupant(held, person)?.present) {
      return { type: 'ambiguous', by: name, people };
    }
    return { type: 'joins', person };
  }
  return { type: rules.creates ? 'creates' : 'waits' };
}

/**
 * Where a record belongs that has an identity already and came to have other join values: nowhere
 * else, unless these are somebody else's and none of them is its own identity's.
 */
export function rejoining(held: Held, rules: SourceRules, space: Space): Joining | undefined {
  const mapped = space.mappedOf(held);
  for (const name of rules.join) {
    const ids = new Set<IdentityId>();
    for (const key of keysOf(rules.kind, name, mapped[name])) {
      for (const id of space.hits(key)) ids.add(id);
    }
    if (held.identity !== undefined && ids.has(held.identity)) return undefined;
    const people = [...ids].flatMap((id) => space.people.get(id) ?? []);
    const [person, ...others] = people;
    if (!person) continue;
    const own = held.identity === undefined ? undefined : space.people.get(held.identity);
    // Only an identity that is nothing but this record may vanish into another.
    const alone = own !== undefined && own.records.size === 1;
    if (!alone || others.length > 0 || occupant(held, person)) {
      return { type: 'ambiguous', by: name, people: own ? [own, ...people] : people };
    }
    return { type: 'joins', person };
  }
  return undefined;
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

export function ambiguousJoin(
  { ref }: Held,
  by: string,
  people: readonly Person[],
  since: Date,
): ReviewItem {
  return {
    id: reviewId('ambiguous-join', ref.system, ref.id),
    kind: 'ambiguous-join',
    system: ref.system,
    subject: ref.id,
    message:
      people.length > 1
        ? `${people.length} identities have the same ${by} as this record`
        : `the identity with the same ${by} has another record of ${ref.system} already`,
    candidates: people.map((person) => ({ id: person.id, label: label(person) })),
    since,
  };
}

/** The same matter has the same id, so that it is listed once however often it comes up. */
export function reviewId(kind: ReviewItem['kind'], system: string, subject: string): string {
  return hash('sha256', JSON.stringify([kind, system, subject])).slice(0, 16);
}
