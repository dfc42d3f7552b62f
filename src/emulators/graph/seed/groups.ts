/** Groups of skewed sizes: everybody, departments, and a few small ones, one inside another. */

import { perform } from '../acts/perform.ts';
import type { Tenant } from '../tenant.ts';
import type { Case } from './cases.ts';
import { DEPARTMENTS } from './names.ts';
import type { Person } from './people.ts';

export const EVERYBODY = 'All Employees';
export const CARDHOLDERS = 'Ramp Cardholders';
/** Inside `CARDHOLDERS`; its members are not assigned, for nested groups do not count. */
export const NESTED = 'Ramp Trainees';

/** @returns Object ids by name. */
export function seedGroups(
  tenant: Tenant,
  everybody: readonly Person[],
  cases: readonly Case[],
): Readonly<Record<string, string>> {
  const employees = everybody.filter((_, index) => cases[index] !== 'guest');
  const of = (name: string): readonly Person[] =>
    employees.filter(({ properties }) => properties.department === name);
  const members: Readonly<Record<string, readonly Person[]>> = {
    [EVERYBODY]: employees,
    ...Object.fromEntries(DEPARTMENTS.map(({ name }) => [`Team ${name}`, of(name)])),
    Leadership: everybody.slice(0, 7),
    [CARDHOLDERS]: [],
    [NESTED]: [],
  };
  const groups = Object.fromEntries(
    Object.entries(members).map(([name, people]) => [name, createGroup(tenant, name, people)]),
  );
  const [outer, inner] = [groups[CARDHOLDERS], groups[NESTED]];
  if (outer !== undefined && inner !== undefined)
    perform(tenant, { act: 'add-member', group: outer, member: inner });
  return groups;
}

function createGroup(tenant: Tenant, displayName: string, members: readonly Person[]): string {
  const { id } = perform(tenant, {
    act: 'create',
    type: 'group',
    properties: {
      displayName,
      description: `${displayName} of Contoso`,
      mailEnabled: false,
      mailNickname: displayName.toLowerCase().replace(/[^a-z]+/g, '-'),
      securityEnabled: true,
    },
  });
  const [first] = members;
  if (first !== undefined) perform(tenant, { act: 'add-owner', group: id, member: first.id });
  for (const member of members)
    perform(tenant, { act: 'add-member', group: id, member: member.id });
  return id;
}
