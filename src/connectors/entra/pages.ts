/** Walks the pages of an answer by its own links, and sees when they lead nowhere. */

import { createHash } from 'node:crypto';
import { ConnectorError } from '../spi/index.ts';
import type { GraphClient, GraphRequest } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { isObject } from './translate.ts';

export interface GraphPage {
  readonly objects: readonly unknown[];
  readonly next?: string;
  /** Ends a round of a delta query; never together with `next`. */
  readonly delta?: string;
  /** Of the whole list, where the query asked for it. */
  readonly count?: number;
}

/** Three million people at 30 a page; real pages hold hundreds. */
const MAX_PAGES = 100_000;
/** Graph sends empty pages with a next link, but not without end. */
const MAX_EMPTY_PAGES = 1000;

/** One page after the other, from a path or link on, until one has no next link. */
export async function* walkPages(
  client: GraphClient,
  from: string,
  request: GraphRequest,
): AsyncGenerator<GraphPage> {
  const seen = new Set<string>();
  let empty = 0;
  for (let link: string | undefined = from; link !== undefined; ) {
    const page = toPage(await client.get(link, request), request.attempt);
    empty = page.objects.length === 0 ? empty + 1 : 0;
    if (page.next !== undefined) {
      const print = createHash('sha1').update(page.next).digest('base64');
      if (seen.has(print)) throw endless(request, 'a next link came twice');
      if (empty > MAX_EMPTY_PAGES) throw endless(request, `${empty} empty pages in a row`);
      if (seen.size > MAX_PAGES) throw endless(request, `more than ${MAX_PAGES} pages`);
      seen.add(print);
    }
    yield page;
    link = page.next;
  }
}

export function toPage(body: unknown, attempt: string): GraphPage {
  if (!isObject(body) || !Array.isArray(body.value))
    throw unexpectedAnswer(attempt, 'a page without `value`');
  const next = linkOf(body['@odata.nextLink']);
  const delta = linkOf(body['@odata.deltaLink']);
  const count = body['@odata.count'];
  return {
    objects: body.value,
    ...(next === undefined ? {} : { next }),
    ...(delta === undefined ? {} : { delta }),
    ...(typeof count === 'number' ? { count } : {}),
  };
}

function linkOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function endless({ attempt }: GraphRequest, why: string): ConnectorError {
  return new ConnectorError('unreachable', `${attempt}: the pages do not end: ${why}`, {
    code: 'endless-paging',
  });
}
