/** The network between the engine and one system: what is asked may not arrive, what is answered may not either. */

import type { Chance } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import type { Life } from './life.ts';

export type Trouble =
  /** Nobody listens; the request was not sent. */
  | 'refused'
  /** The connection broke before the request arrived. */
  | 'reset-before'
  /** It was done, and the connection broke. */
  | 'reset-after'
  /** The request got lost, and nobody says so. */
  | 'silent-before'
  /** It was done, and the answer got lost. */
  | 'silent-after'
  /** Done after a while, answered after another. */
  | 'slow'
  /** Somebody on the way sent it twice; one of the two answers comes back. */
  | 'duplicate'
  | 'throttled'
  | 'failing'
  /** A 500 from a system that had done it already. */
  | 'failed-after'
  /** 503 with a page for people; nothing was done. */
  | 'unavailable'
  /** 200 with a page for people: a log-in stands in between. */
  | 'log-in-page'
  /** It was done, and the answer ends in the middle. */
  | 'half-body';

export interface Weather {
  /** How many of the requests have trouble, 0 to 1. */
  readonly share: number;
  readonly kinds: Readonly<Partial<Record<Trouble, number>>>;
}

export const CALM: Weather = { share: 0, kinds: {} };

export interface Wire {
  readonly fetch: typeof globalThis.fetch;
  /** From now on. */
  weather(weather: Weather, chance: Chance): void;
}

export interface WireOptions {
  readonly clock: VirtualClock;
  readonly life: () => Life;
  readonly serve: typeof globalThis.fetch;
  /** Before a request is looked at. */
  readonly asked: () => void;
  /** Whether the request may be delivered twice without the system's own protection. */
  readonly mayRepeat: (method: string) => boolean;
}

const LONGEST_RETRY_AFTER_SECONDS = 200;
const LONGEST_DELAY_SECONDS = 150;

export function wire({ clock, life, serve, asked, mayRepeat }: WireOptions): Wire {
  let weather = CALM;
  let chance: Chance | undefined;

  const done = async (input: string | URL | Request, init: RequestInit): Promise<Response> => {
    // The system goes on with what it has begun, whatever its caller does meanwhile.
    const { signal: _, ...request } = init;
    return clock.busy(serve(input, request));
  };

  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    await life().pass();
    asked();
    const method = init.method ?? 'GET';
    const draw = chance;
    const kinds = Object.entries(weather.kinds).filter(
      ([kind]) => kind !== 'duplicate' || mayRepeat(method),
    );
    const trouble =
      draw === undefined || kinds.length === 0 || !draw.happens(weather.share)
        ? undefined
        : (draw.weighted(Object.fromEntries(kinds)) as Trouble);
    const answer =
      trouble === undefined || draw === undefined
        ? await done(input, init)
        : await troubled(trouble, input, init, draw);
    await life().pass();
    return answer;
  };

  const troubled = async (
    trouble: Trouble,
    input: string | URL | Request,
    init: RequestInit,
    draw: Chance,
  ): Promise<Response> => {
    switch (trouble) {
      case 'refused':
        throw broken('ECONNREFUSED');
      case 'reset-before':
        throw broken('ECONNRESET');
      case 'reset-after':
        await done(input, init);
        throw broken('UND_ERR_SOCKET');
      case 'silent-before':
        return silence(init.signal);
      case 'silent-after':
        await done(input, init);
        return silence(init.signal);
      case 'slow':
        return slow(input, init, draw);
      case 'duplicate': {
        const first = await done(input, init);
        const second = await done(input, init);
        return draw.happens(0.5) ? first : second;
      }
      case 'throttled':
        return Response.json(
          { error: { code: 'TooManyRequests', message: 'slow down' } },
          {
            status: 429,
            headers: draw.happens(0.8)
              ? { 'retry-after': `${1 + draw.below(LONGEST_RETRY_AFTER_SECONDS)}` }
              : {},
          },
        );
      case 'failing':
        return new Response(`it failed: ${told(init)}`, { status: 500 });
      case 'failed-after':
        await done(input, init);
        return Response.json({ detail: `it failed: ${told(init)}` }, { status: 500 });
      case 'unavailable':
        return page(503, init);
      case 'log-in-page':
        return page(200, init);
      case 'half-body':
        return half(await done(input, init));
    }
  };

  const slow = async (
    input: string | URL | Request,
    init: RequestInit,
    draw: Chance,
  ): Promise<Response> => {
    const before = draw.below(LONGEST_DELAY_SECONDS);
    // Whoever is not answered in time closes the connection, and nothing arrives any more.
    await clock.sleep(before * 1000, init.signal ?? undefined);
    const answer = await done(input, init);
    await clock.sleep(draw.below(LONGEST_DELAY_SECONDS - before) * 1000, init.signal ?? undefined);
    return answer;
  };

  return {
    fetch,
    weather: (next, drawn) => {
      weather = next;
      chance = drawn;
    },
  };
}

function silence(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** What `fetch` throws when the network fails. */
function broken(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('broken'), { code }) });
}

/** Some systems repeat in an error what they were sent, secrets included. */
function told({ headers }: RequestInit): string {
  return JSON.stringify(Object.fromEntries(new Headers(headers)));
}

function page(status: number, init: RequestInit): Response {
  return new Response(`<!doctype html><title>Please wait</title><p>${told(init)}</p>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}

async function half(answer: Response): Promise<Response> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (sent) controller.error(broken('UND_ERR_SOCKET'));
      else controller.enqueue(bytes.slice(0, Math.ceil(bytes.length / 2)));
      sent = true;
    },
  });
  const { status, headers } = answer;
  return new Response(status === 204 ? null : body, { status, headers });
}
