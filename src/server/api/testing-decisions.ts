/** Doubt about who is who, and what was decided, for the tests of the API. */

import type { Verbs } from '../../sync/verbs.ts';
import type { Decision } from '../../warehouse/decision.ts';
import { ADA } from './testing-person.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');

const DECISION: Decision = {
  id: 'decision-1',
  type: 'joined',
  at: AT,
  identity: 'i-ada',
  records: [{ system: 'hr', kind: 'user', id: '4711' }],
  detached: [],
};

export const DECISION_VERBS: Pick<
  Verbs,
  | 'reviews'
  | 'review'
  | 'decideReview'
  | 'decisions'
  | 'undoDecision'
  | 'mergePeople'
  | 'unmergePerson'
> = {
  reviews: async () => [
    {
      id: 'r1',
      kind: 'ambiguous-match',
      system: 'ramp',
      subject: 'ada@contoso.com',
      message: 'two accounts match',
      candidates: [{ id: 'u1', label: 'ada' }],
      since: AT,
    },
  ],
  review: async (id) => ({
    item: {
      id,
      kind: 'ambiguous-join',
      system: 'hr',
      subject: '4711',
      message: 'an identity is similar to this record by givenName, but not beyond doubt',
      candidates: [
        {
          id: 'i-ada',
          label: 'ada@contoso.com',
          alike: {
            confidence: 0.83,
            otherwise: 'twin',
            evidence: [{ attribute: 'privatePhone', level: 'same', bits: 1.7 }],
          },
        },
      ],
      since: AT,
    },
    record: {
      ref: { system: 'hr', kind: 'user', id: '4711' },
      attributes: { givenName: 'Ada', privatePhone: '+46 70 222 22 22' },
    },
    people: [ADA],
  }),
  decideReview: async () => DECISION,
  decisions: async () => [DECISION],
  undoDecision: async () => ({ ...DECISION, undoneAt: AT }),
  mergePeople: async () => ({ ...DECISION, type: 'merged', other: 'i-bob' }),
  unmergePerson: async () => ({ ...DECISION, type: 'unmerged', other: 'i-bob' }),
};
