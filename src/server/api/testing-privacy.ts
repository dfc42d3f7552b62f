/** Data protection in the tenant for tests. */

import type { Erasure } from '../../sync/privacy-erase.ts';
import type { Verbs } from '../../sync/verbs.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');

const REF = { system: 'hr', kind: 'user', id: '4711' };

const IDENTITY = {
  table: 'identity',
  what: 'the merged identity: values, and which system each came from',
};

const PROOF = {
  table: 'erasure',
  what: 'the proof that the person was erased',
  rows: 1,
  why: 'the proof itself',
};

export const ERASURE: Erasure = {
  id: '5e2f',
  person: 'i-ada',
  reason: 'asked for by letter',
  begunAt: AT,
  finishedAt: AT,
  digest: '0'.repeat(64),
  erased: [{ ...IDENTITY, rows: 1 }],
  kept: [PROOF],
  suppressed: 1,
  left: ['ramp'],
  audit: { number: 7, hash: '1'.repeat(64) },
  overwritten: 'done',
};

export const PRIVACY_VERBS: Pick<
  Verbs,
  'exportPerson' | 'planErasure' | 'erasePerson' | 'erasures' | 'allowRecord' | 'privacyReport'
> = {
  exportPerson: async () => ({
    format: 1,
    tenant: 'default',
    exportedAt: AT,
    person: { id: 'i-ada', kind: 'user', label: 'ada@contoso.com', formerly: [], records: [REF] },
    holdings: [
      {
        ...IDENTITY,
        rows: [{ id: 'i-ada', attributes: { privatePhone: '+46 70 222 22 22' } }],
      },
    ],
    impersonal: [{ table: 'lease', why: 'which process is at work' }],
  }),
  planErasure: async ({ suppress = false }) => ({
    person: { id: 'i-ada', kind: 'user', label: 'ada@contoso.com' },
    blocks: suppress
      ? []
      : [
          {
            type: 'in-source',
            system: 'hr',
            message: 'hr has the record 4711, and its next reading would bring the person back',
            remedy: 'delete it there and run lockstep run',
          },
        ],
    erased: [{ ...IDENTITY, rows: 1 }],
    kept: [PROOF],
    suppressed: suppress ? 1 : 0,
    ends: [],
  }),
  erasePerson: async () => ERASURE,
  erasures: async () => [ERASURE],
  allowRecord: async () => {},
  privacyReport: async () => ({
    sources: [
      {
        system: 'hr',
        kind: 'user',
        asked: [
          {
            attribute: 'dept',
            as: ['department'],
            uses: [{ type: 'mapping', of: 'ramp: department' }],
            sensitive: false,
            idle: false,
            records: 3,
          },
        ],
        unasked: ['birthDate'],
        stored: {
          records: 3,
          unused: [{ attribute: 'iban', records: 2, sensitive: true }],
        },
      },
    ],
    retention: [{ attribute: 'department', seconds: 86_400, leavers: 3, forgotten: 2 }],
  }),
};
