/**
 * How Entra ID is written unless the configuration says otherwise: the names of its own provisioning
 * schema, the other way round. What a source does not say is left alone, so that a file without a
 * column does not empty it for everybody.
 */

import type { Result } from '../../identity/problem.ts';
import type { ObjectKind } from '../../identity/record.ts';
import type { DefaultRow, WriteDefaults } from '../spi/index.ts';
import { EXTENSION } from './attributes.ts';
import { attributesOf } from './schema.ts';

const left = (expression: string): DefaultRow => ({ expression, onNull: 'leave' });
const said = (name: string): DefaultRow => left(`[${name}]`);

const SAME_NAMES = [
  'city',
  'companyName',
  'country',
  'department',
  'employeeId',
  'employeeType',
  'givenName',
  'jobTitle',
  'mail',
  'mailNickname',
  'manager',
  'postalCode',
  'preferredLanguage',
  'state',
  'streetAddress',
  'surname',
  'usageLocation',
] as const;

const USER: WriteDefaults = {
  map: {
    userPrincipalName: { expression: '[userPrincipalName]' },
    displayName: { expression: '[displayName]' },
    accountEnabled: {
      expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    },
    ...Object.fromEntries(SAME_NAMES.map((name) => [name, said(name)])),
    businessPhones: left('Split([telephoneNumber], "|")'),
    mobilePhone: said('mobile'),
    faxNumber: said('facsimileTelephoneNumber'),
    officeLocation: said('physicalDeliveryOfficeName'),
    'employeeOrgData.costCenter': said('costCenter'),
    'employeeOrgData.division': said('division'),
  },
  match: ['userPrincipalName'],
  required: ['userPrincipalName', 'displayName'],
  do: ['create', 'update', 'disable', 'delete'],
  leave: 'disable',
  attributes: attributesOf('user'),
  further: EXTENSION,
};

const GROUP: WriteDefaults = {
  map: {
    displayName: { expression: '[displayName]' },
    description: said('description'),
    mailNickname: { ...said('mailNickname'), when: 'create' },
    members: { expression: '[members]' },
  },
  match: ['displayName'],
  required: ['displayName'],
  do: ['create', 'update', 'delete'],
  leave: 'keep',
  nested: 'kept',
  attributes: [...attributesOf('group'), { path: 'members', type: 'reference', multiValued: true }],
  further: EXTENSION,
};

export function writeDefaults(): Result<Readonly<Record<ObjectKind, WriteDefaults>>> {
  return { ok: true, value: { user: USER, group: GROUP } };
}
