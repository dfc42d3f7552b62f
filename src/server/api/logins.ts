/**
 * Who opened the API, and who tried to. A token is told once an hour, and what is refused once a
 * minute with how often it was meanwhile, so that whoever knocks for ever does not fill the trail.
 */

import { type Actor, type Told, tokenActor } from '../../audit/entry.ts';
import type { Tenant } from '../../identity/identity.ts';
import type { ApiCaller } from './endpoint.ts';
import type { OperationName, Role } from './policy.ts';

export interface Logins {
  accepted(caller: ApiCaller): Promise<void>;
  /** A token that is not, or no longer, valid. */
  unknown(): Promise<void>;
  /** A client of OAuth that showed a wrong secret; of nobody's, where it is none of anybody. */
  unknownClient(tenant: Tenant | undefined): Promise<void>;
  /** The role of a valid token is too low. */
  tooLow(caller: ApiCaller, operation: OperationName, least: Role | 'anybody'): Promise<void>;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Operations are few, and tokens are made by administrators. */
const MOST_REMEMBERED = 10_000;

const UNKNOWN: Actor = 'unknown token';
const UNKNOWN_CLIENT: Actor = 'unknown client';

/** @param append To the trail of a tenant; of the installation where nobody knows whose it is. */
export function toldLogins(
  append: (told: readonly Told[], actor: Actor, tenant?: Tenant) => Promise<void>,
  now: () => Date,
): Logins {
  const last = new Map<string, { readonly until: number; left: number }>();
  /** How many were not told since it was told last; undefined while it is too early to tell. */
  const turn = (key: string, milliseconds: number): number | undefined => {
    const time = now().getTime();
    const known = last.get(key);
    if (known !== undefined && known.until > time) {
      known.left++;
      return undefined;
    }
    if (last.size >= MOST_REMEMBERED) last.clear();
    last.set(key, { until: time + milliseconds, left: 0 });
    return known?.left ?? 0;
  };
  return {
    accepted: async (caller) => {
      const { token, role } = caller;
      if (turn(`accepted ${token}`, HOUR) === undefined) return;
      const told: Told = { action: 'login-accepted', subject: token, detail: { role } };
      await append([told], actorOf(caller), caller.tenant);
    },
    unknown: async () => {
      const left = turn('unknown', MINUTE);
      if (left === undefined) return;
      await append([{ action: 'login-refused', detail: { why: 'token-missing', left } }], UNKNOWN);
    },
    unknownClient: async (tenant) => {
      const left = turn(`client ${tenant ?? ''}`, MINUTE);
      if (left === undefined) return;
      const told: Told = { action: 'login-refused', detail: { why: 'invalid-client', left } };
      await append([told], UNKNOWN_CLIENT, tenant);
    },
    tooLow: async (caller, operation, least) => {
      const { token, role } = caller;
      const left = turn(`low ${token} ${operation}`, MINUTE);
      if (left === undefined) return;
      const detail = { why: 'role-too-low', role, needs: least, operation, left };
      const told: Told = { action: 'login-refused', subject: token, detail };
      await append([told], actorOf(caller), caller.tenant);
    },
  };
}

export function actorOf({ token, role }: ApiCaller): Actor {
  return tokenActor(token, role);
}
