/** A service provider that answers as a test tells it to, on the other side of `fetch`. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Connector } from '../spi/index.ts';
import { scim } from './connector.ts';

export interface Asked {
  readonly method: string;
  /** Below the base URL. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body?: unknown;
}

export interface Fake {
  readonly connector: Connector;
  readonly asked: readonly Asked[];
}

const BASE = 'https://app.contoso.com/scim/v2';

export type Answer = (asked: Asked) => Response | Promise<Response>;

export async function fakeProvider(
  answer: Answer,
  {
    options = {},
    profile,
    now = () => new Date('2026-03-01T09:00:00Z'),
  }: {
    readonly options?: Readonly<Record<string, unknown>>;
    readonly profile?: unknown;
    readonly now?: () => Date;
  } = {},
): Promise<Fake> {
  const asked: Asked[] = [];
  const connector = await scim.connect(
    scim.options.parse({
      url: BASE,
      ...('oauth' in options || 'basic' in options ? {} : { token: 'ramp-token-1' }),
      ...options,
    }),
    {
      system: 'app',
      now,
      baseDirectory: '/',
      ...(profile !== undefined && { profile }),
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const url = new URL(request.url);
        const text = await request.text();
        const one: Asked = {
          method: request.method,
          path: url.href.startsWith(BASE) ? url.pathname.slice('/scim/v2'.length) : url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: request.headers,
          ...(text !== '' && { body: bodyOf(request, text) }),
        };
        asked.push(one);
        return Promise.race([answer(one), aborted(init?.signal ?? request.signal)]);
      },
    },
  );
  return { connector, asked };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function bodyOf(request: Request, text: string): unknown {
  return request.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}

export function shippedProfile(name: string): unknown {
  const file = path.resolve(import.meta.dirname, `../../../profiles/${name}.yaml`);
  return parse(readFileSync(file, 'utf8'));
}

export function refusal(status: number, detail: string, scimType?: string): Response {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
  const body = { schemas, status: String(status), detail, ...(scimType && { scimType }) };
  return Response.json(body, { status });
}

export function listOf(resources: readonly unknown[], total = resources.length): Response {
  return Response.json({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    itemsPerPage: resources.length,
    startIndex: 1,
    Resources: resources,
  });
}
