/** One service provider over HTTP: addresses, credentials, and refusals as errors. */

import {
  type CallOptions,
  type ConnectorContext,
  ConnectorError,
  clientCredentialTokens,
  type JsonResponse,
  requestJson,
  type TokenSource,
} from '../spi/index.ts';
import { failureOf } from './failures.ts';
import type { ScimOptions } from './options.ts';
import type { Protocol } from './profile.ts';

export interface ScimRequest extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL: `/Users/42`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** For `If-Match`. */
  readonly version?: string;
  readonly attempt: string;
}

export interface ScimClient {
  /** Where requests go, for messages: without query and credentials. */
  readonly base: string;
  /** @throws ConnectorError for every answer other than 2xx, by the table of `failures.ts`. */
  send(request: ScimRequest): Promise<JsonResponse>;
}

const MEDIA_TYPE = 'application/scim+json';

export function scimClient(
  options: ScimOptions,
  protocol: Protocol,
  context: Pick<ConnectorContext, 'fetch' | 'now' | 'system'>,
): ScimClient {
  const { base, query: baseQuery } = baseOf(options.url ?? protocol.baseUrl, context.system);
  const credentials = credentialsOf(options, context);
  const fixed = {
    Accept: `${MEDIA_TYPE}, application/json`,
    ...protocol.headers,
    ...options.headers,
  };

  const ask = (request: ScimRequest, authorization: string | undefined): Promise<JsonResponse> =>
    requestJson(context, {
      method: request.method,
      url: `${base}${request.path}${queryOf(baseQuery, request.query)}`,
      attempt: request.attempt,
      signal: request.signal,
      ...(request.exchanged !== undefined && { exchanged: request.exchanged }),
      headers: {
        ...fixed,
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(request.version !== undefined && { 'If-Match': request.version }),
      },
      ...(request.body !== undefined && { body: request.body, contentType: MEDIA_TYPE }),
      timeoutSeconds: options.timeoutSeconds,
    });

  return {
    base,
    async send(request) {
      const authorization = await credentials.authorization(request.signal);
      let answer = await ask(request, authorization);
      if (
        answer.status === 401 &&
        credentials.renewed !== undefined &&
        authorization !== undefined
      ) {
        answer = await ask(request, await credentials.renewed(authorization, request.signal));
      }
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw failureOf(request, answer, protocol.failures);
    },
  };
}

interface Credentials {
  authorization(signal: AbortSignal): Promise<string | undefined>;
  readonly renewed?: (refused: string, signal: AbortSignal) => Promise<string>;
}

function credentialsOf(
  { token, oauth, basic, timeoutSeconds }: ScimOptions,
  context: Pick<ConnectorContext, 'fetch' | 'now'>,
): Credentials {
  if (oauth !== undefined)
    return bearer(clientCredentialTokens(context, { ...oauth, timeoutSeconds }));
  const fixed =
    token !== undefined
      ? `Bearer ${token}`
      : basic !== undefined
        ? `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString('base64')}`
        : undefined;
  return { authorization: async () => fixed };
}

function bearer(tokens: TokenSource): Credentials {
  return {
    authorization: async (signal) => `Bearer ${await tokens.token(signal)}`,
    renewed: async (refused, signal) =>
      `Bearer ${await tokens.renewed(refused.slice('Bearer '.length), signal)}`,
  };
}

function baseOf(
  url: string | undefined,
  system: string,
): { readonly base: string; readonly query: string } {
  if (url === undefined || url.includes('{'))
    throw new ConnectorError('invalid', `${system} has no base URL`, {
      code: 'base-url-missing',
      remedy: url === undefined ? 'Set options.url.' : `Set options.url, of the form ${url}.`,
      general: true,
    });
  const { origin, pathname, search } = new URL(url);
  return { base: origin + pathname.replace(/\/+$/, ''), query: search.slice(1) };
}

function queryOf(base: string, query: ScimRequest['query']): string {
  const parts = base === '' ? [] : [base];
  // A lone surrogate cannot be encoded, and cannot be what any account holds either.
  for (const [name, value] of Object.entries(query ?? {}))
    parts.push(`${name}=${encodeURIComponent(String(value).toWellFormed())}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
