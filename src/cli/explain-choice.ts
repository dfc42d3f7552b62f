/** How an attribute came to its value: the rule, the expression, and everybody who offers one. */

import type { ValueExplanation } from '../sync/verbs.ts';
import type { TextOf } from './explain-text.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';

type Rule = NonNullable<ValueExplanation['rule']>;
type Computed = NonNullable<ValueExplanation['computed']>;
type Offer = ValueExplanation['offers'][number];

const RULES: Readonly<Record<Rule['merge'], string>> = {
  precedence: 'the first who has a value',
  recency: 'whoever changed it last',
  union: 'the values of all',
};

const RESULTS: Readonly<Record<Computed['result'], string | undefined>> = {
  merged: 'not needed: a source has a value',
  computed: undefined,
  kept: 'drawn once, and the same ever since',
  undrawn: 'no name is free, or there is nothing to make one of',
  failed: 'it failed, and the value from before stays',
};

/** Nothing where there is no rule but the order of the systems. */
export function sayRule({ rule, computed }: ValueExplanation, text: TextOf, out: Output): void {
  const { paint } = out;
  if (rule !== undefined && (rule.merge !== 'precedence' || rule.from !== undefined)) {
    const from = rule.from === undefined ? '' : `, from ${rule.from}`;
    out.say(paint('grey', `  ${RULES[rule.merge]}${from}`));
  }
  if (computed === undefined) return;
  const { expression, inputs, result, message } = computed;
  out.say(`  computed: ${expression}`);
  const rows = Object.entries(inputs).map(([name, value]) => [`[${name}]`, text(value)]);
  for (const line of tableLines(rows, { width: out.width, indent: 4 })) out.say(line);
  const why = RESULTS[result];
  if (why !== undefined) out.say(paint('grey', `  ${why}`));
  if (message !== undefined) out.say(paint('yellow', `  ${message}`));
}

const VERDICTS: Readonly<Record<NonNullable<Offer['verdict']>, string>> = {
  wins: 'this one counts',
  joins: 'counts with the others',
  later: 'another comes first',
  older: 'another is newer',
  'not-asked': 'not asked for this attribute',
  condition: 'its condition does not hold',
  empty: '',
  gone: '',
};

/** Whose it is, what it is, how it ranks, how old it is, and why it counts or does not. */
export function offerRow(
  offer: Offer,
  { computed, past }: { readonly computed: boolean; readonly past: boolean },
  text: TextOf,
  { paint }: Output,
): readonly string[] {
  const { system, value, wins } = offer;
  const verdict = computed && wins ? 'what the expression may read' : verdictText(offer);
  return [
    system,
    value === undefined ? 'no value' : text(value),
    // Of the past it is known whose value counted, not in what order they were asked.
    past ? '' : paint('grey', rankText(offer)),
    paint('grey', ageText(offer)),
    paint(wins && !computed ? 'green' : 'grey', verdict),
  ];
}

function rankText({ present, authoritative, rank }: Offer): string {
  if (!present) return 'the record is gone, or does not count now';
  return authoritative ? 'authoritative' : `precedence ${rank}`;
}

function ageText({ changedAt, readSince }: Offer): string {
  if (changedAt !== undefined) return `changed ${changedAt.toISOString()}`;
  return readSince === undefined ? '' : `since ${readSince.toISOString()}`;
}

function verdictText({ verdict, wins }: Offer): string {
  if (verdict !== undefined) return VERDICTS[verdict];
  return wins ? 'this one counts' : '';
}
