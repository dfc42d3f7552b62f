/** By what a record finds its identity: an attribute, several together, or several that are alike. */

import { hash } from 'node:crypto';
import type { Attributes, Scalar } from '../../identity/record.ts';
import { mail, phone } from './address.ts';
import { day } from './dates.ts';
import {
  type Blocks,
  blocksOf,
  type Compared,
  type Comparison,
  type Features,
  featuresOf,
  scalars,
} from './features.ts';
import { compact, folded } from './fold.ts';
import { surname } from './names.ts';

/** The name of an identity attribute: the same but for case. */
export type JoinRule = string | SameRule | SimilarRule;

/** All of them are the same, compared as what they are. */
export interface SameRule {
  readonly same: readonly {
    readonly attribute: string;
    readonly comparison: Comparison | { readonly as: 'exact' };
  }[];
}

export interface SimilarRule {
  readonly similar: readonly Compared[];
  /** Confidence from which the only one who is similar is joined, 0 to 1. */
  readonly joins: number;
  /** Confidence from which a person is asked. */
  readonly reviews: number;
  /** Attributes of which two different values leave it to a person, whatever the confidence. */
  readonly never: readonly string[];
}

/** Who shares a block with more than so many others is looked for by blocks that say more. */
export const MOST_IN_BLOCK = 24;

/** What a person is told of the rule. */
export function ruleName(rule: JoinRule): string {
  if (typeof rule === 'string') return rule;
  const parts = 'same' in rule ? rule.same : rule.similar;
  return parts.map(({ attribute }) => attribute).join(', ');
}

export interface MarkedRule {
  readonly mark: string;
  readonly rule: SameRule | SimilarRule;
}

const marks = new WeakMap<SameRule | SimilarRule, string>();

/** Rules that compare the same things have the same mark, whichever source they are of. */
export function ruleMark(rule: SameRule | SimilarRule): string {
  const known = marks.get(rule);
  if (known !== undefined) return known;
  const compares = 'same' in rule ? ['same', rule.same] : ['similar', rule.similar];
  const mark = hash('sha256', JSON.stringify(compares)).slice(0, 8);
  marks.set(rule, mark);
  return mark;
}

/** What attributes are to a rule: worked out once, however often they are asked for. */
interface Seen {
  features?: Features;
  texts?: Blocks;
}

const seen = new WeakMap<Attributes, Map<string, Seen>>();

function seenBy(rule: SameRule | SimilarRule, attributes: Attributes): Seen {
  const all = seen.get(attributes) ?? new Map<string, Seen>();
  if (all.size === 0) seen.set(attributes, all);
  const mark = ruleMark(rule);
  const known = all.get(mark) ?? {};
  all.set(mark, known);
  return known;
}

/** Tells that attributes say what others say, of which more is known already. */
export function sayTheSame(attributes: Attributes, others: Attributes): void {
  const known = seen.get(others);
  if (known) seen.set(attributes, known);
}

/** Attributes as a rule compares them. */
export function featuresFor(rule: SimilarRule, attributes: Attributes): Features {
  const known = seenBy(rule, attributes);
  known.features ??= featuresOf(attributes, rule.similar);
  return known.features;
}

/** Texts under which identities are kept, and those under which a rule looks for them. */
export function ruleTexts(rule: SameRule | SimilarRule, attributes: Attributes): Blocks {
  const known = seenBy(rule, attributes);
  known.texts ??=
    'same' in rule ? theSame(rule, attributes) : blocksOf(featuresFor(rule, attributes));
  return known.texts;
}

function theSame(rule: SameRule, attributes: Attributes): Blocks {
  const texts = sameTexts(rule, attributes);
  return { kept: texts, sought: texts };
}

/** Combinations of an attribute's several values that are looked for. */
const MOST_COMBINATIONS = 8;

/** Texts that are the same for whoever is the same by the rule; none where an attribute is missing. */
function sameTexts({ same }: SameRule, attributes: Attributes): readonly string[] {
  let texts = [''];
  for (const { attribute, comparison } of same) {
    const values = scalars(attributes[attribute]).flatMap((value) => form(value, comparison) ?? []);
    const more = texts.flatMap((text) => values.map((value) => `${text} ${JSON.stringify(value)}`));
    texts = [...new Set(more)].slice(0, MOST_COMBINATIONS);
  }
  return texts;
}

function form(
  value: Scalar,
  comparison: SameRule['same'][number]['comparison'],
): string | undefined {
  const text = String(value);
  switch (comparison.as) {
    case 'exact':
      return text.normalize('NFC').toLowerCase() || undefined;
    case 'text':
    case 'given-name':
    case 'full-name':
      return folded(text) || undefined;
    case 'surname':
      return surname(text)
        ?.map((part) => part.text)
        .join(' ');
    case 'code':
      return compact(text) || undefined;
    case 'birth-date':
      return day(text)?.digits;
    case 'email':
      return mail(text, comparison)?.text;
    case 'phone':
      return phone(text, comparison.country);
  }
}

/** Of `never`: the first attribute that both have and that differs. */
export function contradiction(
  { never }: SimilarRule,
  left: Attributes,
  right: Attributes,
): string | undefined {
  return never.find((name) => {
    const [a, b] = [scalars(left[name]), scalars(right[name])];
    if (a.length === 0 || b.length === 0) return false;
    const known = new Set(b.map((value) => folded(String(value))));
    return !a.some((value) => known.has(folded(String(value))));
  });
}
