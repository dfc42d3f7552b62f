/** The example of HR and Entra ID to Ramp as a whole run: two sources, one person, each right about something. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createGraph } from '../../src/emulators/graph/graph.ts';
import { registerRamp } from '../../src/emulators/graph/seed/ramp.ts';
import { ramp } from '../../src/emulators/ramp/ramp.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import { runSync } from '../../src/sync/run.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DAY = 86_400_000;
const SECRET = 'contoso-connector-secret';

async function contoso() {
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const graph = createGraph({ now: () => time, domain: 'contoso.com' });
  const app = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    permissions: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
  });
  const { servicePrincipalId } = registerRamp(graph.tenant);
  const standIn = await ramp({ now, token: 'ramp_test' });
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-example-'));
  await cp(path.join(ROOT, 'examples/hr-csv-and-entra-to-ramp'), folder, { recursive: true });
  const document = path.join(folder, 'lockstep.yaml');
  const shown = await readFile(document, 'utf8');
  // Where the stand-ins are reached; everything else is as shown.
  await writeFile(
    document,
    shown
      .replace('contoso.onmicrosoft.com', graph.tenantId)
      .replace('00000000-0000-0000-0000-000000000000', app.appId ?? '')
      .replace('https://api.ramp.com/scim/v2', standIn.url),
  );
  const loaded = await loadConfiguration(document, {
    env: { ENTRA_SECRET: SECRET, RAMP_TOKEN: standIn.token },
    connectors: connectorTypes(),
    profiles: path.join(ROOT, 'profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  expect(loaded.warnings ?? []).toEqual([]);
  const engine = await openEngine(loaded.value, {
    now,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      return request.url.startsWith(standIn.url) ? standIn.fetch(request) : graph.fetch(request);
    },
  });
  const watch = { signal: new AbortController().signal, progress: () => {} };
  const file = path.join(folder, 'people.csv');
  return {
    /** An account in Entra ID that may use Ramp. */
    account: (name: string, properties: Readonly<Record<string, unknown>>) => {
      const [givenName = '', surname = ''] = name.split(' ');
      const address = `${givenName.toLowerCase()}@contoso.com`;
      const { id } = graph.control.act({
        act: 'create',
        type: 'user',
        properties: {
          userPrincipalName: address,
          mail: address,
          mailNickname: givenName.toLowerCase(),
          givenName,
          surname,
          displayName: name,
          accountEnabled: true,
          ...properties,
        },
      });
      graph.control.act({ act: 'assign-app-role', principal: id, resource: servicePrincipalId });
      return id;
    },
    change: (id: string, properties: Readonly<Record<string, unknown>>) =>
      graph.control.act({ act: 'update', id, properties }),
    hr: async (edit: (text: string) => string) =>
      writeFile(file, edit(await readFile(file, 'utf8'))),
    run: (days = 0) => {
      time += days * DAY;
      return runSync(engine, { trigger: 'command' }, watch);
    },
    verbs: verbsOf(engine),
    watch,
    users: async () =>
      Object.fromEntries((await standIn.users()).map((user) => [user.userName, user])),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it('makes one person of two sources, and believes each in what it knows', {
  timeout: 30_000,
}, async () => {
  await using company = await contoso();
  company.account('Grace Hopper', { employeeId: '41' });
  // Somebody typed another department into Entra ID, and spelt her name otherwise.
  company.account('Ada Lovelase', { employeeId: '42', department: 'Poetry', city: 'Paris' });
  company.account('Alan Turing', { employeeId: '43' });
  company.account('Meeting Room', { department: 'House' });
  expect((await company.run()).verdict).toBe('held');
  await company.verbs.release({ type: 'system', system: 'ramp' }, company.watch);
  await company.run();
  const users = await company.users();
  expect(Object.keys(users).toSorted()).toEqual(['ada@contoso.com', 'grace@contoso.com']);
  expect(users['ada@contoso.com']).toMatchObject({
    email: 'ada@contoso.com',
    department: 'Engineering',
    location: 'Zürich',
    managerId: users['grace@contoso.com']?.id,
    attributes: { name: { givenName: 'Ada', familyName: 'Lovelace' } },
  });
  expect((await company.run()).targets[0]?.done).toEqual({});
  const { values, names } = await company.verbs.explain(
    { person: 'ada@contoso.com', attribute: 'department' },
    company.watch,
  );
  expect(values?.find(({ path: name }) => name === 'department')).toMatchObject({
    value: 'Engineering',
    origin: 'hr',
  });
  // HR names managers by their numbers.
  expect(names).toContainEqual({
    ref: { kind: 'user', by: 'employeeId', value: '41' },
    label: 'Grace Hopper (grace@contoso.com)',
  });

  // A week before his first day.
  await company.run(24);
  expect(Object.keys(await company.users())).toContain('alan@contoso.com');
});

it('turns off whom HR does not list any more, and whom Entra ID has disabled', {
  timeout: 30_000,
}, async () => {
  await using company = await contoso();
  company.account('Grace Hopper', { employeeId: '41' });
  const ada = company.account('Ada Lovelace', { employeeId: '42' });
  company.account('Edsger Dijkstra', { employeeId: '44' });
  await company.run();
  await company.verbs.release({ type: 'system', system: 'ramp' }, company.watch);
  await company.hr((text) => text.replace(/^00044.*\n/m, ''));
  company.change(ada, { accountEnabled: false });
  await company.run();
  const active = Object.entries(await company.users()).flatMap(([name, { attributes }]) =>
    attributes.active === true ? [name] : [],
  );
  expect(active).toEqual(['grace@contoso.com']);

  company.change(ada, { accountEnabled: true });
  await company.run();
  expect((await company.users())['ada@contoso.com']?.attributes.active).toBe(true);
});
