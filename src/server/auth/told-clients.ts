/** Clients whose making, secrets and end are told to the audit trail, in the transaction that keeps them. */

import type { Actor, Told } from '../../audit/entry.ts';
import type { AuditTrail } from '../../audit/trail.ts';
import type { ClientStorage } from './client.ts';
import { scopeText } from './scope.ts';

export function toldClients(
  storage: ClientStorage,
  trail: AuditTrail,
  actor: Actor,
  now: () => Date,
): ClientStorage {
  const tell = (told: Told) => trail.append([told], { actor, at: now() });
  return {
    ...storage,
    add: (client, secret, hash) =>
      trail.transaction(async () => {
        await storage.add(client, secret, hash);
        const detail = { scope: scopeText(client.scope), expires: secret.expiresAt.toISOString() };
        await tell({ action: 'client-created', subject: client.id, detail });
      }),
    addSecret: (client, secret, hash, endings) =>
      trail.transaction(async () => {
        await storage.addSecret(client, secret, hash, endings);
        const detail = { expires: secret.expiresAt.toISOString() };
        await tell({ action: 'client-secret-made', subject: client, detail });
      }),
    revoke: (id, at) =>
      trail.transaction(async () => {
        const revoked = await storage.revoke(id, at);
        if (revoked) await tell({ action: 'client-revoked', subject: id });
        return revoked;
      }),
  };
}
