/** E-mail addresses and telephone numbers as they are compared. */

import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';
import { remembered } from './remembered.ts';

/** What may be left out of the part before the @; which of it is the same mailbox, its host decides. */
export interface MailRules {
  /** `ada+payroll@…` is `ada@…`. */
  readonly tags: boolean;
  /** `a.d.a@…` is `ada@…`. */
  readonly dots: boolean;
}

export interface Mail {
  readonly text: string;
  /** The part before the @; nothing where it names a place rather than a person. */
  readonly local: string | undefined;
}

const LONGEST_ADDRESS = 254;

/** Mailboxes of whoever is there. */
const SHARED: ReadonlySet<string> = new Set(
  'info office mail contact kontakt hr personal support admin sales post me noreply no-reply none test postmaster webmaster home family familie team service reception'.split(
    ' ',
  ),
);

export function mail(text: string, { tags, dots }: MailRules): Mail | undefined {
  const address = text.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || address.length > LONGEST_ADDRESS) return undefined;
  let local = address.slice(0, at);
  if (tags && local.includes('+')) local = local.slice(0, local.indexOf('+'));
  if (dots) local = local.replaceAll('.', '');
  if (local === '') return undefined;
  const names = local.length >= 4 && !SHARED.has(local) && /\p{L}/u.test(local);
  return { text: `${local}${address.slice(at)}`, local: names ? local : undefined };
}

/** `mailbox`: the same before the @ of another host. */
export type MailLevel = 'same' | 'mailbox' | 'different';

export function compareMails(left: Mail, right: Mail): MailLevel {
  if (left.text === right.text) return 'same';
  return left.local !== undefined && left.local === right.local ? 'mailbox' : 'different';
}

const LONGEST_NUMBER = 40;
const SHORTEST_NUMBER = 6;

/**
 * E.164, without extensions; what is no number of any country is its digits.
 *
 * @param country Where a number without a country code is dialled, such as `DE`.
 */
export function phone(text: string, country: string | undefined): string | undefined {
  const of = numbers.get(country) ?? remembered((typed) => numberOf(typed, country), MOST_NUMBERS);
  numbers.set(country, of);
  return of(text);
}

/** By the countries that are configured. */
const numbers = new Map<string | undefined, (text: string) => string | undefined>();
const MOST_NUMBERS = 8000;

function numberOf(text: string, country: string | undefined): string | undefined {
  const typed = text.trim();
  if (typed.length > LONGEST_NUMBER) return undefined;
  const parsed = parsePhoneNumberFromString(
    // The prefix with which one dials abroad from most countries.
    typed.startsWith('00') ? `+${typed.slice(2)}` : typed,
    isCountry(country) ? country : undefined,
  );
  if (parsed?.isPossible()) return parsed.number;
  const digits = typed.replace(/\D/g, '');
  return digits.length < SHORTEST_NUMBER || /^(\d)\1*$/.test(digits) ? undefined : digits;
}

function isCountry(text: string | undefined): text is CountryCode {
  return text !== undefined && isSupportedCountry(text);
}

/** Without country and area they may be written in any way; the end is dialled everywhere. */
const TAIL = 7;

export function phoneTail(number: string): string | undefined {
  return number.length < TAIL ? undefined : number.slice(-TAIL);
}

/** `end`: the last seven digits. */
export type PhoneLevel = 'same' | 'end' | 'different';

export function comparePhones(left: string, right: string): PhoneLevel {
  if (left === right) return 'same';
  const tail = phoneTail(left);
  return tail !== undefined && tail === phoneTail(right) ? 'end' : 'different';
}
