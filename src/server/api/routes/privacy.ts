/** What is stored about one person: everything, for whoever may see all of it, and that it ends. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { listOf } from '../schemas/named.ts';
import {
  allowBody,
  eraseBody,
  erasure,
  erasurePlan,
  erasureQuery,
  personExport,
  privacyReport,
} from '../schemas/privacy.ts';
import { nothing, personOf, runsQuery } from '../schemas/request.ts';
import { started } from './work.ts';

export const PRIVACY: readonly Endpoint[] = [
  endpoint({
    name: 'exportPerson',
    method: 'get',
    path: '/people/{person}/export',
    summary: 'Everything that is stored about one person, as one document.',
    parameters: personOf,
    query: nothing,
    answers: { type: 'json', schema: personExport },
    refuses: ['unknown-person', 'ambiguous-person'],
    work: async ({ path, verbs }) => ({
      type: 'document',
      name: 'person.json',
      value: await verbs.exportPerson(path.person),
    }),
  }),
  endpoint({
    name: 'planErasure',
    method: 'get',
    path: '/people/{person}/erasure',
    summary:
      'What an erasure would take away, what it would leave and why, and what is in its way.',
    parameters: personOf,
    query: erasureQuery,
    answers: { type: 'json', schema: erasurePlan },
    refuses: ['unknown-person', 'ambiguous-person'],
    work: async ({ path, query, verbs }) => ({
      type: 'json',
      value: await verbs.planErasure({ ...path, ...query }),
    }),
  }),
  endpoint({
    name: 'erasePerson',
    method: 'post',
    path: '/people/{person}/erasure',
    summary: 'Takes everything about one person away that need not be kept; ends with the proof.',
    parameters: personOf,
    query: nothing,
    body: eraseBody,
    answers: { type: 'task' },
    refuses: ['unknown-person', 'ambiguous-person', 'erasure-blocked', 'already-erased', 'busy'],
    work: async ({ path, body, caller, verbs, tasks }) =>
      started(
        tasks.start(caller.tenant, 'erase', (_, watch) =>
          verbs.erasePerson({ ...path, ...body }, watch),
        ),
      ),
  }),
  endpoint({
    name: 'listErasures',
    method: 'get',
    path: '/erasures',
    summary: 'Proofs of erasures, the newest first.',
    parameters: nothing,
    query: runsQuery,
    answers: { type: 'json', schema: listOf('Erasures', erasure) },
    work: async ({ query, verbs }) => ({
      type: 'json',
      value: { items: await verbs.erasures(query.limit) },
    }),
  }),
  endpoint({
    name: 'getPrivacyReport',
    method: 'get',
    path: '/privacy/report',
    summary: 'What is read about people, what for, and what is stored and never used.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: privacyReport },
    work: async ({ verbs }) => ({ type: 'json', value: await verbs.privacyReport() }),
  }),
  endpoint({
    name: 'allowRecord',
    method: 'post',
    path: '/suppressions/lift',
    summary: 'Lets a record be taken again that was suppressed.',
    parameters: nothing,
    query: nothing,
    body: allowBody,
    answers: { type: 'json', schema: allowBody },
    refuses: ['not-suppressed'],
    work: async ({ body, verbs }) => {
      await verbs.allowRecord(body);
      return { type: 'json', value: body };
    },
  }),
];
