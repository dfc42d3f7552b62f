/** From a user or group in SCIM's words to the names of identity attributes, as expressions. */

import { ENTERPRISE_USER } from './urn.ts';

export const READ_MAP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  user: {
    userPrincipalName: '[userName]',
    accountEnabled: '[active]',
    displayName: '[displayName]',
    givenName: '[name.givenName]',
    surname: '[name.familyName]',
    jobTitle: '[title]',
    userType: '[userType]',
    preferredLanguage: '[preferredLanguage]',
    mail: '[emails[type eq "work"].value]',
    telephoneNumber: '[phoneNumbers[type eq "work"].value]',
    mobile: '[phoneNumbers[type eq "mobile"].value]',
    facsimileTelephoneNumber: '[phoneNumbers[type eq "fax"].value]',
    physicalDeliveryOfficeName: '[addresses[type eq "work"].formatted]',
    streetAddress: '[addresses[type eq "work"].streetAddress]',
    city: '[addresses[type eq "work"].locality]',
    state: '[addresses[type eq "work"].region]',
    postalCode: '[addresses[type eq "work"].postalCode]',
    country: '[addresses[type eq "work"].country]',
    externalId: '[externalId]',
    employeeId: `[${ENTERPRISE_USER}:employeeNumber]`,
    department: `[${ENTERPRISE_USER}:department]`,
    costCenter: `[${ENTERPRISE_USER}:costCenter]`,
    division: `[${ENTERPRISE_USER}:division]`,
    companyName: `[${ENTERPRISE_USER}:organization]`,
    manager: `[${ENTERPRISE_USER}:manager]`,
  },
  group: { displayName: '[displayName]', externalId: '[externalId]' },
};
