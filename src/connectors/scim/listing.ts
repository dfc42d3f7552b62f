/**
 * Reading everything by index (RFC 7644 §3.4.2.4) or by cursor (RFC 9865), from providers that ignore
 * `count`, return fewer, start at 0, repeat a page, or tell a wrong total. A reading is complete
 * only when nothing of that leaves a doubt: what a complete reading did not show counts as gone.
 */

import { z } from 'zod';
import type { Problem } from '../../identity/problem.ts';
import type { Change, ObjectKind } from '../../identity/record.ts';
import { type ChangePage, ConnectorError, type JsonResponse } from '../spi/index.ts';
import { isObject, MAX_CHARACTERS, type Resource } from './translate.ts';

export interface ListPage {
  readonly resources: readonly Resource[];
  readonly total?: number;
  readonly nextCursor?: string;
}

export interface Listing {
  readonly kind: ObjectKind;
  /** `read users of ramp` */
  readonly attempt: string;
  readonly pageSize: number;
  /** Known for this application; found out otherwise. */
  readonly firstIndex?: 0 | 1;
  readonly trustTotal: boolean;
  ask(position: { startIndex: number } | { cursor: string }, count: number): Promise<ListPage>;
  /** Undefined when the resource has no id. */
  changesOf(resource: Resource): ResourceChanges | undefined;
}

export interface ResourceChanges {
  readonly id: string;
  readonly changes: readonly Change[];
  /** Attributes that were left as they were, because of their length. */
  readonly tooLong: readonly string[];
}

/** How far a reading has come; it fits into a watermark, so that it can be taken up again. */
const position = z.strictObject({
  cursor: z.string().optional(),
  startIndex: z.number().int(),
  seen: z.number().int(),
  /** As first told. */
  total: z.number().optional(),
  firstId: z.string().optional(),
  lastId: z.string().optional(),
  /** Why absence will mean nothing. */
  doubt: z.string().optional(),
});
type Position = z.output<typeof position>;

/** More empty pages in a row are a provider that never ends. */
const MAX_EMPTY_PAGES = 100;

export function beginning(listing: Listing, mode: 'index' | 'cursor'): Position {
  const startIndex = listing.firstIndex ?? 1;
  return { startIndex, seen: 0, ...(mode === 'cursor' && { cursor: '' }) };
}

/** @returns Undefined when the watermark is none of these. */
export function positionOf(watermark: string): Position | undefined {
  try {
    return position.safeParse(JSON.parse(watermark)).data;
  } catch {
    return undefined;
  }
}

/** Pages from a position on. */
export async function* pagesFrom(listing: Listing, start: Position): AsyncGenerator<ChangePage> {
  let at = start;
  let previous: ReadonlySet<string> = new Set(at.lastId === undefined ? [] : [at.lastId]);
  let emptyPages = 0;
  for (;;) {
    const page = await listing.ask(
      at.cursor === undefined ? { startIndex: at.startIndex } : { cursor: at.cursor },
      listing.pageSize,
    );
    const taken = take(listing, page, previous);
    if (taken.ids.size > 0 && taken.fresh === 0) {
      // Past the end some providers repeat their last page, and some have only one.
      if (at.cursor === undefined && at.total !== undefined && at.seen >= at.total) {
        yield ending(listing, at, page, []);
        return;
      }
      throw repeats(listing, at);
    }
    emptyPages = page.resources.length === 0 ? emptyPages + 1 : 0;
    const next = advanced(listing, at, page, taken);
    if (isLast(listing, next, page)) {
      const missed = await missedAtZero(listing, next, page);
      yield ending(
        listing,
        next,
        page,
        [...taken.changes, ...missed],
        taken.problems,
        missed.length > 0,
      );
      return;
    }
    if (emptyPages > MAX_EMPTY_PAGES || (next.cursor !== undefined && next.cursor === at.cursor))
      throw repeats(listing, at);
    yield {
      changes: taken.changes,
      watermark: JSON.stringify(next),
      ...(next.total !== undefined && { total: next.total }),
      ...(taken.problems.length > 0 && { problems: taken.problems }),
    };
    at = next;
    previous = taken.ids;
  }
}

interface Taken {
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
  readonly ids: ReadonlySet<string>;
  /** Objects that neither this page nor the one before had already. */
  readonly fresh: number;
  readonly doubt?: string;
}

function take(listing: Listing, page: ListPage, previous: ReadonlySet<string>): Taken {
  const ids = new Set<string>();
  const changes: Change[] = [];
  const problems: Problem[] = [];
  let fresh = 0;
  let doubt: string | undefined;
  for (const resource of page.resources) {
    const found = listing.changesOf(resource);
    if (found === undefined) {
      problems.push(
        problem(listing, 'record-without-id', 'an object came without an id and was left out'),
      );
      doubt = 'an object came without an id';
      continue;
    }
    const { id } = found;
    if (ids.has(id)) {
      problems.push(
        problem(
          listing,
          'duplicate-id',
          `the id ${id} came twice in one page; the first was taken`,
        ),
      );
      doubt = 'an id came twice';
      continue;
    }
    ids.add(id);
    if (previous.has(id)) {
      doubt = 'pages overlap, so that others may have been left out';
      continue;
    }
    fresh++;
    changes.push(...found.changes);
    for (const name of found.tooLong)
      problems.push(
        problem(
          listing,
          'value-too-large',
          `${name} of ${listing.kind} ${id} is longer than ${MAX_CHARACTERS} characters; it was left as it was`,
        ),
      );
  }
  return { changes, problems, ids, fresh, ...(doubt !== undefined && { doubt }) };
}

function problem({ attempt }: Listing, code: string, what: string): Problem {
  return { code, message: `${attempt}: ${what}`, severity: 'error' };
}

function advanced(listing: Listing, at: Position, page: ListPage, taken: Taken): Position {
  const [firstId] = taken.ids;
  const lastId = [...taken.ids].at(-1);
  const shrunk =
    listing.trustTotal &&
    page.total !== undefined &&
    at.total !== undefined &&
    page.total < at.total
      ? 'objects were deleted meanwhile, so that others may have been left out'
      : undefined;
  // A cursor stays with its object when others go; an index does not.
  const doubt = at.doubt ?? taken.doubt ?? (at.cursor === undefined ? shrunk : undefined);
  const total = page.total ?? at.total;
  return {
    ...(at.cursor !== undefined && { cursor: page.nextCursor ?? '' }),
    startIndex: at.startIndex + page.resources.length,
    seen: at.seen + taken.fresh,
    ...(total !== undefined && { total }),
    ...((at.firstId ?? firstId) !== undefined && { firstId: at.firstId ?? firstId }),
    ...(lastId !== undefined && { lastId }),
    ...(doubt !== undefined && { doubt }),
  };
}

/**
 * By index, a page that is not full ends a reading that has seen the total; whatever else only an
 * empty page does, since a total may be too low and a page smaller than asked for.
 */
function isLast(listing: Listing, next: Position, page: ListPage): boolean {
  if (next.cursor !== undefined) return page.nextCursor === undefined;
  if (page.resources.length === 0) return true;
  return (
    listing.trustTotal &&
    next.total !== undefined &&
    next.seen >= next.total &&
    page.resources.length < listing.pageSize
  );
}

/** A provider that counts from 0 has kept its first object back when it was asked from 1. */
async function missedAtZero(
  listing: Listing,
  next: Position,
  page: ListPage,
): Promise<readonly Change[]> {
  const total = page.total ?? next.total;
  if (next.cursor !== undefined || listing.firstIndex !== undefined) return [];
  if (total === undefined || next.seen !== total - 1) return [];
  const first = (await listing.ask({ startIndex: 0 }, 1)).resources[0];
  const found = first && listing.changesOf(first);
  return found === undefined || found.id === next.firstId ? [] : found.changes;
}

function ending(
  listing: Listing,
  at: Position,
  page: ListPage,
  changes: readonly Change[],
  problems: readonly Problem[] = [],
  oneMore = false,
): ChangePage {
  const total = page.total ?? at.total;
  const seen = at.seen + (oneMore ? 1 : 0);
  const short =
    listing.trustTotal && total !== undefined && seen < total
      ? `only ${seen} of ${total} were shown`
      : undefined;
  const doubt = at.doubt ?? short;
  if (doubt === undefined)
    return {
      changes,
      complete: true,
      ...(total !== undefined && { total }),
      ...(problems.length > 0 && { problems }),
    };
  return {
    changes,
    ...(total !== undefined && { total }),
    problems: [
      ...problems,
      {
        code: 'reading-incomplete',
        message: `the listing did not provably show everybody: ${doubt}`,
        remedy: 'Nobody counts as gone by it; the next full reading decides.',
        severity: 'warning',
      },
    ],
  };
}

function repeats(listing: Listing, at: Position): ConnectorError {
  return new ConnectorError(
    'invalid',
    `${listing.attempt}: after ${at.seen} objects the target repeats a page`,
    {
      code: 'page-repeats',
      remedy:
        'The target ignores startIndex or its own cursor: raise options.pageSize above the number of its objects, or set overrides.paging.mode.',
      general: true,
    },
  );
}

/**
 * @throws ConnectorError `unexpected-answer` when the answer is no list.
 */
export function listPageOf(answer: JsonResponse, attempt: string): ListPage {
  const { body } = answer;
  if (Array.isArray(body)) return { resources: body.filter(isObject) };
  if (!isObject(body)) throw notAList(attempt);
  const resources = body.Resources ?? body.resources;
  const total = Number(body.totalResults ?? Number.NaN);
  const hasTotal = Number.isInteger(total) && total >= 0;
  if (!Array.isArray(resources)) {
    // Nothing found: RFC 7644 §3.4.2 lets `Resources` be left out then.
    if (total === 0) return { resources: [], total };
    throw notAList(attempt);
  }
  const nextCursor = body.nextCursor;
  return {
    resources: resources.filter(isObject),
    ...(hasTotal && { total }),
    ...(typeof nextCursor === 'string' && nextCursor !== '' && { nextCursor }),
  };
}

function notAList(attempt: string): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: the answer is no list of resources`, {
    code: 'unexpected-answer',
    remedy: 'Check the base URL: it ends where /Users begins.',
    general: true,
  });
}
