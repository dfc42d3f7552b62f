/** Ten changes as a company has them in a week, each with what should become of it in Ramp. */

import type { Act } from '../acts/act.ts';
import { perform } from '../acts/perform.ts';
import type { Properties } from '../directory.ts';
import type { GraphEmulator } from '../graph.ts';
import { type Tenant, textOf } from '../tenant.ts';
import type { Contoso, ExpectedOutcome } from './contoso.ts';
import { isManager, type Person } from './people.ts';

export interface RealisticChange {
  /** Such as "a move to another department". */
  readonly label: string;
  /** User principal name of whom it happened to. */
  readonly person: string;
  readonly acts: readonly Act[];
  readonly outcome: ExpectedOutcome;
}

/** Makes the changes, one after the other, and says which they were. */
export function tenRealisticChanges(
  graph: GraphEmulator,
  contoso: Contoso,
): readonly RealisticChange[] {
  const changes = plannedChanges(graph.tenant, contoso);
  for (const { acts } of changes) for (const act of acts) perform(graph.tenant, act);
  return changes;
}

function plannedChanges(tenant: Tenant, contoso: Contoso): readonly RealisticChange[] {
  const { ramp } = contoso;
  const [boss, renamed, moved, leaver, deleted, mailed, cleared] = usualPeople(tenant, contoso);
  const unassigned = usualPeople(tenant, contoso)
    .slice(7)
    .find(({ id }) => direct(tenant, id));
  const binned = contoso.people.find(({ id }) => lies(tenant, id));
  if (!boss || !renamed || !moved || !leaver || !deleted || !mailed || !cleared || !binned)
    throw new Error('too few people for ten changes');
  const hire = newcomer(tenant, 'Rosalind', 'Franklin', 'Research Scientist');
  const report = newcomer(tenant, 'Tabitha', 'Babbitt', 'Financial Analyst');
  const manager = newcomer(tenant, 'Mary', 'Jackson', 'Finance Manager');
  const assign = (principal: string): Act => ({
    act: 'assign-app-role',
    principal,
    resource: ramp.servicePrincipalId,
    role: 'BUSINESS_USER',
  });
  const last = unassigned ?? usualPeople(tenant, contoso)[7] ?? boss;
  const surname = 'Okonkwo';
  return [
    change('a hire', hire.upn, 'provisioned', [
      hire.create,
      { act: 'set-manager', id: hire.id, manager: boss.id },
      assign(hire.id),
    ]),
    change('a rename', renamed.userPrincipalName, 'provisioned', [
      update(renamed, {
        surname,
        displayName: `${textOf(renamed.properties, 'givenName')} ${surname}`,
      }),
    ]),
    change('a move to another department', moved.userPrincipalName, 'provisioned', [
      update(moved, {
        department: moved.properties.department === 'Legal' ? 'Marketing' : 'Legal',
        jobTitle: 'Programme Manager',
      }),
    ]),
    change('a manager who arrives after her report', manager.upn, 'provisioned', [
      report.create,
      assign(report.id),
      manager.create,
      { act: 'set-manager', id: report.id, manager: manager.id },
      assign(manager.id),
    ]),
    change('a leaver', leaver.userPrincipalName, 'disabled', [
      update(leaver, { accountEnabled: false }),
    ]),
    change('a soft delete', deleted.userPrincipalName, 'deleted', [
      { act: 'delete', id: deleted.id },
    ]),
    change('a restore', binned.userPrincipalName, 'provisioned', [
      { act: 'restore', id: binned.id },
    ]),
    change('an unassignment', last.userPrincipalName, 'not-assigned', unassignment(tenant, last)),
    change('an e-mail change', mailed.userPrincipalName, 'provisioned', [
      update(mailed, {
        mail: `${textOf(mailed.properties, 'givenName')
          .toLowerCase()
          .replace(/[^a-z]/g, '')}.${mailed.employeeId.toLowerCase()}@contoso.com`,
      }),
    ]),
    change('a department cleared', cleared.userPrincipalName, 'refused: no department', [
      update(cleared, { department: null }),
    ]),
  ];
}

function change(
  label: string,
  person: string,
  outcome: ExpectedOutcome,
  acts: readonly Act[],
): RealisticChange {
  return { label, person, outcome, acts };
}

function update({ id }: Person, properties: Properties): Act {
  return { act: 'update', id, properties };
}

/** People without reports who are provisioned as the seed made them, in the order of the seed. */
function usualPeople(tenant: Tenant, { people, expected }: Contoso): readonly Person[] {
  return people.filter(
    ({ id }, index) =>
      !isManager(index, people.length) &&
      expected[index]?.outcome === 'provisioned' &&
      tenant.directory.entry(id)?.current.properties.externalUserState === undefined,
  );
}

function lies(tenant: Tenant, id: string): boolean {
  return tenant.directory.entry(id)?.current.life === 'deleted';
}

function assignments(tenant: Tenant, id: string): readonly string[] {
  return tenant.directory
    .linksFrom('appRoleAssignments', id)
    .filter(({ present }) => present)
    .map(({ target }) => target);
}

/** Groups she is in that are assigned to anything. */
function assigningGroups(tenant: Tenant, id: string): readonly string[] {
  return tenant.directory
    .linksTo('member', id)
    .filter(({ present, source }) => present && assignments(tenant, source).length > 0)
    .map(({ source }) => source);
}

function direct(tenant: Tenant, id: string): boolean {
  return assignments(tenant, id).length > 0 && assigningGroups(tenant, id).length === 0;
}

function unassignment(tenant: Tenant, { id }: Person): readonly Act[] {
  return [
    ...assignments(tenant, id).map((each): Act => ({ act: 'unassign-app-role', id: each })),
    ...assigningGroups(tenant, id).map(
      (group): Act => ({ act: 'remove-member', group, member: id }),
    ),
  ];
}

function newcomer(
  tenant: Tenant,
  givenName: string,
  surname: string,
  jobTitle: string,
): { readonly id: string; readonly upn: string; readonly create: Act } {
  const id = tenant.chance.guid();
  const mailNickname = `${givenName}.${surname}`.toLowerCase();
  const upn = `${mailNickname}@${tenant.domains.at(-1)}`;
  const properties: Properties = {
    id,
    accountEnabled: true,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    mailNickname,
    userPrincipalName: upn,
    mail: upn,
    employeeId: `N${id.slice(0, 6).toUpperCase()}`,
    employeeType: 'Employee',
    jobTitle,
    department: jobTitle.startsWith('F') ? 'Finance' : 'Research & Development',
    city: 'London',
    country: 'United Kingdom',
    usageLocation: 'GB',
    companyName: 'Contoso',
  };
  return { id, upn, create: { act: 'create', type: 'user', properties } };
}
