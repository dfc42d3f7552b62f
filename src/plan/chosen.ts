/** Names that were chosen for people, by path, before they are decided on. */

import type { IdentityId } from '../identity/identity.ts';
import { nameKey } from '../mapping/names.ts';

/** By person and path. */
export type ChosenNames = ReadonlyMap<IdentityId, ReadonlyMap<string, string>>;

/** What a row may choose for a person: the name that was chosen, and nothing else. */
export function takenBut(
  names: ChosenNames,
  identity: IdentityId,
  path: string,
): (value: string) => boolean {
  const name = names.get(identity)?.get(path);
  const key = name === undefined ? undefined : nameKey(name);
  return (value) => nameKey(value) !== key;
}
