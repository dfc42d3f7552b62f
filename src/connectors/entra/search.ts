/** Searching people and groups: by Graph's own filter, a page at a time, from a cursor on. */

import type { Filter } from '../../identity/filter.ts';
import type { IdentityRecord } from '../../identity/record.ts';
import { type CallOptions, ConnectorError, type Query, type SearchPage } from '../spi/index.ts';
import type { GraphKind } from './attributes.ts';
import { type Asked, askedFor, type Beside, withBeside } from './beside.ts';
import type { GraphClient } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { type Sought, shown, toFound } from './lookup.ts';
import { toPage } from './pages.ts';
import { pushedDown } from './pushdown.ts';

/** Where what is searched for is listed, and what else has to hold of it. */
interface Source {
  /** Below the version: `/users`, or `/groups/42/members/microsoft.graph.user`. */
  readonly path: string;
  readonly filter?: string;
  readonly advanced: boolean;
}

const DEFAULT_COUNT = 100;
const MOST_AT_ONCE = 999;
const EVENTUAL = { ConsistencyLevel: 'eventual' };

export async function searchObjects(
  client: GraphClient,
  sought: Sought,
  { filter, attributes, cursor, offset = 0, count = DEFAULT_COUNT, sort, signal }: Query,
): Promise<SearchPage> {
  const { system, kind } = sought;
  const attempt = `search ${kind}s of ${system}`;
  const source = sourceOf(kind, filter);
  if (source === undefined) throw unsupported(attempt);
  if (offset > 0 || sort !== undefined) throw notThere(attempt);
  const asked = askedFor(sought, attributes);
  const { advanced, path } = source;
  const headers = advanced ? EVENTUAL : {};
  const target = `${path}?${cursor === undefined ? firstQuery(kind, source, asked, count) : nextQuery(cursor)}`;
  const page = toPage(await answered(client, target, headers, attempt, signal), attempt);
  const records = page.objects.map((object) =>
    toFound(object, system, kind, attempt, asked.select),
  );
  const call = { signal };
  const whole = await withBeside(client, records, besideOf(asked, kind, source), attempt, call);
  const next = page.next === undefined ? undefined : cursorOf(page.next, attempt);
  const total = cursor === undefined ? await totalOf(client, source, page, whole, call) : undefined;
  return {
    records: whole,
    ...(next !== undefined && { nextCursor: next }),
    ...(total !== undefined && { total }),
  };
}

/** Whether Graph answers a filter by itself. */
export function answersFilter(kind: GraphKind, filter: Filter): boolean {
  return sourceOf(kind, filter) !== undefined;
}

function sourceOf(kind: GraphKind, filter: Filter | undefined): Source | undefined {
  if (filter === undefined) return { path: `/${kind}s`, advanced: false };
  const related = relationOf(kind, filter);
  if (related !== undefined) return { path: related, advanced: false };
  const pushed = pushedDown(kind, filter);
  return pushed && { path: `/${kind}s`, filter: pushed.text, advanced: pushed.advanced };
}

/** Who is in a group, whose manager somebody is, which groups somebody is in: lists of their own. */
function relationOf(kind: GraphKind, filter: Filter): string | undefined {
  if (filter.type !== 'compare' || filter.operator !== 'eq') return undefined;
  const { path, value } = filter;
  const { attribute, subAttribute, where, schema } = path;
  if (where !== undefined || schema !== undefined || typeof value !== 'string') return undefined;
  if (subAttribute !== undefined && subAttribute.toLowerCase() !== 'value') return undefined;
  const list = RELATIONS[`${kind}.${attribute.toLowerCase()}`];
  return list?.(encodeURIComponent(value));
}

const RELATIONS: Readonly<Record<string, (id: string) => string>> = {
  'user.groups': (id) => `/groups/${id}/members/microsoft.graph.user`,
  'user.manager': (id) => `/users/${id}/directReports/microsoft.graph.user`,
  'group.members': (id) => `/users/${id}/memberOf/microsoft.graph.group`,
};

/** Advanced queries and lists of a relationship expand nobody. */
function besideOf({ select, beside }: Asked, kind: GraphKind, source: Source): readonly Beside[] {
  const expanded = !source.advanced && source.path === `/${kind}s`;
  return select.includes('manager') && !expanded ? [...beside, 'manager'] : beside;
}

function firstQuery(kind: GraphKind, source: Source, { select }: Asked, count: number): string {
  const expands = !source.advanced && source.path === `/${kind}s`;
  const properties = expands ? select : select.filter((name) => name !== 'manager');
  const size = Math.min(Math.max(count, 1), MOST_AT_ONCE);
  return [
    shown(kind, properties),
    `$top=${size}`,
    ...(source.filter === undefined ? [] : [`$filter=${encodeURIComponent(source.filter)}`]),
    ...(source.advanced ? ['$count=true'] : []),
  ].join('&');
}

/** Nobody by that name has no groups and no reports. */
async function answered(
  client: GraphClient,
  target: string,
  headers: Readonly<Record<string, string>>,
  attempt: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await client.get(target, { attempt, signal, headers });
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'missing') return { value: [] };
    throw error;
  }
}

/** Of a next link only the query: where it leads is our own decision, whoever brings it back. */
function cursorOf(link: string, attempt: string): string {
  const query = link.split('?')[1];
  if (query === undefined) throw unexpectedAnswer(attempt, 'a next link without a query');
  return query;
}

function nextQuery(cursor: string): string {
  if (/^[!-~]+$/.test(cursor) && /(?:^|&)(?:\$|%24)skiptoken=/i.test(cursor)) return cursor;
  throw new ConnectorError('invalid', 'the cursor is none of ours', { code: 'cursor-expired' });
}

/** Graph tells how many there are beside the first page of an advanced query, and else by itself. */
async function totalOf(
  client: GraphClient,
  { path, filter }: Source,
  { next, count }: ReturnType<typeof toPage>,
  records: readonly IdentityRecord[],
  { signal }: CallOptions,
): Promise<number | undefined> {
  if (next === undefined) return records.length;
  if (count !== undefined) return Math.max(count, records.length);
  const query = filter === undefined ? '' : `?$filter=${encodeURIComponent(filter)}`;
  try {
    const total = await client.get(`${path}/$count${query}`, {
      attempt: `count ${path}`,
      signal,
      headers: { ...EVENTUAL, Accept: 'text/plain' },
    });
    return typeof total === 'number' ? Math.max(total, records.length) : undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    // The index that counts is not everywhere, and the page is good without it.
    return undefined;
  }
}

function unsupported(attempt: string): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: Graph cannot filter that way`, {
    code: 'filter-unsupported',
    remedy: 'See docs/connectors/entra.md for what it filters by.',
  });
}

function notThere(attempt: string): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: Graph neither sorts so nor pages by number`, {
    code: 'filter-unsupported',
    remedy: 'Page by cursor, in the order in which they come.',
  });
}
