/** People of a file, written to Entra ID as whole runs: hired, renamed, moved, turned off, and back again. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createGraph } from '../../src/emulators/graph/graph.ts';
import type { ProfileName } from '../../src/emulators/graph/settings.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { RunReport } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

const SECRET = 'contoso-connector-secret';
const MINUTES = 60_000;
const COLUMNS = 'number,login,givenName,surname,department,boss\n';
const GRACE = '41,grace,Grace,Hopper,Engineering,\n';
const ADA = '42,ada,Ada,Lovelace,Engineering,41\n';
const ALAN = '43,alan,Alan,Turing,Research,41\n';

interface Settings {
  /** Of `options`, and of `write.user`, as YAML in one line. */
  readonly options?: string;
  readonly write?: string;
  /** More of `systems.entra`, and of the document. */
  readonly entra?: string;
  readonly more?: string;
  /** In the place of all this, as it is shown to others. */
  readonly document?: string;
  readonly profile?: ProfileName;
}

async function company(settings: Settings = {}) {
  const { options = '', write = '', entra = '', more = '', profile = 'instant' } = settings;
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const graph = createGraph({ now: () => time, profile });
  const { appId } = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    permissions: ['User.ReadWrite.All', 'Group.ReadWrite.All', 'Application.Read.All'],
  });
  graph.control.settle();
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-entra-'));
  const file = path.join(folder, 'lockstep.yaml');
  const document = settings.document
    ?.replace('contoso.onmicrosoft.com', graph.tenantId)
    .replace('00000000-0000-0000-0000-000000000000', appId ?? '');
  await writeFile(
    file,
    document ??
      `systems:
  hr:
    connector: file
    options: { path: people.csv, id: number }
    read:
      user:
        map:
          employeeId: "[number]"
          userPrincipalName: 'Join("@", [login], "contoso.com")'
          displayName: 'Join(" ", [givenName], [surname])'
          mailNickname: "[login]"
          manager: { value: "[boss]", ref: employeeId }
  entra:
    connector: entra
    options: { tenant: ${graph.tenantId}, clientId: ${appId}, secret: "\${env:ENTRA_SECRET}"${options} }
    write:
      user: { match: [employeeId], map: { manager: "[manager]" }${write} }
${entra}${more}`,
  );
  const loaded = await loadConfiguration(file, {
    env: { ENTRA_SECRET: SECRET },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const passwords: string[] = [];
  const engine = await openEngine(loaded.value, {
    now,
    random: () => 0.5,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const found = (await request.clone().text()).matchAll(/"password":("(?:[^"\\]|\\.)*")/g);
      passwords.push(...[...found].map(([, text = '']) => JSON.parse(text)));
      return graph.fetch(request);
    },
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
  });
  const watch = { signal: new AbortController().signal, progress: () => {} };
  const run = async (people: string): Promise<RunReport['targets'][number] | undefined> => {
    await writeFile(path.join(folder, 'people.csv'), people);
    time += 30 * MINUTES;
    const [target] = (await runSync(engine, { trigger: 'command' }, watch)).targets;
    return target;
  };
  return {
    graph,
    /** Whatever was sent as one. */
    passwords: passwords as readonly string[],
    log: () => Array.fromAsync(verbsOf(engine).entries({ limit: 100 })),
    /** With these people in the file. */
    run: (...rows: readonly string[]) => run(COLUMNS + rows.join('')),
    runWith: run,
    release: () => verbsOf(engine).release({ type: 'system', system: 'entra' }, watch),
    person: (name: string) => graph.control.truth(`${name}@contoso.com`),
    /** Requests that could have changed something. */
    writes: () =>
      graph.control
        .events()
        .filter(({ method, path: to }) => method !== 'GET' && !to.endsWith('/token')).length,
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it('follows people from the first day to the last, and plans nothing twice', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company();
  const { graph, person } = contoso;
  const settled = async (...rows: readonly string[]): Promise<void> => {
    const before = contoso.writes();
    expect((await contoso.run(...rows))?.done).toEqual({});
    expect(contoso.writes()).toBe(before);
  };

  expect((await contoso.run(GRACE, ADA, ALAN))?.done).toEqual({ create: 3 });
  expect(person('ada')?.properties).toMatchObject({
    displayName: 'Ada Lovelace',
    department: 'Engineering',
    employeeId: '42',
    mailNickname: 'ada',
    accountEnabled: true,
  });
  expect(person('ada')?.manager).toBe(person('grace')?.id);
  await settled(GRACE, ADA, ALAN);

  const king = '42,ada.king,Ada,King,Engineering,43\n';
  expect((await contoso.run(GRACE, king, ALAN))?.done).toEqual({ update: 1 });
  expect(person('ada.king')).toMatchObject({
    properties: { surname: 'King', displayName: 'Ada King' },
    manager: person('alan')?.id,
  });
  await settled(GRACE, king, ALAN);

  expect((await contoso.run(GRACE, king))?.done).toEqual({ disable: 1 });
  expect(person('alan')?.properties).toMatchObject({
    accountEnabled: false,
    signInSessionsValidFromDateTime: expect.any(String),
  });
  await settled(GRACE, king);

  expect((await contoso.run(GRACE, king, ALAN))?.done).toEqual({ enable: 1 });
  expect(person('alan')?.properties.accountEnabled).toBe(true);
  await settled(GRACE, king, ALAN);
  expect(graph.control.findings()).toEqual([]);
});

it('gives everybody a password of their own, which nothing keeps', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company();
  await contoso.run(GRACE, ADA, ALAN);
  const { passwords } = contoso;
  expect([passwords.length, new Set(passwords).size]).toEqual([3, 3]);
  const log = JSON.stringify(await contoso.log());
  expect(log).toContain('"path":"/users"');
  for (const password of passwords)
    expect(log.includes(JSON.stringify(password).slice(1, -1))).toBe(false);
});

it('gives the deleted account back to who returns', { timeout: 30_000 }, async () => {
  await using contoso = await company({
    options: ', restoreBy: employeeId',
    write: ', leave: delete',
  });
  const { person } = contoso;
  await contoso.run(GRACE, ADA, ALAN);
  const id = person('ada')?.id;
  expect((await contoso.run(GRACE, ALAN))?.done).toEqual({ delete: 1 });
  expect(contoso.graph.control.truth(id ?? '')?.life).toBe('deleted');
  expect((await contoso.run(GRACE, ADA, ALAN))?.done).toEqual({ create: 1 });
  expect(person('ada')).toMatchObject({ id, life: 'live', manager: person('grace')?.id });
  expect((await contoso.run(GRACE, ADA, ALAN))?.done).toEqual({});
});

it('reads what it writes, makes groups by rule, and leaves alone what others say', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company({
    entra: `      group: { match: [displayName], scope: ruleGroup pr, members: direct }
    read:
      user: { join: [employeeId], map: { city: "[city]" } }
`,
    // HR has the say about everything but the place.
    more: `groups: { research: { title: Research, members: department eq "Research" } }
identity:
  user: { userPrincipalName: { from: [hr] }, telephoneNumber: { from: [hr] } }
`,
  });
  const { graph, person } = contoso;
  const researchers = (): readonly string[] => {
    const [group, ...others] = graph.tenant.directory.entries('group');
    expect([group?.current.properties.displayName, others]).toEqual(['Research', []]);
    return graph.control.truth(group?.id ?? '')?.members ?? [];
  };
  const settle = async (...rows: readonly string[]): Promise<void> => {
    for (let run = 0; run < 2; run++) await contoso.run(...rows);
    const before = contoso.writes();
    expect((await contoso.run(...rows))?.done).toEqual({});
    expect(contoso.writes()).toBe(before);
  };
  await settle(GRACE, ADA, ALAN);
  expect(researchers()).toEqual([person('alan')?.id]);

  graph.control.act({ act: 'update', id: person('ada')?.id ?? '', properties: { city: 'Paris' } });
  const moved = ADA.replace('Engineering', 'Research');
  await settle(GRACE, moved, ALAN);
  expect(researchers()).toEqual([person('ada')?.id, person('alan')?.id].toSorted());
  expect(person('ada')?.properties).toMatchObject({ city: 'Paris', department: 'Research' });

  await settle(GRACE, ADA);
  expect(researchers()).toEqual([]);
  expect(person('alan')?.properties.accountEnabled).toBe(false);
});

it.each(['typical', 'hostile'] as const)(
  'makes nobody twice, whatever is lost, refused or late: %s',
  {
    timeout: 60_000,
  },
  async (profile) => {
    await using contoso = await company({ profile });
    const { graph } = contoso;
    const { fault } = graph.control;
    fault({ path: 'batch$', nth: 2, effect: { type: 'answer-lost' } });
    fault({ path: 'batch$', nth: 4, effect: { type: 'answer', status: 503 } });
    const wait = { 'Retry-After': '3' };
    fault({
      method: 'POST',
      path: '/users$',
      nth: 3,
      effect: { type: 'answer', status: 429, headers: wait },
    });
    for (let run = 0; run < 12; run++) await contoso.run(GRACE, ADA, ALAN);
    graph.control.settle();
    expect((await contoso.run(GRACE, ADA, ALAN))?.done).toEqual({});
    const made = graph.tenant.directory
      .entries('user')
      .map(({ current }) => [current.properties.employeeId, current.properties.userPrincipalName]);
    expect(made.toSorted()).toEqual([
      ['41', 'grace@contoso.com'],
      ['42', 'ada@contoso.com'],
      ['43', 'alan@contoso.com'],
    ]);
    const grace = contoso.person('grace')?.id;
    expect([contoso.person('ada')?.manager, contoso.person('alan')?.manager]).toEqual([
      grace,
      grace,
    ]);
  },
);

it('does what the example says, once it is let go', { timeout: 30_000 }, async () => {
  const shown = path.resolve(import.meta.dirname, '../../examples/hr-csv-to-entra');
  const people = await readFile(path.join(shown, 'people.csv'), 'utf8');
  await using contoso = await company({
    document: await readFile(path.join(shown, 'lockstep.yaml'), 'utf8'),
  });
  expect((await contoso.runWith(people))?.done).toEqual({});
  await contoso.release();
  expect(contoso.person('ada')).toMatchObject({
    properties: { displayName: 'Ada Lovelace', jobTitle: 'Analyst', department: 'Engineering' },
    manager: contoso.person('grace')?.id,
  });
  expect((await contoso.runWith(people))?.done).toEqual({});
  const without = people.replace('Analyst', '').replace('41\n43', '\n43');
  expect((await contoso.runWith(without))?.done).toEqual({ update: 1 });
  expect(contoso.person('ada')?.properties.jobTitle).toBeNull();
  expect(contoso.person('ada')).not.toHaveProperty('manager');
});
