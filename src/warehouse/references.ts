/**
 * References between identities, indexed by whom they wait for: when that somebody arrives, exactly
 * those who refer to them become due. Nobody is ever searched for.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { NewDue } from './due-storage.ts';
import { parseObjectKey } from './keys.ts';
import type { KindEdge } from './storage.ts';

/** Whom referents are, as far as we know them; a value that two people have names nobody. */
export async function resolveReferents(
  referents: Iterable<string>,
  { store }: Context,
): Promise<ReadonlyMap<string, IdentityId>> {
  const refs = new Map<string, ObjectRef>();
  const keys: string[] = [];
  for (const referent of new Set(referents)) {
    const ref = parseObjectKey(referent);
    if (ref) refs.set(referent, ref);
    else keys.push(referent);
  }
  const [records, hits] = await Promise.all([
    refs.size > 0 ? store.identitiesOfRecords([...refs.values()]) : [],
    keys.length > 0 ? store.identitiesWithKeys(keys) : [],
  ]);
  const resolved = new Map<string, IdentityId>();
  const byRecord = new Map(records.map(({ ref, identity }) => [JSON.stringify(ref), identity]));
  for (const [referent, { system, kind, id }] of refs) {
    const identity = byRecord.get(JSON.stringify({ system, kind, id }));
    if (identity !== undefined) resolved.set(referent, identity);
  }
  const ambiguous = new Set<string>();
  for (const { key, identity } of hits) {
    if (resolved.has(key)) ambiguous.add(key);
    resolved.set(key, identity);
  }
  for (const key of ambiguous) resolved.delete(key);
  return resolved;
}

/** Looks again where references lead whose referents have changed; who is concerned becomes due. */
export async function followReferences(
  referents: readonly string[],
  context: Context,
): Promise<void> {
  const { store } = context;
  if (referents.length === 0) return;
  const edges = await store.edgesTo(referents);
  if (edges.length === 0) return;
  const resolved = await resolveReferents(
    edges.map(({ referent }) => referent),
    context,
  );
  const moved = edges.filter(({ referent, referred }) => resolved.get(referent) !== referred);
  await Promise.all([
    store.saveEdges(
      moved.map(({ identity, attribute, referent }) => {
        const referred = resolved.get(referent);
        return { identity, attribute, referent, ...(referred !== undefined && { referred }) };
      }),
    ),
    store.addDue(dueByReference(moved, context)),
  ]);
}

/** Those who refer, in the targets that read the attribute. */
export function dueByReference(
  edges: readonly KindEdge[],
  { book, generation, now }: Context,
): readonly NewDue[] {
  const number = generation();
  const since = now().getTime();
  const rows = new Map<string, NewDue>();
  for (const { identity, attribute, kind } of edges) {
    for (const target of book.targetsOf(kind)) {
      if (!target.inputs.includes(attribute)) continue;
      rows.set(`${target.system}/${identity}`, {
        identity,
        target: target.system,
        cause: 'reference',
        generation: number,
        since,
      });
    }
  }
  return [...rows.values()];
}
