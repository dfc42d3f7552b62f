/** People, and why they are provisioned or not. */

import { REDACTED } from '../../../mapping/redacted.ts';
import type { Omission } from '../../../plan/plan.ts';
import type { Explained, TargetExplanation, ValueExplanation } from '../../../sync/verbs.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { ApiProblem } from '../problem.ts';
import { listOf } from '../schemas/named.ts';
import { explained, identity } from '../schemas/person.ts';
import { explanationQuery, nothing, peopleQuery, personOf } from '../schemas/request.ts';
import { knownSystems } from './known.ts';

export const PEOPLE: readonly Endpoint[] = [
  endpoint({
    name: 'findPeople',
    method: 'get',
    path: '/people',
    summary: 'Everybody known by exactly that name, compared without case.',
    parameters: nothing,
    query: peopleQuery,
    answers: { type: 'json', schema: listOf('People', identity) },
    work: async ({ query, verbs }) => ({
      type: 'json',
      value: { items: await verbs.people(query.q) },
    }),
  }),
  endpoint({
    name: 'explainPerson',
    method: 'get',
    path: '/people/{person}/explanation',
    summary: 'Why, why not, and what if, for each target. Writes nothing.',
    parameters: personOf,
    query: explanationQuery,
    answers: { type: 'json', schema: explained },
    refuses: [
      'unknown-person',
      'ambiguous-person',
      'unknown-system',
      'unknown-attribute',
      'attribute-hidden',
      'past-not-kept',
      'nobody-then',
      'moment-to-come',
    ],
    work: async ({ path, query, verbs, signal, hides }) => {
      const { system, set = [], group, without, at, asOf, attribute } = query;
      if (system !== undefined) await knownSystems(verbs, [system]);
      const assumed = assumptions([set].flat());
      const asked = [...Object.keys(assumed), ...(attribute === undefined ? [] : [attribute])];
      refuseHidden(asked, hides);
      const request = {
        ...path,
        ...(system !== undefined && { system }),
        ...(set.length > 0 && { set: assumed }),
        ...(group !== undefined && { group }),
        ...(without !== undefined && { without }),
        ...(at !== undefined && { at }),
        ...(asOf !== undefined && { asOf }),
        ...(attribute !== undefined && { attribute }),
      };
      const watch = { signal, progress: () => {} };
      const value = await verbs.explain(request, watch);
      // Asked for one date after the other, a verdict would tell a date that is not shown.
      if (at !== undefined || asOf !== undefined || without !== undefined)
        refuseHidden(seenIn(value), hides);
      return {
        type: 'json',
        value: {
          ...value,
          ...(value.values && { values: value.values.map(computedFor(hides)) }),
          targets: value.targets.map(tellsTo(hides)),
        },
      };
    },
  }),
];

function assumptions(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const end = text.indexOf('=');
      return [text.slice(0, end), text.slice(end + 1)];
    }),
  );
}

function refuseHidden(names: readonly string[], hides: (name: string) => boolean): void {
  const hidden = names.find(hides);
  if (hidden !== undefined) throw guessing(hidden);
}

/** What decides whether somebody is in, and what would be written. */
function seenIn({ targets, ruleGroups }: Explained): readonly string[] {
  const byRule = ruleGroups.flatMap(({ clauses }) =>
    clauses.flatMap(({ seen }) => Object.keys(seen)),
  );
  return [...byRule, ...targets.flatMap(({ steps }) => [...scopedBy(steps), ...mappedFrom(steps)])];
}

function scopedBy(steps: TargetExplanation['steps']): readonly string[] {
  return steps.flatMap((step) =>
    step.type === 'scope' ? step.clauses.flatMap(({ seen }) => Object.keys(seen)) : [],
  );
}

function mappedFrom(steps: TargetExplanation['steps']): readonly string[] {
  return steps.flatMap((step) => (step.type === 'mapping' ? Object.keys(step.inputs) : []));
}

/**
 * Sentences cite a value in words of their own, shortened or quoted, where nothing finds it again.
 * One that may cite a hidden value is not told.
 */
function tellsTo(
  hides: (name: string) => boolean,
): (explained: TargetExplanation) => TargetExplanation {
  return (explained) => {
    const { steps, decision, fact, due } = explained;
    const isCited = 'code' in decision && CITED[decision.code]?.(steps).some(hides);
    const mayHold = due?.escrow !== undefined && mappedFrom(steps).some(hides);
    return {
      ...explained,
      ...(isCited && { decision: { ...decision, message: REDACTED } }),
      ...(isCited && fact && { fact: { message: REDACTED } }),
      ...(mayHold && { due: { ...due, escrow: { ...due.escrow, message: REDACTED } } }),
    };
  };
}

/** The same of an expression that failed. */
function computedFor(
  hides: (name: string) => boolean,
): (explained: ValueExplanation) => ValueExplanation {
  return (explained) => {
    const { computed } = explained;
    if (computed?.message === undefined || !Object.keys(computed.inputs).some(hides)) {
      return explained;
    }
    return { ...explained, computed: { ...computed, message: REDACTED } };
  };
}

/** Whose values the sentence of a decision may hold. */
const CITED: Readonly<
  Partial<Record<Omission['code'], (steps: TargetExplanation['steps']) => readonly string[]>>
> = {
  'out-of-scope': scopedBy,
  'mapping-failed': mappedFrom,
  'refused-by-precheck': mappedFrom,
};

/** Whether an assumed value changes anything would tell what the value is. */
function guessing(attribute: string): ApiProblem {
  return new ApiProblem(403, 'attribute-hidden', `${attribute} is not shown to viewers`, {
    remedy: 'ask somebody with the role operator',
  });
}
