/** What a token or a client opens, as columns. */

import { ROLES } from '../server/api/policy.ts';
import type { Scope } from '../server/auth/scope.ts';
import type { SqlValue } from './database.ts';

export interface ScopeColumns {
  /** Empty for the API, which has a role instead. */
  readonly system: string;
  readonly role: string | null;
  readonly rights: string | null;
}

/** System, role, rights. */
export function scopeColumns(scope: Scope): readonly [SqlValue, SqlValue, SqlValue] {
  return 'role' in scope
    ? ['', scope.role, null]
    : [scope.system, null, scope.rights === 'read' ? 'read' : null];
}

export function scopeOf({ system, role, rights }: ScopeColumns): Scope {
  const known = ROLES.find((each) => each === role);
  // A role that nobody knows any more opens nothing: there is no system without a name.
  if (known !== undefined) return { role: known };
  // Rights that nobody knows any more are not taken for all.
  return rights === null ? { system } : { system, rights: 'read' };
}
