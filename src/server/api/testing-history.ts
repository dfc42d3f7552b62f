/** The past of people for tests, with what is private wherever it can be. */

import type { Identity } from '../../identity/identity.ts';
import type { Verbs } from '../../sync/verbs.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');
const BORN = { path: 'birthDate', system: 'hr', rank: 1, present: true };

export function historyVerbs(identity: Identity): Pick<Verbs, 'showIdentity' | 'identityHistory'> {
  const [ref] = identity.links;
  if (ref === undefined) throw new TypeError('somebody without any record');
  return {
    showIdentity: async ({ asOf }) => ({
      identity,
      label: 'ada@contoso.com',
      ...(asOf && { asOf }),
      keptSince: AT,
      values: [
        {
          path: 'birthDate',
          value: '1990-12-10',
          origin: 'hr',
          record: ref,
          since: AT,
          run: 'run-1',
          offers: [
            { ...BORN, value: '1990-12-10', wins: true },
            { ...BORN, system: 'entra', value: '1990-10-12', wins: false, verdict: 'later' },
          ],
        },
      ],
    }),
    identityHistory: async () => ({
      identity: identity.id,
      label: 'ada@contoso.com',
      keptSince: AT,
      entries: [
        {
          at: AT,
          type: 'changed',
          cause: { type: 'reading', system: 'hr', kind: 'user', run: 'run-1' },
          records: [ref],
          changes: [{ path: 'birthDate', before: '1990-10-12', after: '1990-12-10', origin: 'hr' }],
          linked: [],
          unlinked: [],
        },
      ],
      more: false,
    }),
  };
}
