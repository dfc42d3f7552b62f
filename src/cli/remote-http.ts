/** Questions to a Lockstep server, and its answers as they were before they went over the wire. */

import type { z } from 'zod';
import { problemDocument } from '../server/api/schemas/problem.ts';
import { Refusal } from './refusal.ts';

export interface RemoteServer {
  /** Fails with what the server refuses, as its engine would. */
  ask(method: string, path: string, options?: AskOptions): Promise<Response>;
}

export interface AskOptions {
  /** JSON, or the lines of a file. */
  readonly body?: object | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RemoteOptions {
  /** Where the server is; `/api` follows. */
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
}

export function remoteServer({ url, token, fetch }: RemoteOptions): RemoteServer {
  const base = `${trusted(url).href.replace(/\/+$/, '')}/api`;
  return {
    ask: async (method, path, { body, headers = {} } = {}) => {
      const lines = body !== undefined && Symbol.asyncIterator in body;
      let response: Response;
      try {
        response = await fetch(`${base}${path}`, {
          method,
          // A token goes where it was meant to go and nowhere else.
          redirect: 'error',
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && {
              'content-type': lines ? 'application/jsonl' : 'application/json',
            }),
            ...headers,
          },
          ...(body !== undefined &&
            (lines ? { body: streamOf(body), duplex: 'half' } : { body: JSON.stringify(body) })),
        } as RequestInit);
      } catch (error) {
        throw unreachable(url, error);
      }
      if (!response.ok) throw await refused(response, url);
      return response;
    },
  };
}

/** Over a network only encrypted: whoever reads the token has it. */
function trusted(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return url;
  throw new Refusal('server-url', `${text} is no https:// address`, {
    remedy: 'http:// is for servers on this machine only',
    exit: 64,
  });
}

export async function oneOf<Value>(schema: z.ZodType<Value>, response: Response): Promise<Value> {
  return decoded(schema, await response.text());
}

export async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

export async function* eachOf<Value>(
  schema: z.ZodType<Value>,
  response: Response,
): AsyncGenerator<Value> {
  for await (const line of linesOf(response)) yield decoded(schema, line);
}

/** As it was there: instants are instants again, members in the order in which they came. */
export function decoded<Value>(schema: z.ZodType<Value>, text: string): Value {
  const json = jsonOf(text);
  const result = schema.safeDecode(json as z.input<typeof schema>);
  if (!result.success) throw strange();
  return inOrderOf(json, result.data) as Value;
}

function inOrderOf(sample: unknown, value: unknown): unknown {
  if (Array.isArray(sample) && Array.isArray(value)) {
    return value.map((item, index) => inOrderOf(sample[index], item));
  }
  if (!isPlain(sample) || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.keys(sample)
      .filter((name) => Object.hasOwn(value, name))
      .map((name) => [name, inOrderOf(sample[name], value[name])]),
  );
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}

async function refused(response: Response, url: string): Promise<Error> {
  const text = await response.text();
  const problem = problemDocument.safeParse(jsonOrNothing(text));
  if (!problem.success) return strange(`${url} answered ${response.status}`);
  return remoteProblem(problem.data);
}

/** Ends a command as the same refusal of a local engine does. */
export function remoteProblem({
  code,
  detail,
  remedy,
}: {
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
}): Refusal {
  return new Refusal(code, detail, remedy === undefined ? {} : { remedy });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw strange();
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function strange(
  message = 'the server answers otherwise than a Lockstep of this version',
): Refusal {
  return new Refusal('server-strange', message, {
    remedy: 'look whether the address is right, and whether both have the same version',
  });
}

function unreachable(url: string, error: unknown): Refusal {
  const { cause } = error as { readonly cause?: unknown };
  const reason = cause instanceof Error ? cause.message : (error as Error).message;
  return new Refusal('server-unreachable', `${url} cannot be reached: ${reason}`, {
    remedy: 'start it with: lockstep serve',
  });
}

function streamOf(lines: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return ReadableStream.from(
    (async function* () {
      for await (const line of lines) yield encoder.encode(`${line}\n`);
    })(),
  );
}
