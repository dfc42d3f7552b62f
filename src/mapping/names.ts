/** Who gets which of several names that only one may have. */

import { ExpressionError } from './failure.ts';

/** Longer ones name nobody, and PostgreSQL's trees take no more than 2,700 bytes. */
const LONGEST = 512;
/** Candidates of a person that are looked up at once, at first; then twice as many, and so on. */
const FIRST_LOOK = 4;
const MOST_AT_ONCE = 512;

/** A name as it is compared; nothing for what cannot be one. */
export function nameKey(name: string): string | undefined {
  const key = name.normalize('NFC').toLowerCase();
  return key === '' || key.length > LONGEST || key.includes('\0') ? undefined : key;
}

/** Somebody to be named. */
export interface Nameless {
  readonly id: string;
  readonly candidates: Iterable<string>;
}

/** Of these keys, those that somebody has; a holder nobody knows is the empty text. */
export type Holders = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/**
 * For each the first of the candidates that is free, in the order of the people; what is theirs
 * already before all others. Looks many up at once, and few more than are needed. Behind one that
 * cannot be computed there are no more.
 *
 * @param taken By key whose it is: what is known grows by what is looked up and by what is given.
 * @returns By id; nothing for whom every candidate is taken.
 */
export async function chooseNames(
  people: readonly Nameless[],
  holders: Holders,
  taken: Map<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const chosen = new Map<string, string>();
  const looked = new Set<string>();
  let open = people.map(({ id, candidates }) => ({
    id,
    names: candidates[Symbol.iterator](),
    seen: [] as string[],
    ended: false,
  }));
  for (let atOnce = FIRST_LOOK; open.length > 0; atOnce = Math.min(atOnce * 2, MOST_AT_ONCE)) {
    const asked = new Map<string, string>();
    for (const each of open) {
      for (let left = atOnce; left > 0; left--) {
        const next = nextOf(each.names);
        if (next.done) {
          each.ended = true;
          break;
        }
        const key = nameKey(next.value);
        if (key === undefined) continue;
        each.seen.push(next.value);
        if (!looked.has(key)) asked.set(key, next.value);
      }
    }
    if (asked.size > 0) {
      for (const key of asked.keys()) looked.add(key);
      for (const [key, holder] of await holders([...asked.values()])) taken.set(key, holder);
    }
    open = open.filter((each) => {
      const own = each.seen.find((name) => taken.get(nameKey(name) ?? '') === each.id);
      const name = own ?? each.seen.find((free) => !taken.has(nameKey(free) ?? ''));
      each.seen = [];
      if (name === undefined) return !each.ended;
      taken.set(nameKey(name) ?? '', each.id);
      chosen.set(each.id, name);
      return false;
    });
  }
  return chosen;
}

function nextOf(names: Iterator<string>): IteratorResult<string> {
  try {
    return names.next();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { done: true, value: undefined };
  }
}
