/**
 * Whole runs against a service provider that somebody else wrote (`scimmy-routers` on Express): from
 * a file and from Entra ID, everybody and then what changed, compared person by person.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createGraph, type GraphEmulator } from '../../src/emulators/graph/graph.ts';
import type { Engine, RunReport } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';
import { type ScimmyProvider, type Stored, startScimmy } from '../services/scimmy.ts';

const TOKEN = 'letmein';
const SECRET = 'contoso-connector-secret';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const FROM_FILE = `
  hr:
    connector: file
    options: { path: people.csv, id: employeeId }
    read:
      user:
        map:
          userPrincipalName: "[email]"
          mail: "[email]"
          manager: { value: "[managerId]", ref: employeeId }`;

let provider: ScimmyProvider;
let folder: string;

beforeAll(async () => {
  provider = await startScimmy(TOKEN);
});

afterAll(() => provider[Symbol.asyncDispose]());

beforeEach(async () => {
  provider.clear();
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-stranger-'));
  return () => rm(folder, { recursive: true, force: true });
});

interface Company extends AsyncDisposable {
  readonly engine: Engine;
  run(): Promise<RunReport>;
  /** Requests to the provider that change something, so far. */
  written(): number;
}

/** @param source A system to read, as YAML, two blanks in. */
async function company(source: string, graph?: GraphEmulator): Promise<Company> {
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(
    file,
    `
systems:${source}
  app:
    connector: scim
    options: { url: "${provider.url}", token: "\${env:SCIM_TOKEN}" }
    write:
      user:
        match: [userName]
`,
  );
  const loaded = await loadConfiguration(file, {
    env: { SCIM_TOKEN: TOKEN, ENTRA_SECRET: SECRET },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  let written = 0;
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    const toProvider = request.url.startsWith(provider.url);
    if (toProvider && request.method !== 'GET') written++;
    return toProvider || graph === undefined ? globalThis.fetch(request) : graph.fetch(request);
  };
  const engine = await openEngine(loaded.value, { fetch });
  const watch = { signal: new AbortController().signal, progress: () => {} };
  return {
    engine,
    run: () => runSync(engine, { trigger: 'command' }, watch),
    written: () => written,
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** What the provider keeps, by user name, with the manager's user name instead of an id. */
function kept(): Readonly<Record<string, unknown>> {
  const all = [...provider.users.values()];
  return Object.fromEntries(
    all.map((user) => [user.userName, { ...facts(user), manager: managerOf(user, all) }]),
  );
}

interface ScimUser extends Stored {
  readonly active?: boolean;
  readonly name?: { readonly givenName?: string; readonly familyName?: string };
  readonly emails?: readonly { readonly value?: string }[];
  readonly title?: string;
  readonly [ENTERPRISE]?: { readonly department?: string; readonly manager?: { value?: string } };
}

type Facts = Readonly<Record<string, unknown>>;

function facts({ active, name, emails, title, [ENTERPRISE]: enterprise }: ScimUser): Facts {
  return {
    active,
    name: `${name?.givenName} ${name?.familyName}`,
    mail: emails?.map(({ value }) => value).join(', '),
    title,
    department: enterprise?.department,
  };
}

function managerOf({ [ENTERPRISE]: enterprise }: ScimUser, all: readonly Stored[]): unknown {
  return all.find(({ id }) => id === enterprise?.manager?.value)?.userName;
}

interface Expected {
  readonly name: string;
  readonly department?: string;
  readonly title?: string;
  readonly manager?: string;
  readonly active?: boolean;
}

/** As `kept` shows somebody; the address comes from the name she was hired with. */
function person(hiredAs: string, { active = true, ...expected }: Expected): [string, unknown] {
  const mail = `${hiredAs}@contoso.com`;
  const { department, title, manager } = expected;
  return [mail, { active, name: expected.name, mail, title, department, manager }];
}

describe('a stranger is kept in step', () => {
  it('with a file: everybody, then what changed, then nothing', async () => {
    const file = async (lines: string) => {
      const head = 'employeeId,email,givenName,surname,jobTitle,department,managerId\n';
      await writeFile(path.join(folder, 'people.csv'), head + lines);
    };
    await file(`1,ada@contoso.com,Ada,Lovelace,Analyst,R&D,2
2,grace@contoso.com,Grace,Hopper,Director,R&D,
3,edsger@contoso.com,Edsger,Dijkstra,,Sales,2
`);
    await using hr = await company(FROM_FILE);
    expect(await hr.run()).toMatchObject({ verdict: 'done', targets: [{ done: { create: 3 } }] });
    const boss = 'grace@contoso.com';
    const grace = person('grace', { name: 'Grace Hopper', department: 'R&D', title: 'Director' });
    expect(kept()).toEqual(
      Object.fromEntries([
        person('ada', {
          name: 'Ada Lovelace',
          department: 'R&D',
          title: 'Analyst',
          manager: boss,
        }),
        grace,
        person('edsger', { name: 'Edsger Dijkstra', department: 'Sales', manager: boss }),
      ]),
    );

    // A rename with a cleared title, a leaver, and a manager who changes to somebody new.
    await file(`1,ada@contoso.com,Ada,King,,R&D,4
2,grace@contoso.com,Grace,Hopper,Director,R&D,
4,barbara@contoso.com,Barbara,Liskov,Lead,R&D,2
`);
    expect(await hr.run()).toMatchObject({ verdict: 'done' });
    const afterwards = Object.fromEntries([
      person('ada', { name: 'Ada King', department: 'R&D', manager: 'barbara@contoso.com' }),
      grace,
      person('edsger', {
        name: 'Edsger Dijkstra',
        department: 'Sales',
        manager: boss,
        active: false,
      }),
      person('barbara', {
        name: 'Barbara Liskov',
        department: 'R&D',
        title: 'Lead',
        manager: boss,
      }),
    ]);
    expect(kept()).toEqual(afterwards);
    await nothingIsWritten(hr);
    expect(kept()).toEqual(afterwards);
  });

  it('with Entra ID: everybody, then what changed, then nothing', async () => {
    const graph = createGraph({ domain: 'contoso.com' });
    const { act } = graph.control;
    const { appId } = act({
      act: 'register-application',
      displayName: 'Lockstep',
      secret: SECRET,
      permissions: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
    });
    const hire = (
      given: string,
      surname: string,
      more: Readonly<Record<string, string>>,
    ): string => {
      const name = given.toLowerCase();
      const address = `${name}@contoso.com`;
      const displayName = `${given} ${surname}`;
      const names = { givenName: given, surname, displayName, mailNickname: name };
      const properties = { ...names, userPrincipalName: address, mail: address, ...more };
      const enabled = { accountEnabled: true };
      return act({ act: 'create', type: 'user', properties: { ...properties, ...enabled } }).id;
    };
    const grace = hire('Grace', 'Hopper', { department: 'R&D', jobTitle: 'Director' });
    const ada = hire('Ada', 'Lovelace', { department: 'R&D', jobTitle: 'Analyst' });
    const edsger = hire('Edsger', 'Dijkstra', { department: 'Sales' });
    act({ act: 'set-manager', id: ada, manager: grace });
    await using tenant = await company(
      `
  entra:
    connector: entra
    options: { tenant: ${graph.tenantId}, clientId: ${appId}, secret: "\${env:ENTRA_SECRET}" }
    read: { user: {} }`,
      graph,
    );
    expect(await tenant.run()).toMatchObject({
      verdict: 'done',
      targets: [{ done: { create: 3 } }],
    });
    const boss = 'grace@contoso.com';
    const director = { name: 'Grace Hopper', department: 'R&D', title: 'Director' };
    expect(kept()).toEqual(
      Object.fromEntries([
        person('ada', { name: 'Ada Lovelace', department: 'R&D', title: 'Analyst', manager: boss }),
        person('grace', director),
        person('edsger', { name: 'Edsger Dijkstra', department: 'Sales' }),
      ]),
    );

    act({ act: 'update', id: ada, properties: { surname: 'King', jobTitle: null } });
    act({ act: 'update', id: edsger, properties: { accountEnabled: false } });
    const barbara = hire('Barbara', 'Liskov', { department: 'R&D', jobTitle: 'Lead' });
    act({ act: 'set-manager', id: ada, manager: barbara });
    act({ act: 'set-manager', id: barbara, manager: grace });
    expect(await tenant.run()).toMatchObject({
      verdict: 'done',
      targets: [{ done: { create: 1, update: 2, disable: 1 } }],
    });
    const afterwards = Object.fromEntries([
      person('ada', { name: 'Ada King', department: 'R&D', manager: 'barbara@contoso.com' }),
      person('grace', director),
      person('edsger', { name: 'Edsger Dijkstra', department: 'Sales', active: false }),
      person('barbara', {
        name: 'Barbara Liskov',
        department: 'R&D',
        title: 'Lead',
        manager: boss,
      }),
    ]);
    expect(kept()).toEqual(afterwards);
    await nothingIsWritten(tenant);
    expect(kept()).toEqual(afterwards);
  });
});

async function nothingIsWritten(each: Company): Promise<void> {
  const before = each.written();
  const report = await each.run();
  expect(report).toMatchObject({ verdict: 'done', targets: [{ done: {}, failed: {} }] });
  expect(each.written()).toBe(before);
}
