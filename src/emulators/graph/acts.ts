/**
 * What others do to the directory: an administrator in the portal, the directory's own upkeep.
 * Every act is checked against the published contract, as a write over the wire would be.
 */

import { DAY } from './clock.ts';
import { isObject, problemsOf, propertiesOf } from './contract.ts';
import { derivedProperties } from './derived.ts';
import type { Entry, LinkKind, ObjectType, Properties } from './directory.ts';
import { badRequest, notFound, objectConflict } from './failure.ts';
import { type FederatedCredential, hashed, type Tenant, textOf } from './tenant.ts';

/** `id` of a user may be the user principal name wherever one is asked for. */
export type Act =
  | {
      readonly act: 'create';
      readonly type: 'user' | 'group' | 'servicePrincipal';
      readonly properties: Properties;
    }
  /** `null` clears a property. */
  | { readonly act: 'update'; readonly id: string; readonly properties: Properties }
  | { readonly act: 'delete' | 'restore' | 'purge'; readonly id: string }
  | { readonly act: 'set-manager'; readonly id: string; readonly manager: string }
  | { readonly act: 'clear-manager'; readonly id: string }
  | {
      readonly act: 'add-member' | 'remove-member' | 'add-owner' | 'remove-owner';
      readonly group: string;
      readonly member: string;
    }
  | {
      readonly act: 'assign-app-role';
      readonly principal: string;
      /** Object id of the application's service principal. */
      readonly resource: string;
      /** Id or value of the role; the default access when absent. */
      readonly role?: string;
    }
  | { readonly act: 'unassign-app-role'; readonly id: string }
  | ({ readonly act: 'register-application' } & ApplicationRegistration);

export interface ApplicationRegistration {
  readonly displayName: string;
  readonly secret?: string;
  /** Certificates as base64 of their DER. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
  /** Application permissions of Microsoft Graph, by value: `User.Read.All`. */
  readonly permissions?: readonly string[];
}

export interface ActResult {
  /** The object that was created or changed. */
  readonly id: string;
  /** Of an application: its client id and its service principal. */
  readonly appId?: string;
  readonly servicePrincipalId?: string;
}

const DEFAULT_ACCESS = '00000000-0000-0000-0000-000000000000';
const YEAR = 365 * 86_400_000;

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

function resolve(tenant: Tenant, id: string): Entry {
  const entry = tenant.directory.entry(tenant.upns.get(id.toLowerCase()) ?? id);
  if (entry === undefined || entry.current.life === 'purged') throw notFound(id);
  return entry;
}

function create(tenant: Tenant, type: ObjectType, properties: Properties): ActResult {
  refuseProblems(type, properties);
  for (const [name, { doc }] of propertiesOf(type))
    if (doc?.requiredOnCreate === true && name !== 'passwordProfile' && !(name in properties))
      throw badRequest(`A value is required for property '${name}' of resource '${type}'.`);
  const given = properties['id'];
  const id = typeof given === 'string' ? given : tenant.chance.guid();
  if (tenant.directory.entry(id) !== undefined) throw objectConflict('id');
  refuseTakenUpn(tenant, type, id, properties);
  const derived = derivedProperties(type, properties, new Date(tenant.clock.now()));
  tenant.directory.create(type, id, { ...derived, ...properties, id });
  if (type === 'user') tenant.upns.set(textOf(properties, 'userPrincipalName').toLowerCase(), id);
  return { id };
}

function update(tenant: Tenant, entry: Entry, properties: Properties): ActResult {
  refuseProblems(entry.type, properties);
  if (entry.current.life !== 'live') throw notFound(entry.id);
  refuseTakenUpn(tenant, entry.type, entry.id, properties);
  const before = textOf(entry.current.properties, 'userPrincipalName').toLowerCase();
  const mail = properties['mail'];
  const addresses =
    entry.type === 'user' && mail !== undefined
      ? { proxyAddresses: typeof mail === 'string' ? [`SMTP:${mail}`] : [] }
      : {};
  tenant.directory.update(entry.id, { ...properties, ...addresses });
  if ('userPrincipalName' in properties) {
    tenant.upns.delete(before);
    tenant.upns.set(textOf(properties, 'userPrincipalName').toLowerCase(), entry.id);
  }
  return { id: entry.id };
}

/** Users, groups and applications go to the recycle bin; links are kept aside. */
function remove(tenant: Tenant, entry: Entry): ActResult {
  if (entry.current.life !== 'live') throw notFound(entry.id);
  const { properties } = entry.current;
  const upn = textOf(properties, 'userPrincipalName');
  tenant.directory.move(entry.id, 'deleted', {
    deletedDateTime: dateTime(tenant),
    ...(entry.type === 'user' && { userPrincipalName: `${entry.id.replaceAll('-', '')}${upn}` }),
  });
  tenant.bin.add(entry.id);
  tenant.upns.delete(upn.toLowerCase());
  if (tenant.switches['delta.removedWithTarget'] === 'on') repeatLinksTo(tenant, entry);
  if (entry.type === 'group' && tenant.switches['groups.securityDelete'] === 'purge')
    purge(tenant, entry);
  return { id: entry.id };
}

function restore(tenant: Tenant, entry: Entry): ActResult {
  const { life, properties } = entry.current;
  if (life !== 'deleted') throw notFound(entry.id);
  const upn = textOf(properties, 'userPrincipalName').slice(32);
  if (entry.type === 'user' && tenant.upns.has(upn.toLowerCase()))
    throw objectConflict('userPrincipalName');
  tenant.directory.move(entry.id, 'live', {
    deletedDateTime: null,
    ...(entry.type === 'user' && { userPrincipalName: upn }),
  });
  if (entry.type === 'user') tenant.upns.set(upn.toLowerCase(), entry.id);
  repeatLinksTo(tenant, entry);
  return { id: entry.id };
}

/** Makes memberships news again: whoever read a group meanwhile was not shown this member. */
function repeatLinksTo(tenant: Tenant, entry: Entry): void {
  for (const kind of ['member', 'owner', 'manager'] as const)
    for (const { source, present } of tenant.directory.linksTo(kind, entry.id))
      if (present) tenant.directory.setLink(kind, source, entry.id, true);
}

function purge(tenant: Tenant, entry: Entry): ActResult {
  if (entry.current.life !== 'deleted') throw notFound(entry.id);
  tenant.directory.move(entry.id, 'purged');
  return { id: entry.id };
}

/** Purges what has lain in the recycle bin for its thirty days. */
export function emptyBin(tenant: Tenant): void {
  const now = tenant.clock.now();
  for (const id of tenant.bin)
    if (tenant.directory.entry(id)?.current.life !== 'deleted') tenant.bin.delete(id);
    else if (now - binnedAt(tenant, id) > 30 * DAY) perform(tenant, { act: 'purge', id });
}

function binnedAt(tenant: Tenant, id: string): number {
  const deleted = tenant.directory.entry(id)?.current.properties['deletedDateTime'];
  return typeof deleted === 'string' ? Date.parse(deleted) : 0;
}

function setManager(tenant: Tenant, report: Entry, manager: Entry): ActResult {
  if (report.id === manager.id) throw badRequest('A user cannot be their own manager.');
  if (report.type !== 'user' || manager.type !== 'user')
    throw badRequest("Only a user can be the 'manager' of a user.");
  for (const former of tenant.directory.linksFrom('manager', report.id))
    if (former.present && former.target !== manager.id)
      tenant.directory.setLink('manager', report.id, former.target, false);
  if (tenant.directory.link('manager', report.id, manager.id)?.present !== true)
    tenant.directory.setLink('manager', report.id, manager.id, true);
  return { id: report.id };
}

function clearManager(tenant: Tenant, report: Entry): ActResult {
  const manager = tenant.directory.linksFrom('manager', report.id).find(({ present }) => present);
  if (manager === undefined) throw notFound('manager');
  tenant.directory.setLink('manager', report.id, manager.target, false);
  return { id: report.id };
}

function link(
  tenant: Tenant,
  kind: LinkKind & ('member' | 'owner'),
  groupId: string,
  memberId: string,
  present: boolean,
): ActResult {
  const group = resolve(tenant, groupId);
  const member = resolve(tenant, memberId);
  if (group.type === 'user' || group.type === 'appRoleAssignment')
    throw badRequest(`A ${group.type} has no '${kind}s'.`);
  const linked = tenant.directory.link(kind, group.id, member.id)?.present === true;
  if (present && linked)
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${kind}s'.`,
    );
  if (!present && !linked) throw notFound(member.id);
  tenant.directory.setLink(kind, group.id, member.id, present);
  return { id: group.id };
}

function assign(tenant: Tenant, principal: Entry, resourceId: string, role?: string): ActResult {
  const resource = resolve(tenant, resourceId);
  if (resource.type !== 'servicePrincipal') throw badRequest('The resource has no app roles.');
  const appRoleId = roleId(resource, role);
  const { directory } = tenant;
  const taken = directory.linksFrom('appRoleAssignments', principal.id).some(({ target }) => {
    const known = directory.entry(target)?.current;
    return (
      known?.life === 'live' &&
      known.properties['resourceId'] === resource.id &&
      known.properties['appRoleId'] === appRoleId
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
  const roles = resource.current.properties['appRoles'];
  const found = (Array.isArray(roles) ? roles : [])
    .filter(isObject)
    .find(({ id, value }) => id === role || value === role)?.['id'];
  if (typeof found !== 'string')
    throw badRequest(`Permission '${role}' was not found on the application.`);
  return found;
}

/** 43 characters of base64url, as the service has them. */
function assignmentId(tenant: Tenant): string {
  const bytes = `${tenant.chance.guid()}${tenant.chance.guid()}`.replaceAll('-', '');
  return Buffer.from(bytes, 'hex').toString('base64url');
}

function unassign(tenant: Tenant, id: string): ActResult {
  const assignment = resolve(tenant, id);
  const { properties } = assignment.current;
  tenant.directory.setLink('appRoleAssignedTo', textOf(properties, 'resourceId'), id, false);
  tenant.directory.setLink('appRoleAssignments', textOf(properties, 'principalId'), id, false);
  tenant.directory.move(id, 'purged');
  return { id };
}

/** An application with its service principal, its credentials and its granted permissions. */
function register(tenant: Tenant, registration: ApplicationRegistration): ActResult {
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
  const graph = graphServicePrincipal(tenant);
  for (const permission of registration.permissions ?? [])
    assign(tenant, resolve(tenant, servicePrincipalId), graph.id, permission);
  return { id, appId, servicePrincipalId };
}

export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

export function graphServicePrincipal(tenant: Tenant): Entry {
  const found = tenant.directory
    .entries('servicePrincipal')
    .find(({ current }) => current.properties['appId'] === GRAPH_APP_ID);
  if (found === undefined) throw new Error('the tenant lacks Microsoft Graph');
  return found;
}

function refuseProblems(type: ObjectType, properties: Properties): void {
  const [problem] = problemsOf(type, properties);
  if (problem !== undefined) throw badRequest(`Invalid value specified: ${problem}.`);
}

function refuseTakenUpn(
  tenant: Tenant,
  type: ObjectType,
  id: string,
  properties: Properties,
): void {
  const upn = properties['userPrincipalName'];
  if (type !== 'user' || typeof upn !== 'string') return;
  const holder = tenant.upns.get(upn.toLowerCase());
  if (holder !== undefined && holder !== id) throw objectConflict('userPrincipalName');
  const domain = upn.split('@').at(-1)?.toLowerCase() ?? '';
  if (!tenant.domains.includes(domain))
    throw badRequest('The domain portion of the userPrincipalName property is invalid.');
}

function dateTime(tenant: Tenant): string {
  return new Date(tenant.clock.now()).toISOString().replace(/\.\d+/, '');
}
