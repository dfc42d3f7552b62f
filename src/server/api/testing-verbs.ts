/** Verbs of a tenant for tests. */

import type { Verbs } from '../../sync/verbs.ts';
import { AUDIT_VERBS } from './testing-audit.ts';
import { DECISION_VERBS } from './testing-decisions.ts';
import { each } from './testing-each.ts';
import { RULE_GROUP, RULE_MEMBER } from './testing-groups.ts';
import { historyVerbs } from './testing-history.ts';
import { entryOf } from './testing-log.ts';
import { ADA, EXPLAINED } from './testing-person.ts';
import { PRIVACY_VERBS } from './testing-privacy.ts';
import { AT, OUTCOME, PLAN, PLAN_VERBS, REPORT } from './testing-run.ts';

/** Verbs that answer as told, and otherwise always the same. */
export function testVerbs(verbs: Partial<Verbs> = {}): Verbs {
  return { ...VERBS, ...verbs };
}

const VERBS: Verbs = {
  run: async () => REPORT,
  plan: async () => ({ verdict: 'held', readings: REPORT.readings, targets: [] }),
  apply: async (lines) => {
    for await (const _ of lines);
    return REPORT;
  },
  release: async () => REPORT,
  provision: async () => ({
    verdict: 'failed',
    identity: 'i-ada',
    label: 'ada@contoso.com',
    targets: [{ target: 'ramp', outcomes: [OUTCOME] }],
  }),
  explain: async () => EXPLAINED,
  ...historyVerbs(ADA),
  reconcile: async ({ system }) => ({
    verdict: 'done',
    target: system,
    startedAt: AT,
    milliseconds: 10,
    compared: [],
    found: [{ type: 'changed', path: 'title', state: 'open', count: 1 }],
    settled: { reverting: 0, adopted: 0, linked: 0, imported: 0, accepted: 0, refused: [] },
  }),
  drift: () =>
    each([
      {
        target: 'ramp',
        kind: 'user',
        account: 'u1',
        path: 'urn:ramp:User:phone',
        type: 'changed',
        state: 'open',
        label: 'ada@contoso.com',
        current: '+46 70 222 22 22',
        since: AT,
      },
    ]),
  undo: async ({ run }) => ({
    verdict: 'held',
    run,
    targets: [
      {
        target: 'ramp',
        plan: PLAN,
        left: { 'cannot-be-undone': 1 },
        leftPeople: [{ label: 'bob@contoso.com', code: 'cannot-be-undone', message: 'deleted' }],
        remarks: ['mail that was sent stays sent'],
      },
    ],
  }),
  resume: async () => REPORT,
  status: async () => ({
    sources: [{ system: 'hr', kind: 'user', readAt: AT, records: 800 }],
    targets: [
      {
        target: 'ramp',
        managed: 800,
        due: 3,
        oldestDue: AT,
        escrowed: 1,
        refused: 2,
        health: { state: 'well', attempts: 0 },
        plan: PLAN,
      },
    ],
    lanes: [{ work: 'read', system: 'entra', host: 'build-7', pid: 4711 }],
    lastRun: { id: 'run-1', startedAt: AT, finishedAt: AT, report: REPORT },
    reviews: 1,
  }),
  log: () => each([OUTCOME]),
  entries: () => each([entryOf(OUTCOME)]),
  unsent: () =>
    each([
      {
        target: 'ramp',
        identity: 'i-ada',
        label: 'ada@contoso.com',
        code: 'missing-required',
        message: 'department is absent',
        since: AT,
        attempts: 0,
      },
    ]),
  groups: async () => [RULE_GROUP],
  groupMembers: () => each([RULE_MEMBER]),
  runs: async () => [{ id: 'run-1', startedAt: AT, finishedAt: AT, report: REPORT }],
  ...DECISION_VERBS,
  ...PLAN_VERBS,
  systems: async () => ['hr', 'ramp'],
  people: async (name) => (name.startsWith('ada') || name === 'i-ada' ? [ADA] : []),
  ...AUDIT_VERBS,
  ...PRIVACY_VERBS,
  findRun: async (id) => (id === 'run-1' ? { id, startedAt: AT, report: REPORT } : undefined),
};
