/** Given names and surnames as they are compared: in parts, whatever their order. */

import { editDistance, jaroWinkler } from './distance.ts';
import { folded } from './fold.ts';
import { familiesOf, familyName, sameFamily } from './given-names.ts';
import { remembered } from './remembered.ts';
import { sound, spelled } from './sound.ts';

/** One word of a name. */
export interface Part {
  readonly text: string;
  /** The same for every spelling of the word. */
  readonly spelled: string;
  readonly sound: string;
  readonly families: readonly number[];
}

/** In the order they are written. Never empty. */
export type Name = readonly Part[];

/** More words than this name nobody: what follows them is not compared. */
const MOST_PARTS = 4;

const PARTICLES: ReadonlySet<string> = new Set(
  'von van vom zu zum zur de del della di da do dos das du des der den la le el al ter ten op af av y e i und and bin ibn ben abu mc mac o st san'.split(
    ' ',
  ),
);

const TITLES: ReadonlySet<string> = new Set(
  'dr prof mr mrs ms miss herr frau ing dipl mag jr sr ii iii iv phd msc bsc mba md freiherr graf geb nee born'.split(
    ' ',
  ),
);

/** Most names are somebody else's as well. */
const MOST_KNOWN = 10_000;

export const givenName: (text: string) => Name | undefined = remembered(
  (text) => nameOf(words(text)),
  MOST_KNOWN,
);

export const surname: (text: string) => Name | undefined = remembered((text) => {
  const all = words(text);
  const bare = all.filter((word) => !PARTICLES.has(word));
  return nameOf(bare.length > 0 ? bare : all);
}, MOST_KNOWN);

/** `Hopper, Grace` and `Grace Hopper`: the surname is before the comma, or what stands last. */
export function fullName(text: string): {
  readonly given: Name | undefined;
  readonly surname: Name | undefined;
} {
  const comma = text.indexOf(',');
  if (comma > 0) {
    const [before, after] = [text.slice(0, comma), text.slice(comma + 1)];
    return { given: givenName(after), surname: surname(before) };
  }
  const all = words(text);
  if (all.length < 2) return { given: undefined, surname: nameOf(all) };
  // A particle belongs to the surname that follows it.
  const first = all.findIndex((word, index) => index > 0 && PARTICLES.has(word));
  const at = first > 0 && first < all.length - 1 ? first : all.length - 1;
  return { given: nameOf(all.slice(0, at)), surname: surname(all.slice(at).join(' ')) };
}

function words(text: string): readonly string[] {
  const all = folded(text).split(' ').filter(Boolean);
  const bare = all.filter((word) => !TITLES.has(word));
  return bare.length > 0 ? bare : all;
}

function nameOf(all: readonly string[]): Name | undefined {
  const parts = all.slice(0, MOST_PARTS).map(partOf);
  return parts.length > 0 ? parts : undefined;
}

const partOf: (text: string) => Part = remembered(
  (text) => ({
    text,
    spelled: spelled(text),
    sound: sound(text),
    families: familiesOf(text),
  }),
  MOST_KNOWN,
);

/** How two names are alike, best first. */
export type NameLevel =
  | 'same'
  | 'spelling'
  | 'other-form'
  | 'part'
  | 'initial'
  | 'near'
  | 'different';

export function compareGivenNames(left: Name, right: Name): NameLevel {
  if (isSame(left, right)) return 'same';
  if (isSpelling(left, right)) return 'spelling';
  const [a, b] = [left[0] as Part, right[0] as Part];
  if (isAmong(a, right) || isAmong(b, left)) return 'part';
  if (sameFamily(a.families, b.families)) return 'other-form';
  if (isInitial(a, b)) return 'initial';
  // Martin and Martina are two names, not one with a slip.
  if (a.families.length > 0 && b.families.length > 0) return 'different';
  return isTyped(a, b) ? 'near' : 'different';
}

export function compareSurnames(left: Name, right: Name): NameLevel {
  if (isSame(left, right)) return 'same';
  if (isSpelling(left, right)) return 'spelling';
  if (left.some((part) => isAmong(part, right))) return 'part';
  return left.some((a) => right.some((b) => isNear(a, b))) ? 'near' : 'different';
}

/** Whether a person's names stand in each other's place. */
export function areExchanged(
  [given, family]: readonly [Name, Name],
  [otherGiven, otherFamily]: readonly [Name, Name],
): boolean {
  return (
    given.some((part) => isAmong(part, otherFamily)) &&
    family.some((part) => isAmong(part, otherGiven))
  );
}

/** Texts by which one given name is looked up, whatever its form; at most three. */
export function givenNameKeys(name: Name): readonly string[] {
  const [first] = name;
  if (!first) return [];
  const families = first.families.slice(0, 3).map((family) => sound(familyName(family)));
  return [...new Set(families.length > 0 ? families : [first.sound])];
}

/** The parts of a surname as they sound; at most two. */
export function surnameKeys(name: Name): readonly string[] {
  return [...new Set(name.map((part) => part.sound))].slice(0, 2);
}

/** As if they were given names, where they are: those of somebody whose names were exchanged. */
export function exchangedKeys(name: Name): readonly string[] {
  return name.length === 1 && (name[0]?.families.length ?? 0) > 0 ? givenNameKeys(name) : [];
}

function isSame(left: Name, right: Name): boolean {
  return left.length === right.length && left.every(({ text }, at) => text === right[at]?.text)
    ? true
    : joined(left) === joined(right);
}

/** `Anna Maria` is `Annamaria`. */
function joined(name: Name): string {
  return name.length === 1 ? (name[0]?.text ?? '') : name.map(({ text }) => text).join('');
}

/** The same words in another spelling, or in another order. */
function isSpelling(left: Name, right: Name): boolean {
  if (left.length !== right.length) return false;
  return (
    left.every((part, at) => part.spelled === right[at]?.spelled) ||
    (left.length > 1 && left.every((part) => right.some((b) => b.spelled === part.spelled)))
  );
}

/** Whether a word of one name is a word of the other; initials are not. */
function isAmong(part: Part, name: Name): boolean {
  return part.text.length > 1 && name.some((other) => other.spelled === part.spelled);
}

function isInitial(a: Part, b: Part): boolean {
  return (a.text.length === 1 || b.text.length === 1) && a.text[0] === b.text[0];
}

const NEAR = 0.92;

function isNear(a: Part, b: Part): boolean {
  if (isTyped(a, b)) return true;
  return (
    Math.min(a.spelled.length, b.spelled.length) >= 3 && jaroWinkler(a.spelled, b.spelled) >= NEAR
  );
}

const LONG = 7;

/** A slip of the fingers apart, or two in a long word. */
function isTyped(a: Part, b: Part): boolean {
  const shorter = Math.min(a.text.length, b.text.length);
  return shorter >= 3 && editDistance(a.text, b.text, 2) <= (shorter >= LONG ? 2 : 1);
}
