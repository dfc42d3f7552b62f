/**
 * Microsoft Graph, thin: one place for headers, the budget of resource units, and the one renewal
 * of a token that Graph refuses. Nothing is repeated besides.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConnectorError,
  type Exchanged,
  type Http,
  type JsonRequest,
  type JsonResponse,
  rateBucket,
  requestJson,
} from '../spi/index.ts';
import type { Cloud } from './clouds.ts';
import { graphError } from './failures.ts';
import type { TokenSource } from './token.ts';

export interface GraphRequest {
  /** What is attempted, for messages: `read users of entra`. */
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export type GraphMethod = JsonRequest['method'];

export interface GraphSending extends GraphRequest {
  readonly method: GraphMethod;
  readonly body?: unknown;
  /** Whether sending it twice does what sending it once does; as the method says when absent. */
  readonly idempotent?: boolean;
  /** Resource units it costs, and how many writes it holds; one each for what writes when absent. */
  readonly units?: number;
  readonly writes?: number;
  readonly exchanged?: Exchanged;
}

export interface GraphClient {
  /** @param target A path below the version, such as `/users/delta?$select=id`, or a link of an answer. */
  get(target: string, request: GraphRequest): Promise<unknown>;
  /** @throws ConnectorError for every answer other than 2xx, by the table of `failures.ts`. */
  send(target: string, request: GraphSending): Promise<JsonResponse>;
  /** Whether a link leads to the Graph that is configured; the token goes nowhere else. */
  isOwn(link: string): boolean;
  /** The address of an object of the directory, as a reference to it is written. */
  addressOf(id: string): string;
}

/**
 * What the smallest tenant may ask: 3,500 resource units in 10 seconds for each application. Larger
 * ones may ask more, but reading page after page never comes near.
 */
const UNITS_PER_SECOND = 350;
const UNIT_BURST = 3500;
/** And what may be written: 3,000 in 150 seconds, which burst and rate together stay below. */
const WRITES_PER_SECOND = 13;
const WRITE_BURST = 1000;
/** Graph says how near the limit is, from 80 % on. */
const SLOW_FROM = 0.8;

export function graphClient(http: Http, cloud: Cloud, tokens: TokenSource): GraphClient {
  const root = `${cloud.graph}/v1.0`;
  const origin = new URL(cloud.graph).origin;
  const budget = rateBucket(UNITS_PER_SECOND, http.now, UNIT_BURST);
  const writing = rateBucket(WRITES_PER_SECOND, http.now, WRITE_BURST);

  const isOwn = (link: string): boolean => URL.parse(link)?.origin === origin;

  async function ask(url: string, request: GraphSending, token: string): Promise<JsonResponse> {
    const { method, body, idempotent, exchanged } = request;
    const writes = request.writes ?? (method === 'GET' ? 0 : 1);
    const seconds = Math.max(
      budget.take(request.units ?? unitsOf(url.slice(root.length), method)),
      writes > 0 ? writing.take(writes) : 0,
    );
    if (seconds > 0) await pause(seconds, request.signal);
    const answer = await requestJson(http, {
      method,
      url,
      attempt: request.attempt,
      signal: request.signal,
      headers: {
        ...request.headers,
        Authorization: `Bearer ${token}`,
        'client-request-id': randomUUID(),
      },
      ...(body !== undefined && { body }),
      ...(idempotent !== undefined && { idempotent }),
      ...(exchanged !== undefined && { exchanged }),
    });
    // After a refusal the caller waits as long as it was told; this is to have none.
    if (!isSuccess(answer)) return answer;
    const used = Number(answer.headers.get('x-ms-throttle-limit-percentage') ?? 0);
    if (used > SLOW_FROM) budget.pause((used - SLOW_FROM) * 10);
    return answer;
  }

  async function send(target: string, request: GraphSending): Promise<JsonResponse> {
    const url = target.startsWith('/') ? root + target : target;
    if (!isOwn(url))
      throw new ConnectorError(
        'denied',
        `${request.attempt}: a link leads to ${URL.parse(url)?.host ?? 'no host'}, not to ${new URL(cloud.graph).host}`,
        { code: 'foreign-link', remedy: 'Check `cloud`: links must stay on its host.' },
      );
    const token = await tokens.token(request.signal);
    let answer = await ask(url, request, token);
    // Refused before anything was done, so that asking again is harmless.
    if (answer.status === 401) {
      tokens.drop(token);
      answer = await ask(url, request, await tokens.token(request.signal));
    }
    if (!isSuccess(answer)) throw graphError(request.attempt, answer, request.method);
    return answer;
  }

  return {
    isOwn,
    send,
    addressOf: (id) => `${root}/directoryObjects/${encodeURIComponent(id)}`,
    get: async (target, request) => (await send(target, { ...request, method: 'GET' })).body,
  };
}

function isSuccess({ status }: JsonResponse): boolean {
  return status >= 200 && status < 300;
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal });
  } catch (error) {
    // The timer has an error of its own; the caller knows the signal's reason.
    signal.throwIfAborted();
    throw error;
  }
}

/** Resource units by the published table: costly collections first, `$select` saves one. */
export function unitsOf(target: string, method: GraphMethod = 'GET'): number {
  if (method !== 'GET') return 1;
  const [path = '', query = ''] = target.split('?');
  const base = COSTS.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
  const options = new URLSearchParams(query);
  const select = options.has('$select') ? -1 : 0;
  const expand = options.has('$expand') ? 1 : 0;
  const few = options.has('$top') && Number(options.get('$top')) < 20 ? -1 : 0;
  return Math.max(1, base + select + expand + few);
}

const COSTS: readonly (readonly [RegExp, number])[] = [
  [/^\/groups\/[^/]+\/members$/, 3],
  [/^\/(users|applications)$/, 2],
];
