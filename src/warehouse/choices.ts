/** How attributes of an identity came to their values: who was asked, since when they say so, by which rule. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, SystemName } from '../identity/record.ts';
import { agesOf } from './ages.ts';
import type { Context } from './context.ts';
import { objectKey } from './keys.ts';
import { choice } from './merge.ts';
import { suppliersText, type Verdict } from './merge-choice.ts';
import { computed } from './merge-computed.ts';
import { agesNow, contributionsOf, mergingOf } from './merge-person.ts';
import type { AttributeRule, Merging } from './merge-rules.ts';
import { type Held, openSpace, type Person, type Space } from './space.ts';

export interface AttributeChoice {
  readonly rule: {
    readonly merge: AttributeRule['merge'];
    /** Whose values count, and under which condition. */
    readonly from?: string;
  };
  /** Of everybody who has a record: what became of the value, in the order of asking. */
  readonly asked: readonly {
    readonly system: SystemName;
    readonly id: string;
    readonly verdict: Verdict | 'gone';
    /** That it has no value is a value. */
    readonly authoritative?: true;
    /** When the system was last seen, or said, to change what the value is read from. */
    readonly changedAt?: Date;
    /** The record was first read then. */
    readonly readSince?: Date;
  }[];
  readonly computed?: {
    readonly expression: string;
    /** What it read; its own name is what sources supply. */
    readonly inputs: Attributes;
    /** `merged`: a source has a value. `kept`: drawn once. `undrawn`: no name is free. */
    readonly result: 'merged' | 'computed' | 'kept' | 'undrawn' | 'failed';
    readonly message?: string;
  };
}

/** @param without A system that is taken to say nothing. */
export async function choicesOf(
  context: Context,
  identity: IdentityId,
  names: readonly string[],
  without?: SystemName,
): Promise<ReadonlyMap<string, AttributeChoice>> {
  const space = openSpace(context);
  await space.loadPeople([identity]);
  const person = space.people.get(identity);
  if (person === undefined) return new Map();
  for (const held of person.records) if (held.ref.system === without) held.present = false;
  const rules = context.book.attributes(person.kind);
  const merging = rules && mergingOf(person, space, rules);
  return new Map(names.map((name) => [name, choiceOf(name, person, space, merging)]));
}

function choiceOf(
  name: string,
  person: Person,
  space: Space,
  merging: Merging | undefined,
): AttributeChoice {
  const contributions = contributionsOf(person, space, true);
  const { asked, value } = choice(contributions, name, person.attributes, merging);
  const rule = merging?.rules.byName.get(name);
  const verdicts = new Map<string, Verdict>(
    asked.map(({ contribution: { rules, id }, verdict }) => [
      objectKey({ system: rules.system, kind: rules.kind, id }),
      verdict,
    ]),
  );
  const sources = [...person.records].filter(({ rules }) => rules !== undefined);
  const order = [...verdicts.keys()];
  return {
    rule: {
      merge: rule?.merge ?? 'precedence',
      ...(rule?.from && { from: suppliersText(rule.from) }),
    },
    asked: sources
      .toSorted((a, b) => placeIn(order, a) - placeIn(order, b))
      .map((held) => ({
        system: held.ref.system,
        id: held.ref.id,
        verdict: verdicts.get(objectKey(held.ref)) ?? 'gone',
        ...(held.rules?.authoritative?.has(name) && { authoritative: true as const }),
        ...ageOf(held, name, space),
      })),
    ...computedOf(rule, value, person.attributes, merging),
  };
}

/** Those who were not asked at all come last. */
function placeIn(order: readonly string[], { ref }: Held): number {
  const place = order.indexOf(objectKey(ref));
  return place < 0 ? order.length : place;
}

function ageOf(
  held: Held,
  name: string,
  space: Space,
): Pick<AttributeChoice['asked'][number], 'changedAt' | 'readSince'> {
  const { since, changedAt } = agesOf(agesNow(held, space));
  const at = changedAt(held.rules?.map.inputsOf?.(name) ?? [name]);
  return {
    ...(at !== undefined && { changedAt: new Date(at) }),
    ...(since !== undefined && { readSince: new Date(since) }),
  };
}

function computedOf(
  rule: AttributeRule | undefined,
  supplied: Attributes[string] | undefined,
  attributes: Attributes,
  merging: Merging | undefined,
): Pick<AttributeChoice, 'computed'> {
  if (rule?.computed === undefined || merging === undefined) return {};
  const { attribute, computed: how } = rule;
  const { [attribute]: _, ...others } = attributes;
  const decided = supplied === undefined ? others : { ...others, [attribute]: supplied };
  const made = computed(how, attribute, decided, merging);
  const inputs = how.expression.inputs.flatMap((input) => {
    const [system = '', name] = input.split('/', 2);
    const value =
      decided[input] ?? (name === undefined ? undefined : merging.record?.(system)?.[name]);
    return value === undefined ? [] : [[input, value] as const];
  });
  return {
    computed: {
      expression: how.expression.text,
      inputs: Object.fromEntries(inputs),
      result: made.type,
      ...(made.type === 'failed' && { message: made.message }),
    },
  };
}
