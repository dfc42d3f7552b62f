/** What a token opens, as OAuth writes it (RFC 6749 §3.3): `inbox`, `inbox:read`, `api:viewer`. */

import type { SystemName } from '../../identity/record.ts';
import { ROLES, type Role } from '../api/policy.ts';

/** `write` includes reading. */
export type Rights = 'read' | 'write';

/** One system that is served or pushed to, or the API as somebody of a role. */
export type Scope =
  | { readonly system: SystemName /** Everything when absent. */; readonly rights?: Rights }
  | { readonly role: Role };

export function scopeText(scope: Scope): string {
  if ('role' in scope) return `api:${scope.role}`;
  return scope.rights === 'read' ? `${scope.system}:read` : scope.system;
}

/** @returns Undefined for what is no scope of ours. */
export function parseScope(text: string): Scope | undefined {
  const [, name, right] = /^([a-z][a-z0-9-]*)(?::([a-z]+))?$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (right === undefined || right === 'write') return { system: name };
  if (right === 'read') return { system: name, rights: 'read' };
  const role = ROLES.find((each) => each === right);
  return name === 'api' && role !== undefined ? { role } : undefined;
}

/** Whether whoever was given one may have a token of the other: the same, or less of it. */
export function covers(given: Scope, asked: Scope): boolean {
  if ('role' in given) return 'role' in asked && given.role === asked.role;
  if ('role' in asked || given.system !== asked.system) return false;
  return given.rights !== 'read' || asked.rights === 'read';
}
