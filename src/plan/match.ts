/** What looking for an account found, and what it is looked for by. */

import type { IdentityId } from '../identity/identity.ts';
import type { IdentityRecord, Scalar } from '../identity/record.ts';

export type Match =
  | { readonly type: 'none'; readonly tried: readonly Tried[] }
  | {
      readonly type: 'one';
      readonly record: IdentityRecord;
      readonly by: string;
      readonly tried: readonly Tried[];
    }
  | {
      readonly type: 'many';
      readonly records: readonly IdentityRecord[];
      readonly by: string;
      readonly tried: readonly Tried[];
    }
  /** The account belongs to somebody else already. */
  | {
      readonly type: 'taken';
      readonly record: IdentityRecord;
      readonly by: string;
      readonly identity: IdentityId;
      readonly tried: readonly Tried[];
    };

/** One path that was looked for, and how many accounts had the value. */
export interface Tried {
  readonly path: string;
  readonly value: Scalar;
  readonly found: number;
}

export interface MatchValue {
  readonly path: string;
  readonly value: Scalar;
}

/**
 * Chooses among the accounts found for each match value: the first path with a hit decides, and more
 * than one hit, or one that belongs to somebody else, is never decided here.
 */
export function chooseMatch(
  own: IdentityId,
  values: readonly MatchValue[],
  found: (
    value: MatchValue,
  ) => readonly { readonly record: IdentityRecord; readonly linkedTo?: IdentityId }[],
): Match {
  const tried: Tried[] = [];
  for (const value of values) {
    const hits = found(value);
    tried.push({ ...value, found: hits.length });
    const [hit] = hits;
    if (hit === undefined) continue;
    const by = value.path;
    if (hits.length > 1) {
      return { type: 'many', records: hits.map(({ record }) => record), by, tried };
    }
    const { record, linkedTo } = hit;
    if (linkedTo === undefined || linkedTo === own) return { type: 'one', record, by, tried };
    return { type: 'taken', record, by, identity: linkedTo, tried };
  }
  return { type: 'none', tried };
}
