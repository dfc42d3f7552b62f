/** The kinds and attributes of Entra ID, and which of them an application may write. */

import type { AttributeSchema, SystemSchema } from '../spi/index.ts';
import { type GraphKind, PROPERTIES } from './attributes.ts';

/** @param extensions Directory extensions of people, by their full names. */
export function entraSchema(extensions: readonly string[]): SystemSchema {
  const carried = extensions.map((path) => ({ path, type: 'string' as const }));
  return {
    kinds: [
      {
        kind: 'user',
        enabledPath: 'accountEnabled',
        attributes: [...attributesOf('user'), ...carried],
      },
      { kind: 'group', attributes: attributesOf('group') },
    ],
  };
}

export function attributesOf(kind: GraphKind): readonly AttributeSchema[] {
  return [
    ...Object.entries(PROPERTIES[kind]).flatMap(([path, { onDemand, ...schema }]) => [
      { path, mutability: mutabilityOf(kind, path), ...schema, ...(onDemand && asked) },
      ...(PARTS[path] ?? []).map((part) => ({
        path: `${path}.${part}`,
        type: 'string' as const,
        mutability: mutabilityOf(kind, path),
      })),
    ]),
    ...(kind === 'user' ? OUTSIDE : []),
  ];
}

type Mutability = NonNullable<AttributeSchema['mutability']>;

export function mutabilityOf(kind: GraphKind, property: string): Mutability {
  if (READ_ONLY[kind].has(property)) return 'readOnly';
  return FIXED[kind].has(property) ? 'immutable' : 'readWrite';
}

/** Kept by the directory itself, by its synchronization, or not writable for applications. */
const READ_ONLY: Readonly<Record<GraphKind, ReadonlySet<string>>> = {
  user: new Set([
    'assignedLicenses',
    'createdDateTime',
    'creationType',
    'employeeHireDate',
    'externalUserState',
    'id',
    'identities',
    'imAddresses',
    'lastPasswordChangeDateTime',
    'legalAgeGroupClassification',
    'onPremisesDistinguishedName',
    'onPremisesDomainName',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'onPremisesUserPrincipalName',
    'proxyAddresses',
    'securityIdentifier',
  ]),
  group: new Set([
    'assignedLicenses',
    'createdDateTime',
    'expirationDateTime',
    'id',
    'mail',
    'onPremisesDomainName',
    'onPremisesNetBiosName',
    'onPremisesSamAccountName',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'proxyAddresses',
    'securityIdentifier',
  ]),
};

/** Said when the object is made, and never again. */
const FIXED: Readonly<Record<GraphKind, ReadonlySet<string>>> = {
  user: new Set(),
  group: new Set(['groupTypes', 'isAssignableToRole', 'mailEnabled', 'uniqueName']),
};

/** Parts that mappings name one by one. */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  employeeOrgData: ['costCenter', 'division'],
  onPremisesExtensionAttributes: Array.from(
    { length: 15 },
    (_, index) => `extensionAttribute${index + 1}`,
  ),
};

export const ABOUT = 'aboutMe';
/** By the name under which `mailboxSettings` has them. */
export const REPLIES = 'automaticRepliesSetting';
export const PHOTO = 'photo';
/** How a record begins a photo, as SCIM's `photos` do. */
export const PICTURE = 'data:image/jpeg;base64,';
export const PASSWORD = 'passwordProfile';

const asked = { returned: 'request' } as const;

/** Kept beside the directory: read one person at a time, and only where they are asked for. */
const OUTSIDE: readonly AttributeSchema[] = [
  { path: ABOUT, type: 'string', mutability: 'readOnly', ...asked },
  { path: REPLIES, type: 'complex', ...asked },
  {
    path: `${REPLIES}.status`,
    type: 'string',
    canonicalValues: ['disabled', 'alwaysEnabled', 'scheduled'],
    ...asked,
  },
  {
    path: `${REPLIES}.externalAudience`,
    type: 'string',
    canonicalValues: ['none', 'contactsOnly', 'all'],
    ...asked,
  },
  { path: `${REPLIES}.internalReplyMessage`, type: 'string', ...asked },
  { path: `${REPLIES}.externalReplyMessage`, type: 'string', ...asked },
  { path: `${REPLIES}.scheduledStartDateTime`, type: 'dateTime', ...asked },
  { path: `${REPLIES}.scheduledEndDateTime`, type: 'dateTime', ...asked },
  { path: PHOTO, type: 'string', ...asked },
  { path: `${PASSWORD}.password`, type: 'string', mutability: 'writeOnly', returned: 'never' },
  {
    path: `${PASSWORD}.forceChangePasswordNextSignIn`,
    type: 'boolean',
    mutability: 'writeOnly',
    returned: 'never',
  },
];
