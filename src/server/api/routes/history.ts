/** Who people are and were, and what changed. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { personHistory, shownIdentity } from '../schemas/history.ts';
import { historyQuery, personOf, showQuery } from '../schemas/request.ts';

export const HISTORY: readonly Endpoint[] = [
  endpoint({
    name: 'showIdentity',
    method: 'get',
    path: '/people/{person}/identity',
    summary:
      'Every value with its origin, its age and who else offers one; now, or as of a moment.',
    parameters: personOf,
    query: showQuery,
    answers: { type: 'json', schema: shownIdentity },
    refuses: [
      'unknown-person',
      'ambiguous-person',
      'nobody-then',
      'past-not-kept',
      'moment-to-come',
    ],
    work: async ({ path, query, verbs }) => ({
      type: 'json',
      value: await verbs.showIdentity({ ...path, ...query }),
    }),
  }),
  endpoint({
    name: 'identityHistory',
    method: 'get',
    path: '/people/{person}/history',
    summary: 'What changed about somebody, from which source, in which run; the newest first.',
    parameters: personOf,
    query: historyQuery,
    answers: { type: 'json', schema: personHistory },
    refuses: ['unknown-person', 'ambiguous-person'],
    work: async ({ path, query, verbs }) => ({
      type: 'json',
      value: await verbs.identityHistory({ ...path, ...query }),
    }),
  }),
];
