/** Deleting, which Entra keeps undoable for thirty days, and getting somebody back. */

import type { Attributes, IdentityRecord, ObjectRef } from '../../identity/record.ts';
import { type CallOptions, ConnectorError } from '../spi/index.ts';
import { equalityFilter, type GraphKind } from './attributes.ts';
import type { GraphClient } from './client.ts';
import { walkPages } from './pages.ts';
import { isObject } from './translate.ts';
import { updateObject } from './update.ts';

export async function deleteObject(
  client: GraphClient,
  { kind, id, system }: ObjectRef & { readonly kind: GraphKind },
  call: CallOptions,
): Promise<void> {
  const attempt = `delete ${kind} ${id} in ${system}`;
  await client.send(`/${kind}s/${encodeURIComponent(id)}`, { method: 'DELETE', attempt, ...call });
}

/**
 * The deleted account of somebody who comes back, restored and brought up to date.
 *
 * @param by A property that proves who it is; an equal one is never another person's.
 * @returns Undefined when there is none, so that a new one has to be made.
 */
export async function restoredUser(
  client: GraphClient,
  system: string,
  by: string,
  attributes: Attributes,
  call: CallOptions,
): Promise<IdentityRecord | undefined> {
  const value = attributes[by];
  if (typeof value !== 'string') return undefined;
  const attempt = `restore user with ${by} ${value} in ${system}`;
  const [id, ...others] = await deletedWith(client, by, value, attempt, call.signal);
  if (id === undefined) return undefined;
  if (others.length > 0)
    throw new ConnectorError('ambiguous', `${attempt}: several deleted accounts have it`, {
      remedy: 'Restore the right one, or delete the others for good.',
    });
  const path = `/directory/deletedItems/${encodeURIComponent(id)}/restore`;
  await client.send(path, { method: 'POST', attempt, ...call });
  const changes = Object.entries(attributes).map(([name, after]) => ({ path: name, after }));
  return updateObject(
    client,
    { system, kind: 'user', id },
    changes,
    { revokeSessions: false },
    call,
  );
}

async function deletedWith(
  client: GraphClient,
  by: string,
  value: string,
  attempt: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const filter = encodeURIComponent(equalityFilter('user', by, value) ?? '');
  const query = `/directory/deletedItems/microsoft.graph.user?$filter=${filter}&$select=id,${by}`;
  const found: string[] = [];
  for await (const { objects } of walkPages(client, query, { attempt, signal }))
    for (const object of objects)
      if (isObject(object) && typeof object.id === 'string') found.push(object.id);
  return found;
}
