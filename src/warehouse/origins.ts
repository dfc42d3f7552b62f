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
  const names: Record<SystemName, string[]> = {};
  for (const name of Object.keys(origins)) {
    const system = origins[name] ?? OTHERWISE;
    const those = names[system];
    if (those) those.push(name);
    else names[system] = [name];
  }
  let main: SystemName | undefined;
  let most = 0;
  for (const system of Object.keys(names)) {
    const { length = 0 } = names[system] ?? [];
    if (length > most) [main, most] = [system, length];
  }
  if (main === undefined) return '{}';
  const { [main]: _, ...others } = names;
  return JSON.stringify({ [OTHERWISE]: main, ...others });
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
