/** How far Graph was read: a link of its own, what it selects, and whether it is amid a listing. */

import { z } from 'zod';
import { ConnectorError, type Watermark } from '../spi/index.ts';
import type { GraphKind } from './attributes.ts';

const position = z.strictObject({
  link: z.string().min(1),
  select: z.array(z.string()).readonly(),
  /** The first round goes on at `link`; `hole`: it has shown an object that could not be taken. */
  first: z.strictObject({ hole: z.boolean() }).optional(),
});

export type Position = Readonly<z.output<typeof position>>;

export function toWatermark(at: Position): Watermark {
  return JSON.stringify(at);
}

/**
 * @param select What is wanted now; a round follows the selection of its first request.
 * @throws ConnectorError `watermark-expired`, also when it tracks less than is wanted.
 */
export function fromWatermark(
  watermark: Watermark,
  kind: GraphKind,
  select: readonly string[],
): Position {
  const parsed = position.safeParse(parseJson(watermark));
  if (!parsed.success) throw expired(kind, 'the watermark cannot be read');
  const tracked = new Set(parsed.data.select);
  const added = select.filter((name) => !tracked.has(name));
  if (added.length > 0) throw expired(kind, `it does not track ${added.join(', ')}`);
  return parsed.data;
}

export function expired(kind: GraphKind, why: string): ConnectorError {
  return new ConnectorError(
    'watermark-expired',
    `read changes of ${kind}s: ${why}; everything is read again`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
