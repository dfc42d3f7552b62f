/** The enterprise application "Ramp": its roles, and who may use it. */

import { perform } from '../acts/perform.ts';
import type { Chance } from '../chance.ts';
import type { Tenant } from '../tenant.ts';
import type { Case } from './cases.ts';
import { CARDHOLDERS, EVERYBODY, NESTED } from './groups.ts';
import { isManager, type Person } from './people.ts';

/** Value, name, and its share out of a hundred among those assigned directly. */
const ROLES = [
  ['BUSINESS_USER', 'Cardholder', 84],
  ['BUSINESS_ADMIN', 'Admin', 6],
  ['BUSINESS_BOOKKEEPER', 'Bookkeeper', 6],
  ['IT_ADMIN', 'IT Admin', 4],
  ['GUEST_USER', 'Guest', 0],
] as const;

export interface Ramp {
  readonly servicePrincipalId: string;
  readonly appId: string;
}

export function registerRamp(tenant: Tenant): Ramp {
  const { appId = '', servicePrincipalId = '' } = perform(tenant, {
    act: 'register-application',
    displayName: 'Ramp',
  });
  perform(tenant, {
    act: 'update',
    id: servicePrincipalId,
    properties: {
      appRoleAssignmentRequired: true,
      appRoles: ROLES.map(([value, displayName]) => ({
        id: tenant.chance.guid(),
        value,
        displayName,
        description: `${displayName} in Ramp`,
        allowedMemberTypes: ['User'],
        isEnabled: true,
      })),
      tags: ['WindowsAzureActiveDirectoryIntegratedApp'],
    },
  });
  return { appId, servicePrincipalId };
}

/** @returns Ids of those who may use it. */
export function assignRamp(
  tenant: Tenant,
  { servicePrincipalId }: Ramp,
  everybody: readonly Person[],
  cases: readonly Case[],
  groups: Readonly<Record<string, string>>,
  mode: 'mixed' | 'group' = 'mixed',
  chance: Chance,
): ReadonlySet<string> {
  const give = (principal: string, role: string): void => {
    perform(tenant, { act: 'assign-app-role', principal, resource: servicePrincipalId, role });
  };
  const join = (group: string, member: string): void => {
    perform(tenant, { act: 'add-member', group: groups[group] ?? '', member });
  };
  const employees = everybody.filter((_, index) => cases[index] !== 'guest');
  if (mode === 'group') {
    give(groups[EVERYBODY] ?? '', 'BUSINESS_USER');
    return new Set(employees.map(({ id }) => id));
  }
  give(groups[CARDHOLDERS] ?? '', 'BUSINESS_USER');
  const assigned = new Set<string>();
  everybody.forEach(({ id }, index) => {
    const way = wayFor(cases[index] ?? 'usual', chance);
    if (way === 'group' || way === 'both') join(CARDHOLDERS, id);
    if (way === 'direct') give(id, roleFor(isManager(index, everybody.length), chance));
    if (way === 'both') give(id, 'BUSINESS_USER');
    if (way === 'nested') join(NESTED, id);
    else if (way !== 'none') assigned.add(id);
  });
  return assigned;
}

type Way = 'group' | 'direct' | 'both' | 'nested' | 'none';

/** Every special case is assigned, so that its own reason decides; guests are not. */
function wayFor(kind: Case, chance: Chance): Way {
  const drawn = chance.below(100);
  if (kind === 'guest') return 'none';
  if (kind !== 'usual') return drawn < 50 ? 'group' : 'direct';
  if (drawn < 45) return 'group';
  if (drawn < 80) return 'direct';
  if (drawn < 88) return 'both';
  return drawn < 90 ? 'nested' : 'none';
}

/** Ramp refuses people whose manager is a bookkeeper or an IT admin, so no manager becomes one. */
function roleFor(manager: boolean, chance: Chance): string {
  let left = chance.below(100);
  for (const [value, , share] of ROLES) {
    left -= share;
    if (left < 0) return manager && value !== 'BUSINESS_ADMIN' ? 'BUSINESS_USER' : value;
  }
  return 'BUSINESS_USER';
}
