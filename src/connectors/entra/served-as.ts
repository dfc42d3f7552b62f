/**
 * How people and groups of Entra ID appear to those who reach them over SCIM: the attribute table
 * of Entra's own SCIM services, and beside it the places the RFC has for the same.
 */

import type { ServeMap } from '../spi/index.ts';
import { ABOUT, PASSWORD, PHOTO, REPLIES } from './schema.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ON_PREMISES = 'urn:ietf:params:scim:schemas:extension:azureOnPremData:2.0:User';
const EXTENSIONS = 'onPremisesExtensionAttributes';

/** What users of Graph v1.0 have no property for: a directory extension carries it, where one is named. */
const CARRIED: Readonly<Record<string, string>> = {
  description: 'description',
  honorificSuffix: 'name.honorificSuffix',
  middleName: 'name.middleName',
  homePhone: 'phoneNumbers[type eq "home"].value',
  otherPhone: 'phoneNumbers[type eq "other"].value',
};

/** @param extensions Directory extensions by what they carry; other names are served as they are. */
export function servedAs(extensions: Readonly<Record<string, string>>): ServeMap {
  const carried = Object.entries(extensions).map(([name, extension]) => [
    CARRIED[name] ?? name,
    extension,
  ]);
  return { user: { ...USER, ...Object.fromEntries(carried) }, group: GROUP };
}

const USER: Readonly<Record<string, string>> = {
  userName: 'userPrincipalName',
  externalId: 'mailNickname',
  displayName: 'displayName',
  active: 'accountEnabled',
  'name.givenName': 'givenName',
  'name.familyName': 'surname',
  title: 'jobTitle',
  preferredLanguage: 'preferredLanguage',
  'emails[type eq "work"].value': 'mail',
  'phoneNumbers[type eq "work"].value': 'businessPhones',
  'phoneNumbers[type eq "mobile"].value': 'mobilePhone',
  'phoneNumbers[type eq "fax"].value': 'faxNumber',
  'addresses[type eq "work"].streetAddress': 'streetAddress',
  'addresses[type eq "work"].locality': 'city',
  'addresses[type eq "work"].region': 'state',
  'addresses[type eq "work"].postalCode': 'postalCode',
  'addresses[type eq "work"].country': 'country',
  'addresses[type eq "other"].formatted': 'officeLocation',
  'photos[type eq "work"].value': PHOTO,
  password: `${PASSWORD}.password`,
  [`${ENTERPRISE}:department`]: 'department',
  [`${ENTERPRISE}:employeeNumber`]: 'employeeId',
  [`${ENTERPRISE}:manager`]: 'manager',
  [`${ENTERPRISE}:organization`]: 'companyName',
  [`${ENTERPRISE}:costCenter`]: 'employeeOrgData.costCenter',
  [`${ENTERPRISE}:division`]: 'employeeOrgData.division',
  userType: 'employeeType',
  // The names that Entra's own table has for what the RFC calls otherwise.
  city: 'city',
  companyName: 'companyName',
  country: 'country',
  employeeType: 'employeeType',
  'employeeOrgData.costCenter': 'employeeOrgData.costCenter',
  'employeeOrgData.division': 'employeeOrgData.division',
  endDateTime: 'employeeLeaveDateTime',
  manager: 'manager',
  profileUrl: ABOUT,
  startDateTime: 'employeeHireDate',
  state: 'state',
  usageLocation: 'usageLocation',
  status: `${REPLIES}.status`,
  externalAudience: `${REPLIES}.externalAudience`,
  externalReplyMessage: `${REPLIES}.externalReplyMessage`,
  internalReplyMessage: `${REPLIES}.internalReplyMessage`,
  scheduledStartDateTime: `${REPLIES}.scheduledStartDateTime`,
  scheduledEndDateTime: `${REPLIES}.scheduledEndDateTime`,
  ...Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => {
      const name = `extensionAttribute${index + 1}`;
      return [`${ON_PREMISES}:${EXTENSIONS}.${name}`, `${EXTENSIONS}.${name}`];
    }),
  ),
};

const GROUP: Readonly<Record<string, string>> = {
  displayName: 'displayName',
  externalId: 'mailNickname',
  description: 'description',
  visibility: 'visibility',
};
