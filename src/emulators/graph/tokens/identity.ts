/** Managed identities: the endpoints of virtual machines (IMDS) and of App Service. */

import type { Tenant } from '../tenant.ts';
import type { AccessTokens } from './access.ts';
import type { PlainAnswer } from './authority.ts';

export interface ManagedIdentity {
  readonly clientId: string;
  /** Object id of its service principal. */
  readonly objectId: string;
  /** Of a user-assigned identity; the one without is the system's own. */
  readonly resourceId?: string;
}

export interface IdentityOptions {
  readonly tenant: Tenant;
  readonly tokens: AccessTokens;
  readonly identities: readonly ManagedIdentity[];
  readonly graphResources: readonly string[];
  /** What App Service demands in `X-IDENTITY-HEADER`. */
  readonly header: string;
}

const IMDS_PATH = '/metadata/identity/oauth2/token';
export const APP_SERVICE_PATH = '/msi/token';

/** Answers a request to the identity endpoints; undefined for a path they do not have. */
export async function answerIdentity(
  options: IdentityOptions,
  request: Request,
): Promise<PlainAnswer | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method !== 'GET') return undefined;
  if (pathname === IMDS_PATH) {
    if (request.headers.get('metadata')?.toLowerCase() !== 'true')
      return refusal(400, 'Required metadata header not specified');
    if (request.headers.has('x-forwarded-for'))
      return refusal(400, 'Requests through a proxy are not allowed');
    return answer(options, searchParams, 'msi_res_id');
  }
  if (pathname === APP_SERVICE_PATH) {
    if (request.headers.get('x-identity-header') !== options.header)
      return { status: 401, body: { statusCode: 401, message: 'Unauthorized' } };
    return answer(options, searchParams, 'mi_res_id');
  }
  return undefined;
}

async function answer(
  { tenant, tokens, identities, graphResources }: IdentityOptions,
  query: URLSearchParams,
  resourceIdName: string,
): Promise<PlainAnswer> {
  const resource = query.get('resource')?.replace(/\/$/, '');
  if (query.get('api-version') === null) return refusal(400, 'Required api-version not specified');
  if (resource === undefined || !graphResources.includes(resource))
    return refusal(400, 'AADSTS500011: The resource principal was not found.', 'invalid_resource');
  const identity = identities.find((each) => selected(each, query, resourceIdName));
  const principal = identity === undefined ? undefined : tenant.directory.entry(identity.objectId);
  if (identity === undefined || principal === undefined) return refusal(400, 'Identity not found');
  const seconds = tokens.lifeSeconds;
  return {
    status: 200,
    body: {
      access_token: await tokens.issue(principal, resource),
      client_id: identity.clientId,
      expires_in: String(seconds),
      expires_on: String(Math.floor(tenant.clock.now() / 1000) + seconds),
      resource,
      token_type: 'Bearer',
    },
  };
}

function selected(
  identity: ManagedIdentity,
  query: URLSearchParams,
  resourceIdName: string,
): boolean {
  const clientId = query.get('client_id');
  const objectId = query.get('object_id') ?? query.get('principal_id');
  const resourceId = query.get(resourceIdName);
  if (clientId !== null) return identity.clientId === clientId;
  if (objectId !== null) return identity.objectId === objectId;
  if (resourceId !== null) return identity.resourceId === resourceId;
  return identity.resourceId === undefined;
}

function refusal(status: number, description: string, error = 'invalid_request'): PlainAnswer {
  return { status, body: { error, error_description: description } };
}
