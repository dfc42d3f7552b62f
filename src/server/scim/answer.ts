/** Refusals as responses (RFC 7644 §3.12). */

import { type Leniency, STRICT } from '../../scim/clients.ts';
import { errorBody, ScimError } from '../../scim/error.ts';
import { asScimError } from './failure.ts';

const CONTENT_TYPE = 'application/scim+json';

/** What a failure is told as; one that nobody refused is a mistake of ours. */
export function refusalOf(
  error: unknown,
  onBug: ((error: unknown) => void) | undefined,
): ScimError {
  const known = asScimError(error);
  if (known) return known;
  onBug?.(error);
  return new ScimError(500, 'something went wrong here; it has been noted');
}

export function json(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return jsonText(JSON.stringify(body), status, headers);
}

export function jsonText(
  text: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, { status, headers: { 'content-type': CONTENT_TYPE, ...headers } });
}

export function bare(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers });
}

export function errorAnswer(
  refusal: ScimError,
  { statusNumbers }: Pick<Leniency, 'statusNumbers'> = STRICT,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, retryAfterSeconds } = refusal;
  const body = errorBody(refusal);
  return new Response(JSON.stringify(statusNumbers ? { ...body, status } : body), {
    status,
    headers: {
      'content-type': CONTENT_TYPE,
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...headers,
    },
  });
}

/** To a method that an address does not know, with those it knows (RFC 9110 §15.5.6). */
export function notAllowed(method: string, allowed: readonly string[]): Response {
  const refusal = new ScimError(405, `${method} is not possible here`);
  return errorAnswer(refusal, STRICT, { allow: allowHeader(allowed) });
}

export function allowHeader(methods: readonly string[]): string {
  return [...methods, 'OPTIONS'].join(', ');
}
