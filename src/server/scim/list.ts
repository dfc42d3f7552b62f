/** Lists (RFC 7644 §3.4.2) of one type or several, paged by number or by cursor (RFC 9865). */

import type { Sort } from '../../connectors/spi/index.ts';
import type { Filter } from '../../identity/filter.ts';
import type { Tenant } from '../../identity/identity.ts';
import type { Leniency } from '../../scim/clients.ts';
import { badRequest, ScimError } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter.ts';
import { qualifiedFilter } from '../../scim/resource-type.ts';
import { refuseHidden } from '../../scim/returned.ts';
import { filterForType } from '../../scim/type-filter.ts';
import { LIST_RESPONSE } from '../../scim/urn.ts';
import type { Cursors, Place } from './cursor.ts';
import { projected, projectionOf, resourceOf } from './render.ts';
import { search } from './search.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { sortFor } from './sort.ts';
import { formOf, linked } from './text.ts';
import { attributesWanted } from './wanted.ts';

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
  readonly cursors: Cursors;
  /** Whose system it is. */
  readonly owner: Tenant;
  readonly signal: AbortSignal;
}

/** @returns The JSON of a list response. */
export async function list(context: ListContext, parameters: ListParameters): Promise<string> {
  const { served, types, cursors } = context;
  const count = Math.min(whole('count', parameters.count, DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE);
  const startIndex = whole('startIndex', parameters.startIndex, 1, 1);
  const { cursor } = parameters;
  const skips = served.connector.traits?.skips ?? false;
  if (!skips && startIndex > 1) throw onlyByCursor(served);
  const from = cursor ? cursors.open(queryText(context, parameters), cursor) : BEGINNING;
  const filter = parameters.filter === undefined ? true : filterOf(parameters.filter, context);
  const sort = sortOf(context, filter, parameters);
  const linked = cursor !== undefined || !skips;
  let items = 0;
  const pieces: string[] = [];
  let skip = cursor === undefined ? startIndex - 1 : 0;
  let total: number | undefined = 0;
  let next: Place | undefined;
  for (const [index, type] of types.entries()) {
    const left = filter === true || filterForType(filter, type.name);
    if (left === false) continue;
    const room = count - items;
    if (linked && count > 0 && room === 0) next ??= { index, inner: '' };
    // What lies before or behind the page is only counted, where that costs little.
    const wanted = index < from.index || next !== undefined ? 0 : room;
    if (wanted === 0 && count > 0 && !skips) {
      total = undefined;
      continue;
    }
    const page = await pageOf(context, type, parameters, {
      count: wanted,
      offset: skip,
      ...(left !== true && { filter: left }),
      ...(sort && { sort }),
      ...(index === from.index && from.inner && { cursor: from.inner }),
    });
    if (items > 0 && page.items > 0) pieces.push(',');
    items += page.items;
    pieces.push(...page.pieces);
    total = total === undefined || page.total === undefined ? undefined : total + page.total;
    skip = Math.max(0, skip - (page.total ?? 0));
    if (linked && wanted > 0 && page.nextCursor !== undefined)
      next = { index, inner: page.nextCursor };
  }
  const byNumber = cursor === undefined && (skips || next === undefined);
  const head = {
    schemas: [LIST_RESPONSE],
    // RFC 9865 §2: nobody has to count what is paged by cursor.
    ...(total !== undefined && { totalResults: total }),
    itemsPerPage: items,
    ...(byNumber && { startIndex }),
    ...(next !== undefined && { nextCursor: cursors.seal(queryText(context, parameters), next) }),
  };
  return `${JSON.stringify(head).slice(0, -1)},"Resources":[${pieces.join('')}]}`;
}

const BEGINNING: Place = { index: 0, inner: '' };

/** What a cursor is good for: the same question of the same system of the same tenant. */
function queryText(
  { owner, served, types }: ListContext,
  { filter = '', sortBy = '', sortOrder = '' }: ListParameters,
): string {
  return JSON.stringify([
    owner,
    served.name,
    types.map(({ name }) => name),
    filter,
    sortBy,
    sortOrder,
  ]);
}

function onlyByCursor({ name }: ServedSystem): ScimError {
  return badRequest(
    'invalidValue',
    `${name} is paged by cursor alone: ask with an empty \`cursor\`, then with each \`nextCursor\``,
  );
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
  /** Of how many resources, and their JSON. */
  readonly items: number;
  readonly pieces: readonly string[];
  /** Where the system tells. */
  readonly total?: number;
  readonly nextCursor?: string;
}

async function pageOf(
  { served, leniency, base, signal }: ListContext,
  type: ServedType,
  { attributes: named, excludedAttributes, cursor: paged }: ListParameters,
  { count, offset, filter, sort, cursor }: Asked,
): Promise<Page> {
  const projection = projectionOf(type, named, excludedAttributes);
  const meant = filter && qualifiedFilter(type, filter, leniency.bareNames);
  if (meant) refuseHidden(type, meant);
  const attributes = attributesWanted(type, projection);
  const { texts } = served.connector;
  const shown = texts && !sort && !projection && !attributes && count > 0;
  const asText = shown
    ? await texts.page(
        type.kind,
        {
          ...{ count, offset },
          ...(meant && { filter: meant }),
          ...(cursor !== undefined && { cursor }),
        },
        formOf(type, base),
      )
    : undefined;
  if (asText) {
    const { text: kept, ...page } = asText;
    const text = linked(served, type, base, kept);
    if (text !== undefined) return { ...page, pieces: [text] };
  }
  const asked = { served, type, byCursor: paged !== undefined };
  const { records, total, nextCursor } = await search(asked, {
    signal,
    count: Math.max(count, 1),
    ...(meant && { filter: meant }),
    ...(sort && { sort }),
    ...(cursor !== undefined && { cursor }),
    ...(offset > 0 && { offset }),
    ...(attributes && count > 0 && { attributes }),
  });
  const answered = count === 0 ? [] : records;
  const pieces = answered.map((record, index) => {
    const resource = projected(resourceOf(served, type, record, base), projection);
    return (index > 0 ? ',' : '') + JSON.stringify(resource);
  });
  const isAll = nextCursor === undefined && cursor === undefined && offset === 0;
  const known = total ?? (isAll ? records.length : undefined);
  return {
    items: answered.length,
    pieces,
    ...(known !== undefined && { total: known }),
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

function filterOf(text: string, { leniency: { bareTexts } }: ListContext): Filter {
  const parsed = parseFilter(text, { bareTexts });
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
