/** Lists (RFC 7644 §3.4.2) of one type or several, paged by number or by cursor (RFC 9865). */

import type { Sort } from '../../connectors/spi/index.ts';
import type { Filter } from '../../identity/filter.ts';
import type { Leniency } from '../../scim/accept.ts';
import { badRequest, ScimError } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter.ts';
import { qualifiedFilter } from '../../scim/resource-type.ts';
import { filterForType } from '../../scim/type-filter.ts';
import { LIST_RESPONSE } from '../../scim/urn.ts';
import {
  isRequested,
  isWanted,
  projected,
  projectionOf,
  type Resource,
  resourceOf,
} from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { sortFor } from './sort.ts';

export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1_000;

/** As they stand in the address or in the body of a search. */
export interface ListParameters {
  readonly filter?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  /** Empty for the first page. */
  readonly cursor?: string | undefined;
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

export interface ListContext {
  readonly served: ServedSystem;
  /** What is listed, one after the other. */
  readonly types: readonly ServedType[];
  readonly leniency: Leniency;
  readonly base: string;
  readonly signal: AbortSignal;
}

export async function list(context: ListContext, parameters: ListParameters): Promise<Resource> {
  const count = Math.min(whole('count', parameters.count, DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE);
  const startIndex = whole('startIndex', parameters.startIndex, 1, 1);
  const { cursor } = parameters;
  const from = cursor ? placeIn(context.types, cursor) : { index: 0, inner: '' };
  const filter = parameters.filter === undefined ? true : filterOf(parameters.filter);
  const sort = sortOf(context, filter, parameters);
  const resources: Resource[] = [];
  let skip = cursor === undefined ? startIndex - 1 : 0;
  let total = 0;
  let next: string | undefined;
  for (const [index, type] of context.types.entries()) {
    const left = filter === true || filterForType(filter, type.name);
    if (left === false) continue;
    const room = count - resources.length;
    if (cursor !== undefined && count > 0 && room === 0) next ??= `${index}.`;
    // What lies before or behind the page is only counted.
    const wanted = index < from.index || next !== undefined ? 0 : room;
    const page = await pageOf(context, type, parameters, {
      count: wanted,
      offset: skip,
      ...(left !== true && { filter: left }),
      ...(sort && { sort }),
      ...(index === from.index && from.inner && { cursor: from.inner }),
    });
    resources.push(...page.resources);
    total += page.total;
    skip = Math.max(0, skip - page.total);
    if (cursor !== undefined && wanted > 0 && page.nextCursor !== undefined)
      next = `${index}.${page.nextCursor}`;
  }
  return {
    schemas: [LIST_RESPONSE],
    totalResults: total,
    itemsPerPage: resources.length,
    ...(cursor === undefined && { startIndex }),
    ...(next !== undefined && { nextCursor: opaque(next) }),
    Resources: resources,
  };
}

interface Asked {
  /** None for the total alone. */
  readonly count: number;
  readonly offset: number;
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly cursor?: string;
}

interface Page {
  readonly resources: readonly Resource[];
  readonly total: number;
  readonly nextCursor?: string;
}

async function pageOf(
  { served, leniency, base, signal }: ListContext,
  type: ServedType,
  { attributes, excludedAttributes }: ListParameters,
  { count, offset, filter, sort, cursor }: Asked,
): Promise<Page> {
  const projection = projectionOf(type, attributes, excludedAttributes);
  const meant = filter && leniency.bareNames ? qualifiedFilter(type, filter) : filter;
  const apart = [
    ...(type.kind === 'group' && isWanted(projection, 'members') ? ['members'] : []),
    ...(type.kind === 'user' && isRequested(projection, 'groups') ? ['groups'] : []),
  ];
  const { records, total, nextCursor } = await served.connector.search(type.kind, {
    signal,
    count: Math.max(count, 1),
    ...(meant && { filter: meant }),
    ...(sort && { sort }),
    ...(cursor !== undefined && { cursor }),
    ...(offset > 0 && { offset }),
    ...(apart.length > 0 && count > 0 && { attributes: apart }),
  });
  const resources = (count === 0 ? [] : records).map((record) =>
    projected(resourceOf(served, type, record, base), projection),
  );
  return {
    resources,
    total: total ?? records.length,
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

/** Several types have no order in common: one has to be left (§3.4.2.3). */
function sortOf(
  { served, types, leniency }: ListContext,
  filter: Filter | true,
  { sortBy, sortOrder }: ListParameters,
): Sort | undefined {
  if (!sortBy) return undefined;
  if (!served.connector.traits?.sorts) throw new ScimError(501, `${served.name} does not sort`);
  const [type, ...others] = types.filter(
    ({ name }) => filter === true || filterForType(filter, name) !== false,
  );
  if (others.length > 0)
    throw badRequest('invalidValue', 'one type can be sorted at a time: ask at its own address');
  return type && sortFor(type, leniency, sortBy, sortOrder);
}

function filterOf(text: string): Filter {
  const parsed = parseFilter(text);
  if (parsed.ok) return parsed.value;
  const [problem] = parsed.problems;
  throw badRequest('invalidFilter', `column ${problem?.place?.column}: ${problem?.message}`);
}

/** A number below the least one counts as that one (RFC 7644 §3.4.2.4). */
function whole(name: string, text: string | undefined, otherwise: number, least: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number))
    throw badRequest(
      name === 'count' ? 'invalidCount' : 'invalidValue',
      `${name} must be a number`,
    );
  return Math.max(number, least);
}

/** A cursor names the type it stands in, and where in it. */
function placeIn(
  types: readonly ServedType[],
  cursor: string,
): { readonly index: number; readonly inner: string } {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, index, inner] = /^(\d{1,3})\.([!-~]*)$/.exec(text) ?? [];
  if (inner === undefined || opaque(text) !== cursor || Number(index) >= types.length)
    throw badRequest('invalidCursor', 'the cursor is none of ours');
  return { index: Number(index), inner };
}

function opaque(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}
