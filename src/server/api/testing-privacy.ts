/** Data protection in the tenant for tests. */

import type { Verbs } from '../../sync/verbs.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');

const REF = { system: 'hr', kind: 'user', id: '4711' };

export const PRIVACY_VERBS: Pick<Verbs, 'exportPerson'> = {
  exportPerson: async () => ({
    format: 1,
    tenant: 'default',
    exportedAt: AT,
    person: { id: 'i-ada', kind: 'user', label: 'ada@contoso.com', formerly: [], records: [REF] },
    holdings: [
      {
        table: 'identity',
        what: 'the merged identity: values, and which system each came from',
        rows: [{ id: 'i-ada', attributes: { privatePhone: '+46 70 222 22 22' } }],
      },
    ],
    impersonal: [{ table: 'lease', why: 'which process is at work' }],
  }),
};
