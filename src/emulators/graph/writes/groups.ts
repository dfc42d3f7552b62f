/** Groups as Graph lets an application write them. */

import { create, remove, update } from '../acts/objects.ts';
import { isObject } from '../contract.ts';
import type { Properties } from '../directory.ts';
import { badRequest, objectConflict } from '../failure.ts';
import type { Answer, Call } from '../reads/call.ts';
import { one, single } from '../reads/single.ts';
import { foundAt, type Tenant, textOf } from '../tenant.ts';
import { writtenIn } from './body.ts';
import { addLinks, referenced } from './links.ts';
import { demandOneOf, demandProperties } from './permissions.ts';
import { synced } from './users.ts';

export function createGroup(call: Call): Answer {
  const { tenant, roles } = call;
  const { properties, binds } = writtenIn('group', call.body, true);
  if (roles?.includes('Group.Create') !== true)
    demandProperties(roles, 'group', Object.keys(properties));
  refuseRoleAssignable(roles, properties);
  refuseUnfitKind(properties);
  refuseTakenNames(tenant, properties);
  for (const id of [...(binds.members ?? []), ...(binds.owners ?? [])]) referenced(call, id);
  const nickname = textOf(properties, 'mailNickname');
  const { id } = create(tenant, 'group', {
    ...properties,
    ...(isUnified(properties) && { mail: `${nickname}@${tenant.domain}` }),
  });
  const found = foundAt(tenant, id, tenant.directory.last);
  if (found === undefined) throw new Error('what was created is not there');
  // What the request itself made is known to whoever serves it.
  addLinks(call, found.entry, 'member', binds.members ?? []);
  addLinks(call, found.entry, 'owner', binds.owners ?? []);
  return {
    ...single({ ...call, number: tenant.directory.last }, found, 'groups/$entity'),
    status: 201,
    headers: {
      Location: `${call.base}/v1.0/directoryObjects/${id}/Microsoft.DirectoryServices.Group`,
    },
  };
}

export function updateGroup(call: Call): Answer {
  const { tenant, roles } = call;
  const { entry } = one(call, 'group');
  const { properties, binds } = writtenIn('group', call.body, false);
  demandProperties(roles, 'group', Object.keys(properties));
  if (binds.owners !== undefined) demandProperties(roles, 'group', ['owners']);
  const held = entry.current.properties;
  if (held.onPremisesSyncEnabled === true) throw synced();
  const kind = { groupTypes: held.groupTypes, mailEnabled: held.mailEnabled, ...properties };
  if (Object.keys(properties).length > 0) refuseUnfitKind(kind);
  if (isUnified(kind) !== isUnified(held))
    throw badRequest("'groupTypes' of a group cannot be changed.");
  if (properties.displayName === null)
    throw badRequest("A value is required for property 'displayName' of resource 'Group'.");
  addLinks(call, entry, 'member', binds.members ?? []);
  addLinks(call, entry, 'owner', binds.owners ?? []);
  if (Object.keys(properties).length > 0) update(tenant, entry, properties);
  return { status: 204 };
}

export function deleteGroup(call: Call): Answer {
  const { entry } = one(call, 'group');
  if (entry.current.properties.onPremisesSyncEnabled === true) throw synced();
  remove(call.tenant, entry);
  return { status: 204 };
}

function isUnified({ groupTypes }: Properties): boolean {
  return Array.isArray(groupTypes) && groupTypes.includes('Unified');
}

function refuseRoleAssignable(
  roles: readonly string[] | undefined,
  { isAssignableToRole }: Properties,
): void {
  if (isAssignableToRole === true) demandOneOf(roles, ['RoleManagement.ReadWrite.Directory']);
}

/** Security groups and Microsoft 365 groups; distribution groups are made elsewhere. */
function refuseUnfitKind(properties: Properties): void {
  const { groupTypes, mailEnabled, mailNickname, membershipRule } = properties;
  const types = Array.isArray(groupTypes) ? groupTypes : [];
  const stranger = types.find((type) => type !== 'Unified' && type !== 'DynamicMembership');
  if (stranger !== undefined) throw badRequest(`Invalid value specified for 'groupTypes'.`);
  if (mailEnabled === true && !types.includes('Unified'))
    throw badRequest('Cannot Create a mail-enabled security groups and or distribution list.');
  if (types.includes('DynamicMembership') && typeof membershipRule !== 'string')
    throw badRequest("A value is required for property 'membershipRule' of resource 'Group'.");
  if (typeof mailNickname === 'string' && /[@()\\[\]";:<>, ]|^$/.test(mailNickname))
    throw badRequest("Invalid value specified for property 'mailNickname' of resource 'Group'.");
}

function refuseTakenNames({ directory }: Tenant, properties: Properties): void {
  const { uniqueName, mailNickname } = properties;
  if (uniqueName === undefined && !isUnified(properties)) return;
  for (const { current } of directory.entries('group')) {
    if (current.life !== 'live' || !isObject(current.properties)) continue;
    if (uniqueName !== undefined && current.properties.uniqueName === uniqueName)
      throw objectConflict('uniqueName');
    if (!isUnified(properties) || !isUnified(current.properties)) continue;
    if (sameText(current.properties.mailNickname, mailNickname))
      throw objectConflict('mailNickname');
  }
}

function sameText(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}
