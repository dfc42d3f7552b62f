/** What goes wrong on purpose, for as many requests as asked. */

import { z } from 'zod';

export const fault = z.intersection(
  z.object({
    /** The requests it is about: `POST /Users`, `PATCH`; every one when absent. */
    on: z.string().optional(),
    times: z.int().positive().default(1),
  }),
  z.discriminatedUnion('type', [
    /** The request is carried out and its answer lost. */
    z.object({ type: z.literal('lose-answer') }),
    /** It arrives twice; the second answer comes back. */
    z.object({ type: z.literal('deliver-twice') }),
    z.object({ type: z.literal('html') }),
    z.object({ type: z.literal('throttle'), retryAfterSeconds: z.number().min(0).optional() }),
    z.object({ type: z.literal('fail'), status: z.int().min(400).max(599).default(500) }),
    z.object({ type: z.literal('slow'), milliseconds: z.number().min(0) }),
    /** Answers a create with 200. */
    z.object({ type: z.literal('created-as-200') }),
    /** Refuses what names the attribute. */
    z.object({ type: z.literal('reject'), attribute: z.string() }),
  ]),
);

export type Fault = z.infer<typeof fault>;
export type FaultInput = z.input<typeof fault>;

/** The answer never arrives; the listener cuts the connection. */
export class LostAnswer extends TypeError {
  constructor() {
    super('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
  }
}

export interface Faults {
  add(fault: FaultInput): void;
  clear(): void;
  /** Answers a request, well or as the next fault that is about it has it. */
  answer(
    request: Request,
    endpoint: string,
    handle: (request: Request) => Promise<Response>,
  ): Promise<Response>;
}

export function faults(): Faults {
  let waiting: Fault[] = [];

  function take(method: string, endpoint: string): Fault | undefined {
    const index = waiting.findIndex(({ on }) => isAbout(on, method, endpoint));
    const found = waiting[index];
    if (!found) return undefined;
    const left = found.times > 1 ? [{ ...found, times: found.times - 1 }] : [];
    waiting = waiting.toSpliced(index, 1, ...left);
    return found;
  }

  return {
    add: (given) => {
      waiting.push(fault.parse(given));
    },
    clear: () => {
      waiting = [];
    },
    answer: async (request, endpoint, handle) => {
      const found = take(request.method, endpoint);
      if (!found) return handle(request);
      return faulty(found, request, handle);
    },
  };
}

function isAbout(on: string | undefined, method: string, endpoint: string): boolean {
  if (on === undefined) return true;
  const [wantedMethod, wantedPath] = on.split(' ');
  return (
    wantedMethod === method &&
    (wantedPath === undefined || endpoint === wantedPath || endpoint.startsWith(`${wantedPath}/`))
  );
}

async function faulty(
  found: Fault,
  request: Request,
  handle: (request: Request) => Promise<Response>,
): Promise<Response> {
  switch (found.type) {
    case 'lose-answer':
      await handle(request);
      throw new LostAnswer();
    case 'deliver-twice':
      await handle(request.clone());
      return handle(request);
    case 'html':
      return new Response('<!doctype html><title>Ramp</title><p>Maintenance.</p>', {
        headers: { 'content-type': 'text/html; charset=utf-8' },
      });
    case 'throttle':
      return scimError(
        429,
        'too many requests',
        found.retryAfterSeconds === undefined
          ? {}
          : { 'retry-after': String(found.retryAfterSeconds) },
      );
    case 'fail':
      return scimError(found.status, 'a fault asked for');
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, found.milliseconds));
      return handle(request);
    case 'created-as-200': {
      const response = await handle(request);
      if (response.status !== 201) return response;
      return new Response(response.body, { status: 200, headers: response.headers });
    }
    case 'reject': {
      const body = await request.clone().text();
      if (!body.includes(found.attribute)) return handle(request);
      return scimError(400, `${found.attribute} is not valid`);
    }
  }
}

function scimError(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail,
  };
  return Response.json(body, {
    status,
    headers: { 'content-type': 'application/scim+json', ...headers },
  });
}
