/** The trail, for the tests of the API. */

import type { Checkpoint } from '../../audit/checkpoint.ts';
import { type AuditEntry, GENESIS } from '../../audit/entry.ts';
import type { Verbs } from '../../sync/verbs.ts';
import { each } from './testing-each.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');

const AUDITED: AuditEntry = {
  number: 1,
  at: AT,
  actor: '=ada@build-7',
  action: 'run-started',
  digest: 'd'.repeat(64),
  previous: GENESIS,
  hash: 'a'.repeat(64),
  payload: { salt: '5a17', subject: 'run-1', detail: { trigger: 'command', tries: [1, 2] } },
};

export const CHECKPOINT: Checkpoint = {
  tenant: 'contoso',
  at: AT,
  number: 1,
  hash: AUDITED.hash,
  count: 1,
};

export const AUDIT_VERBS: Pick<Verbs, 'audit' | 'verifyAudit' | 'auditCheckpoint'> = {
  audit: () => each([AUDITED]),
  verifyAudit: async () => ({
    whole: true,
    entries: 1,
    first: 1,
    last: 1,
    pruned: 0,
    erased: 0,
  }),
  auditCheckpoint: async () => CHECKPOINT,
};
