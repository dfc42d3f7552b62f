/**
 * A system that is written and read as well may make something of what it is given: small letters,
 * fewer of them, another way to write a telephone number. Read back, that is no news.
 */

import type { Attributes } from '../identity/record.ts';
import { parsePath, readPath, writePath } from '../scim/path.ts';
import { isSame } from './same.ts';
import type { Held, Space } from './space.ts';
import type { AccountState } from './storage.ts';
import { isUnsure } from './subject.ts';

/** What a record says: where the system still holds what it made of our value, that is our value. */
export function saidBy(held: Held, space: Space): Attributes {
  const attributes = space.attributesOf(held);
  return held.account === undefined ? attributes : asAsked(attributes, held.account);
}

/** The same as identity attributes. */
export function mappedAsSaid(held: Held, space: Space): Attributes {
  const said = saidBy(held, space);
  const unchanged = said === space.attributesOf(held);
  if (unchanged || held.rules === undefined) return space.mappedOf(held);
  return held.rules.map.map(said, space.at);
}

/** Whatever somebody changed there since it was answered stays as it is; so does what was dropped. */
export function asAsked(
  attributes: Attributes,
  { asked, answered, deleted }: AccountState,
): Attributes {
  if (deleted || asked === answered) return attributes;
  const asks: Attributes = JSON.parse(asked);
  const answers: Attributes = JSON.parse(answered);
  let said = attributes;
  for (const [text, value] of Object.entries(asks)) {
    const answer = answers[text];
    if (answer === undefined || isUnsure(value) || isSame(value, answer)) continue;
    const path = parsePath(text);
    if (!path.ok || (Array.isArray(value) && value.length === 0)) continue;
    if (isSame(readPath(attributes, path.value), answer)) said = writePath(said, path.value, value);
  }
  return said;
}
