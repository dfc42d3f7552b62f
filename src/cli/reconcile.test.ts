/** What reconciling and undoing tell people, from what the verbs answer. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { StoredPlan } from '../plan/plans.ts';
import type { ReconcileReport } from '../sync/reconcile.ts';
import type { DriftRow } from '../sync/reconcile-storage.ts';
import type { Verbs } from '../sync/verbs.ts';
import { runProgram } from './program.ts';
import type { Services } from './services.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-cli-'));
  await writeFile(
    path.join(folder, 'lockstep.yaml'),
    'systems:\n  ramp: { connector: file, options: {}, read: { user: {} } }\n',
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function lockstep(parameters: readonly string[], verbs: Partial<Verbs>) {
  let stdout = '';
  const services = {
    version: '1.2.3',
    world: {
      env: {},
      connectors: [
        { type: 'file', title: 'File', options: z.strictObject({}), defaultReadMap: {} },
      ],
      profiles: folder,
    },
    open: async () => ({
      engine: { now: () => new Date() },
      verbs,
      [Symbol.asyncDispose]: async () => {},
    }),
  } as unknown as Services;
  const terminal = {
    stdin: {},
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stdout += text) },
    env: {},
  };
  const typed = [...parameters, '--config', path.join(folder, 'lockstep.yaml')];
  const exit = await runProgram(typed, services, terminal, AbortSignal.timeout(10_000));
  return { exit, stdout };
}

const space = { target: 'ramp', kind: 'user' } as const;
const since = new Date('2026-03-02T08:00:00Z');

const ROWS: readonly DriftRow[] = [
  {
    ...space,
    account: '41',
    path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
    type: 'changed',
    state: 'open',
    label: 'ada@contoso.com',
    answered: 'R&D',
    current: 'Sales',
    changedAt: '2026-03-02T09:14:00Z',
    changedBy: 'grace',
    since,
  },
  {
    ...space,
    account: '97',
    type: 'orphan',
    state: 'open',
    label: 'kim@fabrikam.com',
    person: { id: 'i', label: 'kim@contoso.com' },
    since,
  },
];

const REPORT: ReconcileReport = {
  verdict: 'held',
  target: 'ramp',
  startedAt: since,
  milliseconds: 2000,
  compared: [
    {
      reading: { system: 'ramp', kind: 'user', mode: 'full', milliseconds: 900 },
      accounts: 812,
      ownMilliseconds: 60,
    },
  ],
  found: [
    { type: 'changed', path: 'department', state: 'open', count: 1 },
    { type: 'orphan', state: 'open', count: 1 },
    { type: 'orphan', state: 'accepted', count: 3 },
  ],
  settled: { reverting: 0, adopted: 2, linked: 0, imported: 0, accepted: 0, refused: [] },
};

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

describe('lockstep reconcile', () => {
  it('tells who changed what, and ends with 2 while something waits for a person', async () => {
    const asked: unknown[] = [];
    const { exit, stdout } = await lockstep(['reconcile', 'ramp', '--adopt'], {
      reconcile: async (request) => {
        asked.push(request);
        return REPORT;
      },
      drift: () => each(ROWS),
    });
    expect(asked).toEqual([{ system: 'ramp', trigger: 'command', action: 'adopt' }]);
    expect(exit).toBe(2);
    expect(stdout).toContain(
      'changed   ada@contoso.com   department: "R&D" → "Sales"  2026-03-02 09:14 by grace, 41',
    );
    expect(stdout).toContain("nobody's  kim@fabrikam.com  matches kim@contoso.com");
    expect(stdout).toContain('812 accounts compared in 60 ms of our own time, 13,533/s.');
    expect(stdout).toContain('3 accounts and members left as they are');
    expect(stdout).toContain('2 values adopted.');
  });

  it('lists what was found last, a line each for programs', async () => {
    const { exit, stdout } = await lockstep(['reconcile', 'ramp', '--list', '--json'], {
      drift: () => each(ROWS),
    });
    expect(exit).toBe(2);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).account)).toEqual(['41', '97']);
  });

  it('is used wrongly with --to and no account', async () => {
    const typed = ['reconcile', 'ramp', '--orphans', 'link', '--to', 'ada'];
    expect((await lockstep(typed, {})).exit).toBe(64);
    expect((await lockstep(['reconcile', 'ramp', '--adopt', '--revert'], {})).exit).toBe(64);
  });
});

describe('lockstep undo', () => {
  const plan: StoredPlan = {
    key: 'k',
    id: '81b4f06f3c2e9999',
    target: 'ramp',
    createdAt: since,
    configVersion: '1',
    state: 'held',
    counts: { update: 1 },
    considered: 2,
    managed: 10,
    holds: [{ guard: 'undo', message: 'it undoes run 5f0c, and a person looks at that first' }],
    partial: true,
  };

  it('shows what would be put back, what stays, and how to let it go', async () => {
    const { exit, stdout } = await lockstep(['undo', '5f0c'], {
      undo: async () => ({
        verdict: 'held',
        run: '5f0c2a1e',
        targets: [
          {
            target: 'ramp',
            plan,
            left: { 'moved-since': 1 },
            leftPeople: [
              { label: 'grace@contoso.com', code: 'moved-since', message: 'title was changed' },
            ],
            remarks: ['mails are not called back'],
          },
        ],
      }),
      operations: () =>
        each([
          {
            position: 0,
            level: 0,
            awaited: false,
            operation: {
              id: 'o',
              identity: 'i-ada',
              label: 'ada@contoso.com',
              system: 'ramp',
              kind: 'user',
              reason: 'undone',
              cause: 'requested',
              generation: 0,
              after: [],
              origins: {},
              action: 'update',
              target: { system: 'ramp', kind: 'user', id: '41' },
              precondition: { held: {}, touched: [] },
              changes: [{ path: 'title', before: 'Boss', after: 'Analyst' }],
            },
          },
        ]),
    });
    expect(exit).toBe(2);
    expect(stdout).toContain('~ user ada@contoso.com');
    expect(stdout).toContain('title: "Boss" → "Analyst"');
    expect(stdout).toContain('changed again since:');
    expect(stdout).toContain('grace@contoso.com  title was changed');
    expect(stdout).toContain('mails are not called back.');
    expect(stdout).toContain('lockstep release 81b4f06f3c2e');
  });
});
