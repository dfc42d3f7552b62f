/**
 * From Graph's properties to the names Entra's own provisioning schema gives them: in Entra's
 * mapping language, as everything a person may replace row by row.
 */

const SAME_NAME_OF_USERS = [
  'accountEnabled',
  'ageGroup',
  'city',
  'companyName',
  'country',
  'createdDateTime',
  'creationType',
  'department',
  'displayName',
  'employeeHireDate',
  'employeeId',
  'employeeType',
  'externalUserState',
  'givenName',
  'jobTitle',
  'mail',
  'mailNickname',
  'manager',
  'onPremisesDistinguishedName',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesUserPrincipalName',
  'otherMails',
  'postalCode',
  'preferredLanguage',
  'proxyAddresses',
  'state',
  'streetAddress',
  'surname',
  'usageLocation',
  'userType',
] as const;

const SAME_NAME_OF_GROUPS = [
  'description',
  'displayName',
  'groupTypes',
  'mail',
  'mailEnabled',
  'mailNickname',
  'onPremisesSecurityIdentifier',
  'proxyAddresses',
  'securityEnabled',
] as const;

export const READ_MAP = {
  user: {
    ...sameNames(SAME_NAME_OF_USERS),
    ...extensionAttributes(),
    objectId: '[id]',
    // Entra shows a guest's name without the part its home tenant's was wrapped in.
    userPrincipalName:
      'IIF(InStr([userPrincipalName], "#EXT#@") > 0, Replace([userPrincipalName], , "^(.*)#EXT#@.*$", , "$1", , ), [userPrincipalName])',
    originalUserPrincipalName: '[userPrincipalName]',
    // A collection that holds one number at most.
    telephoneNumber: 'IIF(IsPresent([businessPhones]), Item([businessPhones], 1), )',
    mobile: '[mobilePhone]',
    facsimileTelephoneNumber: '[faxNumber]',
    physicalDeliveryOfficeName: '[officeLocation]',
    costCenter: '[employeeOrgData.costCenter]',
    division: '[employeeOrgData.division]',
    immutableId: '[onPremisesImmutableId]',
    dnsDomainName: '[onPremisesDomainName]',
    dirSyncEnabled: '[onPremisesSyncEnabled]',
  },
  group: {
    ...sameNames(SAME_NAME_OF_GROUPS),
    objectId: '[id]',
    dirSyncEnabled: '[onPremisesSyncEnabled]',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

function sameNames(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, `[${name}]`]));
}

function extensionAttributes(): Readonly<Record<string, string>> {
  const names = Array.from({ length: 15 }, (_, index) => `extensionAttribute${index + 1}`);
  return Object.fromEntries(names.map((name) => [name, `[onPremisesExtensionAttributes.${name}]`]));
}
