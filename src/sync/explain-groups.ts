/** In which groups made by rule a person would be: with other values, or on another day. */

import type { Identity } from '../identity/identity.ts';
import type { RuleStanding } from '../warehouse/rule-group-views.ts';
import { MEMBER_KIND } from '../warehouse/rule-groups.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';

/**
 * What is assumed of a subject, in the groups that follow from it.
 *
 * @param past Who was in which group then is known, and not worked out.
 */
export function regrouping(
  { warehouse, now }: Engine,
  at: Date | undefined,
  past: boolean,
): (known: Subject, assumed: Subject) => Subject {
  return (known, assumed) =>
    assumed === known && (at === undefined || past)
      ? assumed
      : { ...assumed, identity: warehouse.regrouped(assumed.identity, at ?? now()) };
}

/** Every group, and why somebody is in it or not. */
export function rulesOn(
  identity: Identity,
  at: Date | undefined,
  { warehouse, now }: Engine,
): readonly RuleStanding[] {
  return identity.kind === MEMBER_KIND ? warehouse.ruleStandings(identity, at ?? now()) : [];
}
