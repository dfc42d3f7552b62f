/** One object at a time: by its id, or by a property Graph finds it by. */

import type { IdentityRecord, ObjectRef, Scalar, SystemName } from '../../identity/record.ts';
import { type CallOptions, ConnectorError } from '../spi/index.ts';
import { equalityFilter, type GraphKind, SEARCHABLE, selectionOf } from './attributes.ts';
import type { GraphClient } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { walkPages } from './pages.ts';
import { isObject, toRecord } from './translate.ts';

export async function getObject(
  client: GraphClient,
  ref: ObjectRef & { readonly kind: GraphKind },
  { signal }: CallOptions,
): Promise<IdentityRecord | undefined> {
  const attempt = `get ${ref.kind} ${ref.id} of ${ref.system}`;
  const path = `/${ref.kind}s/${encodeURIComponent(ref.id)}?${wanted(ref.kind)}`;
  try {
    const object = await client.get(path, { attempt, signal });
    return toFound(object, ref.system, ref.kind, attempt);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return undefined;
    throw error;
  }
}

export async function findObject(
  client: GraphClient,
  system: SystemName,
  kind: GraphKind,
  path: string,
  value: Scalar,
  { signal }: CallOptions,
): Promise<IdentityRecord | undefined> {
  const attempt = `find ${kind} of ${system} by ${path}`;
  if (path === 'id') return getObject(client, { system, kind, id: String(value) }, { signal });
  const filter = equalityFilter(kind, path, String(value));
  if (filter === undefined)
    throw new ConnectorError('invalid', `${attempt}: Graph cannot look it up by this property`, {
      code: 'not-searchable',
      remedy: `Match by one of ${Object.keys(SEARCHABLE[kind]).join(', ')}, or a directory extension.`,
      general: true,
    });
  const query = `/${kind}s?$filter=${encodeURIComponent(filter)}&${wanted(kind)}`;
  const found: unknown[] = [];
  for await (const { objects } of walkPages(client, query, { attempt, signal })) {
    found.push(...objects);
    if (found.length > 1)
      throw new ConnectorError('ambiguous', `${attempt}: more than one ${kind} has this value`);
  }
  return found.length === 0 ? undefined : toFound(found[0], system, kind, attempt);
}

function wanted(kind: GraphKind): string {
  const properties = selectionOf(kind, undefined).filter((name) => name !== 'manager');
  const select = `$select=${properties.join(',')}`;
  return kind === 'user' ? `${select}&$expand=manager($select=id)` : select;
}

function toFound(
  object: unknown,
  system: SystemName,
  kind: GraphKind,
  attempt: string,
): IdentityRecord {
  const select = selectionOf(kind, undefined);
  const record = isObject(object)
    ? toRecord(object, { system, kind, select, first: true })
    : undefined;
  if (record === undefined) throw unexpectedAnswer(attempt, 'an object without an id');
  return record;
}
