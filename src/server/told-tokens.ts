/** Tokens whose making and end are told to the audit trail, in the transaction that keeps them. */

import type { Actor, Told } from '../audit/entry.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { AccessToken, TokenStorage } from './tokens.ts';

export function toldTokens(
  storage: TokenStorage,
  trail: AuditTrail,
  actor: Actor,
  now: () => Date,
): TokenStorage {
  const together = <Value>(work: () => Promise<Value>, tell: (value: Value) => readonly Told[]) =>
    trail.transaction(async () => {
      const value = await work();
      const told = tell(value);
      if (told.length > 0) await trail.append(told, { actor, at: now() });
      return value;
    });
  return {
    ...storage,
    add: (token, hash) =>
      together(
        () => storage.add(token, hash),
        () => [{ action: 'token-created', subject: token.id, detail: detailOf(token) }],
      ),
    end: (id, at) =>
      together(
        () => storage.end(id, at),
        () => [{ action: 'token-revoked', subject: id, detail: { from: at.toISOString() } }],
      ),
    revoke: (id, at) =>
      together(
        () => storage.revoke(id, at),
        (revoked) => (revoked ? [{ action: 'token-revoked', subject: id }] : []),
      ),
  };
}

function detailOf(token: AccessToken): Told['detail'] & object {
  const expires = token.expiresAt.toISOString();
  if ('role' in token) return { role: token.role, expires };
  const { system, rights } = token;
  return { system, ...(rights !== undefined && { rights }), expires };
}
