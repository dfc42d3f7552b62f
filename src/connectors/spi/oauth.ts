/** Access tokens by OAuth 2.0 client credentials (RFC 6749 §4.4), for every connector that needs them. */

import { z } from 'zod';
import { ConnectorError } from './error.ts';
import { type Http, type JsonResponse, requestJson } from './http.ts';

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  /** Whether the client names itself in the `Authorization` header or in the form. */
  readonly auth: 'basic' | 'body';
  readonly timeoutSeconds?: number;
}

export interface TokenSource {
  /** A token that is valid for a while yet; many callers wait for one request. */
  token(signal: AbortSignal): Promise<string>;
  /** A token other than the one that was refused, which somebody may have renewed meanwhile. */
  renewed(refused: string, signal: AbortSignal): Promise<string>;
}

/** Renewed so long before the end, or at half of a short life. */
const MARGIN_SECONDS = 60;
/** Where the answer does not say how long a token lives. */
const ASSUMED_SECONDS = 300;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});

const tokenRefusal = z.object({ error: z.string(), error_description: z.string().optional() });

interface Token {
  readonly value: string;
  readonly renewAt: number;
}

/** @throws ConnectorError from both: `denied` and general when the client is refused. */
export function clientCredentialTokens(http: Http, credentials: ClientCredentials): TokenSource {
  let held: Token | undefined;
  let underWay: Promise<Token> | undefined;

  const renew = async (signal: AbortSignal): Promise<string> => {
    underWay ??= requestToken(http, credentials).finally(() => {
      underWay = undefined;
    });
    held = await abortable(underWay, signal);
    return held.value;
  };

  return {
    token: async (signal) =>
      held !== undefined && http.now().getTime() < held.renewAt ? held.value : renew(signal),
    renewed: async (refused, signal) =>
      held !== undefined && held.value !== refused ? held.value : renew(signal),
  };
}

/** One caller that gives up does not take the token from the others who wait for it. */
async function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function requestToken(http: Http, credentials: ClientCredentials): Promise<Token> {
  const { tokenUrl, clientId, clientSecret, scope, auth, timeoutSeconds } = credentials;
  const asked = http.now().getTime();
  const attempt = `get a token from ${new URL(tokenUrl).host}`;
  const answer = await requestJson(http, {
    method: 'POST',
    url: tokenUrl,
    attempt,
    signal: new AbortController().signal,
    idempotent: true,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    headers: auth === 'basic' ? { Authorization: basic(clientId, clientSecret) } : {},
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope !== undefined && { scope }),
      ...(auth === 'body' && { client_id: clientId, client_secret: clientSecret }),
    }),
  });
  if (answer.status !== 200) throw refusal(attempt, answer);
  const parsed = tokenAnswer.safeParse(answer.body);
  if (!parsed.success)
    throw new ConnectorError('unreachable', `${attempt}: the answer has no access_token`, {
      code: 'token-answer-unreadable',
      remedy: 'Check the token endpoint.',
      general: true,
    });
  const life = parsed.data.expires_in ?? ASSUMED_SECONDS;
  return {
    value: parsed.data.access_token,
    renewAt: asked + 1000 * Math.max(life - MARGIN_SECONDS, life / 2),
  };
}

function refusal(attempt: string, answer: JsonResponse): ConnectorError {
  const said = tokenRefusal.safeParse(answer.body);
  const detail = said.success
    ? [said.data.error, said.data.error_description].filter(Boolean).join(': ')
    : '';
  const message = `${attempt}: answered ${answer.status}${detail === '' ? '' : ` ${detail}`}`;
  const wait =
    answer.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: answer.retryAfterSeconds };
  if (answer.status === 429) return new ConnectorError('throttled', message, { ...wait });
  if (answer.status >= 500)
    return new ConnectorError('unreachable', message, { code: 'target-failing', ...wait });
  return new ConnectorError('denied', message, {
    code: 'credentials-refused',
    remedy: 'Check client id, client secret, scope, and how the client names itself (`auth`).',
    general: true,
  });
}

/** Both are form-encoded first (RFC 6749 §2.3.1). */
function basic(clientId: string, clientSecret: string): string {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
