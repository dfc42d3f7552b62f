/** How some people differ from the rest, so that every outcome occurs and can be checked. */

import type { Properties } from '../directory.ts';
import { textOf } from '../tenant.ts';
import { isManager, type Person } from './people.ts';

export type Case =
  | 'usual'
  | 'disabled'
  | 'deleted'
  | 'no-department'
  | 'no-city'
  | 'guest'
  | 'external-member';

/** Of the last hundred people, and so on backwards; nobody who has reports is special. */
const SLOTS: readonly Case[] = [
  'disabled',
  'no-department',
  'guest',
  'deleted',
  'external-member',
  'no-city',
  'disabled',
  'guest',
  'no-department',
];

export function caseOf(index: number, count: number): Case {
  return isManager(index, count) ? 'usual' : (SLOTS[(count - 1 - index) % 100] ?? 'usual');
}

type Alter = (properties: Properties, domain: string) => Properties;

const without =
  (name: string): Alter =>
  ({ [name]: _, ...properties }) =>
    properties;

const ALTERATIONS: Readonly<Record<Case, Alter>> = {
  usual: (properties) => properties,
  disabled: (properties) => ({ ...properties, accountEnabled: false }),
  // Deleted once everything else is in place, as people are.
  deleted: (properties) => properties,
  'no-department': without('department'),
  'no-city': without('city'),
  guest: (properties, domain) => ({
    ...invited(properties, domain),
    userType: 'Guest',
  }),
  'external-member': (properties, domain) => invited(properties, domain),
};

/** Somebody of Fabrikam, whose account here is named after her address there. */
function invited({ employeeId: _, ...properties }: Properties, domain: string): Properties {
  const alias = textOf(properties, 'mailNickname');
  return {
    ...properties,
    mail: `${alias}@fabrikam.com`,
    userPrincipalName: `${alias}_fabrikam.com#EXT#@${domain}`,
    mailNickname: `${alias}_fabrikam.com#EXT#`,
    companyName: 'Fabrikam',
    creationType: 'Invitation',
    externalUserState: 'Accepted',
  };
}

/** @param domain Initial domain of the tenant. */
export function altered(person: Person, kind: Case, domain: string): Person {
  const properties = ALTERATIONS[kind](person.properties, domain);
  return {
    ...person,
    properties,
    userPrincipalName: textOf(properties, 'userPrincipalName'),
  };
}
