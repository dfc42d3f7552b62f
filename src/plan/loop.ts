/**
 * A value that comes back by itself: a system that is read as well, or another synchronization
 * behind it, makes something else of whatever is written, and that comes to us as news.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import { sameValue } from './values.ts';

/** How far back it is looked for, in seconds. */
export const LOOP_SECONDS = 86_400;

/** The same value of the same path, so often within that time; a person changes their mind less often. */
const MOST_TIMES = 3;
/** Whatever the values. */
const MOST_WRITES = 10;

export interface Unlooped {
  readonly changes: readonly AttributeChange[];
  /** Paths that are not written once more. */
  readonly loops: readonly string[];
}

/** @param lately What was written to the same account within that time. */
export function withoutLoops(
  changes: readonly AttributeChange[],
  lately: readonly AttributeChange[] = [],
): Unlooped {
  if (lately.length < MOST_TIMES) return { changes, loops: [] };
  const loops = changes.filter((change) => comesBack(change, lately)).map(({ path }) => path);
  return { changes: changes.filter(({ path }) => !loops.includes(path)), loops };
}

function comesBack({ path, after }: AttributeChange, lately: readonly AttributeChange[]): boolean {
  const writes = lately.filter((each) => each.path === path);
  const same = writes.filter((each) => sameValue(each.after, after));
  return same.length >= MOST_TIMES || writes.length >= MOST_WRITES;
}
