/** A tenant for tests: verbs that answer as told, and requests that are checked like every client's. */

import { expect } from 'vitest';
import type { z } from 'zod';
import type { Checkpoint } from '../../audit/checkpoint.ts';
import { type AuditEntry, GENESIS } from '../../audit/entry.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Operation } from '../../plan/plan.ts';
import type { StoredPlan } from '../../plan/plans.ts';
import type { RunReport } from '../../sync/engine.ts';
import type { OutcomeRow } from '../../sync/ledger.ts';
import type { WithReport } from '../../sync/plan-with.ts';
import type { Explained, Verbs } from '../../sync/verbs.ts';
import type { Decision } from '../../warehouse/decision.ts';
import { apiService } from './api.ts';
import type { TryOut } from './endpoint.ts';
import type { Role } from './policy.ts';
import { type Hidden, hiddenAttributes } from './shown.ts';
import { openTasks } from './tasks.ts';
import { ACCESS, TENANTS } from './testing-access.ts';
import { RULE_GROUP, RULE_MEMBER } from './testing-groups.ts';
import { historyVerbs } from './testing-history.ts';
import { entryOf } from './testing-log.ts';
import { PRIVACY_VERBS } from './testing-privacy.ts';

const AT = new Date('2026-03-01T10:00:00.000Z');

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

const UPDATE: Operation = {
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

const OUTCOME: OutcomeRow = {
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

const ADA: Identity = {
  id: 'i-ada',
  kind: 'user',
  attributes: {
    userPrincipalName: 'ada@contoso.com',
    birthDate: '1990-12-10',
    privatePhone: '+46 70 222 22 22',
  },
  origins: { userPrincipalName: 'entra', birthDate: 'hr', privatePhone: 'hr' },
  links: [{ system: 'hr', kind: 'user', id: '17' }],
  present: true,
};

const EXPLAINED: Explained = {
  identity: ADA,
  label: 'ada@contoso.com',
  records: [
    { ref: { system: 'hr', kind: 'user', id: '17' }, attributes: { geburtstag: '1990-12-10' } },
  ],
  assumed: {},
  ruleGroups: [],
  names: [],
  targets: [
    {
      target: 'ramp',
      account: {
        ref: { system: 'ramp', kind: 'user', id: 'u1' },
        current: {
          userName: 'ada@contoso.com',
          'urn:ramp:User': { phone: '+46 70 111 11 11', desk: 'B2' },
        },
        asked: { 'urn:ramp:User:phone': '+46 70 111 11 11' },
        answered: { 'urn:ramp:User:phone': '+46 70 111 11 11' },
      },
      steps: [
        { type: 'active', verdict: true, seen: { accountEnabled: true } },
        {
          type: 'mapping',
          path: 'urn:ramp:User:phone',
          expression: '[privatePhone]',
          inputs: { privatePhone: '+46 70 222 22 22' },
          origins: { privatePhone: 'hr' },
          result: 'value',
          value: '+46 70 222 22 22',
        },
      ],
      decision: UPDATE,
      waits: [],
      history: [OUTCOME],
    },
  ],
};

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

const DECISION: Decision = {
  id: 'decision-1',
  type: 'joined',
  at: AT,
  identity: 'i-ada',
  records: [{ system: 'hr', kind: 'user', id: '4711' }],
  detached: [],
};

/** `privatePhone` goes to Ramp under another name. */
const HIDDEN: Hidden = hiddenAttributes([
  {
    mapping: {
      rows: [
        {
          row: { path: 'urn:ramp:User:phone', expression: '[privatePhone]' },
          inputs: ['privatePhone'],
        },
        {
          row: { path: 'nickName', expression: 'Redact([nick])' },
          inputs: ['nick'],
          redacted: true,
        },
      ],
    },
  },
] as never);

/** Verbs that answer as told, and otherwise with what is above. */
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
  reviews: async () => [
    {
      id: 'r1',
      kind: 'ambiguous-match',
      system: 'ramp',
      subject: 'ada@contoso.com',
      message: 'two accounts match',
      candidates: [{ id: 'u1', label: 'ada' }],
      since: AT,
    },
  ],
  review: async (id) => ({
    item: {
      id,
      kind: 'ambiguous-join',
      system: 'hr',
      subject: '4711',
      message: 'an identity is similar to this record by givenName, but not beyond doubt',
      candidates: [
        {
          id: 'i-ada',
          label: 'ada@contoso.com',
          alike: {
            confidence: 0.83,
            otherwise: 'twin',
            evidence: [{ attribute: 'privatePhone', level: 'same', bits: 1.7 }],
          },
        },
      ],
      since: AT,
    },
    record: {
      ref: { system: 'hr', kind: 'user', id: '4711' },
      attributes: { givenName: 'Ada', privatePhone: '+46 70 222 22 22' },
    },
    people: [ADA],
  }),
  decideReview: async () => DECISION,
  decisions: async () => [DECISION],
  undoDecision: async () => ({ ...DECISION, undoneAt: AT }),
  mergePeople: async () => ({ ...DECISION, type: 'merged', other: 'i-bob' }),
  unmergePerson: async () => ({ ...DECISION, type: 'unmerged', other: 'i-bob' }),
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
  systems: async () => ['hr', 'ramp'],
  people: async (name) => (name.startsWith('ada') || name === 'i-ada' ? [ADA] : []),
  findPlan: async (name) => (['abc123', 'abc', 'k7', 'ramp'].includes(name) ? PLAN : undefined),
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
  ...PRIVACY_VERBS,
  findRun: async (id) => (id === 'run-1' ? { id, startedAt: AT, report: REPORT } : undefined),
};

export async function* each<Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values;
}

const WITH: WithReport = {
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

/** Whatever begins like a configuration would do the same. */
const tryOut: TryOut = async (text) =>
  text === undefined || text.startsWith('systems:')
    ? { ok: true, value: async () => WITH }
    : {
        ok: false,
        problems: [
          {
            code: 'unknown-key',
            severity: 'error',
            message: 'there is no key "sistems"',
            place: { line: 1, column: 1 },
          },
        ],
      };

export interface TestApi {
  /** A request as somebody of a role; of `nobody` without a token. */
  ask(
    role: Role | 'nobody',
    method: string,
    path: string,
    options?: { readonly body?: string; readonly headers?: Record<string, string> },
  ): Promise<Response>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly bugs: unknown[];
  settled(): Promise<void>;
}

export function testApi(verbs: Partial<Verbs> = {}): TestApi {
  const bugs: unknown[] = [];
  const tasks = openTasks({
    signal: new AbortController().signal,
    now: () => AT,
    onBug: (error) => bugs.push(error),
    most: 3,
  });
  const app = apiService({
    authenticate: async (token) => {
      const [tenant, role] = token.split('.') as [string, Role];
      const known = tenant === 'contoso' || tenant === 'fabrikam';
      return known ? { tenant, role, token: `of-${role}` } : undefined;
    },
    open: async () => ({
      ...{ verbs: testVerbs(verbs), tryOut, hidden: HIDDEN },
      access: async (tenant = 'contoso') => (tenant === 'fabrikam' ? undefined : ACCESS),
      tenants: TENANTS,
    }),
    tasks,
    onBug: (error) => bugs.push(error),
  });
  const fetch = async (request: Request) => app.fetch(request);
  return {
    bugs,
    fetch,
    settled: () => tasks.settled(),
    ask: async (role, method, path, { body, headers = {} } = {}) =>
      fetch(
        new Request(`http://localhost${path}`, {
          method,
          headers: {
            ...(role !== 'nobody' && { authorization: `Bearer contoso.${role}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body }),
        }),
      ),
  };
}

/** Says all that its schema says, and nothing else. */
export function expectToFit(schema: z.ZodType, text: string): void {
  const json: unknown = JSON.parse(text);
  const decoded = schema.safeDecode(json as never);
  expect(decoded.error).toBeUndefined();
  expect(JSON.parse(JSON.stringify(decoded.data))).toEqual(json);
}
