/** Who did what, and whether that is still what was written down. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { auditEntry, auditVerdict, checkpoint } from '../schemas/audit.ts';
import { auditQuery, nothing, verificationBody } from '../schemas/request.ts';
import { namedPerson } from './known.ts';

export const AUDIT: readonly Endpoint[] = [
  endpoint({
    name: 'listAudit',
    method: 'get',
    path: '/audit',
    summary: 'Who did what and when, the newest first.',
    parameters: nothing,
    query: auditQuery,
    answers: { type: 'lines', schema: auditEntry },
    refuses: ['unknown-person', 'ambiguous-person'],
    work: async ({ query: { person, ...query }, verbs }) => {
      const id = person === undefined ? {} : { person: (await namedPerson(person, verbs)).id };
      return { type: 'lines', items: verbs.audit({ ...query, ...id, format: 'json' }) };
    },
  }),
  endpoint({
    name: 'verifyAudit',
    method: 'post',
    path: '/audit/verification',
    summary: 'Walks the chain of entries, and names the first place where it is broken.',
    parameters: nothing,
    query: nothing,
    body: verificationBody,
    answers: { type: 'json', schema: auditVerdict },
    refuses: ['checkpoint-forged', 'audit-key-unusable'],
    work: async ({ body, verbs }) => ({
      type: 'json',
      value: await verbs.verifyAudit(body.checkpoint),
    }),
  }),
  endpoint({
    name: 'getAuditCheckpoint',
    method: 'get',
    path: '/audit/checkpoint',
    summary: 'Where the chain ends now, to be kept elsewhere; signed if there is a key.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: checkpoint },
    refuses: ['audit-key-unusable'],
    work: async ({ verbs }) => ({ type: 'json', value: await verbs.auditCheckpoint() }),
  }),
];
