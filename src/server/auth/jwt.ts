/**
 * Tokens that somebody else signed: a JWT (RFC 7519, RFC 9068) of an issuer that a served system
 * trusts. Issuer, audience and claims say whose it is; where they say it of two tenants, it opens
 * nothing.
 */

import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { TrustedIssuer } from '../../config/configuration.ts';
import type { Tenant } from '../../identity/identity.ts';
import type { SystemName } from '../../identity/record.ts';
import { ScimError } from '../../scim/error.ts';
import type { SystemCaller } from '../tokens.ts';
import {
  type KeyOf,
  type KeysSurroundings,
  KeysUnreachable,
  keysOf,
  PAUSE_MILLISECONDS,
} from './jwks.ts';
import { throttle } from './throttle.ts';

/** One system of one tenant, and whom it trusts. */
export interface Trust {
  readonly tenant: Tenant;
  readonly system: SystemName;
  readonly issuer: TrustedIssuer;
}

export interface JwtOptions extends KeysSurroundings {
  /** Everybody who trusts an issuer of that name. */
  trustsIn(issuer: string): Promise<readonly Trust[]>;
  /** A line for the log of the process, once a minute for each reason: clients learn no reason. */
  readonly log: (line: string) => void;
}

/** Beyond it a header is not read any more. */
const LONGEST_TOKEN = 16_384;
/** Of the log, within a minute. */
const MOST_LINES = 30;

/**
 * @returns Tells who comes with a token to a system; undefined for one that opens nothing.
 * @throws ScimError 503 as long as the keys of the issuer cannot be read.
 */
export function jwtAuthentication(
  options: JwtOptions,
): (token: string, system: SystemName | undefined) => Promise<SystemCaller | undefined> {
  const { now, trustsIn } = options;
  const keys = new Map<string, KeyOf>();
  const keysAt = (url: string): KeyOf => {
    const known = keys.get(url) ?? keysOf(url, options);
    keys.set(url, known);
    return known;
  };
  const told = throttle(1, now);
  const lines = throttle(MOST_LINES, now);
  const refuse = (why: string): undefined => {
    // Reasons cite what was sent, so there are as many as somebody likes.
    if (told.wait(why) > 0 || lines.wait('') > 0) return;
    told.count(why);
    lines.count('');
    options.log(`a JWT was refused: ${why}`);
  };

  return async (token, system) => {
    const claimed = claimsOf(token);
    const iss = claimed?.iss;
    if (claimed === undefined || typeof iss !== 'string') return undefined;
    const trusts = await trustsIn(iss);
    if (trusts.length === 0) return refuse(`nobody trusts the issuer ${quoted(iss)}`);
    const meant = trusts.filter(({ issuer }) => lackOf(issuer, claimed) === undefined);
    const [nearest] = trusts;
    if (meant.length === 0 && nearest) {
      return refuse(`of the issuer ${quoted(iss)}: ${lackOf(nearest.issuer, claimed)}`);
    }
    const good: Trust[] = [];
    for (const trust of meant) {
      const wrong = await wrongWith(token, trust.issuer, keysAt(trust.issuer.jwks), now());
      if (wrong === undefined) good.push(trust);
      else refuse(`of the issuer ${quoted(iss)}: ${wrong}`);
    }
    if (new Set(good.map(({ tenant }) => tenant)).size > 1) {
      return refuse(`of the issuer ${quoted(iss)}: two tenants trust it, which needs other claims`);
    }
    const trust = good.find((each) => each.system === system) ?? good[0];
    return trust && { tenant: trust.tenant, system: trust.system, rights: trust.issuer.rights };
  };
}

/** What is claimed, before anything is believed of it. */
function claimsOf(token: string): JWTPayload | undefined {
  if (token.length > LONGEST_TOKEN) return undefined;
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** What of the audience and the claims is not as it has to be. */
function lackOf({ audiences, claims }: TrustedIssuer, claimed: JWTPayload): string | undefined {
  const { aud } = claimed;
  if (![aud].flat().some((one) => one !== undefined && audiences.includes(one))) {
    return `its audience is ${quoted(aud)}`;
  }
  for (const [name, wanted] of Object.entries(claims)) {
    const value = Object.hasOwn(claimed, name) ? claimed[name] : undefined;
    // A list, as of roles, has to hold it; so has a list of scopes, which is a text (RFC 8693 §4.2).
    const words = LISTS.has(name) && typeof value === 'string' ? value.split(' ') : value;
    if (![words].flat().includes(wanted)) return `its claim ${name} is ${quoted(value)}`;
  }
  return undefined;
}

const LISTS: ReadonlySet<string> = new Set(['scope', 'scp']);

async function wrongWith(
  token: string,
  { issuer, audiences, algorithms, leewaySeconds }: TrustedIssuer,
  keyOf: KeyOf,
  now: Date,
): Promise<string | undefined> {
  try {
    await jwtVerify(token, keyOf, {
      issuer,
      audience: [...audiences],
      algorithms: [...algorithms],
      clockTolerance: leewaySeconds,
      currentDate: now,
      requiredClaims: ['exp'],
    });
    return undefined;
  } catch (error) {
    if (error instanceof KeysUnreachable) {
      throw new ScimError(503, `${error.message}, so no token of ${issuer} can be checked`, {
        retryAfterSeconds: PAUSE_MILLISECONDS / 1000,
      });
    }
    if (error instanceof errors.JOSEError) return error.message;
    throw error;
  }
}

/** Whoever sent it wrote it: one line, and not a long one. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 120);
}
