/** Examples as whole runs: from their own files into an application that is a directory in process. */

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { inboundDoor, inboundDoors } from '../../src/serve/inbound.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { createToken } from '../../src/server/tokens.ts';
import { openDatabase } from '../../src/store/open.ts';
import { tokenStorage } from '../../src/store/tokens.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Engine, RunReport } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const watch = { signal: new AbortController().signal, progress: () => {} };

interface Example extends AsyncDisposable {
  readonly configuration: Configuration;
  readonly fetch: typeof globalThis.fetch;
  /** The application's accounts by user name, without what only it knows. */
  accounts(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>;
}

/** The example in a folder of its own, and the application it names. */
async function example(name: string): Promise<Example> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-example-'));
  await cp(path.join(ROOT, 'examples', name), folder, { recursive: true });
  const loaded = await loadConfiguration(path.join(folder, 'lockstep.yaml'), {
    env: { SCIM_TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.join(ROOT, 'profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  expect(loaded.warnings ?? []).toEqual([]);
  const directory = openDirectory(
    'app',
    directoryOptions.parse({}),
    memoryStorage(),
    () => new Date(),
  );
  const served = await servedSystem('app', directory);
  const app = scimService({
    basePath: '/scim/v2',
    authenticate: async (token) =>
      token === 'secret' ? { tenant: 'default', system: 'app' } : undefined,
    open: async () => served,
    leniency: ENTRA,
  });
  const fetch: typeof globalThis.fetch = async (input, init) => app.fetch(new Request(input, init));
  return {
    configuration: loaded.value,
    fetch,
    accounts: async () => {
      const url = 'https://app.example.com/scim/v2/Users';
      const response = await fetch(url, { headers: { authorization: 'Bearer secret' } });
      const { Resources } = (await response.json()) as {
        readonly Resources: readonly Readonly<Record<string, unknown>>[];
      };
      const names = new Map(Resources.map(({ id, userName }) => [id, userName]));
      return Object.fromEntries(
        Resources.map(({ id: _, meta: __, schemas: ___, ...account }) => {
          const extension = account[ENTERPRISE] as Readonly<Record<string, unknown>> | undefined;
          const { manager, ...rest } = extension ?? {};
          const boss = names.get((manager as { readonly value?: string } | undefined)?.value);
          const enterprise = { ...rest, ...(boss !== undefined && { manager: boss }) };
          return [account.userName as string, { ...account, [ENTERPRISE]: enterprise }];
        }),
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(engine: Engine): Promise<RunReport> {
  return runSync(engine, { trigger: 'command' }, watch);
}

/** The first plan waits for a person, in every example. */
function released(engine: Engine): Promise<RunReport> {
  return verbsOf(engine).release({ type: 'system', system: 'app' }, watch);
}

it('two-hr-systems: each list is believed in what it knows, whoever writes numbers how', async () => {
  await using shown = await example('two-hr-systems');
  await using engine = await openEngine(shown.configuration, { fetch: shown.fetch });
  expect((await run(engine)).verdict).toBe('held');
  expect(await released(engine)).toMatchObject({ targets: [{ done: { create: 3 } }] });
  await run(engine);
  const accounts = await shown.accounts();
  expect(Object.keys(accounts).toSorted()).toEqual([
    'ada.lovelace@contoso.com',
    'edsger.dijkstra@contoso.com',
    'grace.hopper@contoso.com',
  ]);
  expect(accounts['ada.lovelace@contoso.com']).toMatchObject({
    displayName: 'Ada Lovelace',
    title: 'Analystin',
    emails: [{ type: 'work', value: 'ada.king@contoso.com' }],
    phoneNumbers: [{ type: 'work', value: '+49 30 1001' }],
    [ENTERPRISE]: {
      employeeNumber: '42',
      department: 'Entwicklung',
      manager: 'grace.hopper@contoso.com',
    },
  });
  expect(accounts['edsger.dijkstra@contoso.com']).toMatchObject({
    phoneNumbers: [{ type: 'work', value: '+49 30 1002' }],
  });
  expect((await run(engine)).targets[0]?.done).toEqual({});
});

it('hr-api-to-scim: what is pushed is answered record by record, and arrives', async () => {
  await using shown = await example('hr-api-to-scim');
  await using stack = new AsyncDisposableStack();
  const { store, directory } = shown.configuration;
  const database = stack.use(await openDatabase(store, directory));
  const { fetch } = shown;
  const engine = stack.use(await openEngine(shown.configuration, { database, fetch }));
  const bugs: unknown[] = [];
  const onBug = (error: unknown): void => {
    bugs.push(error);
  };
  const tasks = openTasks({ signal: watch.signal, now: engine.now, onBug });
  const { signal } = watch;
  const door = inboundDoor(shown.configuration, engine, database, tasks, signal, onBug);
  const tokens = tokenStorage(database);
  const service = inboundDoors(async () => ({ tokens, inbound: door }), engine.now, onBug);
  const scope = { system: 'hr' };
  const made = await createToken(tokens, 'default', scope, 1, new Date());
  const push = async (body: string): Promise<Response> =>
    service.request('/api/inbound/hr/bulkUpload', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${made.token}`,
        'content-type': 'application/scim+json',
        prefer: 'wait=30',
      },
      body,
    });

  const file = path.join(ROOT, 'examples/hr-api-to-scim/people.json');
  const people = await readFile(file, 'utf8');
  const answer = await push(people);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    taken: 2,
    refused: 0,
    Operations: [
      { bulkId: '1', externalId: '1002', status: '200', identity: expect.any(String) },
      { bulkId: '2', externalId: '1001', status: '200', identity: expect.any(String) },
    ],
  });
  await tasks.settled();
  expect(await shown.accounts()).toEqual({});
  await released(engine);
  await run(engine);
  const accounts = await shown.accounts();
  expect(accounts['ada@contoso.com']).toMatchObject({
    active: true,
    title: 'Analyst',
    [ENTERPRISE]: { costCenter: '4711', manager: 'grace@contoso.com' },
  });

  const left = people.replace('"active": true', '"active": false');
  expect(await (await push(left)).json()).toMatchObject({ taken: 1, unchanged: 1 });
  await tasks.settled();
  const later = await shown.accounts();
  expect(later['ada@contoso.com']).toMatchObject({ active: false, title: 'Analyst' });
  expect(later['grace@contoso.com']).toMatchObject({ active: true });
  expect(bugs).toEqual([]);
});
