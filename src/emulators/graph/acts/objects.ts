/** Objects as they come and go: created, changed, put into the recycle bin and out of it. */

import { DAY } from '../clock.ts';
import { problemsOf, propertiesOf } from '../contract.ts';
import { derivedProperties } from '../derived.ts';
import type { Entry, ObjectType, Properties } from '../directory.ts';
import { badRequest, notFound, objectConflict } from '../failure.ts';
import { type Tenant, textOf } from '../tenant.ts';
import type { ActResult } from './act.ts';

export function resolve(tenant: Tenant, id: string): Entry {
  const entry = tenant.directory.entry(tenant.upns.get(id.toLowerCase()) ?? id);
  if (entry === undefined || entry.current.life === 'purged') throw notFound(id);
  return entry;
}

export function create(tenant: Tenant, type: ObjectType, properties: Properties): ActResult {
  refuseProblems(type, properties);
  for (const [name, { doc }] of propertiesOf(type))
    if (doc?.requiredOnCreate === true && name !== 'passwordProfile' && !(name in properties))
      throw badRequest(`A value is required for property '${name}' of resource '${type}'.`);
  const given = properties.id;
  const id = typeof given === 'string' ? given : tenant.chance.guid();
  if (tenant.directory.entry(id) !== undefined) throw objectConflict('id');
  refuseTakenUpn(tenant, type, id, properties);
  const derived = derivedProperties(type, properties, new Date(tenant.clock.now()));
  tenant.directory.create(type, id, { ...derived, ...properties, id });
  if (type === 'user') tenant.upns.set(textOf(properties, 'userPrincipalName').toLowerCase(), id);
  noteMail(tenant, id, properties);
  return { id };
}

export function update(tenant: Tenant, entry: Entry, properties: Properties): ActResult {
  refuseProblems(entry.type, properties);
  if (entry.current.life !== 'live') throw notFound(entry.id);
  refuseTakenUpn(tenant, entry.type, entry.id, properties);
  const before = textOf(entry.current.properties, 'userPrincipalName').toLowerCase();
  const mail = properties.mail;
  const addresses =
    entry.type === 'user' && mail !== undefined
      ? { proxyAddresses: typeof mail === 'string' ? [`SMTP:${mail}`] : [] }
      : {};
  tenant.directory.update(entry.id, { ...properties, ...addresses });
  noteMail(tenant, entry.id, properties);
  if ('userPrincipalName' in properties) {
    tenant.upns.delete(before);
    tenant.upns.set(textOf(properties, 'userPrincipalName').toLowerCase(), entry.id);
  }
  return { id: entry.id };
}

/** Users, groups and applications go to the recycle bin; links are kept aside. */
export function remove(tenant: Tenant, entry: Entry): ActResult {
  if (entry.current.life !== 'live') throw notFound(entry.id);
  const { properties } = entry.current;
  const upn = textOf(properties, 'userPrincipalName');
  tenant.directory.move(entry.id, 'deleted', {
    deletedDateTime: dateTime(tenant),
    ...(entry.type === 'user' && { userPrincipalName: `${entry.id.replaceAll('-', '')}${upn}` }),
  });
  tenant.bin.set(entry.id, tenant.clock.now());
  tenant.upns.delete(upn.toLowerCase());
  if (tenant.switches['delta.removedWithTarget'] === 'on') repeatLinksTo(tenant, entry);
  if (entry.type === 'group' && tenant.switches['groups.securityDelete'] === 'purge')
    purge(tenant, entry);
  return { id: entry.id };
}

export function restore(tenant: Tenant, entry: Entry): ActResult {
  const { life, properties } = entry.current;
  if (life !== 'deleted') throw notFound(entry.id);
  const upn = textOf(properties, 'userPrincipalName').slice(32);
  if (entry.type === 'user' && tenant.upns.has(upn.toLowerCase()))
    throw objectConflict('userPrincipalName');
  tenant.directory.move(entry.id, 'live', {
    deletedDateTime: null,
    ...(entry.type === 'user' && { userPrincipalName: upn }),
  });
  tenant.bin.delete(entry.id);
  if (entry.type === 'user') tenant.upns.set(upn.toLowerCase(), entry.id);
  noteMail(tenant, entry.id, properties);
  repeatLinksTo(tenant, entry);
  return { id: entry.id };
}

function noteMail({ mails }: Tenant, id: string, { mail }: Properties): void {
  if (typeof mail === 'string') mails.set(mail.toLowerCase(), id);
}

/** Makes memberships news again: whoever read a group meanwhile was not shown this member. */
function repeatLinksTo(tenant: Tenant, entry: Entry): void {
  for (const kind of ['member', 'owner', 'manager'] as const)
    for (const { source, present } of tenant.directory.linksTo(kind, entry.id))
      if (present) tenant.directory.setLink(kind, source, entry.id, true);
}

export function purge(tenant: Tenant, entry: Entry): ActResult {
  if (entry.current.life !== 'deleted') throw notFound(entry.id);
  tenant.bin.delete(entry.id);
  for (const kept of [tenant.passwords, tenant.replies, tenant.photos]) kept.delete(entry.id);
  tenant.directory.move(entry.id, 'purged');
  return { id: entry.id };
}

const DAYS_IN_BIN = 30;

/** Purges what has lain in the recycle bin for its thirty days. */
export function emptyBin(tenant: Tenant): void {
  const due = tenant.clock.now() - DAYS_IN_BIN * DAY;
  for (const [id, deletedAt] of tenant.bin) {
    if (deletedAt > due) return;
    purge(tenant, resolve(tenant, id));
  }
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
  const upn = properties.userPrincipalName;
  if (type !== 'user' || typeof upn !== 'string') return;
  const holder = tenant.upns.get(upn.toLowerCase());
  if (holder !== undefined && holder !== id) throw objectConflict('userPrincipalName');
  const domain = upn.split('@').at(-1)?.toLowerCase() ?? '';
  if (!tenant.domains.includes(domain))
    throw badRequest('The domain portion of the userPrincipalName property is invalid.');
}

export function dateTime(tenant: Tenant): string {
  return new Date(tenant.clock.now()).toISOString().replace(/\.\d+/, '');
}
