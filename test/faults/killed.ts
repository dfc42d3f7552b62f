/**
 * Real processes that are ended by kill -9, over a real file and a real port. Ramp refuses no second
 * account here and shows new ones only five minutes later, so nothing but the engine keeps it from
 * making one.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startRamp } from '../../src/emulators/ramp/start.ts';
import type { Boundary } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

export const LAG_SECONDS = 300;

const PEOPLE = `employeeId,userPrincipalName,mail,givenName,surname,city,department,manager
1,ada@contoso.com,ada@contoso.com,Ada,Lovelace,London,R&D,
2,grace@contoso.com,grace@contoso.com,Grace,Hopper,New York,R&D,1
3,edsger@contoso.com,edsger@contoso.com,Edsger,Dijkstra,Austin,R&D,2
4,barbara@contoso.com,barbara@contoso.com,Barbara,Liskov,Boston,R&D,2
5,alan@contoso.com,alan@contoso.com,Alan,Turing,London,Research,1
`;

export interface Killable extends AsyncDisposable {
  readonly file: string;
  readonly users: Awaited<ReturnType<typeof startRamp>>['users'];
  readonly posts: () => number;
  readonly env: NodeJS.ProcessEnv;
  /** A run some time later, in this process. */
  runLater(seconds: number): Promise<void>;
}

export async function killable(): Promise<Killable> {
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
export function runAndDie(
  { file, env }: Killable,
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

/** Everybody with their manager, by name, however often they are there. */
export async function managers({ users }: Killable): Promise<readonly (readonly string[])[]> {
  const held = await users();
  const names = new Map(held.map(({ id, userName }) => [id, nameOf(userName)]));
  return held
    .map(({ userName, managerId }) => [
      nameOf(userName),
      managerId === undefined ? 'nobody' : (names.get(managerId) ?? 'somebody unknown'),
    ])
    .toSorted();
}

export const EVERYBODY_ONCE = [
  ['ada', 'nobody'],
  ['alan', 'ada'],
  ['barbara', 'grace'],
  ['edsger', 'grace'],
  ['grace', 'ada'],
];

function nameOf(userName: string): string {
  return userName.split('@')[0] ?? '';
}
