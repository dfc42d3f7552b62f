/** What is asked of the store about names that only one may have. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Json } from './storage.ts';

/** Where a name is the only one: an attribute of identities, or a path of a target. */
export type NameSpace = string;

export interface HeldName {
  /** As it is compared. */
  readonly name: string;
  /** The empty text where nobody knows whose it was. */
  readonly holder: IdentityId;
}

export interface StoredAccountText {
  readonly id: string;
  readonly attributes: Json;
}

export interface UniqueStore {
  /** Pages through the present accounts of a target, to index what they hold. */
  accountsAfter(
    system: SystemName,
    kind: ObjectKind,
    after: string,
    limit: number,
  ): Promise<readonly StoredAccountText[]>;
  /** Of these, names that are somebody's, or that are not free again yet. */
  namesHeld(space: NameSpace, names: readonly string[], at: number): Promise<readonly HeldName[]>;
  /**
   * Takes names that are free, or the holder's anyway, one for each row, within a transaction.
   *
   * @param until When they are free again, whatever becomes of them; until they are freed without it.
   * @returns Of these names, whose they are now.
   */
  takeNames(
    space: NameSpace,
    names: readonly HeldName[],
    at: number,
    until?: number,
  ): Promise<readonly HeldName[]>;
  /** Names that are given up, and free from `until` on; whose they were stays known. */
  freeNames(space: NameSpace, names: readonly HeldName[], at: number, until: number): Promise<void>;
  /** Whether there are names on file that have been free since then or longer. */
  anyNameFree(at: number): Promise<boolean>;
  /** Drops those, so many at most; false when none is left. */
  pruneNames(at: number, most: number): Promise<boolean>;
}
