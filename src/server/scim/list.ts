/** Lists (RFC 7644 §3.4.2), paged by number or by cursor (RFC 9865). */

import type { Filter } from '../../identity/filter.ts';
import type { Leniency } from '../../scim/accept.ts';
import { badRequest } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter.ts';
import { qualifiedFilter } from '../../scim/resource-type.ts';
import { LIST_RESPONSE } from '../../scim/urn.ts';
import { isWanted, projected, projectionOf, type Resource, resourceOf } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';

export const DEFAULT_PAGE_SIZE = 100;
export const MAX_PAGE_SIZE = 1_000;

/** As they stand in the address or in the body of a search. */
export interface ListParameters {
  readonly filter?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  /** Empty for the first page. */
  readonly cursor?: string | undefined;
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

export interface ListContext {
  readonly served: ServedSystem;
  readonly type: ServedType;
  readonly leniency: Leniency;
  readonly base: string;
  readonly signal: AbortSignal;
}

export async function list(
  { served, type, leniency, base, signal }: ListContext,
  parameters: ListParameters,
): Promise<Resource> {
  const projection = projectionOf(type, parameters.attributes, parameters.excludedAttributes);
  const count = Math.min(whole('count', parameters.count, DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE);
  const startIndex = whole('startIndex', parameters.startIndex, 1, 1);
  const { cursor } = parameters;
  const asked = parameters.filter === undefined ? undefined : filterOf(parameters.filter);
  const filter = asked && leniency.bareNames ? qualifiedFilter(type, asked) : asked;
  const page = await served.connector.search(type.kind, {
    signal,
    count: Math.max(count, 1),
    ...(filter && { filter }),
    ...(cursor && { cursor: position(cursor) }),
    ...(cursor === undefined && startIndex > 1 && { offset: startIndex - 1 }),
    ...(type.kind === 'group' && isWanted(projection, 'members') && { attributes: ['members'] }),
  });
  const records = count === 0 ? [] : page.records;
  const resources = records.map((record) =>
    projected(resourceOf(served, type, record, base), projection),
  );
  const next = cursor !== undefined && count > 0 ? page.nextCursor : undefined;
  return {
    schemas: [LIST_RESPONSE],
    totalResults: page.total ?? resources.length,
    itemsPerPage: resources.length,
    ...(cursor === undefined && { startIndex }),
    ...(next !== undefined && { nextCursor: opaque(next) }),
    Resources: resources,
  };
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

function opaque(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}

function position(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^[!-~]+$/.test(text) || opaque(text) !== cursor)
    throw badRequest('invalidCursor', 'the cursor is none of ours');
  return text;
}
