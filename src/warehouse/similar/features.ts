/** What of somebody is compared: attribute values taken apart once, however often they are compared. */

import type { Attributes, AttributeValue, Scalar } from '../../identity/record.ts';
import { type Mail, type MailRules, mail, phone, phoneTail } from './address.ts';
import { type Day, day } from './dates.ts';
import { trigrams } from './distance.ts';
import { compact, folded } from './fold.ts';
import {
  exchangedKeys,
  fullName,
  givenName,
  givenNameKeys,
  type Name,
  surname,
  surnameKeys,
} from './names.ts';

/** As what an attribute is compared. */
export type Comparison =
  | { readonly as: 'given-name' | 'surname' | 'full-name' | 'birth-date' | 'code' | 'text' }
  | ({ readonly as: 'email' } & MailRules)
  | { readonly as: 'phone'; readonly country?: string };

export type ComparisonName = Comparison['as'];

export interface Compared {
  readonly attribute: string;
  readonly comparison: Comparison;
}

/**
 * Somebody as far as one set of comparisons goes. Addresses and numbers of all attributes are one
 * set: one system's first is another's second. Codes and texts are by position of their attribute.
 */
export interface Features {
  readonly given: Name | undefined;
  readonly surname: Name | undefined;
  readonly born: Day | undefined;
  readonly mails: readonly Mail[];
  readonly phones: readonly string[];
  readonly codes: readonly (string | undefined)[];
  readonly texts: readonly (Pieces | undefined)[];
}

/** A text, and the pieces it is compared by. */
export interface Pieces {
  readonly text: string;
  readonly trigrams: ReadonlySet<string>;
}

/** Values of one attribute that are looked at. */
const MOST_VALUES = 4;

export function featuresOf(attributes: Attributes, compared: readonly Compared[]): Features {
  let given: Name | undefined;
  let family: Name | undefined;
  let born: Day | undefined;
  const mails: Mail[] = [];
  const phones: string[] = [];
  const codes: (string | undefined)[] = [];
  const texts: (Pieces | undefined)[] = [];
  for (const { attribute, comparison } of compared) {
    const values = scalars(attributes[attribute]);
    const text = String(values[0] ?? '');
    switch (comparison.as) {
      case 'given-name':
        given ??= givenName(text);
        break;
      case 'surname':
        family ??= surname(text);
        break;
      case 'full-name': {
        const whole = fullName(text);
        given ??= whole.given;
        family ??= whole.surname;
        break;
      }
      case 'birth-date':
        born ??= day(text);
        break;
      case 'email':
        mails.push(...values.flatMap((value) => mail(String(value), comparison) ?? []));
        break;
      case 'phone':
        phones.push(...values.flatMap((value) => phone(String(value), comparison.country) ?? []));
        break;
      case 'code':
        codes.push(compact(text) || undefined);
        break;
      case 'text':
        texts.push(piecesOf(folded(text)));
        break;
    }
  }
  return { given, surname: family, born, mails, phones, codes, texts };
}

function piecesOf(text: string): Pieces | undefined {
  return text === '' ? undefined : { text, trigrams: trigrams(text) };
}

export interface Blocks {
  /** Texts under which somebody is found who may be the same person. */
  readonly kept: readonly string[];
  /** Those under which such people are looked for. */
  readonly sought: readonly string[];
}

/**
 * Each finds few; whoever has a common name is found by the ones that say more. Names alone find
 * only where a birthday is missing: with two that are nothing like each other, they are two people.
 */
export function blocksOf(features: Features): Blocks {
  const { given, surname: family, born, mails, phones, codes } = features;
  const both = new Set<string>();
  const kept = new Set<string>();
  const sought = new Set<string>();
  const givens = given === undefined ? [] : givenNameKeys(given);
  const families = family === undefined ? [] : surnameKeys(family);
  const others = family === undefined ? families : [...families, ...exchangedKeys(family)];
  for (const one of givens) {
    for (const other of others) {
      const names = one < other ? `${one} ${other}` : `${other} ${one}`;
      kept.add(`n ${names}`);
      if (born) {
        sought.add(`u ${names}`);
        both.add(`y ${names} ${born.year}`).add(`m ${names} ${born.dayAndMonth}`);
      } else {
        kept.add(`u ${names}`);
        sought.add(`n ${names}`);
      }
    }
  }
  if (born) {
    const exact = `${born.year}${born.dayAndMonth}`;
    for (const one of givens) both.add(`g ${one} ${exact}`);
    for (const other of families) both.add(`f ${other} ${exact}`);
  }
  for (const { text, local } of mails) both.add(`e ${local ?? text}`);
  for (const number of phones) both.add(`p ${phoneTail(number) ?? number}`);
  codes.forEach((code, index) => {
    if (code !== undefined) both.add(`c${index} ${code}`);
  });
  return { kept: [...kept, ...both], sought: [...sought, ...both] };
}

/** The first few of an attribute's values. */
export function scalars(value: AttributeValue | undefined): readonly Scalar[] {
  if (value === undefined) return [];
  const all: readonly AttributeValue[] = isList(value) ? value : [value];
  return all.slice(0, MOST_VALUES).filter((each) => typeof each !== 'object');
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
