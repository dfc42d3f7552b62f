/** Applications: registered with their credentials, assigned to people and groups. */

import { isObject } from '../contract.ts';
import type { Entry, ObjectType } from '../directory.ts';
import { badRequest } from '../failure.ts';
import { hashed, type Tenant, textOf } from '../tenant.ts';
import type { ActResult, ApplicationRegistration } from './act.ts';
import { create, dateTime, resolve } from './objects.ts';

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
const YEAR = 365 * 86_400_000;

export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/** An application with its service principal, its credentials and its granted permissions. */
export function register(tenant: Tenant, registration: ApplicationRegistration): ActResult {
  const appId = tenant.chance.guid();
  const startsAt = tenant.clock.now();
  const window = {
    startDateTime: new Date(startsAt).toISOString(),
    endDateTime: new Date(startsAt + YEAR).toISOString(),
  };
  const { displayName, secret, certificates = [], federated = [] } = registration;
  const { id } = create(tenant, 'application', {
    displayName,
    appId,
    signInAudience: 'AzureADMyOrg',
    publisherDomain: tenant.domain,
    passwordCredentials:
      secret === undefined
        ? []
        : [
            {
              keyId: tenant.chance.guid(),
              displayName: 'secret',
              hint: secret.slice(0, 3),
              ...window,
            },
          ],
    keyCredentials: certificates.map((key) => ({
      keyId: tenant.chance.guid(),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
      key,
      displayName: `CN=${displayName}`,
      ...window,
    })),
  });
  if (secret !== undefined)
    tenant.secrets.set(appId, [{ hash: hashed(secret), startsAt, endsAt: startsAt + YEAR }]);
  tenant.federated.set(appId, federated);
  const servicePrincipalId = create(tenant, 'servicePrincipal', {
    displayName,
    appId,
    appDisplayName: displayName,
    appOwnerOrganizationId: tenant.id,
  }).id;
  if (registration.permissions !== undefined) tenant.permissioned.add(appId);
  const graph = graphServicePrincipal(tenant);
  for (const permission of registration.permissions ?? [])
    assign(tenant, resolve(tenant, servicePrincipalId), graph.id, permission);
  return { id, appId, servicePrincipalId };
}

function graphServicePrincipal(tenant: Tenant): Entry {
  const found = tenant.directory
    .entries('servicePrincipal')
    .find(({ current }) => current.properties.appId === GRAPH_APP_ID);
  if (found === undefined) throw new Error('the tenant lacks Microsoft Graph');
  return found;
}

export function assign(
  tenant: Tenant,
  principal: Entry,
  resourceId: string,
  role?: string,
): ActResult {
  const resource = resolve(tenant, resourceId);
  if (resource.type !== 'servicePrincipal') throw badRequest('The resource has no app roles.');
  const appRoleId = roleId(resource, role);
  const { directory } = tenant;
  const taken = directory.linksFrom('appRoleAssignments', principal.id).some(({ target }) => {
    const known = directory.entry(target)?.current;
    return (
      known?.life === 'live' &&
      known.properties.resourceId === resource.id &&
      known.properties.appRoleId === appRoleId
    );
  });
  if (taken) throw badRequest('Permission being assigned already exists on the object');
  const id = assignmentId(tenant);
  directory.create('appRoleAssignment', id, {
    id,
    deletedDateTime: null,
    appRoleId,
    createdDateTime: dateTime(tenant),
    principalDisplayName: textOf(principal.current.properties, 'displayName'),
    principalId: principal.id,
    principalType: PRINCIPAL_TYPES[principal.type] ?? 'User',
    resourceDisplayName: textOf(resource.current.properties, 'displayName'),
    resourceId: resource.id,
  });
  directory.setLink('appRoleAssignedTo', resource.id, id, true);
  directory.setLink('appRoleAssignments', principal.id, id, true);
  return { id };
}

const PRINCIPAL_TYPES: Readonly<Partial<Record<ObjectType, string>>> = {
  user: 'User',
  group: 'Group',
  servicePrincipal: 'ServicePrincipal',
};

function roleId(resource: Entry, role: string | undefined): string {
  if (role === undefined || role === DEFAULT_ACCESS) return DEFAULT_ACCESS;
  const roles = resource.current.properties.appRoles;
  const found = (Array.isArray(roles) ? roles : [])
    .filter(isObject)
    .find(({ id, value }) => id === role || value === role)?.id;
  if (typeof found !== 'string')
    throw badRequest(`Permission '${role}' was not found on the application.`);
  return found;
}

/** 43 characters of base64url, as the service has them. */
function assignmentId(tenant: Tenant): string {
  const bytes = `${tenant.chance.guid()}${tenant.chance.guid()}`.replaceAll('-', '');
  return Buffer.from(bytes, 'hex').toString('base64url');
}

export function unassign(tenant: Tenant, id: string): ActResult {
  const assignment = resolve(tenant, id);
  const { properties } = assignment.current;
  tenant.directory.setLink('appRoleAssignedTo', textOf(properties, 'resourceId'), id, false);
  tenant.directory.setLink('appRoleAssignments', textOf(properties, 'principalId'), id, false);
  tenant.directory.move(id, 'purged');
  return { id };
}
