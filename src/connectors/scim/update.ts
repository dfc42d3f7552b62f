/** Changing an object: by PATCH, by PUT, or by a DELETE that only deactivates. */

import type { AttributeValue, IdentityRecord, ObjectRef } from '../../identity/record.ts';
import { removePath, writePath } from '../../scim/path.ts';
import {
  type AttributeChange,
  type CallOptions,
  ConnectorError,
  type JsonResponse,
  type UpdateOptions,
} from '../spi/index.ts';
import type { Connection } from './connection.ts';
import { type PatchOperation, patchBody, patchOperations, withWholeElements } from './patch.ts';
import { mergedResource } from './put.ts';
import { isObject, wireScalar } from './translate.ts';
import { withVersion } from './version.ts';

interface Update {
  readonly connection: Connection;
  readonly target: ObjectRef;
  readonly changes: readonly AttributeChange[];
  readonly path: string;
  readonly attempt: string;
  readonly call: CallOptions;
  readonly version?: string;
}

export async function updateObject(
  connection: Connection,
  target: ObjectRef,
  changes: readonly AttributeChange[],
  { ifVersion, ...call }: UpdateOptions,
): Promise<IdentityRecord> {
  const { system, protocol } = connection;
  const update: Update = {
    connection,
    target,
    changes,
    path: `${await connection.endpoint(target.kind, call.signal)}/${encodeURIComponent(target.id)}`,
    attempt: `update ${target.kind} ${target.id} in ${system}`,
    call,
    ...(protocol.update.ifMatch && ifVersion !== undefined && { version: ifVersion }),
  };
  if (protocol.deprovision.disableBy === 'delete' && turnsOff(update)) return deactivate(update);
  return (await usesPut(connection, call.signal)) ? put(update) : patch(update);
}

async function usesPut(connection: Connection, signal: AbortSignal): Promise<boolean> {
  const { method } = connection.protocol.update;
  if (method !== 'auto') return method === 'put';
  return (await connection.features(signal)).patch === false;
}

async function patch(update: Update): Promise<IdentityRecord> {
  const { connection, changes, target } = update;
  const paths = connection.paths(target.kind);
  const dialect = connection.protocol.update;
  try {
    return await patchAll(update, patchOperations(changes, paths, dialect));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { code } = error;
    if (code === 'no-target' && changes.some(({ path }) => paths(path).where !== undefined))
      return patchAll(
        update,
        withWholeElements(changes, (await read(update)).attributes, paths, dialect),
      );
    if (code === 'operation-not-supported' && dialect.method === 'auto') return put(update);
    throw error;
  }
}

async function patchAll(
  update: Update,
  operations: readonly PatchOperation[],
): Promise<IdentityRecord> {
  const { connection, path, attempt, call, version } = update;
  const each = connection.protocol.update.maxOperations;
  let answer: JsonResponse | undefined;
  for (let at = 0; at < operations.length; at += each)
    answer = await connection.client.send({
      method: 'PATCH',
      path,
      body: patchBody(operations.slice(at, at + each)),
      attempt,
      ...call,
      // The first portion makes a new version; the rest belongs to it.
      ...(at === 0 && version !== undefined && { version }),
    });
  return answered(update, answer);
}

/** Reads, merges, writes: a PUT replaces the whole object (RFC 7644 §3.5.1). */
async function put(update: Update): Promise<IdentityRecord> {
  const { connection, target, changes, path, attempt, call, version } = update;
  const { body } = await connection.client.send({ method: 'GET', path, attempt, ...call });
  if (!isObject(body))
    throw new ConnectorError('unreachable', `${attempt}: the target answered without the object`, {
      code: 'unexpected-answer',
    });
  const merged = mergedResource(body, changes, connection.paths(target.kind));
  const answer = await connection.client.send({
    method: 'PUT',
    path,
    body: merged,
    attempt,
    ...call,
    ...(version === undefined ? withVersion(connection.protocol, body.meta) : { version }),
  });
  return answered(update, answer);
}

/** The attributes that change with it are written first: afterwards some targets refuse them. */
async function deactivate(update: Update): Promise<IdentityRecord> {
  const { connection, path, attempt, call } = update;
  const { enabledPath } = connection.protocol;
  const others = update.changes.filter(({ path: changed }) => changed !== enabledPath);
  if (others.length > 0) await patch({ ...update, changes: others });
  const answer = await connection.client.send({ method: 'DELETE', path, attempt, ...call });
  return answered(update, { ...answer, body: undefined });
}

function turnsOff({ changes, connection }: Update): boolean {
  return changes.some(
    ({ path, after }) => path === connection.protocol.enabledPath && isFalse(after),
  );
}

function isFalse(value: AttributeValue | undefined): boolean {
  return value === false || (typeof value === 'string' && value.toLowerCase() === 'false');
}

/** The object as the answer has it, or as it is read afterwards. */
async function answered(update: Update, answer: JsonResponse | undefined): Promise<IdentityRecord> {
  const { connection, target } = update;
  const own = answer && connection.record(target.kind, answer);
  if (own !== undefined) return own;
  const now = await read(update);
  return connection.protocol.update.withoutBody === 'overlay' ? overlaid(now, update) : now;
}

async function read({ connection, target, path, attempt, call }: Update): Promise<IdentityRecord> {
  const answer = await connection.client.send({ method: 'GET', path, attempt, ...call });
  const record = connection.record(target.kind, answer);
  if (record !== undefined) return record;
  throw new ConnectorError('unreachable', `${attempt}: the target answered without the object`, {
    code: 'unexpected-answer',
  });
}

/** Where a change is seen only minutes later, what was asked lies over what is still read. */
function overlaid(record: IdentityRecord, { connection, changes, target }: Update): IdentityRecord {
  const paths = connection.paths(target.kind);
  const pending = new Set(connection.protocol.pendingPaths);
  let { attributes } = record;
  for (const { path, after } of changes) {
    if (pending.has(path)) continue;
    const known = paths(path);
    if (after === undefined) attributes = removePath(attributes, known.path);
    else {
      const value = typeof after === 'object' ? after : wireScalar(after, known.type);
      attributes = writePath(attributes, known.path, value);
    }
  }
  return { ...record, attributes };
}
