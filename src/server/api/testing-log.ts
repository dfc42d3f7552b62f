/** The provisioning log of the tenant for tests. */

import type { OutcomeRow } from '../../sync/ledger.ts';
import type { LogEntry } from '../../sync/log-entry.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');
const PHONE = '+46 70 222 22 22';

/** An outcome with all five steps, and a private phone number wherever one can be. */
export function entryOf(outcome: OutcomeRow): LogEntry {
  return {
    ...outcome,
    attempts: 1,
    steps: {
      import: {
        cause: 'changed',
        since: AT,
        records: [{ system: 'entra', kind: 'user', id: 'e-ada' }],
        sources: [{ system: 'entra', kind: 'user', readAt: AT }],
      },
      scope: {
        reason: 'source-changed',
        verdict: true,
        facts: [{ type: 'active', verdict: true, seen: { present: true, privatePhone: PHONE } }],
      },
      match: { result: 'linked', account: { system: 'ramp', kind: 'user', id: 'u1' }, tried: [] },
      plan: {
        plan: 'p7',
        madeAt: AT,
        configVersion: 'v1',
        changes: [
          {
            type: 'mapping',
            path: 'urn:ramp:User:phone',
            after: PHONE,
            expression: 'Trim([privatePhone])',
            inputs: { privatePhone: PHONE },
            origin: 'hr',
          },
        ],
        held: { title: 'Analyst' },
      },
      write: {
        result: 'failed',
        attempts: 1,
        milliseconds: 12,
        exchanges: [
          {
            attempt: 1,
            method: 'PATCH',
            path: '/Users/42',
            status: 400,
            milliseconds: 11,
            requestId: 'r-1',
            sent: { Operations: [{ op: 'replace', path: 'urn:ramp:User:phone', value: PHONE }] },
            answer: { detail: `${PHONE} is no number` },
          },
        ],
        remedy: 'mend it',
      },
    },
  };
}
