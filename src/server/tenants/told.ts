/** Tenants whose making and end are told to the audit trail of the installation, in one transaction. */

import type { Actor, Told } from '../../audit/entry.ts';
import type { AuditTrail } from '../../audit/trail.ts';
import type { TenantStorage } from './tenant.ts';

export function toldTenants(
  storage: TenantStorage,
  trail: AuditTrail,
  actor: Actor,
  now: () => Date,
): TenantStorage {
  const telling = (work: () => Promise<boolean>, told: Told): Promise<boolean> =>
    trail.transaction(async () => {
      const done = await work();
      if (done) await trail.append([told], { actor, at: now() });
      return done;
    });
  return {
    ...storage,
    add: (tenant) =>
      telling(() => storage.add(tenant), { action: 'tenant-created', subject: tenant.name }),
    configure: (name, document) =>
      telling(() => storage.configure(name, document), {
        action: 'tenant-configured',
        subject: name,
      }),
    remove: (name, at) =>
      telling(() => storage.remove(name, at), { action: 'tenant-removed', subject: name }),
    restore: (name) =>
      telling(() => storage.restore(name), { action: 'tenant-restored', subject: name }),
    erased: (name, at) =>
      telling(() => storage.erased(name, at), { action: 'tenant-erased', subject: name }),
  };
}
