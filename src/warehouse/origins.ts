/**
 * Origins as they are stored: almost always one system supplies almost everything, so it is named
 * once, and the others with what they supply: `{"": "entra", "hr": ["department"]}`.
 */

import type { Attributes, SystemName } from '../identity/record.ts';
import type { Json } from './storage.ts';

type Origins = Readonly<Record<string, SystemName>>;

/** The field of the system that supplies what no other does; no system is named so. */
const OTHERWISE = '';

/** Asked for several times while somebody is written, and each time about the same origins. */
const texts = new WeakMap<Origins, Json>();

export function originsText({ origins }: { readonly origins: Origins }): Json {
  const known = texts.get(origins);
  if (known !== undefined) return known;
  const text = spelled(origins);
  texts.set(origins, text);
  return text;
}

function spelled(origins: Origins): Json {
  const names = Map.groupBy(Object.keys(origins), (name) => origins[name] ?? OTHERWISE);
  const [main] = [...names].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  if (main === undefined) return '{}';
  const others = [...names].filter(([system]) => system !== main);
  return JSON.stringify({ [OTHERWISE]: main, ...Object.fromEntries(others) });
}

export function parseOrigins(text: Json, attributes: Attributes): Origins {
  // Written by `originsText`, and by nobody else.
  const stored: Readonly<Record<string, SystemName | readonly string[]>> = JSON.parse(text);
  const main = stored[OTHERWISE];
  const origins: Record<string, SystemName> = {};
  if (typeof main === 'string') for (const name of Object.keys(attributes)) origins[name] = main;
  for (const [system, names] of Object.entries(stored)) {
    if (typeof names !== 'string') for (const name of names) origins[name] = system;
  }
  return origins;
}
