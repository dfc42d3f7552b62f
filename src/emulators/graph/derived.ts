/** What the directory itself adds to a new object. */

import type { ObjectType, Properties } from './directory.ts';

export function derivedProperties(type: ObjectType, given: Properties, now: Date): Properties {
  const createdDateTime = now.toISOString().replace(/\.\d+/, '');
  return DERIVED[type](given, createdDateTime);
}

type Derive = (given: Properties, createdDateTime: string) => Properties;

const DERIVED: Readonly<Record<ObjectType, Derive>> = {
  user: (given, createdDateTime) => ({
    createdDateTime,
    userType: 'Member',
    businessPhones: [],
    otherMails: [],
    proxyAddresses: typeof given.mail === 'string' ? [`SMTP:${given.mail}`] : [],
    imAddresses: typeof given.mail === 'string' ? [given.mail] : [],
  }),
  group: (_, createdDateTime) => ({
    createdDateTime,
    groupTypes: [],
    proxyAddresses: [],
    renewedDateTime: createdDateTime,
  }),
  application: (_, createdDateTime) => ({
    createdDateTime,
    appRoles: [],
    identifierUris: [],
    passwordCredentials: [],
    keyCredentials: [],
    tags: [],
  }),
  servicePrincipal: (given) => ({
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    appRoles: [],
    servicePrincipalNames: typeof given.appId === 'string' ? [given.appId] : [],
    servicePrincipalType: 'Application',
    signInAudience: 'AzureADMyOrg',
    keyCredentials: [],
    passwordCredentials: [],
    tags: [],
  }),
  appRoleAssignment: () => ({}),
};

/** `S-1-12-1-` and the four little-endian words of the object id. */
export function securityIdentifier(id: string): string {
  const hex = id.replaceAll('-', '');
  // The first three fields of a GUID are little-endian in its binary form, the rest is as written.
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  const bytes = Buffer.from(
    order.map((index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16)),
  );
  return `S-1-12-1-${[0, 4, 8, 12].map((offset) => bytes.readUInt32LE(offset)).join('-')}`;
}
