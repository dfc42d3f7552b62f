/** A plan, what became of it, and the run, for the tests of the API. */

import type { Operation } from '../../plan/plan.ts';
import type { StoredPlan } from '../../plan/plans.ts';
import type { RunReport } from '../../sync/engine.ts';
import type { OutcomeRow } from '../../sync/ledger.ts';
import type { WithReport } from '../../sync/plan-with.ts';
import type { Verbs } from '../../sync/verbs.ts';
import { each } from './testing-each.ts';

export const AT = new Date('2026-03-01T10:00:00.000Z');

export const PLAN: StoredPlan = {
  key: 'k7',
  id: 'abc123',
  target: 'ramp',
  createdAt: AT,
  configVersion: '1',
  state: 'held',
  counts: { disable: 212 },
  considered: 800,
  managed: 800,
  holds: [{ guard: 'disables', message: '212 of 800 accounts would be disabled' }],
};

export const UPDATE: Operation = {
  id: 'op1',
  identity: 'i-ada',
  label: 'ada@contoso.com',
  system: 'ramp',
  kind: 'user',
  reason: 'source-changed',
  cause: 'changed',
  generation: 3,
  after: [],
  origins: { title: 'hr', privatePhone: 'hr' },
  action: 'update',
  target: { system: 'ramp', kind: 'user', id: 'u1' },
  precondition: { held: { title: 'Analyst' }, touched: ['title'] },
  changes: [
    { path: 'title', before: 'Analyst', after: 'Lead analyst' },
    { path: 'urn:ramp:User:phone', before: '+46 70 111 11 11', after: '+46 70 222 22 22' },
  ],
};

export const OUTCOME: OutcomeRow = {
  entry: 'k7.3',
  at: AT,
  run: 'run-1',
  plan: 'k7',
  type: 'failed',
  operation: UPDATE,
  milliseconds: 12,
  failure: {
    kind: 'invalid',
    code: 'invalid',
    message: 'update user u1 in ramp: "+46 70 222 22 22" is no number',
  },
};

export const REPORT: RunReport = {
  run: 'run-1',
  verdict: 'held',
  startedAt: AT,
  milliseconds: 1200,
  readings: [
    {
      system: 'hr',
      kind: 'user',
      mode: 'full',
      milliseconds: 300,
      result: { seen: 800, added: 2, changed: 0, removed: 0, rejected: [], rejectedCount: 0 },
    },
  ],
  targets: [
    {
      target: 'ramp',
      plan: PLAN,
      done: {},
      failed: {},
      skipped: {},
      omitted: { 'missing-required': 3 },
      planMilliseconds: 20,
      applyMilliseconds: 0,
    },
  ],
};

export const WITH: WithReport = {
  verdict: 'held',
  people: 1204,
  targets: [
    {
      target: 'ramp',
      kind: 'user',
      considered: 1300,
      people: 1204,
      counts: { disable: 1204 },
      withdrawn: 2,
      refused: { 'missing-required': 3 },
      members: { added: 4, removed: 5 },
      holds: [{ guard: 'disables', message: '1204 of 1300 accounts would be disabled' }],
      samples: [UPDATE],
    },
  ],
  groups: [
    {
      name: 'sales',
      state: 'kept',
      joining: 1,
      leaving: 0,
      joins: ['ada@contoso.com'],
      leaves: [],
    },
  ],
  joins: [{ system: 'hr', kind: 'user', joining: 7, creating: 1, undecided: 2 }],
  milliseconds: 12,
};

export const PLAN_VERBS: Pick<Verbs, 'operations' | 'refusals' | 'planFile' | 'findPlan'> = {
  operations: () => each([{ position: 0, level: 0, awaited: false, operation: UPDATE }]),
  refusals: () =>
    each([
      {
        identity: 'i-bob',
        label: 'bob@contoso.com',
        generation: 1,
        code: 'missing-required',
        message: 'department is absent',
        refused: true,
      },
    ]),
  planFile: () =>
    each([
      JSON.stringify({
        format: 'lockstep-plan/1',
        id: 'abc123',
        target: 'ramp',
        createdAt: AT,
        configVersion: '1',
        operations: 1,
      }),
      JSON.stringify(UPDATE),
    ]),
  findPlan: async (name) => (['abc123', 'abc', 'k7', 'ramp'].includes(name) ? PLAN : undefined),
};
