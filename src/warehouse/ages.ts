/**
 * When the attributes of a record changed at its system, as JSON:
 *
 *     [first read, last said to have changed when it was first read, { attribute: changed }]
 *
 * in milliseconds, 0 for what is not known. Most records never change, and are a number long.
 */

import type { Json } from './storage.ts';

export interface Ages {
  /** When the record was first read. */
  readonly since?: number;
  /**
   * When any of these was last changed, as far as that was seen or the system said so. Not there for
   * what has been the same since the record was first read.
   */
  changedAt(names: readonly string[]): number | undefined;
}

type Stored = readonly [number, number?, Readonly<Record<string, number>>?];

/** @param told When the system says that it changed the record. */
export function firstAges(now: number, told: number | undefined): Json {
  return JSON.stringify(told === undefined ? [now] : [now, Math.min(told, now)]);
}

/** @param names Attributes that differ now. */
export function laterAges(
  before: Json | undefined,
  names: readonly string[],
  now: number,
  told: number | undefined,
): Json {
  const [since = 0, said = 0, changed = {}] = parsed(before);
  const last = Math.max(since, said, ...Object.values(changed));
  // What a system says of its clock counts where it can be: after what was known, before now.
  const at = told !== undefined && told > last && told <= now ? told : now;
  return JSON.stringify([
    since,
    said,
    { ...changed, ...Object.fromEntries(names.map((name) => [name, at])) },
  ]);
}

export function agesOf(text: Json | undefined): Ages {
  const [since = 0, said = 0, changed = {}] = parsed(text);
  return {
    ...(since > 0 && { since }),
    changedAt: (names) => {
      let latest = said;
      for (const name of names) latest = Math.max(latest, changed[name] ?? 0);
      return latest === 0 ? undefined : latest;
    },
  };
}

/** Written by the two above, and by nobody else. */
function parsed(text: Json | undefined): Stored | readonly [] {
  return text === undefined ? [] : (JSON.parse(text) as Stored);
}
