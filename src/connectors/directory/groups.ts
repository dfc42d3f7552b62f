/** The groups people are in (RFC 7643 §4.1.2): their own, and those that hold these. */

import type { Attributes } from '../../identity/record.ts';
import type { DirectoryStorage, Membership } from './storage.ts';

/** Groups within groups that are followed upwards. */
const MAX_LEVELS = 20;

/** @returns By member, each group once, and not at all who is in none. */
export async function groupsOf(
  storage: DirectoryStorage,
  members: readonly string[],
): Promise<ReadonlyMap<string, readonly Attributes[]>> {
  const above = new Map<string, readonly Membership[]>();
  let asked: readonly string[] = members;
  for (let level = 0; level < MAX_LEVELS && asked.length > 0; level++) {
    const found = await storage.memberships(asked);
    for (const id of asked) above.set(id, []);
    for (const one of found) above.set(one.member, [...(above.get(one.member) ?? []), one]);
    asked = [...new Set(found.map(({ group }) => group))].filter((id) => !above.has(id));
  }
  const groups = members.map((id) => [id, upwards(id, above)] as const);
  return new Map(groups.filter(([, found]) => found.length > 0));
}

function upwards(
  member: string,
  above: ReadonlyMap<string, readonly Membership[]>,
): readonly Attributes[] {
  const seen = new Map<string, Attributes>();
  const next = [member];
  for (let id = next.shift(); id !== undefined; id = next.shift())
    for (const { group, display } of above.get(id) ?? []) {
      if (seen.has(group) || group === member) continue;
      const type = id === member ? 'direct' : 'indirect';
      seen.set(group, { value: group, ...(display !== undefined && { display }), type });
      next.push(group);
    }
  return [...seen.values()];
}
