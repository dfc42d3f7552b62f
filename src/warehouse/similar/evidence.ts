/**
 * How likely two are one person, by Fellegi and Sunter: every comparison has levels, and every level
 * its share among pairs that are one person and among pairs that are not. Those who are not are of
 * several sorts: strangers, of whom there are many; relatives, who share a name, an address and a
 * mailbox; twins, who also share a birthday; namesakes, as father and son. A pair is joined when it
 * is likelier to be one person than any of these. What one side does not have says nothing.
 */

import { compareMails, comparePhones, type Mail } from './address.ts';
import { CALIBRATION } from './calibration.ts';
import { compareDays } from './dates.ts';
import { editDistance, trigramSimilarity } from './distance.ts';
import type { Compared, ComparisonName, Features, Pieces } from './features.ts';
import { areExchanged, compareGivenNames, compareSurnames } from './names.ts';

/** Who else two who are alike may be. */
export type Otherwise = 'stranger' | 'relative' | 'twin' | 'namesake';

/** What has levels of its own; a full name is compared as the two it is made of. */
export type Measured = Exclude<ComparisonName, 'full-name'>;

export interface Calibration {
  /** For one record: how many there are of each to whom it may be compared. */
  readonly expected: Readonly<Record<'same' | Otherwise, number>>;
  /** By comparison and level: its share, in the order `same`, then `OTHERWISE`. */
  readonly levels: Readonly<Record<Measured, Readonly<Record<string, readonly number[]>>>>;
}

export const OTHERWISE = ['stranger', 'relative', 'twin', 'namesake'] as const;

export interface Evidence {
  readonly attribute: string;
  /** How the two values are alike: `same`, `near`, `different` …; the levels of `calibration.ts`. */
  readonly level: string;
  /** Positive: rather the same person than what they would most likely be otherwise. */
  readonly bits: number;
}

export interface Alike {
  /** 0 to 1. */
  readonly confidence: number;
  /** What they most likely are if not the same person. */
  readonly otherwise: Otherwise;
  readonly evidence: readonly Evidence[];
}

export interface Level {
  readonly attribute: string;
  readonly as: Measured;
  readonly level: string;
}

/** How alike two are, by comparison; what they mean is another matter. */
export function levelsOf(
  left: Features,
  right: Features,
  compared: readonly Compared[],
): readonly Level[] {
  const levels: Level[] = [];
  const done = new Set<Measured>();
  const exchanged = namesExchanged(left, right);
  let [code, text] = [0, 0];
  const add = (attribute: string, as: Measured, level: string | undefined): void => {
    if (level === undefined || done.has(as)) return;
    if (as !== 'code' && as !== 'text') done.add(as);
    levels.push({ attribute, as, level });
  };
  for (const { attribute, comparison } of compared) {
    switch (comparison.as) {
      case 'given-name':
        add(attribute, 'given-name', givenNameLevel(left, right, exchanged));
        break;
      case 'surname':
        add(attribute, 'surname', surnameLevel(left, right, exchanged));
        break;
      case 'full-name':
        add(attribute, 'given-name', givenNameLevel(left, right, exchanged));
        add(attribute, 'surname', surnameLevel(left, right, exchanged));
        break;
      case 'birth-date':
        add(attribute, 'birth-date', left.born && right.born && compareDays(left.born, right.born));
        break;
      case 'email':
        add(attribute, 'email', best(left.mails, right.mails, compareMails, MAILS));
        break;
      case 'phone':
        add(attribute, 'phone', best(left.phones, right.phones, comparePhones, PHONES));
        break;
      case 'code':
        add(attribute, 'code', codeLevel(left.codes[code], right.codes[code]));
        code++;
        break;
      case 'text':
        add(attribute, 'text', textLevel(left.texts[text], right.texts[text]));
        text++;
        break;
    }
  }
  return levels;
}

function namesExchanged(left: Features, right: Features): boolean {
  return (
    left.given !== undefined &&
    left.surname !== undefined &&
    right.given !== undefined &&
    right.surname !== undefined &&
    areExchanged([left.given, left.surname], [right.given, right.surname])
  );
}

function givenNameLevel(left: Features, right: Features, exchanged: boolean): string | undefined {
  if (!left.given || !right.given) return undefined;
  const level = compareGivenNames(left.given, right.given);
  return exchanged && level !== 'same' ? 'exchanged' : level;
}

function surnameLevel(left: Features, right: Features, exchanged: boolean): string | undefined {
  if (!left.surname || !right.surname) return undefined;
  const level = compareSurnames(left.surname, right.surname);
  return exchanged && level !== 'same' ? 'exchanged' : level;
}

const MAILS = ['same', 'mailbox', 'different'] as const;
const PHONES = ['same', 'end', 'different'] as const;

/** The best level between any value of one side and any of the other. */
function best<Value extends string | Mail, Name extends string>(
  left: readonly Value[],
  right: readonly Value[],
  compare: (a: Value, b: Value) => Name,
  order: readonly Name[],
): Name | undefined {
  let found: Name | undefined;
  for (const a of left) {
    for (const b of right) {
      const level = compare(a, b);
      if (found === undefined || order.indexOf(level) < order.indexOf(found)) found = level;
    }
  }
  return found;
}

/** Of a shorter one, another is one edit away by chance. */
const SHORTEST_TYPED = 6;

function codeLevel(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left === right) return 'same';
  const long = Math.min(left.length, right.length) >= SHORTEST_TYPED;
  return long && editDistance(left, right, 1) === 1 ? 'near' : 'different';
}

const NEAR_TEXT = 0.6;

function textLevel(left: Pieces | undefined, right: Pieces | undefined): string | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left.text === right.text) return 'same';
  return trigramSimilarity(left.trigrams, right.trigrams) >= NEAR_TEXT ? 'near' : 'different';
}

export function alike(left: Features, right: Features, compared: readonly Compared[]): Alike {
  return weighed(levelsOf(left, right, compared), CALIBRATION);
}

/** What the levels say together. */
function weighed(found: readonly Level[], { expected, levels }: Calibration): Alike {
  // Texts of one person go together (who moves has another street and another city), so that all
  // of them count as one.
  const texts = found.filter(({ as }) => as === 'text').length;
  const sums = [expected.same, ...OTHERWISE.map((name) => expected[name])].map(Math.log2);
  for (const { as, level } of found) {
    const shares = levels[as][level];
    if (!shares) continue;
    const weight = as === 'text' ? 1 / texts : 1;
    shares.forEach((share, at) => {
      sums[at] = (sums[at] ?? 0) + weight * Math.log2(share);
    });
  }
  const [same = 0, ...others] = sums;
  const likeliest = others.indexOf(Math.max(...others));
  const odds = others.reduce((sum, other) => sum + 2 ** (other - same), 0);
  return {
    confidence: 1 / (1 + odds),
    otherwise: OTHERWISE[likeliest] ?? 'stranger',
    evidence: found.map(({ attribute, as, level }) => {
      const shares = levels[as][level];
      const bits = shares ? Math.log2((shares[0] ?? 1) / (shares[likeliest + 1] ?? 1)) : 0;
      return { attribute, level, bits: Math.round(bits * 10) / 10 };
    }),
  };
}
