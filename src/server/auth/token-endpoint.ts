/**
 * `POST /oauth2/token`: access tokens for clients of ours (RFC 6749 §4.4). The client shows itself in
 * the header (`client_secret_basic`) or in the form (`client_secret_post`), never in the address.
 */

import { Hono } from 'hono';
import { boundedText } from '../bounded-text.ts';
import { TenantRefusal } from '../tenants/tenant.ts';
import type { Granted, GrantRequest } from './grant.ts';
import { OauthError } from './oauth-error.ts';
import { scopeText } from './scope.ts';

export interface TokenEndpointOptions {
  readonly grant: (request: GrantRequest) => Promise<Granted>;
  /** Told of what is a mistake of ours and answered with 500. */
  readonly onBug?: (error: unknown) => void;
}

const PATH = '/oauth2/token';
const MOST_BYTES = 8192;

export function tokenEndpoint({ grant, onBug }: TokenEndpointOptions): Hono {
  const app = new Hono();
  app.onError((error) => refusal(known(error, onBug)));
  app.post(PATH, async ({ req }) => {
    const form = await formOf(req.raw);
    const { token, seconds, scope } = await grant(requestOf(form, req.header('authorization')));
    return answer(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: seconds,
      scope: scopeText(scope),
    });
  });
  app.all(PATH, ({ req }) => {
    const wrong = new OauthError('invalid_request', `${req.method} is not possible here`);
    return answer(405, bodyOf(wrong), { allow: 'POST' });
  });
  return app;
}

function requestOf(form: Form, header: string | undefined): GrantRequest {
  const type = form.get('grant_type');
  if (type === undefined) throw new OauthError('invalid_request', 'grant_type is missing');
  if (type !== 'client_credentials') {
    throw new OauthError('unsupported_grant_type', 'only client_credentials is possible');
  }
  const scope = form.get('scope');
  return { ...clientOf(form, header), ...(scope !== undefined && { scope }) };
}

/** One way to show itself, not two (RFC 6749 §2.3). */
function clientOf(form: Form, header: string | undefined): Omit<GrantRequest, 'scope'> {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (header === undefined) {
    if (id === undefined || secret === undefined) throw nobody();
    return { client: id, secret };
  }
  const basic = basicOf(header);
  if (secret !== undefined) throw new OauthError('invalid_request', 'one way to authenticate only');
  if (basic === undefined || (id !== undefined && id !== basic.client)) throw nobody();
  return basic;
}

/** Id and secret are encoded as in a form before they become Basic (RFC 6749 §2.3.1). */
function basicOf(header: string): Omit<GrantRequest, 'scope'> | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  try {
    return { client: unescaped(id), secret: unescaped(secret) };
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

type Form = ReadonlyMap<string, string>;

/** Parameters without a value count as absent, those that come twice as a mistake (§3.2). */
async function formOf(request: Request): Promise<Form> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new OauthError('invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(await textOf(request))) {
    if (form.has(name)) throw new OauthError('invalid_request', 'a parameter occurs twice');
    if (value !== '') form.set(name, value);
  }
  return form;
}

async function textOf({ body }: Request): Promise<string> {
  const text = await boundedText(body, MOST_BYTES);
  if (text === undefined) throw new OauthError('invalid_request', 'the body is too large');
  return text;
}

function nobody(): OauthError {
  return new OauthError('invalid_client', 'a client has to show its id and secret');
}

function known(error: unknown, onBug: TokenEndpointOptions['onBug']): OauthError {
  if (error instanceof OauthError) return error;
  if (error instanceof TenantRefusal)
    return new OauthError('temporarily_unavailable', error.message);
  onBug?.(error);
  return new OauthError('server_error', 'something went wrong here; it has been noted');
}

function refusal(error: OauthError): Response {
  const { status, code, retryAfterSeconds } = error;
  return answer(status, bodyOf(error), {
    ...(code === 'invalid_client' && { 'www-authenticate': 'Basic realm="lockstep"' }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  });
}

function bodyOf({ code, message }: OauthError): Readonly<Record<string, string>> {
  return { error: code, error_description: message };
}

/** What holds a secret is kept by nobody on the way (RFC 6749 §5.1). */
const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
};

function answer(
  status: number,
  body: Readonly<Record<string, string | number>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...HEADERS, ...headers } });
}
