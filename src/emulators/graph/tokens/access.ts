/** Access tokens: what is in them, and whether one that comes back is still good. */

import { createPublicKey, type KeyObject } from 'node:crypto';
import { isObject } from '../contract.ts';
import type { Entry } from '../directory.ts';
import { GraphFailure } from '../failure.ts';
import { liveAt, type Tenant, textOf } from '../tenant.ts';
import { parseJwt, signingKey, signJwt, verifyJwt } from './jwt.ts';

export interface Caller {
  readonly appId: string;
  /** Object id of the calling service principal. */
  readonly objectId: string;
  /** Application permissions as they were when the token was issued. */
  readonly roles: readonly string[];
}

export interface AccessTokens {
  issue(servicePrincipal: Entry, audience: string): Promise<string>;
  /** The caller, or a `401`. */
  verify(authorization: string | null, audiences: readonly string[]): Promise<Caller>;
  readonly lifeSeconds: number;
  /** Makes tokens that are issued from now on live so long. */
  setLife(seconds: number): void;
}

const KID = 'graph-emulator';

export function accessTokens(tenant: Tenant): AccessTokens {
  const known = new Map<
    string,
    { readonly caller: Caller; readonly expiresAt: number; readonly audience: unknown }
  >();
  const chance = tenant.chance.stream('tokens');
  const issuer = `https://sts.windows.net/${tenant.id}/`;
  let publicKey: KeyObject | undefined;
  let life = 3599;

  const opened = async (token: string): Promise<ReturnType<typeof read>> => {
    const found = known.get(token);
    if (found !== undefined) return found;
    publicKey ??= createPublicKey(await signingKey());
    const fresh = read(token, publicKey, issuer);
    if (known.size > 100) known.clear();
    known.set(token, fresh);
    return fresh;
  };

  return {
    get lifeSeconds() {
      return life;
    },
    setLife: (seconds) => {
      life = seconds;
    },
    issue: async (servicePrincipal, audience) => {
      const now = Math.floor(tenant.clock.now() / 1000);
      const { properties } = servicePrincipal.current;
      const claims = {
        aud: audience,
        iss: issuer,
        iat: now,
        nbf: now,
        exp: now + life,
        appid: textOf(properties, 'appId'),
        app_displayname: textOf(properties, 'displayName'),
        idp: issuer,
        idtyp: 'app',
        oid: servicePrincipal.id,
        sub: servicePrincipal.id,
        roles: grantedRoles(tenant, servicePrincipal),
        tid: tenant.id,
        uti: chance.guid(),
        ver: '1.0',
        wids: [],
      };
      return signJwt(await signingKey(), { kid: KID }, claims);
    },
    verify: async (authorization, audiences) => {
      const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) throw unauthorized('Access token is empty.');
      const { caller, expiresAt, audience } = await opened(token);
      if (typeof audience !== 'string' || !audiences.includes(audience))
        throw unauthorized('Access token validation failure. Invalid audience.');
      if (tenant.clock.now() >= expiresAt)
        throw unauthorized('Lifetime validation failed, the token is expired.');
      return caller;
    },
  };
}

/** The emulator's public key as the discovery document points at it. */
export async function publishedKeys(): Promise<Readonly<Record<string, unknown>>> {
  const key = createPublicKey(await signingKey()).export({ format: 'jwk' });
  return { keys: [{ ...key, use: 'sig', kid: KID, alg: 'RS256' }] };
}

function read(
  token: string,
  key: KeyObject,
  issuer: string,
): { readonly caller: Caller; readonly expiresAt: number; readonly audience: unknown } {
  const jwt = parseJwt(token);
  if (jwt === undefined)
    throw unauthorized('CompactToken parsing failed with error code: 80049217');
  if (!verifyJwt(jwt, key))
    throw unauthorized('Access token validation failure. Invalid signature.');
  const { iss, exp, appid, oid, roles, aud } = jwt.claims;
  if (iss !== issuer || typeof exp !== 'number' || typeof appid !== 'string')
    throw unauthorized('Access token validation failure. Invalid issuer.');
  return {
    caller: {
      appId: appid,
      objectId: String(oid),
      roles: Array.isArray(roles) ? roles.map(String) : [],
    },
    expiresAt: exp * 1000,
    audience: aud,
  };
}

function unauthorized(message: string): GraphFailure {
  return new GraphFailure(401, 'InvalidAuthenticationToken', message, {
    headers: {
      'WWW-Authenticate':
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    },
  });
}

/** Values of the app roles of Microsoft Graph that the principal holds now. */
function grantedRoles(tenant: Tenant, servicePrincipal: Entry): readonly string[] {
  const { directory } = tenant;
  return directory.linksFrom('appRoleAssignments', servicePrincipal.id).flatMap((link) => {
    const assignment = link.present ? liveAt(tenant, link.target, directory.last) : undefined;
    if (assignment === undefined) return [];
    const { properties } = assignment.version;
    const roles = directory.entry(textOf(properties, 'resourceId'))?.current.properties.appRoles;
    return (Array.isArray(roles) ? roles : [])
      .filter(isObject)
      .filter(({ id }) => id === properties.appRoleId)
      .map((role) => textOf(role, 'value'));
  });
}
