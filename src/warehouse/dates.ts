/** What dates decide about identities: which records count, and when that is to be asked again. */

import type { Attributes } from '../identity/record.ts';
import { turnOf } from '../mapping/turn.ts';
import { COMPUTED, computed } from './merge-computed.ts';
import type { Merging } from './merge-rules.ts';
import type { Held, Person, Space } from './space.ts';
import type { SourceRules, WarehouseRules } from './warehouse.ts';

/** A record that is there may be of somebody who is not there yet, or not any more. */
export function countsNow(
  present: boolean,
  rules: Pick<SourceRules, 'while'>,
  mapped: Attributes,
  now: Date,
): boolean {
  return present && (rules.while?.includes(mapped, now) ?? true);
}

/** The next moment at which merging somebody again may come to something else though nothing changes. */
export function remergesAt(
  { records, attributes, origins }: Pick<Person, 'records' | 'attributes' | 'origins'>,
  space: Space,
  merging: Merging | undefined,
): Date | undefined {
  const turns: (Date | undefined)[] = [];
  for (const held of records) addTurns(turns, held, space);
  if (merging === undefined) return earliest(turns);
  for (const { attribute, from = [], computed: how } of merging.rules.ordered) {
    for (const { when } of from) turns.push(when?.dated?.turnsAt(attributes, space.at));
    if (!how?.expression.timed || how.expression.unrepeatable) continue;
    const { [attribute]: value, ...others } = attributes;
    const supplied = value !== undefined && origins[attribute] !== COMPUTED;
    const decided = supplied ? attributes : others;
    turns.push(turnOf((now) => computed(how, attribute, decided, { ...merging, now }), space.at));
  }
  return earliest(turns);
}

function addTurns(turns: (Date | undefined)[], held: Held, space: Space): void {
  const { rules, present } = held;
  if (rules === undefined || !present) return;
  const { dated } = rules.while ?? {};
  if (dated) turns.push(dated.turnsAt(space.mappedOf(held), space.at));
  if (rules.map.timed) {
    turns.push(turnOf((now) => rules.map.map(space.attributesOf(held), now), space.at));
  }
}

export function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce(
    (first, date) => (first === undefined || (date && date < first) ? date : first),
    undefined,
  );
}

/** Whether time alone may change an identity at all, apart from its groups. */
export function remergesByDate({ sources, identity = {} }: WarehouseRules): boolean {
  return (
    sources.some((source) => source.while?.dated !== undefined || source.map.timed) ||
    Object.values(identity).some(({ ordered }) =>
      ordered.some(
        ({ from = [], computed: how }) =>
          how?.expression.timed || from.some(({ when }) => when?.dated !== undefined),
      ),
    )
  );
}
