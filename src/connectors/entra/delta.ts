/**
 * Users and groups by delta query. The first round lists everything and ends with a link from which
 * later rounds tell what changed; every page's link is a watermark, so that an interrupted reading
 * goes on where it was.
 */

import type { SystemName } from '../../identity/record.ts';
import type { ChangePage, ReadOptions, Watermark } from '../spi/index.ts';
import { type GraphKind, selectionOf } from './attributes.ts';
import type { GraphClient } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { walkPages } from './pages.ts';
import { toChanges } from './translate.ts';
import { expired, fromWatermark, type Position, toWatermark } from './watermark.ts';

export async function* readEverything(
  client: GraphClient,
  system: SystemName,
  kind: GraphKind,
  options: ReadOptions,
): AsyncIterable<ChangePage> {
  const select = selectionOf(kind, options.attributes);
  const tracked = kind === 'group' ? [...select, 'members'] : select;
  const link = `/${kind}s/delta?$select=${tracked.join(',')}`;
  yield* round(client, system, kind, { link, select, first: { hole: false } }, options);
}

export async function* readSince(
  client: GraphClient,
  system: SystemName,
  kind: GraphKind,
  since: Watermark,
  options: ReadOptions,
): AsyncIterable<ChangePage> {
  const position = fromWatermark(since, kind, selectionOf(kind, options.attributes));
  if (!client.isOwn(position.link)) throw expired(kind, 'it belongs to another cloud');
  if (position.first !== undefined && options.continues !== true)
    throw expired(kind, 'the first reading was interrupted');
  yield* round(client, system, kind, position, options);
}

async function* round(
  client: GraphClient,
  system: SystemName,
  kind: GraphKind,
  { link, select, first }: Position,
  { signal }: ReadOptions,
): AsyncGenerator<ChangePage> {
  const reading = { system, kind, select, first: first !== undefined };
  const attempt = `read ${first === undefined ? 'changes of ' : ''}${kind}s of ${system}`;
  const headers = {
    Prefer: 'return=minimal',
    // Of two readers the one that catches up gives way.
    'x-ms-throttle-priority': first === undefined ? 'Normal' : 'Low',
  };
  let hole = first?.hole ?? false;
  for await (const page of walkPages(client, link, { attempt, signal, headers })) {
    const { changes, problems, hole: holed } = toChanges(page.objects, reading);
    hole ||= holed;
    const told = { changes, ...(problems.length === 0 ? {} : { problems }) };
    if (page.next !== undefined) {
      const amid = first === undefined ? {} : { first: { hole } };
      yield { ...told, watermark: toWatermark({ link: page.next, select, ...amid }) };
    } else if (page.delta === undefined) {
      throw unexpectedAnswer(attempt, 'the last page has no delta link, so the end is not proven');
    } else {
      const complete = first === undefined || hole ? {} : { complete: true as const };
      yield { ...told, watermark: toWatermark({ link: page.delta, select }), ...complete };
    }
  }
}
