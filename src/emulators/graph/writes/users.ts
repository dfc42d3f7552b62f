/** Users as Graph lets an application write them. */

import { create, remove, update } from '../acts/objects.ts';
import { isObject } from '../contract.ts';
import type { Properties } from '../directory.ts';
import { badRequest, type GraphFailure, objectConflict } from '../failure.ts';
import type { Answer, Call } from '../reads/call.ts';
import { one, single } from '../reads/single.ts';
import { foundAt, hashed, type Tenant, textOf } from '../tenant.ts';
import { writtenIn } from './body.ts';
import { demandProperties } from './permissions.ts';

export function createUser(call: Call): Answer {
  const { tenant, roles } = call;
  const { properties } = writtenIn('user', call.body, true);
  const { passwordProfile, ...rest } = properties;
  demandProperties(roles, 'user', Object.keys(rest));
  refuseInvalidNames(rest);
  const password = passwordOf(passwordProfile, rest);
  refuseTakenAddress(tenant, undefined, rest);
  const { id } = create(tenant, 'user', rest);
  tenant.passwords.set(id, hashed(password));
  const found = foundAt(tenant, id, tenant.directory.last);
  if (found === undefined) throw new Error('what was created is not there');
  return {
    ...single({ ...call, number: tenant.directory.last }, found, 'users/$entity'),
    status: 201,
    headers: {
      Location: `${call.base}/v1.0/directoryObjects/${id}/Microsoft.DirectoryServices.User`,
    },
  };
}

export function updateUser(call: Call): Answer {
  const { tenant, roles } = call;
  const { entry } = one(call, 'user');
  const { properties } = writtenIn('user', call.body, false);
  demandProperties(roles, 'user', Object.keys(properties));
  refuseSynced(entry.current.properties, properties);
  refuseInvalidNames(properties);
  const { passwordProfile, ...rest } = properties;
  const named = { ...entry.current.properties, ...rest };
  if (passwordProfile !== undefined && passwordProfile !== null)
    tenant.passwords.set(entry.id, hashed(passwordOf(passwordProfile, named)));
  refuseTakenAddress(tenant, entry.id, rest);
  const cleared = Object.entries(rest).find(
    ([name, value]) => value === null && NEVER_EMPTY.has(name),
  );
  if (cleared !== undefined)
    throw badRequest(`A value is required for property '${cleared[0]}' of resource 'User'.`);
  if (Object.keys(rest).length > 0) update(tenant, entry, rest);
  return { status: 204 };
}

export function deleteUser(call: Call): Answer {
  remove(call.tenant, one(call, 'user').entry);
  return { status: 204 };
}

export function revokeSessions(call: Call): Answer {
  const { tenant } = call;
  const { entry } = one(call, 'user');
  update(tenant, entry, {
    signInSessionsValidFromDateTime: new Date(tenant.clock.now())
      .toISOString()
      .replace(/\.\d+/, ''),
  });
  if (tenant.switches['users.revokeSessionsStatus'] === '204') return { status: 204 };
  return {
    status: 200,
    body: { '@odata.context': `${call.base}/v1.0/$metadata#Edm.Boolean`, value: true },
  };
}

const NEVER_EMPTY: ReadonlySet<string> = new Set([
  'accountEnabled',
  'displayName',
  'mailNickname',
  'userPrincipalName',
]);

/** Mastered here even where the rest of a user comes from a directory of one's own. */
const CLOUD_MASTERED: ReadonlySet<string> = new Set([
  'ageGroup',
  'consentProvidedForMinor',
  'passwordPolicies',
  'preferredDataLocation',
  'showInAddressList',
  'usageLocation',
]);

function refuseSynced(held: Properties, written: Properties): void {
  if (held.onPremisesSyncEnabled !== true) return;
  if (Object.keys(written).every((name) => CLOUD_MASTERED.has(name))) return;
  throw synced();
}

export function synced(): GraphFailure {
  return badRequest(
    'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
  );
}

function refuseInvalidNames({ userPrincipalName, mailNickname }: Properties): void {
  if (
    typeof userPrincipalName === 'string' &&
    !/^[A-Za-z0-9'._\-!#^~]+@[^@]+$/.test(userPrincipalName)
  )
    throw badRequest('Property userPrincipalName is invalid.');
  if (typeof mailNickname === 'string' && /[@()\\[\]";:<>, ]|^$/.test(mailNickname))
    throw badRequest("Invalid value specified for property 'mailNickname' of resource 'User'.");
}

function passwordOf(profile: unknown, { userPrincipalName }: Properties): string {
  const password = isObject(profile) ? profile.password : undefined;
  if (typeof password !== 'string' || password === '')
    throw badRequest("A value is required for property 'passwordProfile' of resource 'User'.");
  const [local = ''] = String(userPrincipalName ?? '').split('@');
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((each) => each.test(password));
  const holdsName = local !== '' && password.toLowerCase().includes(local.toLowerCase());
  if (password.length < 8 || password.length > 256 || classes.length < 3 || holdsName)
    throw badRequest(
      'The specified password does not comply with password complexity requirements. Please provide a different password.',
    );
  return password;
}

/** An address belongs to one object; those of the portal and the seeds are not looked at so closely. */
function refuseTakenAddress(
  { mails, directory }: Tenant,
  id: string | undefined,
  { mail }: Properties,
): void {
  if (typeof mail !== 'string') return;
  const holder = mails.get(mail.toLowerCase());
  const held = holder === undefined ? undefined : directory.entry(holder)?.current;
  if (holder === id || held?.life !== 'live') return;
  if (textOf(held.properties, 'mail').toLowerCase() === mail.toLowerCase())
    throw objectConflict('proxyAddresses');
}
