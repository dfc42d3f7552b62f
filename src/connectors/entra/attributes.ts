/**
 * The properties of users and groups that Graph lists and tracks, by kind. What it keeps outside of
 * the directory (mailbox settings, photo, skills …) is read one person at a time there, and so is
 * not offered here.
 */

import { suggestion } from '../../identity/problem.ts';
import { type AttributeSchema, ConnectorError } from '../spi/index.ts';

type Property = Omit<AttributeSchema, 'path'> & {
  /** Not read unless it is asked for: it needs a permission of its own, or nobody maps it. */
  readonly onDemand?: true;
};

const text = { type: 'string' } as const;
const exact = { type: 'string', caseExact: true } as const;
const texts = { type: 'string', multiValued: true } as const;
const flag = { type: 'boolean' } as const;
const instant = { type: 'dateTime' } as const;
const parts = { type: 'complex' } as const;
const partsList = { type: 'complex', multiValued: true } as const;

export type GraphKind = 'user' | 'group';

export const PROPERTIES: Readonly<Record<GraphKind, Readonly<Record<string, Property>>>> = {
  user: {
    id: { ...exact, uniqueness: 'global' },
    accountEnabled: flag,
    ageGroup: text,
    assignedLicenses: partsList,
    businessPhones: texts,
    city: text,
    companyName: text,
    country: text,
    createdDateTime: instant,
    creationType: text,
    department: text,
    displayName: text,
    employeeHireDate: instant,
    employeeId: text,
    employeeLeaveDateTime: { ...instant, onDemand: true },
    employeeOrgData: parts,
    employeeType: text,
    externalUserState: text,
    faxNumber: text,
    givenName: text,
    identities: partsList,
    imAddresses: texts,
    jobTitle: text,
    lastPasswordChangeDateTime: instant,
    legalAgeGroupClassification: text,
    mail: text,
    mailNickname: text,
    manager: { type: 'reference' },
    mobilePhone: text,
    officeLocation: text,
    onPremisesDistinguishedName: text,
    onPremisesDomainName: text,
    onPremisesExtensionAttributes: parts,
    onPremisesImmutableId: exact,
    onPremisesSamAccountName: text,
    onPremisesSecurityIdentifier: text,
    onPremisesSyncEnabled: flag,
    onPremisesUserPrincipalName: text,
    otherMails: texts,
    postalCode: text,
    preferredDataLocation: text,
    preferredLanguage: text,
    proxyAddresses: texts,
    securityIdentifier: text,
    showInAddressList: flag,
    state: text,
    streetAddress: text,
    surname: text,
    usageLocation: text,
    userPrincipalName: { ...text, uniqueness: 'global' },
    userType: text,
  },
  group: {
    id: { ...exact, uniqueness: 'global' },
    assignedLicenses: { ...partsList, onDemand: true },
    classification: text,
    createdDateTime: instant,
    description: text,
    displayName: text,
    expirationDateTime: instant,
    groupTypes: texts,
    isAssignableToRole: { ...flag, onDemand: true },
    mail: text,
    mailEnabled: flag,
    mailNickname: text,
    membershipRule: text,
    membershipRuleProcessingState: text,
    onPremisesDomainName: text,
    onPremisesNetBiosName: text,
    onPremisesSamAccountName: text,
    onPremisesSecurityIdentifier: text,
    onPremisesSyncEnabled: flag,
    preferredDataLocation: { ...text, onDemand: true },
    preferredLanguage: text,
    proxyAddresses: texts,
    securityEnabled: flag,
    securityIdentifier: text,
    theme: { ...text, onDemand: true },
    uniqueName: { ...exact, uniqueness: 'server' },
    visibility: text,
  },
};

/** A directory extension: `extension_`, the id of the application that defined it, its name. */
export const EXTENSION = /^extension_[0-9a-f]{32}_\w+$/i;

/** Read whatever is asked for: it tells a whole object from one that shows only what changed. */
const ALWAYS: Readonly<Record<GraphKind, readonly string[]>> = {
  user: ['id', 'createdDateTime'],
  group: ['id', 'createdDateTime'],
};

/**
 * The properties to select, sorted. Paths into a complex one select the whole of it.
 *
 * @param attributes Names or paths; everything that needs no permission of its own when absent.
 */
export function selectionOf(
  kind: GraphKind,
  attributes: readonly string[] | undefined,
): readonly string[] {
  if (attributes === undefined) return USUAL[kind];
  // Members are changes of their own, whether a mapping names them or not.
  const wanted = attributes.filter((path) => path !== 'members');
  return sorted([...ALWAYS[kind], ...wanted.map((path) => propertyOf(kind, path))]);
}

/** Everything that needs no permission of its own. */
const USUAL: Readonly<Record<GraphKind, readonly string[]>> = {
  user: usual('user'),
  group: usual('group'),
};

function usual(kind: GraphKind): readonly string[] {
  const known = Object.entries(PROPERTIES[kind]);
  return sorted([
    ...ALWAYS[kind],
    ...known.flatMap(([name, { onDemand }]) => (onDemand === undefined ? [name] : [])),
  ]);
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function propertyOf(kind: GraphKind, path: string): string {
  const name = path.split('.')[0] ?? path;
  if (Object.hasOwn(PROPERTIES[kind], name) || EXTENSION.test(name)) return name;
  const nearest = suggestion(name, Object.keys(PROPERTIES[kind]));
  throw new ConnectorError(
    'invalid',
    `read ${kind}s: Graph lists no property "${name}" of a ${kind}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`,
    {
      code: 'unknown-property',
      remedy:
        'Names are those of Microsoft Graph; directory extensions are extension_<application id>_<name>.',
      general: true,
    },
  );
}

/** Properties Graph filters with `eq` without the lagging index of its advanced queries. */
export const SEARCHABLE: Readonly<Record<GraphKind, Readonly<Record<string, 'eq' | 'any'>>>> = {
  user: {
    userPrincipalName: 'eq',
    mail: 'eq',
    employeeId: 'eq',
    onPremisesImmutableId: 'eq',
    mailNickname: 'eq',
    displayName: 'eq',
    proxyAddresses: 'any',
    otherMails: 'any',
  },
  group: {
    uniqueName: 'eq',
    displayName: 'eq',
    mail: 'eq',
    mailNickname: 'eq',
    proxyAddresses: 'any',
  },
};

/** The test of a `$filter`, a quote in the value doubled; undefined where Graph cannot do it. */
export function equalityFilter(kind: GraphKind, path: string, value: string): string | undefined {
  const literal = `'${value.replaceAll("'", "''")}'`;
  const how = EXTENSION.test(path) ? 'eq' : SEARCHABLE[kind][path];
  switch (how) {
    case 'eq':
      return `${path} eq ${literal}`;
    case 'any':
      return `${path}/any(p:p eq ${literal})`;
    case undefined:
      return undefined;
  }
}
