/**
 * Several requests in one envelope, answered one by one (`$batch`): it saves trips, not quota, and
 * undoes nothing. What fails in it is told as if it had been sent alone.
 */

import {
  type CallOptions,
  ConnectorError,
  type Exchanged,
  type JsonResponse,
  pathOf,
  requestIdIn,
} from '../spi/index.ts';
import { type GraphClient, type GraphMethod, unitsOf } from './client.ts';
import { graphError, unexpectedAnswer } from './failures.ts';
import { isObject } from './translate.ts';

/** One request of several. */
export interface Step {
  readonly method: GraphMethod;
  /** Below the version: `/users/42`. */
  readonly path: string;
  readonly body?: unknown;
  /** JSON when absent; what is no JSON is given as base64. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What became of one of them. */
export interface Answered<Kind extends Step = Step> extends Omit<JsonResponse, 'text'> {
  readonly step: Kind;
}

/** What one envelope holds. */
export const MOST_STEPS = 20;
/** A step before it failed, so that this one was not done. */
const NOT_DONE = 424;

/**
 * @param order `chain`: each after the one before, and only if that succeeded.
 * @returns An answer for each step, whatever its status, in their order.
 */
export async function sendSteps<Kind extends Step>(
  client: GraphClient,
  steps: readonly Kind[],
  order: 'chain' | 'free',
  attempt: string,
  call: CallOptions,
): Promise<readonly Answered<Kind>[]> {
  const answers: Answered<Kind>[] = [];
  for (let at = 0; at < steps.length; at += MOST_STEPS) {
    const some = steps.slice(at, at + MOST_STEPS);
    if (order === 'chain' && answers.some((answer) => !isDone(answer)))
      answers.push(...some.map((step) => ({ step, status: NOT_DONE, headers: new Headers() })));
    else answers.push(...(await envelope(client, some, order, attempt, call)));
  }
  return answers;
}

export function isDone({ status }: Pick<Answered, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/** Not done, because a step before it failed. */
export function wasSkipped({ status }: Pick<Answered, 'status'>): boolean {
  return status === NOT_DONE;
}

export function stepError(attempt: string, answered: Answered): ConnectorError {
  return graphError(attempt, answered, answered.step.method);
}

async function envelope<Kind extends Step>(
  client: GraphClient,
  steps: readonly Kind[],
  order: 'chain' | 'free',
  attempt: string,
  { signal, exchanged }: CallOptions,
): Promise<readonly Answered<Kind>[]> {
  const requests = steps.map(({ method, path, body, contentType, headers }, index) => ({
    id: String(index),
    method,
    url: path,
    ...((body !== undefined || headers !== undefined) && {
      headers: {
        ...headers,
        ...(body !== undefined && { 'Content-Type': contentType ?? 'application/json' }),
      },
    }),
    ...(body !== undefined && { body }),
    ...(order === 'chain' && index > 0 && { dependsOn: [String(index - 1)] }),
  }));
  const reads = steps.every(({ method }) => method === 'GET');
  const { body } = await client.send('/$batch', {
    method: 'POST',
    body: { requests },
    idempotent: reads,
    units: steps.reduce((units, step) => units + unitsOf(step.path, step.method), 0),
    writes: steps.filter(({ method }) => method !== 'GET').length,
    attempt,
    signal,
    ...(exchanged !== undefined && { exchanged: oneByOne(steps, exchanged) }),
  });
  const byId = responsesIn(body);
  return steps.map((step, index) => {
    const answer = answerOf(byId.get(String(index)));
    if (answer !== undefined) return { ...answer, step };
    if (reads) throw unexpectedAnswer(attempt, 'a batch without an answer for each request');
    throw new ConnectorError(
      'unknown-outcome',
      `${attempt}: Graph answered a batch and left one of its requests out`,
      { code: 'answer-lost' },
    );
  });
}

function responsesIn(body: unknown): ReadonlyMap<unknown, Readonly<Record<string, unknown>>> {
  const responses = isObject(body) && Array.isArray(body.responses) ? body.responses : [];
  return new Map(responses.filter(isObject).map((each) => [each.id, each]));
}

/** Whoever looks at what went over the wire is told of the requests, not of the envelope. */
function oneByOne(steps: readonly Step[], exchanged: Exchanged): Exchanged {
  return (exchange) => {
    const byId = responsesIn(exchange.answer);
    if (byId.size === 0) exchanged(exchange);
    else
      for (const [index, { method, path, body }] of steps.entries()) {
        const answer = answerOf(byId.get(String(index)));
        const requestId = answer && requestIdIn(answer.headers);
        exchanged({
          method,
          path: pathOf(path),
          milliseconds: exchange.milliseconds,
          ...(body !== undefined && { sent: body }),
          ...(answer !== undefined && { status: answer.status }),
          ...(answer?.body !== undefined && { answer: answer.body }),
          ...(requestId !== undefined && { requestId }),
        });
      }
  };
}

function answerOf(response: unknown): Omit<Answered, 'step'> | undefined {
  if (!isObject(response) || typeof response.status !== 'number') return undefined;
  const headers = new Headers();
  if (isObject(response.headers))
    for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    headers,
    ...(response.body !== undefined && { body: response.body }),
    ...(seconds >= 0 && { retryAfterSeconds: seconds }),
  };
}
