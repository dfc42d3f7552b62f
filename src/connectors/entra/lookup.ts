/** One object at a time: by its id, or by a property Graph finds it by. */

import type { IdentityRecord, Scalar, SystemName } from '../../identity/record.ts';
import { type CallOptions, ConnectorError, type GetOptions } from '../spi/index.ts';
import { equalityFilter, type GraphKind, SEARCHABLE, selectionOf } from './attributes.ts';
import { askedFor, withBeside } from './beside.ts';
import type { GraphClient } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { walkPages } from './pages.ts';
import { isObject, toRecord } from './translate.ts';

/** What is looked for, and what of it is shown beside the usual. */
export interface Sought {
  readonly system: SystemName;
  readonly kind: GraphKind;
  /** Directory extensions of people. */
  readonly extensions: readonly string[];
}

export async function getObject(
  client: GraphClient,
  sought: Sought,
  id: string,
  { attributes, signal }: GetOptions,
): Promise<IdentityRecord | undefined> {
  const { system, kind } = sought;
  const attempt = `get ${kind} ${id} of ${system}`;
  const { select, beside } = askedFor(sought, attributes);
  try {
    const object = await client.get(objectPath(kind, id, select), { attempt, signal });
    const record = toFound(object, system, kind, attempt, select);
    const [whole] = await withBeside(client, [record], beside, attempt, { signal });
    return whole;
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return undefined;
    throw error;
  }
}

/** The address of one object with these properties. */
export function objectPath(
  kind: GraphKind,
  id: string,
  select: readonly string[] = selectionOf(kind, undefined),
): string {
  return `/${kind}s/${encodeURIComponent(id)}?${shown(kind, select)}`;
}

export async function findObject(
  client: GraphClient,
  sought: Sought,
  path: string,
  value: Scalar,
  { signal }: CallOptions,
): Promise<IdentityRecord | undefined> {
  const { system, kind } = sought;
  const attempt = `find ${kind} of ${system} by ${path}`;
  if (path === 'id') return getObject(client, sought, String(value), { signal });
  const filter = equalityFilter(kind, path, String(value));
  if (filter === undefined)
    throw new ConnectorError('invalid', `${attempt}: Graph cannot look it up by this property`, {
      code: 'not-searchable',
      remedy: `Match by one of ${Object.keys(SEARCHABLE[kind]).join(', ')}, or a directory extension.`,
      general: true,
    });
  const { select } = askedFor(sought, undefined);
  const query = `/${kind}s?$filter=${encodeURIComponent(filter)}&${shown(kind, select)}`;
  const found: unknown[] = [];
  for await (const { objects } of walkPages(client, query, { attempt, signal })) {
    found.push(...objects);
    if (found.length > 1)
      throw new ConnectorError('ambiguous', `${attempt}: more than one ${kind} has this value`);
  }
  return found.length === 0 ? undefined : toFound(found[0], system, kind, attempt, select);
}

export function shown(kind: GraphKind, properties: readonly string[]): string {
  const select = `$select=${properties.filter((name) => name !== 'manager').join(',')}`;
  const expands = kind === 'user' && properties.includes('manager');
  return expands ? `${select}&$expand=manager($select=id)` : select;
}

export function toFound(
  object: unknown,
  system: SystemName,
  kind: GraphKind,
  attempt: string,
  select: readonly string[] = selectionOf(kind, undefined),
): IdentityRecord {
  const record = isObject(object)
    ? toRecord(object, { system, kind, select, first: true })
    : undefined;
  if (record === undefined) throw unexpectedAnswer(attempt, 'an object without an id');
  return record;
}
