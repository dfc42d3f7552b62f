/** Performs an act at the primary, checked as a write over the wire would be. */

import type { Tenant } from '../tenant.ts';
import type { Act, ActResult } from './act.ts';
import { assign, register, unassign } from './applications.ts';
import { clearManager, link, setManager } from './links.ts';
import { create, purge, remove, resolve, restore, update } from './objects.ts';

/** Does it at the primary; what the service would refuse throws a `GraphFailure`. */
export function perform(tenant: Tenant, act: Act): ActResult {
  switch (act.act) {
    case 'create':
      return create(tenant, act.type, act.properties);
    case 'update':
      return update(tenant, resolve(tenant, act.id), act.properties);
    case 'delete':
      return remove(tenant, resolve(tenant, act.id));
    case 'restore':
      return restore(tenant, resolve(tenant, act.id));
    case 'purge':
      return purge(tenant, resolve(tenant, act.id));
    case 'set-manager':
      return setManager(tenant, resolve(tenant, act.id), resolve(tenant, act.manager));
    case 'clear-manager':
      return clearManager(tenant, resolve(tenant, act.id));
    case 'add-member':
      return link(tenant, 'member', act.group, act.member, true);
    case 'remove-member':
      return link(tenant, 'member', act.group, act.member, false);
    case 'add-owner':
      return link(tenant, 'owner', act.group, act.member, true);
    case 'remove-owner':
      return link(tenant, 'owner', act.group, act.member, false);
    case 'assign-app-role':
      return assign(tenant, resolve(tenant, act.principal), act.resource, act.role);
    case 'unassign-app-role':
      return unassign(tenant, act.id);
    case 'register-application':
      return register(tenant, act);
  }
}
