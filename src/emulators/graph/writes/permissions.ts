/**
 * Whether a caller may do what it asks: by the published list of application permissions, by a
 * supplement where that has gaps, and by property where one route serves many permissions.
 */

import { contractFile } from '../contract.ts';
import type { ObjectType } from '../directory.ts';
import { GraphFailure } from '../failure.ts';

interface RoutePermissions {
  /** Any one of these, with what else it requires. */
  readonly accepts: readonly string[];
  readonly alsoRequires?: Readonly<Record<string, readonly string[]>>;
}

const published: { readonly routes: Readonly<Record<string, RoutePermissions>> } = JSON.parse(
  contractFile('graph-permissions-v1.json'),
);

const READ_DIRECTORY = ['Directory.Read.All', 'Directory.ReadWrite.All'];
const WRITE_MEMBERS = [
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.ReadWrite.All',
];
const READ_DELETED: Readonly<Record<string, readonly string[]>> = {
  user: ['User.Read.All', 'User.ReadWrite.All', 'User.DeleteRestore.All', ...READ_DIRECTORY],
  group: ['Group.Read.All', 'Group.ReadWrite.All', ...READ_DIRECTORY],
  application: ['Application.Read.All', 'Application.ReadWrite.All', ...READ_DIRECTORY],
};
const RESTORE: Readonly<Record<string, readonly string[]>> = {
  user: ['User.DeleteRestore.All', 'User.ReadWrite.All'],
  group: ['Group.ReadWrite.All'],
  application: ['Application.ReadWrite.All'],
};

/** Beside the published list, by the same keys. */
const SUPPLEMENT: Readonly<Record<string, readonly string[]>> = {
  'POST /groups/{id}/members': WRITE_MEMBERS,
  // Whoever may do nothing but change members may bind them; what else a body holds is looked at.
  'PATCH /groups/{id}': WRITE_MEMBERS,
  // Photos of users with the permission that the documentation names first.
  'GET /users/{id}/photo': ['User.ReadWrite.All'],
  'GET /users/{id}/memberof': ['User.Read.All', 'Group.Read.All'],
  'GET /users/{id}/transitivememberof': ['User.Read.All'],
  'GET /groups/{id}/transitivememberof': ['Group.Read.All', 'GroupMember.Read.All'],
  // Without a type nobody is told anything, whoever asks.
  'GET /directory/deleteditems': ['User.Read.All', 'Directory.Read.All'],
  'GET /directory/deleteditems/{id}': [...new Set(Object.values(READ_DELETED).flat())],
  'DELETE /directory/deleteditems/{id}': [...new Set(Object.values(RESTORE).flat())],
  'POST /directory/deleteditems/{id}/restore': [...new Set(Object.values(RESTORE).flat())],
};

/** @param pattern Of the route: `groups/{}/members/{}/$ref`. */
export function demandPermission(
  roles: readonly string[] | undefined,
  method: string,
  pattern: string,
): void {
  if (roles === undefined) return;
  const path = pattern.replaceAll('{}', '{id}').toLowerCase();
  const key = `${method} /${path.replace(/(?:\/\$(?:count|ref|value))+$/, '')}`;
  const { accepts = [], alsoRequires = {} } = published.routes[key] ?? {};
  const isGranted = (permission: string): boolean =>
    roles.includes(permission) &&
    (alsoRequires[permission] ?? []).every((other) => roles.includes(other));
  if (![...accepts, ...(SUPPLEMENT[key] ?? [])].some(isGranted)) throw denied();
}

export function demandOneOf(
  roles: readonly string[] | undefined,
  permissions: readonly string[],
): void {
  if (roles !== undefined && !permissions.some((each) => roles.includes(each))) throw denied();
}

/** What lies in the recycle bin is looked at, restored and purged by who may do so with its type. */
export function demandDeleted(
  roles: readonly string[] | undefined,
  type: ObjectType,
  access: 'read' | 'write',
): void {
  demandOneOf(roles, (access === 'read' ? READ_DELETED : RESTORE)[type] ?? []);
}

/** What `User.ReadBasic.All` shows of people. */
const BASIC: ReadonlySet<string> = new Set([
  'displayName',
  'givenName',
  'id',
  'mail',
  'photo',
  'securityIdentifier',
  'surname',
  'userPrincipalName',
  'userType',
]);
const READ_PEOPLE = ['User.Read.All', 'User.ReadWrite.All', ...READ_DIRECTORY];
const READ_LEAVING = ['User-LifeCycleInfo.Read.All', 'User-LifeCycleInfo.ReadWrite.All'];

/** @param select Properties of people that are asked for by name. */
export function demandReading(
  roles: readonly string[] | undefined,
  select: readonly string[],
): void {
  if (select.includes('employeeLeaveDateTime')) demandOneOf(roles, READ_LEAVING);
  if (roles?.includes('User.ReadBasic.All') && select.some((name) => !BASIC.has(name)))
    demandOneOf(roles, READ_PEOPLE);
}

const ANY_PROPERTY: Readonly<Record<'user' | 'group', readonly string[]>> = {
  user: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  group: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
};

/** Narrower permissions that suffice for single properties of users. */
const NARROW: Readonly<Record<string, readonly string[]>> = {
  accountEnabled: ['User.EnableDisableAccount.All'],
  mail: ['User-Mail.ReadWrite.All'],
  otherMails: ['User-Mail.ReadWrite.All'],
  businessPhones: ['User-Phone.ReadWrite.All'],
  mobilePhone: ['User-Phone.ReadWrite.All'],
  identities: ['User.ManageIdentities.All'],
};

/** Not writable by applications at all. */
const DELEGATED_ONLY: ReadonlySet<string> = new Set([
  'aboutMe',
  'birthday',
  'employeeHireDate',
  'interests',
  'mySite',
  'pastProjects',
  'responsibilities',
  'schools',
  'skills',
]);

export function demandProperties(
  roles: readonly string[] | undefined,
  type: 'user' | 'group',
  names: readonly string[],
): void {
  if (type === 'user' && names.some((name) => DELEGATED_ONLY.has(name))) throw denied();
  for (const name of names) {
    if (name === 'passwordProfile') demandOneOf(roles, ['User-PasswordProfile.ReadWrite.All']);
    else demandOneOf(roles, [...ANY_PROPERTY[type], ...(NARROW[name] ?? [])]);
    if (name === 'employeeLeaveDateTime') demandOneOf(roles, ['User-LifeCycleInfo.ReadWrite.All']);
  }
}

function denied(): GraphFailure {
  return new GraphFailure(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  );
}
