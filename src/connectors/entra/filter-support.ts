/**
 * What Graph filters users and groups by, and whether its lagging index of advanced queries answers:
 * from Microsoft's page about advanced query capabilities, state of 2025-08-29.
 */

import { EXTENSION, type GraphKind } from './attributes.ts';

export type Ability = 'default' | 'advanced';

type Abilities = Readonly<Record<string, Ability>>;

const equal: Abilities = { eq: 'default' };
const text: Abilities = { eq: 'default', startsWith: 'default' };
const emptyText: Abilities = { ...text, 'eq null': 'advanced' };
const equalOrEmpty: Abilities = { ...equal, 'eq null': 'advanced' };
const address: Abilities = { ...text, endsWith: 'advanced' };
const slow: Abilities = { eq: 'advanced', startsWith: 'advanced' };
const slowOrEmpty: Abilities = { ...slow, 'eq null': 'advanced' };
const counted: Abilities = { '/$count': 'advanced' };

const SUPPORT: Readonly<Record<GraphKind, Readonly<Record<string, Abilities>>>> = {
  user: {
    id: equal,
    accountEnabled: equal,
    ageGroup: equal,
    businessPhones: slow,
    city: emptyText,
    companyName: slowOrEmpty,
    country: emptyText,
    createdDateTime: { 'ge/le': 'default', 'eq null': 'advanced' },
    creationType: equal,
    department: emptyText,
    displayName: emptyText,
    employeeHireDate: { 'ge/le': 'advanced' },
    employeeId: equalOrEmpty,
    'employeeOrgData/costCenter': slow,
    'employeeOrgData/division': slow,
    employeeType: { eq: 'advanced' },
    externalUserState: equal,
    faxNumber: slowOrEmpty,
    givenName: emptyText,
    imAddresses: text,
    jobTitle: emptyText,
    mail: { ...emptyText, endsWith: 'advanced' },
    mailNickname: emptyText,
    mobilePhone: slowOrEmpty,
    officeLocation: slowOrEmpty,
    onPremisesDistinguishedName: slowOrEmpty,
    'onPremisesExtensionAttributes/extensionAttribute': slowOrEmpty,
    onPremisesImmutableId: equal,
    onPremisesSamAccountName: slow,
    onPremisesSecurityIdentifier: equalOrEmpty,
    onPremisesSyncEnabled: equalOrEmpty,
    otherMails: { ...address, ...counted },
    postalCode: slowOrEmpty,
    preferredLanguage: { eq: 'advanced', 'eq null': 'advanced' },
    proxyAddresses: { ...address, ...counted },
    state: equalOrEmpty,
    streetAddress: slowOrEmpty,
    surname: emptyText,
    usageLocation: emptyText,
    userPrincipalName: address,
    userType: equalOrEmpty,
  },
  group: {
    id: equal,
    classification: text,
    createdDateTime: { 'ge/le': 'advanced', 'eq null': 'advanced' },
    description: slowOrEmpty,
    displayName: emptyText,
    expirationDateTime: { 'ge/le': 'advanced' },
    groupTypes: equal,
    isAssignableToRole: equal,
    mail: { ...emptyText, endsWith: 'advanced' },
    mailEnabled: equal,
    mailNickname: emptyText,
    membershipRule: text,
    membershipRuleProcessingState: equal,
    onPremisesSamAccountName: slow,
    onPremisesSecurityIdentifier: equalOrEmpty,
    onPremisesSyncEnabled: equalOrEmpty,
    preferredLanguage: { eq: 'advanced', 'eq null': 'advanced' },
    proxyAddresses: { ...address, ...counted },
    securityEnabled: equal,
    uniqueName: text,
  },
};

const EXTENSION_ABILITIES: Abilities = {
  eq: 'default',
  startsWith: 'advanced',
  'eq null': 'advanced',
};

/** @param path As Graph writes it; by the operators of its table. */
export function abilitiesOf(kind: GraphKind, path: string): Abilities {
  if (EXTENSION.test(path)) return EXTENSION_ABILITIES;
  return SUPPORT[kind][path.replace(/(extensionAttribute)\d+$/, '$1')] ?? {};
}
