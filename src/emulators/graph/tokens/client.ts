/** Who asks for a token: the application behind a secret, a certificate or an outside assertion. */

import {
  createHash,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { isObject } from '../contract.ts';
import { type Found, hashed, liveAt, type Tenant, textOf } from '../tenant.ts';
import { TokenFailure } from './failure.ts';
import { type Jwt, parseJwt, verifyJwt } from './jwt.ts';

export type IssuerKeys = (issuer: string, fresh: boolean) => Promise<readonly JsonWebKey[]>;

export interface ClientCredentials {
  readonly clientId: string;
  readonly secret?: string;
  readonly assertionType?: string;
  readonly assertion?: string;
}

export interface ClientContext {
  readonly tenant: Tenant;
  /** Accepted as `aud` of an application's own assertion. */
  readonly audiences: readonly string[];
  readonly issuerKeys: IssuerKeys;
  /** Assertions are checked by the real time: their makers do not see the emulator's clock. */
  readonly realNow: () => number;
}

const TOLERANCE = 300;

export async function authenticatedApplication(
  context: ClientContext,
  credentials: ClientCredentials,
): Promise<Found> {
  const application = applicationOf(context.tenant, credentials.clientId);
  if (credentials.assertion !== undefined)
    await checkAssertion(context, credentials, application, credentials.assertion);
  else if (credentials.secret !== undefined)
    checkSecret(context.tenant, credentials.clientId, credentials.secret);
  else
    throw new TokenFailure(
      7000216,
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    );
  return application;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EMPTY_GUID = '00000000-0000-0000-0000-000000000000';

function applicationOf(tenant: Tenant, clientId: string): Found {
  if (!GUID.test(clientId) || clientId === EMPTY_GUID)
    throw new TokenFailure(700038, `${clientId} is not a valid application identifier.`);
  const seen = tenant.replicas.reached(tenant.replicas.draw());
  const entry = tenant.directory
    .entries('application')
    .find(({ current }) => textOf(current.properties, 'appId') === clientId.toLowerCase());
  const found = entry === undefined ? undefined : liveAt(tenant, entry.id, seen);
  if (found !== undefined) return found;
  throw new TokenFailure(
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  );
}

function checkSecret(tenant: Tenant, clientId: string, secret: string): void {
  const now = tenant.clock.now();
  const matching = (tenant.secrets.get(clientId) ?? []).filter(
    ({ hash }) => hash === hashed(secret),
  );
  if (matching.length === 0)
    throw new TokenFailure(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  if (!matching.some(({ startsAt, endsAt }) => startsAt <= now && now < endsAt))
    throw new TokenFailure(
      7000222,
      `The provided client secret keys for app '${clientId}' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.`,
    );
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

async function checkAssertion(
  context: ClientContext,
  { clientId, assertionType }: ClientCredentials,
  application: Found,
  assertion: string,
): Promise<void> {
  if (assertionType !== ASSERTION_TYPE)
    throw new TokenFailure(
      900144,
      "The request body must contain the parameter 'client_assertion_type'.",
    );
  const jwt = parseJwt(assertion);
  if (jwt === undefined) throw new TokenFailure(700027, 'The client assertion is not a token.');
  if (jwt.claims.iss === clientId) checkOwnAssertion(context, clientId, application, jwt);
  else await checkOutsideAssertion(context, clientId, jwt);
}

function checkOwnAssertion(
  context: ClientContext,
  clientId: string,
  application: Found,
  jwt: Jwt,
): void {
  const key = registeredKey(context.tenant, application, jwt);
  if (key === undefined)
    throw new TokenFailure(
      700027,
      `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint(jwt)}'] App ID: '${clientId}'.`,
    );
  if (!verifyJwt(jwt, key))
    throw new TokenFailure(700027, 'Client assertion failed signature validation.');
  const { claims } = jwt;
  if (claims.sub !== clientId || typeof claims.jti !== 'string')
    throw new TokenFailure(700027, "The client assertion needs 'sub' and 'jti'.");
  if (typeof claims.aud !== 'string' || !context.audiences.includes(claims.aud))
    throw new TokenFailure(
      700023,
      `Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.`,
    );
  checkWindow(context, jwt);
}

function thumbprint({ header }: Jwt): string {
  const value = header['x5t#S256'] ?? header.x5t;
  return typeof value === 'string'
    ? Buffer.from(value, 'base64url').toString('hex').toUpperCase()
    : '';
}

/** The certificate of the application that the header names, while it is valid. */
function registeredKey(tenant: Tenant, { version }: Found, jwt: Jwt): KeyObject | undefined {
  const now = new Date(tenant.clock.now()).toISOString();
  const credentials = version.properties.keyCredentials;
  if (!Array.isArray(credentials)) return undefined;
  for (const credential of credentials.filter(isObject)) {
    const key = textOf(credential, 'key');
    const valid =
      credential.type === 'AsymmetricX509Cert' &&
      credential.usage === 'Verify' &&
      textOf(credential, 'startDateTime') <= now &&
      now < textOf(credential, 'endDateTime');
    if (valid && named(jwt, Buffer.from(key, 'base64')))
      return new X509Certificate(Buffer.from(key, 'base64')).publicKey;
  }
  return undefined;
}

function named({ header }: Jwt, der: Buffer): boolean {
  const digest = (algorithm: string): string =>
    createHash(algorithm).update(der).digest('base64url');
  if (typeof header['x5t#S256'] === 'string') return header['x5t#S256'] === digest('sha256');
  return header.x5t === digest('sha1');
}

function checkWindow({ realNow }: ClientContext, { claims }: Jwt): void {
  const now = realNow() / 1000;
  const [from, to] = [claims.nbf ?? 0, claims.exp];
  if (typeof from !== 'number' || typeof to !== 'number')
    throw new TokenFailure(700027, "The client assertion needs 'exp' as a number.");
  if (now < from - TOLERANCE || now > to + TOLERANCE)
    throw new TokenFailure(
      700024,
      `Client assertion is not within its valid time range. Current time: ${new Date(now * 1000).toISOString()}, expiry time of assertion ${new Date(to * 1000).toISOString()}.`,
    );
}

async function checkOutsideAssertion(
  context: ClientContext,
  clientId: string,
  jwt: Jwt,
): Promise<void> {
  const { iss, sub, aud } = jwt.claims;
  const trusted = context.tenant.federated.get(clientId) ?? [];
  if (trusted.length === 0 || typeof iss !== 'string')
    throw new TokenFailure(
      70021,
      `No matching federated identity record found for presented assertion. Assertion Issuer: '${iss}'. Assertion Subject: '${sub}'. Assertion Audience: '${aud}'.`,
    );
  const audiences = Array.isArray(aud) ? aud : [aud];
  const matches = trusted.some(
    ({ issuer, subject, audience }) =>
      issuer === iss && subject === sub && audiences.includes(audience),
  );
  if (!matches)
    throw new TokenFailure(
      700213,
      `No matching federated identity record found for presented assertion subject '${sub}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
    );
  const verified = async (fresh: boolean): Promise<boolean> =>
    (await context.issuerKeys(iss, fresh))
      .filter(({ kid }) => jwt.header.kid === undefined || kid === jwt.header.kid)
      .some((key) => verifyJwt(jwt, createPublicKey({ key, format: 'jwk' })));
  // Keys rotate: a signature that no known key made may be of one published since.
  if (!(await verified(false)) && !(await verified(true)))
    throw new TokenFailure(700027, 'Client assertion failed signature validation.');
  checkWindow(context, jwt);
}
