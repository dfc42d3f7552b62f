/**
 * A labelled set: people as two systems hold them, and who is who. Names are spread as in life, a
 * fifth of the people live in families that share an address, a mailbox or a telephone; there are
 * twins, and sons who bear their father's name. `SLIPS` says how often what happens to a record.
 */

import type { Attributes } from '../../src/identity/record.ts';
import { type Chance, chanceOf } from '../faults/chance.ts';
import { LANGUAGES, type LanguageName, SHARES, SHORT_FORMS } from './names.ts';
import { transliterated, unaccented } from './spelling.ts';

export interface Entry {
  readonly id: string;
  /** Who it really is. */
  readonly person: number;
  /** Whose relative, and which; people without any are strangers to everybody. */
  readonly kin: Kin | undefined;
  readonly attributes: Attributes;
}

/** Two systems that know most of the same people. */
export interface Labelled {
  readonly payroll: readonly Entry[];
  readonly directory: readonly Entry[];
  /** People whom both know. */
  readonly both: number;
}

/** Share of records to which it happens. */
const SLIPS = {
  // Of both systems.
  missing: { birthDate: 0.03, mail: 0.12, phone: 0.18, street: 0.08 },
  unknown: 0.1,
  // Of the second alone, about the same person.
  shortForm: 0.15,
  middleName: 0.08,
  initial: 0.01,
  givenTypo: 0.03,
  surnameTypo: 0.03,
  married: 0.04,
  doubleName: 0.02,
  exchangedNames: 0.005,
  otherSpelling: 0.5,
  exchangedDate: 0.01,
  dateDigit: 0.01,
  otherMail: 0.2,
  otherPhone: 0.15,
  moved: 0.12,
  taxDigit: 0.02,
} as const;

export interface Kin {
  readonly family: number;
  /** To the first of the family, who has none. */
  readonly as: 'relative' | 'twin' | 'namesake' | undefined;
}

interface Making extends Chance {
  /** The address, or one like it that nobody has yet. */
  unused(local: string, host: string): string;
}

interface Person {
  readonly kin?: Kin;
  readonly taxNumber: string;
  readonly language: LanguageName;
  readonly woman: boolean;
  readonly given: string;
  readonly middle: string | undefined;
  readonly surname: string;
  readonly born: readonly [year: number, month: number, day: number];
  readonly mail: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
}

export function labelledPeople(count: number, seed: number): Labelled {
  const chance = { ...chanceOf(seed), unused: unusedAddresses() };
  const people = population(count, chance);
  const payroll: Entry[] = [];
  const directory: Entry[] = [];
  let both = 0;
  people.forEach((person, index) => {
    const inPayroll = !chance.happens(SLIPS.unknown);
    const inDirectory = !chance.happens(SLIPS.unknown);
    if (inPayroll && inDirectory) both++;
    if (inPayroll) payroll.push(entryOf('p', index, person, chance));
    if (inDirectory) directory.push(entryOf('d', index, slipped(person, chance), chance));
  });
  return { payroll, directory: shuffled(directory, chance), both };
}

function population(count: number, chance: Making): readonly Person[] {
  const people: Person[] = [];
  while (people.length < count) {
    const person = newPerson(chance);
    if (!chance.happens(0.09)) {
      people.push(person);
      continue;
    }
    const family = people.length;
    people.push({ ...person, kin: { family, as: undefined } }, relative(person, family, chance));
  }
  return people.slice(0, count);
}

function newPerson(chance: Making): Person {
  const language = chance.weighted(SHARES);
  const { women, men, beginnings, ends, surnames, places, phone } = LANGUAGES[language];
  const woman = chance.happens(0.5);
  const names = woman ? women : men;
  const given = frequent(names, chance);
  const surname = chance.happens(0.6)
    ? frequent(surnames, chance)
    : chance.pick(beginnings) + chance.pick(ends);
  const middle = chance.happens(0.25) ? frequent(names, chance) : undefined;
  return {
    language,
    woman,
    given,
    middle: middle === given ? undefined : middle,
    surname: language === 'russian' && woman ? `${surname}а` : surname,
    born: [1958 + chance.below(47), 1 + chance.below(12), 1 + chance.below(28)],
    mail: address(given, surname, chance),
    phone: chance.happens(0.04)
      ? `${phone.code} 800 0${chance.below(9)}${chance.below(9)} 1000`
      : phone.code + digits(phone.home, chance),
    taxNumber: digits('## ### ### ###', chance),
    street: `${frequent(surnames, chance)} ${chance.pick(['Street', 'Road', 'Avenue', 'Lane'])} ${1 + chance.below(120)}`,
    city: chance.pick(places),
  };
}

/** Who lives with somebody, and works for the same company. */
function relative(person: Person, family: number, chance: Making): Person {
  const { language, surname } = person;
  const { women, men } = LANGUAGES[language];
  const [year, month, day] = person.born;
  const which = chance.weighted({ spouse: 4, sibling: 2, twin: 2, namesake: 1 });
  const woman = which === 'spouse' ? !person.woman : person.woman;
  const given =
    which === 'namesake' ? person.given : differentFrom(person.given, woman ? women : men, chance);
  const born: Readonly<Record<typeof which, number>> = {
    spouse: year + chance.below(9) - 4,
    sibling: year + 1 + chance.below(6),
    twin: year,
    namesake: year + 20 + chance.below(15),
  };
  const other = newPerson(chance);
  return {
    ...other,
    kin: { family, as: which === 'twin' || which === 'namesake' ? which : 'relative' },
    language,
    woman,
    given,
    surname,
    born: which === 'twin' ? [year, month, day] : [born[which], other.born[1], other.born[2]],
    mail: address(given, surname, chance),
    ...(chance.happens(0.7) && { street: person.street, city: person.city }),
    ...(chance.happens(0.3) && { phone: person.phone }),
    ...(chance.happens(0.2) && { mail: person.mail }),
  };
}

function differentFrom(name: string, names: readonly string[], chance: Making): string {
  const other = frequent(names, chance);
  return other === name ? differentFrom(name, names, chance) : other;
}

/** As the second system has it. */
function slipped(person: Person, chance: Making): Person {
  const { language, woman, born } = person;
  let { given, middle, surname, mail, phone, street, city } = person;
  const shortForms = SHORT_FORMS[given];
  if (shortForms && chance.happens(SLIPS.shortForm)) given = chance.pick(shortForms);
  if (chance.happens(SLIPS.otherSpelling)) {
    given = chance.happens(0.5) ? transliterated(given, chance) : unaccented(given);
    surname = chance.happens(0.5) ? transliterated(surname, chance) : unaccented(surname);
  }
  // Half of the people are women.
  if (woman && chance.happens(SLIPS.married * 2)) {
    const married = newPerson(chance).surname;
    surname = chance.happens(0.3) ? `${surname}-${married}` : married;
  }
  if (chance.happens(SLIPS.doubleName)) surname = `${surname}-${newPerson(chance).surname}`;
  if (chance.happens(SLIPS.givenTypo)) given = typed(given, chance);
  if (chance.happens(SLIPS.surnameTypo)) surname = typed(surname, chance);
  if (chance.happens(SLIPS.initial)) given = `${given.charAt(0)}.`;
  middle = chance.happens(SLIPS.middleName) ? middle : undefined;
  if (chance.happens(SLIPS.exchangedNames)) [given, surname] = [surname, given];
  if (chance.happens(SLIPS.otherMail)) mail = address(given, surname, chance);
  if (chance.happens(SLIPS.otherPhone)) {
    const { code, home } = LANGUAGES[language].phone;
    phone = code + digits(home, chance);
  }
  if (chance.happens(SLIPS.moved)) ({ street, city } = newPerson(chance));
  return {
    ...person,
    given,
    middle,
    surname,
    mail,
    phone,
    street,
    city,
    born: mistyped(born, chance),
  };
}

function mistyped([year, month, day]: Person['born'], chance: Making): Person['born'] {
  if (chance.happens(SLIPS.exchangedDate) && day <= 12) return [year, day, month];
  if (!chance.happens(SLIPS.dateDigit)) return [year, month, day];
  return chance.happens(0.5)
    ? [year, month, day >= 20 ? day - 10 : day + 10 > 28 ? day - 9 : day + 10]
    : [year + chance.pick([1, -1, 10, -10]), month, day];
}

function entryOf(prefix: string, index: number, person: Person, chance: Making): Entry {
  const { missing } = SLIPS;
  const [year, month, day] = person.born;
  const two = (value: number): string => String(value).padStart(2, '0');
  const given = person.middle === undefined ? person.given : `${person.given} ${person.middle}`;
  const iso = `${year}-${two(month)}-${two(day)}`;
  return {
    id: `${prefix}${index}`,
    person: index,
    kin: person.kin,
    attributes: {
      taxNumber: chance.happens(SLIPS.taxDigit)
        ? typed(person.taxNumber, chance)
        : person.taxNumber,
      givenName: given,
      surname: person.surname,
      ...(!chance.happens(missing.birthDate) && {
        birthDate: prefix === 'd' ? `${two(day)}.${two(month)}.${year}` : iso,
      }),
      ...(!chance.happens(missing.mail) && { mail: person.mail }),
      ...(!chance.happens(missing.phone) && { mobile: written(person, chance) }),
      ...(!chance.happens(missing.street) && {
        streetAddress: person.street,
        city: person.city,
      }),
    },
  };
}

/** The same number, as it is written at home or abroad. */
function written({ phone, language }: Person, chance: Making): string {
  const { code } = LANGUAGES[language].phone;
  const national = phone.slice(code.length).replace(/\D/g, '').replace(/^[08]/, '');
  const spaced = `${national.slice(0, 3)} ${national.slice(3)}`;
  return chance.pick([`${code}${national}`, `${code} ${spaced}`, `00${code.slice(1)} ${spaced}`]);
}

function address(given: string, surname: string, chance: Making): string {
  const [first, last] = [unaccented(given), unaccented(surname)].map((name) =>
    name.toLowerCase().replace(/[^a-z]/g, ''),
  );
  const local = chance.pick([
    `${first}.${last}`,
    `${first?.charAt(0)}${last}`,
    `${last}.${first}`,
    `${first}${last?.charAt(0)}`,
  ]);
  return chance.unused(local, chance.pick(['contoso.com', 'fabrikam.com', 'mail.example']));
}

function unusedAddresses(): Making['unused'] {
  const taken = new Set<string>();
  return (local, host) => {
    for (let number = 0; ; number++) {
      const address = `${local}${number === 0 ? '' : number + 1}@${host}`;
      if (taken.has(address)) continue;
      taken.add(address);
      return address;
    }
  };
}

/** One letter left out, doubled, changed, or exchanged with the next. */
function typed(name: string, chance: Making): string {
  if (name.length < 3) return name;
  const at = 1 + chance.below(name.length - 2);
  const [before, letter, next, after] = [
    name.slice(0, at),
    name.charAt(at),
    name.charAt(at + 1),
    name.slice(at + 2),
  ];
  switch (chance.weighted({ out: 1, twice: 1, other: 2, exchanged: 1 })) {
    case 'out':
      return before + next + after;
    case 'twice':
      return before + letter + letter + next + after;
    case 'other':
      return before + chance.pick([...'aeionrstl']) + next + after;
    case 'exchanged':
      return before + next + letter + after;
  }
}

function digits(pattern: string, chance: Making): string {
  return pattern.replace(/#/g, () => String(1 + chance.below(9)));
}

/** Frequent ones stand first, by Zipf's law. */
function frequent(names: readonly string[], chance: Making): string {
  const rank = Math.floor(names.length ** chance.next()) - 1;
  return names[Math.min(rank, names.length - 1)] ?? '';
}

function shuffled<Item>(items: readonly Item[], chance: Making): readonly Item[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = chance.below(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as Item, mixed[at] as Item];
  }
  return mixed;
}
