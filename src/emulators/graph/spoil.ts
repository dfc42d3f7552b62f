/** How a fault spoils an answer on its way out. */

import { isObject } from './contract.ts';
import type { FaultEffect } from './faults.ts';

/** The connection broke; what `fetch` throws when it does. */
export class ConnectionCut extends TypeError {
  constructor() {
    super('fetch failed', {
      cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
    });
  }
}

const HTML =
  "<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>Our services aren't available right now</h1></body></html>";

/** The answer of a fault that lets nothing happen; undefined where the request goes on. */
export function insteadOfAnswer(effect: FaultEffect | undefined): Response | undefined {
  if (effect?.type === 'html')
    return new Response(HTML, {
      status: effect.status ?? 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    });
  if (effect?.type !== 'answer') return undefined;
  const { status, body, headers } = effect;
  return typeof body === 'string'
    ? new Response(body, { status, ...(headers !== undefined && { headers }) })
    : Response.json(body ?? faultBody(status), {
        status,
        ...(headers !== undefined && { headers }),
      });
}

export function faultBody(status: number): unknown {
  const code =
    status === 429 ? 'TooManyRequests' : status === 503 ? 'serviceNotAvailable' : 'UnknownError';
  return { error: { code, message: `Injected answer ${status}.`, innerError: {} } };
}

/** The body of an answer after the fault; the same where the fault does not touch bodies. */
export function spoiledBody(effect: FaultEffect | undefined, body: unknown, url: string): unknown {
  if (effect === undefined || !isObject(body) || !Array.isArray(body.value)) return body;
  const [first, ...rest] = body.value.filter(isObject);
  if (effect.type === 'endless-next-link') {
    const { '@odata.deltaLink': _, ...page } = body;
    return { ...page, '@odata.nextLink': url };
  }
  if (effect.type === 'missing-value') {
    const { value: _, ...page } = body;
    return page;
  }
  if (first === undefined) return body;
  switch (effect.type) {
    case 'record-without-id': {
      const { id: _, ...nameless } = first;
      return { ...body, value: [nameless, ...rest] };
    }
    case 'duplicate-record':
      return { ...body, value: [first, first, ...rest] };
    case 'huge-property': {
      const huge = { [effect.property]: 'x'.repeat(effect.characters) };
      return { ...body, value: [{ ...first, ...huge }, ...rest] };
    }
    case 'wrong-properties':
      return { ...body, value: [{ ...first, ...effect.properties }, ...rest] };
    default:
      return body;
  }
}

/** A body that ends in the middle: half of it comes, then the connection breaks. */
export function halfOf(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let sent = false;
  return new ReadableStream({
    pull: (controller) => {
      if (sent) controller.error(new ConnectionCut());
      else controller.enqueue(bytes.slice(0, Math.ceil(bytes.length / 2)));
      sent = true;
    },
  });
}
