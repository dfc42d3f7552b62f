/** The people of a company: names, departments, places, and a tree of managers. */

import type { Chance } from '../chance.ts';
import type { Properties } from '../directory.ts';
import { DEPARTMENTS, GIVEN_NAMES, PLACES, SURNAMES } from './names.ts';

export interface Person {
  readonly id: string;
  readonly userPrincipalName: string;
  readonly employeeId: string;
  readonly properties: Properties;
  /** Index of the manager; absent at the top. */
  readonly manager?: number;
}

/** Most reports of one manager: 1,000 people stand on five levels, 100,000 on eight. */
const SPAN = 5;

export function people(count: number, domain: string, chance: Chance): readonly Person[] {
  const taken = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => person(index, domain, chance, taken));
}

function person(index: number, domain: string, chance: Chance, taken: Map<string, number>): Person {
  const givenName = chance.pick(GIVEN_NAMES);
  const surname = chance.pick(SURNAMES);
  const alias = aliasOf(givenName, surname, taken);
  const userPrincipalName = `${alias}@${domain}`;
  const department = departmentOf(chance);
  const place = chance.pick(PLACES);
  const employeeId = `E${String(index + 1).padStart(6, '0')}`;
  const properties: Properties = {
    accountEnabled: true,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    mailNickname: alias,
    userPrincipalName,
    mail: userPrincipalName,
    employeeId,
    employeeType: chance.happens(0.08) ? 'Contractor' : 'Employee',
    jobTitle: jobTitle(index, department.name, chance.pick(department.titles)),
    department: department.name,
    companyName: 'Contoso',
    city: place.city,
    country: place.country,
    usageLocation: place.usageLocation,
    preferredLanguage: 'en-GB',
    officeLocation: `${place.city} ${1 + chance.below(4)}/${100 + chance.below(400)}`,
    ...(chance.happens(0.4) && {
      employeeOrgData: { costCenter: department.costCenter, division: department.name },
    }),
    ...(chance.happens(0.2) && {
      onPremisesExtensionAttributes: { extensionAttribute1: `badge-${10_000 + index}` },
    }),
    ...(chance.happens(0.5) && {
      mobilePhone: `${place.dialCode} 555 ${1000 + chance.below(9000)}`,
    }),
  };
  const manager = managerOf(index);
  return {
    id: chance.guid(),
    userPrincipalName,
    employeeId,
    properties,
    ...(manager !== undefined && { manager }),
  };
}

function departmentOf(chance: Chance): (typeof DEPARTMENTS)[number] {
  let left = chance.below(100);
  for (const each of DEPARTMENTS) {
    left -= each.share;
    if (left < 0) return each;
  }
  return DEPARTMENTS[0];
}

/** The first is at the top; everybody else reports to somebody before them. */
function managerOf(index: number): number | undefined {
  return index === 0 ? undefined : Math.floor((index - 1) / SPAN);
}

function jobTitle(index: number, department: string, title: string): string {
  if (index === 0) return 'Chief Executive Officer';
  if (index <= SPAN) return `Vice President, ${department}`;
  return index <= SPAN + SPAN * SPAN ? `Director, ${department}` : title;
}

/** ASCII letters, unique: the second of a name gets a number. */
function aliasOf(givenName: string, surname: string, taken: Map<string, number>): string {
  const base = `${ascii(givenName)}.${ascii(surname)}`;
  const before = taken.get(base) ?? 0;
  taken.set(base, before + 1);
  return before === 0 ? base : `${base}${before + 1}`;
}

const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', ı: 'i', đ: 'd' };

function ascii(name: string): string {
  return name
    .toLowerCase()
    .replace(/[ßøłıđ]/g, (letter) => LETTERS[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z-]/g, '');
}

/** True for a person of a company of that size who has reports. */
export function isManager(index: number, count: number): boolean {
  return index * SPAN + 1 < count;
}
