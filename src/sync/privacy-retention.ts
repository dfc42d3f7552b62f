/** Values that are not kept for ever of people who have left: what goes, from where, and when. */

import { sha256 } from '../audit/entry.ts';
import type { Engine } from './engine.ts';
import type { Forgetting } from './privacy-storage.ts';

/** How long after leaving, by attribute of an identity, or `system/attribute` of a record alone. */
export type AttributeRetention = Readonly<Record<string, number>>;

/** In one transaction: each has records, a history and a log. */
const PEOPLE = 20;
/** The same, of rows that are only written down. */
const NOTED = 1000;

/**
 * @param signal Ends it between two lots; it goes on the next time.
 * @returns Whether there is more.
 */
export async function forgetLeavers(
  engine: Engine,
  signal: AbortSignal,
  until: () => boolean,
): Promise<boolean> {
  const { privacy, warehouse, now, note } = engine;
  const { attributeSeconds = {} } = engine.retention;
  const times = timesOf(attributeSeconds);
  if (times.length === 0) return false;
  for await (const _ of privacy.noteLeavers(now(), NOTED))
    if (signal.aborted || until()) return true;
  const rules = rulesHash(engine);
  for (const seconds of times) {
    const attributes = namesUntil(attributeSeconds, seconds);
    const what = forgetting(attributes, engine);
    for (;;) {
      if (signal.aborted || until()) return true;
      const people = await privacy.leaversDue(rules, seconds, now(), PEOPLE);
      if (people.length === 0) break;
      await warehouse.forgetValues(people, attributes, async () => {
        await privacy.forgetStored(people, what);
        await privacy.settleLeavers(rules, seconds, people);
        const detail = { people: people.length, attributes, afterSeconds: seconds };
        await note({ action: 'values-forgotten', detail });
      });
    }
  }
  return false;
}

/** The shortest first: what is settled for a time is settled for shorter ones. */
function timesOf(retention: AttributeRetention): readonly number[] {
  return [...new Set(Object.values(retention))].toSorted((a, b) => a - b);
}

function namesUntil(retention: AttributeRetention, seconds: number): readonly string[] {
  return Object.keys(retention)
    .filter((name) => (retention[name] ?? 0) <= seconds)
    .toSorted();
}

/** Under other maps a value may come from elsewhere, so that all of them are looked at again. */
export function rulesHash({ retention, uses }: Pick<Engine, 'retention' | 'uses'>): string {
  return sha256(JSON.stringify([retention.attributeSeconds, uses])).slice(0, 32);
}

/** Where those values are, beside the identity. */
function forgetting(
  attributes: readonly string[],
  { uses, targets }: Pick<Engine, 'uses' | 'targets'>,
): Forgetting {
  const names = new Set(attributes);
  return {
    attributes,
    raw: uses.flatMap(({ system, kind, asked }) => [
      // What serves another attribute as well stays until that is forgotten too.
      ...asked.flatMap(({ attribute, as }) =>
        as.length > 0 && as.every((name) => names.has(name)) ? [{ system, kind, attribute }] : [],
      ),
      ...attributes.flatMap((name) =>
        name.startsWith(`${system}/`)
          ? [{ system, kind, attribute: name.slice(system.length + 1) }]
          : [],
      ),
    ]),
    paths: targets.flatMap(({ system, kind, mapping }) =>
      mapping.rows.flatMap(({ row, inputs }) =>
        inputs.some((input) => names.has(input)) ? [{ system, kind, path: row.path }] : [],
      ),
    ),
  };
}
