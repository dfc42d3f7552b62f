/** What leaves the trail, provably: entries that are old enough, and whom entries are about. */

import type { IdentityId } from '../identity/identity.ts';
import type { Actor } from './entry.ts';
import type { AuditTrail } from './trail.ts';

interface By {
  readonly actor: Actor;
  readonly at: Date;
}

const AT_ONCE = 2000;

/**
 * Deletes the entries before a time. What stays begins with the hash of the last one deleted, and
 * one entry for each lot says how many there were and which hash that was.
 *
 * @param before One to come counts as now: the entries that tell of the deletion stay.
 * @returns How many were deleted.
 */
export async function pruneTrail(trail: AuditTrail, before: Date, by: By): Promise<number> {
  const until = before < by.at ? before : by.at;
  let total = 0;
  for (;;) {
    const gone = await trail.transaction(async () => {
      const last = await trail.lastBefore(until, AT_ONCE);
      if (last === undefined) return 0;
      const { pruned } = await trail.head();
      const detail = {
        first: pruned + 1,
        last: last.number,
        entries: last.number - pruned,
        hash: last.hash,
        before: until.toISOString(),
      };
      await trail.append([{ action: 'audit-pruned', detail }], by);
      return trail.prune(last.number);
    });
    if (gone === 0) return total;
    total += gone;
  }
}

/**
 * Takes away whom and what the entries about a person are about. Their digests stay, salted with
 * what is gone, and so does the chain.
 *
 * @returns How many entries it concerned.
 */
export async function erasePerson(trail: AuditTrail, person: IdentityId, by: By): Promise<number> {
  return trail.transaction(async () => {
    const entries = await trail.erase(person);
    if (entries.length > 0) {
      await trail.append([{ action: 'audit-erased', detail: { entries } }], by);
    }
    return entries.length;
  });
}
