/** What dates decide about identities: which records count, and when that is to be asked again. */

import type { Attributes } from '../identity/record.ts';
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
  { records, attributes }: Pick<Person, 'records' | 'attributes'>,
  space: Space,
  merging: Merging | undefined,
): Date | undefined {
  const turns = [...records].map((held) => recordTurns(held, space));
  for (const { from = [] } of merging?.rules.ordered ?? []) {
    for (const { when } of from) turns.push(when?.dated?.turnsAt(attributes, space.at));
  }
  return earliest(turns);
}

function recordTurns(held: Held, space: Space): Date | undefined {
  const dated = held.rules?.while?.dated;
  if (!held.present || dated === undefined) return undefined;
  return dated.turnsAt(space.mappedOf(held), space.at);
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
    sources.some((source) => source.while?.dated !== undefined) ||
    Object.values(identity).some(({ ordered }) =>
      ordered.some(({ from = [] }) => from.some(({ when }) => when?.dated !== undefined)),
    )
  );
}
