/** Lists (RFC 7644 §3.4.2), paged by number or by cursor (RFC 9865). */

import type { Filter } from '../../identity/filter.ts';
import { badRequest } from '../../scim/error.ts';
import { parseFilter } from '../../scim/filter.ts';
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

export async function list(
  served: ServedSystem,
  type: ServedType,
  parameters: ListParameters,
  base: string,
  signal: AbortSignal,
): Promise<Resource> {
  const projection = projectionOf(type, parameters.attributes, parameters.excludedAttributes);
  const count = Math.min(whole('count', parameters.count, DEFAULT_PAGE_SIZE, 0), MAX_PAGE_SIZE);
  const startIndex = whole('startIndex', parameters.startIndex, 1, 1);
  const { cursor } = parameters;
  const filter = parameters.filter === undefined ? undefined : filterOf(parameters.filter);
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
