/**
 * The process dies at every durable step of a run, and at random moments; the next run makes it
 * good. Ramp refuses no second account here and shows new ones only five minutes later, so nothing
 * but the engine itself keeps it from making one.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startRamp } from '../../src/emulators/ramp/start.ts';
import type { Boundary } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

const LAG_SECONDS = 300;

const PEOPLE = `employeeId,userPrincipalName,mail,givenName,surname,city,department,manager
1,ada@contoso.com,ada@contoso.com,Ada,Lovelace,London,R&D,
2,grace@contoso.com,grace@contoso.com,Grace,Hopper,New York,R&D,1
3,edsger@contoso.com,edsger@contoso.com,Edsger,Dijkstra,Austin,R&D,2
4,barbara@contoso.com,barbara@contoso.com,Barbara,Liskov,Boston,R&D,2
5,alan@contoso.com,alan@contoso.com,Alan,Turing,London,Research,1
`;

interface World extends AsyncDisposable {
  readonly file: string;
  readonly users: Awaited<ReturnType<typeof startRamp>>['users'];
  readonly posts: () => number;
  readonly env: NodeJS.ProcessEnv;
  /** A run some time later, in this process. */
  runLater(seconds: number): Promise<void>;
}

async function world(): Promise<World> {
  let offset = 0;
  const now = () => new Date(Date.now() + offset * 1000);
  const ramp = await startRamp({ visibilityLagSeconds: LAG_SECONDS, uniqueness: false, now });
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-'));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(path.join(folder, 'people.csv'), PEOPLE);
  await writeFile(
    file,
    `
store: ./data
systems:
  hr:
    connector: file
    options: { path: people.csv, id: employeeId }
    read:
      user: { map: { manager: { value: "[manager]", ref: employeeId } } }
  ramp:
    connector: scim
    profile: ramp
    options: { url: "${ramp.url}", token: "\${env:RAMP_TOKEN}" }
    write:
      user: {}
`,
  );
  const env = { ...process.env, RAMP_TOKEN: ramp.token };
  return {
    file,
    env,
    users: ramp.users,
    posts: () => ramp.counters()['POST /Users'] ?? 0,
    runLater: async (seconds) => {
      offset += seconds;
      const loaded = await loadConfiguration(file, {
        env,
        connectors: connectorTypes(),
        profiles: path.resolve(import.meta.dirname, '../../profiles'),
      });
      if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
      await using engine = await openEngine(loaded.value, { now });
      const { signal } = new AbortController();
      await runSync(engine, { trigger: 'command' }, { signal, progress: () => {} });
    },
    [Symbol.asyncDispose]: async () => {
      await ramp[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs until it is killed or ends. @param afterMilliseconds Kills it from outside, at any moment. */
function runAndDie(
  { file, env }: World,
  step: Boundary | 'never',
  nth: number,
  afterMilliseconds?: number,
): Promise<NodeJS.Signals | null> {
  const script = path.join(import.meta.dirname, 'run-and-die.ts');
  const flags = ['--disable-warning=ExperimentalWarning', script, file, step, `${nth}`];
  const child = spawn(process.execPath, flags, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => {
    if (afterMilliseconds !== undefined) setTimeout(() => child.kill('SIGKILL'), afterMilliseconds);
  });
  return new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
}

async function expectEverybodyOnce({ users }: World): Promise<void> {
  const held = await users();
  const names = new Map(held.map(({ id, userName }) => [id, userName.split('@')[0]]));
  const managers = held.map(({ userName, managerId }) => [
    userName.split('@')[0],
    managerId && names.get(managerId),
  ]);
  expect(managers.toSorted()).toEqual([
    ['ada', undefined],
    ['alan', 'ada'],
    ['barbara', 'grace'],
    ['edsger', 'grace'],
    ['grace', 'ada'],
  ]);
}

const STEPS: readonly [Boundary, number][] = [
  ['page-absorbed', 1],
  ['reading-ended', 1],
  ['plan-batch-stored', 1],
  ['plan-closed', 1],
  ['marked-in-flight', 1],
  ['operation-sent', 1],
  ['operation-sent', 2],
  // Whether five outcomes are recorded at once or in two parts is a matter of time.
  ['outcomes-recorded', 1],
  ['plan-applied', 1],
];

// Thirty processes start one by one or side by side, on a machine that may have better things to do.
describe('a process that dies', { timeout: 300_000 }, () => {
  it.concurrent.each(STEPS)(
    'right after %s (%i.) leaves nobody out and nobody twice',
    async (step, nth) => {
      await using company = await world();
      expect(await runAndDie(company, step, nth)).toBe('SIGKILL');
      await company.runLater(1);
      await company.runLater(2 * LAG_SECONDS);
      await company.runLater(2 * LAG_SECONDS);
      await expectEverybodyOnce(company);
      expect(company.posts()).toBe(5);
    },
  );

  it.concurrent('at twenty moments one after the other leaves nobody out and nobody twice', async () => {
    await using company = await world();
    for (let moment = 0; moment < 20; moment++) {
      await runAndDie(company, 'never', 1, moment * 7);
    }
    await company.runLater(2 * LAG_SECONDS);
    await company.runLater(2 * LAG_SECONDS);
    await expectEverybodyOnce(company);
    expect(company.posts()).toBe(5);
  });
});
