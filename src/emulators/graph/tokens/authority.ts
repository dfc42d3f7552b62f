/** The token authority: `login.microsoftonline.com` and its siblings, for client credentials. */

import { GRAPH_APP_ID } from '../acts/applications.ts';
import type { Entry } from '../directory.ts';
import type { Tenant } from '../tenant.ts';
import { type AccessTokens, publishedKeys } from './access.ts';
import { authenticatedApplication, type IssuerKeys } from './client.ts';
import { TokenFailure, tokenFailureBody } from './failure.ts';

export interface AuthorityOptions {
  readonly tenant: Tenant;
  /** External base URL of the authority, and all host names it is known by. */
  readonly base: string;
  readonly aliases: readonly string[];
  /** URLs by which Graph is named in a scope. */
  readonly graphResources: readonly string[];
  readonly tokens: AccessTokens;
  readonly issuerKeys: IssuerKeys;
  readonly realNow: () => number;
}

export interface PlainAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a request to the authority; undefined for a path it does not have. */
export async function answerAuthority(
  options: AuthorityOptions,
  request: Request,
): Promise<PlainAnswer | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const [name = '', ...rest] = pathname.slice(1).split('/');
  const path = rest.join('/');
  if (request.method === 'GET' && pathname === '/common/discovery/instance')
    return ok(instances(options, searchParams.get('authorization_endpoint')));
  if (path === 'oauth2/v2.0/token' && request.method === 'POST')
    return token(options, name, request);
  if (request.method !== 'GET') return undefined;
  if (path === 'v2.0/.well-known/openid-configuration') return configuration(options, name);
  if (path === 'discovery/v2.0/keys') return ok(await publishedKeys());
  return undefined;
}

function ok(body: unknown): PlainAnswer {
  return { status: 200, body };
}

function configuration(options: AuthorityOptions, name: string): PlainAnswer {
  const { base, tenant } = options;
  if (!isTenant(tenant, name)) return refusal(options, unknownTenant(name));
  const root = `${base}/${tenant.id}`;
  return ok({
    issuer: `${root}/v2.0`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    token_endpoint: `${root}/oauth2/v2.0/token`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code', 'id_token', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
    tenant_region_scope: 'EU',
  });
}

function instances({ base, aliases, tenant }: AuthorityOptions, asked: string | null): unknown {
  const host = new URL(base).host;
  const name = (asked === null ? '' : new URL(asked).pathname.split('/')[1]) || tenant.id;
  return {
    tenant_discovery_endpoint: `${base}/${name}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host, ...aliases] }],
  };
}

function isTenant(tenant: Tenant, name: string): boolean {
  return name.toLowerCase() === tenant.id || tenant.domains.includes(name.toLowerCase());
}

function unknownTenant(name: string): TokenFailure {
  return new TokenFailure(
    90002,
    `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  );
}

async function token(
  options: AuthorityOptions,
  name: string,
  request: Request,
): Promise<PlainAnswer> {
  try {
    return ok(await issued(options, name, request));
  } catch (error) {
    if (error instanceof TokenFailure) return refusal(options, error);
    throw error;
  }
}

function refusal({ tenant, base }: AuthorityOptions, failure: TokenFailure): PlainAnswer {
  return tokenFailureBody(failure, {
    traceId: tenant.chance.guid(),
    correlationId: tenant.chance.guid(),
    now: new Date(tenant.clock.now()),
    authority: base,
  });
}

async function issued(options: AuthorityOptions, name: string, request: Request): Promise<unknown> {
  const { tenant, base } = options;
  if (!isTenant(tenant, name)) throw unknownTenant(name);
  const form = new URLSearchParams(await request.text());
  if (form.get('grant_type') !== 'client_credentials')
    throw new TokenFailure(70003, 'The app requested an unsupported grant type.');
  const basic = basicCredentials(request.headers.get('authorization'));
  const clientId = form.get('client_id') ?? basic?.[0];
  const secret = form.get('client_secret') ?? basic?.[1];
  const assertion = form.get('client_assertion');
  const assertionType = form.get('client_assertion_type');
  if (clientId === undefined)
    throw new TokenFailure(
      900144,
      "The request body must contain the following parameter: 'client_id'.",
    );
  await authenticatedApplication(
    {
      tenant,
      audiences: [name, tenant.id, ...tenant.domains].flatMap((each) => [
        `${base}/${each}/oauth2/v2.0/token`,
        `${base}/${each}/v2.0`,
      ]),
      issuerKeys: options.issuerKeys,
      realNow: options.realNow,
    },
    {
      clientId,
      ...(secret !== undefined && { secret }),
      ...(assertion !== null && { assertion }),
      ...(assertionType !== null && { assertionType }),
    },
  );
  const audience = audienceOf(options, form.get('scope') ?? '');
  const life = options.tokens.lifeSeconds;
  return {
    token_type: 'Bearer',
    expires_in: life,
    ext_expires_in: life,
    access_token: await options.tokens.issue(servicePrincipalOf(tenant, clientId), audience),
  };
}

function basicCredentials(header: string | null): readonly [string, string] | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':', 2);
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}

/** Exactly one `{resource}/.default`. */
function audienceOf({ graphResources, tenant }: AuthorityOptions, scope: string): string {
  const resource = /^(\S+)\/\.default$/.exec(scope.trim())?.[1];
  if (resource === undefined)
    throw new TokenFailure(
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    );
  const named = resource.replace(/\/$/, '');
  if (graphResources.includes(named) || named === GRAPH_APP_ID) return named;
  throw new TokenFailure(
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant.displayName}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
  );
}

function servicePrincipalOf(tenant: Tenant, clientId: string): Entry {
  const entry = tenant.directory
    .entries('servicePrincipal')
    .find(
      ({ current }) =>
        current.life === 'live' && current.properties.appId === clientId.toLowerCase(),
    );
  if (entry === undefined)
    throw new TokenFailure(
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'.`,
    );
  if (entry.current.properties.accountEnabled === false)
    throw new TokenFailure(7000112, `Application '${clientId}' is disabled.`);
  return entry;
}
