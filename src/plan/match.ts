/** What looking for an account found, and what it is looked for by. */

import type { IdentityId } from '../identity/identity.ts';
import type {
  Attributes,
  AttributeValue,
  IdentityRecord,
  ObjectRef,
  Scalar,
} from '../identity/record.ts';
import { heldAt, type Target } from './target.ts';
import { sameValue } from './values.ts';

export type Match =
  | { readonly type: 'none'; readonly tried: readonly Tried[] }
  | {
      readonly type: 'one';
      readonly record: IdentityRecord;
      readonly by: string;
      /** It holds what a create asked that was refused: nobody else made it. */
      readonly made?: true;
      readonly tried: readonly Tried[];
    }
  | {
      readonly type: 'many';
      readonly records: readonly IdentityRecord[];
      readonly by: string;
      readonly tried: readonly Tried[];
    }
  /** The account belongs to somebody else already; nobody here knows to whom, where no identity is said. */
  | {
      readonly type: 'taken';
      readonly record: IdentityRecord;
      readonly by: string;
      readonly identity?: IdentityId;
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

/**
 * For somebody who has an account and is about to be called something else: an account that nobody here
 * is known to have is called that. What is known of others' names is a matter of the whole plan.
 */
export function heldByStranger(match: Match, own: ObjectRef): Match | undefined {
  switch (match.type) {
    case 'none':
    case 'taken':
      return undefined;
    case 'one':
    case 'many': {
      const records = match.type === 'one' ? [match.record] : match.records;
      const record = records.find(({ ref }) => ref.id !== own.id);
      return record && { type: 'taken', record, by: match.by, tried: match.tried };
    }
  }
}

/**
 * Whether an account is what a create asked for. By a name alone it could be somebody else's: all of it
 * has to be there, but for references, which others may lead elsewhere, and whether it is on.
 */
export function holdsAsked(held: Attributes, asked: Attributes, target: Target): boolean {
  return Object.entries(asked).every(([path, value]) => {
    if (path === target.traits.enabledPath) return true;
    if (typeof value === 'object' && !Array.isArray(value)) return true;
    return sameText(heldAt(target, held, path), value);
  });
}

/** Targets keep names and addresses in small letters at times. */
function sameText(a: AttributeValue | undefined, b: AttributeValue): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return sameValue(a, b);
  return a.toLowerCase() === b.toLowerCase();
}
