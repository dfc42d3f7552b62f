/** Collections: filtered, ordered and paged by key over one replica's view. */

import { isObject } from '../contract.ts';
import type { ObjectType } from '../directory.ts';
import { badRequest, GraphFailure, unsupportedQuery } from '../failure.ts';
import { fulfils } from '../query/evaluate.ts';
import { parseFilter } from '../query/filter.ts';
import { refuseUnsupportedFilter, refuseUnsupportedOrder } from '../query/rule.ts';
import { searchTest } from '../query/search.ts';
import { type Body, contextOf, propertyOf, refuseElsewhere } from '../query/shape.ts';
import type { Found } from '../tenant.ts';
import type { Answer, Call } from './call.ts';
import { type ElementType, elementShape } from './element.ts';

/** A collection that can be read from the middle. */
export interface Listing {
  readonly type: ElementType;
  /** As the context of the answer names it. */
  readonly context: string;
  /** Elements in order of their ids, beginning after one of them. */
  readonly after: (id: string) => Iterable<Found>;
}

/** What a page token carries. */
interface Page {
  readonly path: string;
  readonly select?: readonly string[];
  readonly filter?: string;
  readonly orderby?: string;
  readonly search?: string;
  readonly expand?: string;
  readonly top?: number;
  /** Where the page before ended: an id, or with an order the number of elements shown. */
  readonly position: string | number;
}

const PAGE_SIZE = 100;

export function answerList(call: Call, listing: Listing): Answer {
  const page = pageOf(call);
  refuseForbidden(call, page, listing.type);
  const { selection, shape } = elementShape(call, listing.type, page.select, page.expand);
  if (listing.type !== 'directoryObject') refuseElsewhere(selection);
  const size = page.top ?? PAGE_SIZE;
  const first = call.options.skiptoken === undefined;
  const body: Body = { '@odata.context': contextOf(call.base, listing.context, selection) };
  if (first && call.mode.advanced && call.options.count)
    body['@odata.count'] = count(matching(listing, page, ''));
  if (first && call.chance.happens(call.tenant.settings.emptyPages)) {
    body['@odata.nextLink'] = nextLink(call, page);
    return { status: 200, type: listing.type, body: { ...body, value: [] } };
  }
  const { shown, next } = slice(listing, page, size);
  if (next !== undefined) body['@odata.nextLink'] = nextLink(call, { ...page, position: next });
  body.value = shown.map(shape);
  return { status: 200, type: listing.type, body };
}

/** `…/$count`: plain text, and only as an advanced query. */
export function answerCount(call: Call, listing: Listing): Answer {
  if (!call.eventual) throw badRequest('$count is not currently supported.');
  const page = pageOf(call);
  refuseForbidden(call, page, listing.type);
  return { status: 200, body: String(count(matching(listing, page, ''))) };
}

function pageOf(call: Call): Page {
  const { options, tenant } = call;
  if (options.skiptoken === undefined) {
    const { select, filter, orderby, search, expand, top } = options;
    return {
      path: call.path,
      ...(select !== undefined && { select }),
      ...(filter !== undefined && { filter }),
      ...(orderby !== undefined && { orderby }),
      ...(search !== undefined && { search }),
      ...(expand !== undefined && { expand }),
      ...(top !== undefined && { top }),
      position: orderby === undefined ? '' : 0,
    };
  }
  const beside = options.select ?? options.filter ?? options.orderby ?? options.top;
  if (tenant.switches['query.optionsBesideToken'] === 'refused' && beside !== undefined)
    throw badRequest('Query options cannot be combined with a page token.');
  const content = call.tokens.open(options.skiptoken);
  if (!isPage(content) || content.path !== call.path)
    throw new GraphFailure(
      400,
      'Directory_ExpiredPageToken',
      'The specified page token value is not valid.',
    );
  return content;
}

/** Only we can have sealed a token, so what is inside is as `nextLink` wrote it. */
function isPage(content: unknown): content is Page {
  return isObject(content) && typeof content.path === 'string' && 'position' in content;
}

/** An advanced query stays one on every page. */
function nextLink({ base, path, tokens, options }: Call, page: Page): string {
  const counts = options.count ? '$count=true&' : '';
  return `${base}/v1.0/${path}?${counts}$skiptoken=${tokens.seal(page)}`;
}

function refuseForbidden(call: Call, page: Page, type: ElementType): void {
  const { advanced } = call.mode;
  if (page.search !== undefined && !call.eventual)
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  if (page.expand !== undefined && advanced)
    throw unsupportedQuery("'$expand' cannot be combined with an advanced query.");
  if (page.filter !== undefined)
    refuseUnsupportedFilter(ruleType(type), parseFilter(page.filter), call.mode);
  if (page.orderby !== undefined)
    refuseUnsupportedOrder(
      ruleType(type),
      orderOf(page.orderby).property,
      page.filter !== undefined,
      call.mode,
    );
}

function ruleType(type: ElementType): ObjectType {
  return type === 'directoryObject' ? 'user' : type;
}

function* matching(listing: Listing, page: Page, after: string): Generator<Found> {
  const filter = page.filter === undefined ? undefined : parseFilter(page.filter);
  const found = page.search === undefined ? undefined : searchTest(page.search);
  for (const each of listing.after(after)) {
    const read = (name: string): unknown => propertyOf(each, name);
    if (filter !== undefined && !fulfils(filter, read)) continue;
    if (found !== undefined && !found(read)) continue;
    yield each;
  }
}

function slice(
  listing: Listing,
  page: Page,
  size: number,
): { readonly shown: readonly Found[]; readonly next: string | number | undefined } {
  if (page.orderby !== undefined) {
    const start = Number(page.position);
    const all = ordered([...matching(listing, page, '')], page.orderby);
    const next = start + size < all.length ? start + size : undefined;
    return { shown: all.slice(start, start + size), next };
  }
  const shown: Found[] = [];
  for (const found of matching(listing, page, String(page.position))) {
    if (shown.length === size) return { shown, next: shown.at(-1)?.entry.id };
    shown.push(found);
  }
  return { shown, next: undefined };
}

function orderOf(text: string): { readonly property: string; readonly descending: boolean } {
  const [property = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0 || !['asc', 'desc'].includes(direction))
    throw badRequest(`Invalid order clause: '${text}'.`);
  return { property, descending: direction === 'desc' };
}

function ordered(found: readonly Found[], orderby: string): readonly Found[] {
  const { property, descending } = orderOf(orderby);
  const key = (each: Found): string => String(propertyOf(each, property) ?? '').toLowerCase();
  const sorted = found.toSorted((one, other) => {
    const [a, b] = [key(one), key(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  });
  return descending ? sorted.reverse() : sorted;
}

function count(found: Iterable<Found>): number {
  let total = 0;
  for (const _ of found) total++;
  return total;
}
