/**
 * The HTTP API: what the command line can do with plans, runs, people and the log, for programs and
 * for the command line elsewhere. Request → Response; every operation passes the one policy on its
 * way in, and the one veil on its way out.
 */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Tenant } from '../../identity/identity.ts';
import type { Verbs } from '../../sync/verbs.ts';
import type { Access } from '../auth/access.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { expectLines, jsonOf, linesOf } from './body.ts';
import type { Answer, ApiCaller, Endpoint, Shape, TryOut } from './endpoint.ts';
import type { Logins } from './logins.ts';
import { DESCRIPTION, openApi } from './openapi.ts';
import { isAllowed, type OperationName, POLICY } from './policy.ts';
import { ApiProblem, asProblem, bug, notFound } from './problem.ts';
import { ENDPOINTS } from './routes/index.ts';
import { type Hidden, hides, shown } from './shown.ts';
import { eventStream, lineStream } from './streams.ts';
import type { Tasks } from './tasks.ts';

export interface ApiServiceOptions {
  /** `/api`, unless a proxy says otherwise. */
  readonly basePath?: string;
  /** @returns Undefined for a token that is not, or no longer, valid. */
  authenticate(token: string): Promise<ApiCaller | undefined>;
  /** What the tenant of a caller works with; undefined when there is no such tenant any more. */
  open(caller: ApiCaller): Promise<Opened | undefined>;
  readonly tasks: Tasks;
  /** Told of who comes in, and of who does not. */
  readonly logins?: Logins;
  /** Told of what is a mistake of ours and answered with 500. */
  readonly onBug?: (error: unknown) => void;
}

export interface Opened {
  readonly verbs: Verbs;
  readonly tryOut?: TryOut;
  /** Undefined for a tenant that the caller may not reach, and for one that is not there. */
  access?(tenant?: Tenant): Promise<Access | undefined>;
  readonly tenants?: Tenants;
  readonly hidden: Hidden;
}

export function apiService(options: ApiServiceOptions): Hono {
  const { basePath = '/api' } = options;
  const app = new Hono();
  app.onError((error) => {
    const known = asProblem(error);
    if (known === undefined) options.onBug?.(error);
    return problemAnswer(known ?? bug());
  });
  let description: string | undefined;
  app.get(`${basePath}${DESCRIPTION.path}`, () => {
    description ??= JSON.stringify(openApi(ENDPOINTS, basePath));
    return respond(200, description, JSON_TYPE);
  });
  for (const endpoint of ENDPOINTS) {
    const path = `${basePath}${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`;
    app.on(endpoint.method.toUpperCase(), path, (context) =>
      answerCall(endpoint, context, options, basePath),
    );
  }
  for (const [path, methods] of methodsByPath()) {
    app.all(`${basePath}${path.replace(/\{(\w+)\}/g, ':$1')}`, async ({ req }) => {
      await authenticated(req.raw, options);
      throw new ApiProblem(405, 'method-not-allowed', `${req.method} is not possible here`, {
        remedy: `possible here: ${methods}`,
        headers: { allow: methods },
      });
    });
  }
  for (const path of [basePath, `${basePath}/*`]) {
    app.all(path, async ({ req }) => {
      await authenticated(req.raw, options);
      throw notFound();
    });
  }
  return app;
}

function methodsByPath(): ReadonlyMap<string, string> {
  const methods = new Map([[DESCRIPTION.path as string, 'GET']]);
  for (const { path, method } of ENDPOINTS) {
    const before = methods.get(path);
    methods.set(path, [...(before === undefined ? [] : [before]), method.toUpperCase()].join(', '));
  }
  return methods;
}

async function answerCall(
  endpoint: Endpoint,
  { req }: Context,
  options: ApiServiceOptions,
  basePath: string,
): Promise<Response> {
  const caller = await authenticated(req.raw, options);
  await authorize(caller, endpoint.name, options);
  const opened = await options.open(caller);
  if (opened === undefined) throw notFound();
  const { verbs, tryOut, tenants, hidden } = opened;
  const query = queryOf(req.url);
  const answer = await endpoint.work({
    path: parsed(endpoint.parameters, req.param(), 'path') as never,
    query: parsed(endpoint.query, query, 'query') as never,
    body: (await bodyOf(endpoint, req.raw)) as never,
    caller,
    verbs,
    access: async (tenant) => {
      const access = await opened.access?.(tenant);
      if (access === undefined) throw notFound();
      return access;
    },
    ...(tenants && { tenants }),
    ...(tryOut && { tryOut }),
    tasks: options.tasks,
    hides: (attribute) => hides(attribute, caller.role, hidden),
    lines: () => linesOf(req.raw),
    signal: req.raw.signal,
  });
  const visible = (value: unknown) => shown(value, caller.role, hidden);
  return await answerOf(answer, visible, req.raw, basePath);
}

async function authenticated(request: Request, options: ApiServiceOptions): Promise<ApiCaller> {
  const header = request.headers.get('authorization');
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  const caller = token === undefined ? undefined : await options.authenticate(token);
  if (caller !== undefined) {
    await options.logins?.accepted(caller);
    return caller;
  }
  if (token !== undefined) await options.logins?.unknown();
  throw new ApiProblem(401, 'token-missing', 'a valid bearer token is needed', {
    remedy: 'make one: lockstep token create --role viewer',
    headers: {
      'www-authenticate': `Bearer realm="lockstep"${header === null ? '' : ', error="invalid_token"'}`,
    },
  });
}

async function authorize(
  caller: ApiCaller,
  operation: OperationName,
  { logins }: ApiServiceOptions,
): Promise<void> {
  const { role } = caller;
  if (isAllowed(role, operation)) return;
  const least = POLICY[operation];
  await logins?.tooLow(caller, operation, least);
  throw new ApiProblem(403, 'role-too-low', `this needs the role ${least}; the token has ${role}`, {
    remedy: `use a token of the role ${least}: lockstep token create --role ${least}`,
    headers: {
      'www-authenticate': `Bearer realm="lockstep", error="insufficient_scope", scope="${least}"`,
    },
  });
}

/** Parameters that come several times are lists. */
function queryOf(url: string): Readonly<Record<string, string | string[]>> {
  const parameters = new URL(url).searchParams;
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [first = '', ...more] = parameters.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}

async function bodyOf({ body }: Endpoint, request: Request): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body !== 'lines') return parsed(body, await jsonOf(request), 'body');
  expectLines(request);
  return undefined;
}

function parsed(schema: Shape | z.ZodType, value: unknown, place: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map(({ path, message }) => ({
    at: [place, ...path.map(String)].join('.'),
    detail: message,
  }));
  throw new ApiProblem(400, 'request-invalid', 'the request is not as described', {
    remedy: 'see errors, and /api/openapi.json',
    errors: errors.slice(0, MOST_ERRORS),
  });
}

const MOST_ERRORS = 20;

async function answerOf(
  answer: Answer,
  visible: (value: unknown) => unknown,
  request: Request,
  basePath: string,
): Promise<Response> {
  switch (answer.type) {
    case 'json':
      return respond(200, JSON.stringify(visible(answer.value)), JSON_TYPE);
    case 'document':
      return respond(200, JSON.stringify(answer.value), {
        ...JSON_TYPE,
        'content-disposition': `attachment; filename="${answer.name}"`,
      });
    case 'lines':
      return respond(200, await lineStream(jsonLines(answer.items, visible)), LINES_TYPE);
    case 'file':
      return respond(200, await lineStream(answer.lines), {
        ...LINES_TYPE,
        'content-disposition': `attachment; filename="${answer.name}"`,
      });
    case 'events':
      return respond(200, eventStream(answer.task, afterOf(request), visible), {
        'content-type': 'text/event-stream',
      });
    case 'task':
      return taskAnswer(answer, visible, request, basePath);
  }
}

async function taskAnswer(
  { task, location }: Extract<Answer, { readonly type: 'task' }>,
  visible: (value: unknown) => unknown,
  request: Request,
  basePath: string,
): Promise<Response> {
  await endedWithin(secondsToWait(request), task.ended);
  const now = task.now();
  const headers = { location: `${basePath}${location(now.id)}` };
  const { problem } = now;
  if (problem !== undefined) {
    const body = JSON.stringify(visible(problem));
    return respond(problem.status, body, { ...PROBLEM_TYPE, ...headers });
  }
  const body = JSON.stringify(visible(now));
  return respond(now.state === 'running' ? 202 : 200, body, { ...JSON_TYPE, ...headers });
}

async function endedWithin(seconds: number, ended: Promise<void>): Promise<void> {
  const patience = new AbortController();
  const waited = sleepFor(seconds * 1000, undefined, { signal: patience.signal });
  await Promise.race([ended, waited.catch(() => {})]);
  patience.abort();
}

/** Where a stream of events that was interrupted goes on. */
function afterOf(request: Request): number {
  return Number(/^\d{1,9}$/.exec(request.headers.get('last-event-id') ?? '')?.[0] ?? 0);
}

/** RFC 7240 §4.3. */
function secondsToWait(request: Request): number {
  const asked = /(?:^|[,;\s])wait=(\d{1,5})\b/.exec(request.headers.get('prefer') ?? '')?.[1];
  return Math.min(Number(asked ?? 0), MOST_SECONDS_WAITED);
}

const MOST_SECONDS_WAITED = 60;

async function* jsonLines(
  items: AsyncIterable<unknown>,
  visible: (value: unknown) => unknown,
): AsyncGenerator<string> {
  for await (const item of items) yield JSON.stringify(visible(item));
}

function problemAnswer(problem: ApiProblem): Response {
  return respond(problem.status, JSON.stringify(problem.document()), {
    ...PROBLEM_TYPE,
    ...problem.options.headers,
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const PROBLEM_TYPE = { 'content-type': 'application/problem+json' };
const LINES_TYPE = { 'content-type': 'application/jsonl; charset=utf-8' };

/** Answers are about people: nobody keeps them, and no browser takes them for anything else. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function respond(
  status: number,
  body: string | ReadableStream,
  headers: Readonly<Record<string, string>>,
): Response {
  return new Response(body, { status, headers: { ...HEADERS, ...headers } });
}
