/** Members of a group, in portions the target takes. */

import type { ObjectRef } from '../../identity/record.ts';
import type { CallOptions } from '../spi/index.ts';
import type { Connection } from './connection.ts';
import { memberOperations, patchBody } from './patch.ts';
import { isObject } from './translate.ts';
import { withVersion } from './version.ts';

/** Adding one who is there, or removing one who is not, changes nothing. */
export async function changeMembers(
  connection: Connection,
  action: 'add' | 'remove',
  group: ObjectRef,
  members: readonly ObjectRef[],
  call: CallOptions,
): Promise<void> {
  if (await replacesWhole(connection, call.signal))
    return replaceMembers(connection, action, group, members, call);
  const { system, protocol, client } = connection;
  const { maxMembers, maxOperations, removeMembers } = protocol.update;
  const each =
    action === 'remove' && removeMembers === 'filter'
      ? Math.min(maxMembers, maxOperations)
      : maxMembers;
  const path = `${await connection.endpoint(group.kind, call.signal)}/${encodeURIComponent(group.id)}`;
  for (let at = 0; at < members.length; at += each) {
    const ids = members.slice(at, at + each).map(({ id }) => id);
    const operations = memberOperations(action, ids, protocol.update);
    const attempt = `${action} ${ids.length} members of group ${group.id} in ${system}`;
    // Never with `excludedAttributes`: there are providers that change what they then answer with.
    await client.send({ method: 'PATCH', path, body: patchBody(operations), attempt, ...call });
  }
}

async function replacesWhole(connection: Connection, signal: AbortSignal): Promise<boolean> {
  const { method } = connection.protocol.update;
  if (method !== 'auto') return method === 'put';
  return (await connection.features(signal)).patch === false;
}

/** Without PATCH the list is read, changed and written back as a whole. */
async function replaceMembers(
  { system, client, protocol, endpoint }: Connection,
  action: 'add' | 'remove',
  group: ObjectRef,
  members: readonly ObjectRef[],
  call: CallOptions,
): Promise<void> {
  const path = `${await endpoint(group.kind, call.signal)}/${encodeURIComponent(group.id)}`;
  const attempt = `${action} ${members.length} members of group ${group.id} in ${system}`;
  const { body } = await client.send({ method: 'GET', path, attempt, ...call });
  if (!isObject(body)) return;
  const held = Array.isArray(body.members) ? body.members.filter(isObject) : [];
  const named = new Set(members.map(({ id }) => id));
  const others = held.filter(({ value }) => typeof value !== 'string' || !named.has(value));
  const after =
    action === 'add' ? [...others, ...members.map(({ id }) => ({ value: id }))] : others;
  const { meta, ...rest } = body;
  await client.send({
    method: 'PUT',
    path,
    body: { ...rest, members: after },
    attempt,
    ...call,
    ...withVersion(protocol, meta),
  });
}
