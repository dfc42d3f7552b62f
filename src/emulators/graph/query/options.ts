/** The query options of one request, with or without their `$`. */

import { badRequest, unsupportedQuery } from '../failure.ts';

export interface QueryOptions {
  readonly select?: readonly string[];
  readonly expand?: string;
  readonly filter?: string;
  readonly search?: string;
  readonly orderby?: string;
  readonly top?: number;
  readonly count: boolean;
  readonly skiptoken?: string;
  readonly deltatoken?: string;
}

const KNOWN = new Set([
  'select',
  'filter',
  'search',
  'orderby',
  'top',
  'count',
  'expand',
  'skiptoken',
  'deltatoken',
  'format',
]);

export function queryOptions(url: URL): QueryOptions {
  const given = new Map<string, string>();
  for (const [key, value] of url.searchParams) {
    const name = key.replace(/^\$/, '').toLowerCase();
    if (name === 'skip') throw badRequest("'$skip' is not supported by the service.");
    if (KNOWN.has(name)) given.set(name, value);
    else if (key.startsWith('$')) throw badRequest(`Unrecognized query option '${key}'.`);
  }
  const text = (name: string): string | undefined => given.get(name);
  const select = text('select');
  const top = text('top');
  return {
    ...(select !== undefined && { select: names(select) }),
    ...(top !== undefined && { top: pageSize(top) }),
    count: text('count')?.toLowerCase() === 'true',
    ...present('expand', text('expand')),
    ...present('filter', text('filter')),
    ...present('search', text('search')),
    ...present('orderby', text('orderby')),
    ...present('skiptoken', text('skiptoken')),
    ...present('deltatoken', text('deltatoken')),
  };
}

function present<K extends string>(
  key: K,
  value: string | undefined,
): Readonly<Partial<Record<K, string>>> {
  const entry: Partial<Record<K, string>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}

function names(list: string): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function pageSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 999)
    throw unsupportedQuery(
      `Invalid page size specified: '${text}'. Must be between 1 and 999 inclusive.`,
    );
  return size;
}
