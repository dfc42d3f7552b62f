/**
 * `$batch`: up to twenty requests in one envelope, each answered as if it had come alone, in any
 * order. Nothing is undone when one of them fails; those that depend on it are not done then.
 */

import type { Chance } from './chance.ts';
import { isObject } from './contract.ts';
import { GraphFailure } from './failure.ts';
import type { Answer, WireAnswer } from './reads/call.ts';

export interface BatchTools {
  /** External base URL of Graph. */
  readonly base: string;
  /** Of the batch: its authorization is that of each item. */
  readonly headers: Headers;
  readonly chance: Chance;
  readonly send: (request: Request) => Promise<WireAnswer>;
}

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly dependsOn: readonly string[];
}

const MOST_ITEMS = 20;
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

export async function answerBatch(body: unknown, tools: BatchTools): Promise<Answer> {
  const items = itemsOf(body);
  const statuses = new Map<string, number>();
  const responses: unknown[] = [];
  for (const item of items) {
    const failed = item.dependsOn.some((id) => (statuses.get(id) ?? 500) >= 400);
    const answer = failed ? dependencyFailed() : await tools.send(requestOf(item, tools));
    statuses.set(item.id, answer.status);
    responses.push(responseOf(item.id, answer));
  }
  return { status: 200, body: { responses: tools.chance.shuffled(responses) } };
}

function itemsOf(body: unknown): readonly Item[] {
  const requests = isObject(body) ? body.requests : undefined;
  if (!Array.isArray(requests) || requests.length === 0) throw malformed('no requests');
  if (requests.length > MOST_ITEMS)
    throw malformed(`Number of batch request steps exceeds the maximum value of ${MOST_ITEMS}.`);
  const items: Item[] = [];
  for (const request of requests) items.push(itemOf(request, items));
  return items;
}

/** @param before What stands before it; only on that it may depend. */
function itemOf(request: unknown, before: readonly Item[]): Item {
  if (!isObject(request)) throw malformed('a request is no object');
  const { id, method, url, headers, body, dependsOn } = request;
  if (typeof id !== 'string' || before.some((other) => other.id === id))
    throw malformed('ids have to be texts, each once');
  if (typeof method !== 'string' || !METHODS.has(method.toUpperCase()))
    throw malformed(`the method of request ${id}`);
  if (typeof url !== 'string' || /^[a-z]+:/i.test(url) || /^\/?\$batch/i.test(url))
    throw malformed(`the url of request ${id}`);
  const given = isObject(headers) ? headers : {};
  const own = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  if (body !== undefined && own['content-type'] === undefined)
    throw malformed(`request ${id} has a body and no Content-Type`);
  const after = Array.isArray(dependsOn) ? dependsOn.map(String) : [];
  if (after.some((one) => !before.some((other) => other.id === one)))
    throw malformed(`request ${id} depends on one that is not before it`);
  return {
    id,
    method: method.toUpperCase(),
    url,
    headers: own,
    ...(body !== undefined && { body }),
    dependsOn: after,
  };
}

function requestOf(item: Item, { base, headers }: BatchTools): Request {
  const authorization = headers.get('authorization');
  return new Request(`${base}/v1.0/${item.url.replace(/^\//, '')}`, {
    method: item.method,
    headers: { ...item.headers, ...(authorization !== null && { authorization }) },
    ...(item.body !== undefined && item.method !== 'GET' && { body: bodyOf(item) }),
  });
}

/** Bytes travel as base64. */
function bodyOf({ headers, body }: Item): string | Buffer<ArrayBuffer> {
  const binary = headers['content-type']?.startsWith('image/') === true;
  return binary ? Buffer.from(String(body), 'base64') : JSON.stringify(body);
}

function responseOf(id: string, { status, headers, body }: WireAnswer): unknown {
  const shown = body instanceof Uint8Array ? Buffer.from(body).toString('base64') : body;
  return { id, status, headers, ...(shown !== undefined && { body: shown }) };
}

function dependencyFailed(): WireAnswer {
  const message = 'Failed Dependency';
  return { status: 424, headers: {}, body: { error: { code: 'FailedDependency', message } } };
}

function malformed(what: string): GraphFailure {
  return new GraphFailure(400, 'BadRequest', `Invalid batch payload format: ${what}.`);
}
