/**
 * An HR directory and an application, both served over SCIM in process, and Lockstep between them: HR
 * supplies people, and is written back what became of them.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { Connector } from '../../src/connectors/spi/index.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { RunReport } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

export type Account = Readonly<Record<string, unknown>> & { readonly id: string };

/** A directory, as people in its office use it. */
export interface Office {
  hire(account: Readonly<Record<string, unknown>>): Promise<string>;
  change(id: string, path: string, value: unknown): Promise<void>;
  dismiss(id: string): Promise<void>;
  account(id: string): Promise<Account>;
  accounts(): Promise<readonly Account[]>;
  /** How often Lockstep wrote there. */
  writes(): number;
}

export interface Company extends AsyncDisposable {
  readonly hr: Office;
  readonly app: Office;
  readonly verbs: ReturnType<typeof verbsOf>;
  readonly watch: Parameters<typeof runSync>[2];
  /** @param days Later than the run before; an hour when absent. */
  run(days?: number): Promise<RunReport>;
  /** Replaces a file beside the configuration. */
  write(name: string, text: string): Promise<void>;
}

const HOURS = 3_600_000;
const LOCKSTEP = 'Bearer secret';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * @param like What an HR directory does with what it is given, over the one it would be.
 * @param files Beside the configuration, by name.
 */
export async function company(
  configuration: string,
  like: (directory: Connector) => Connector = (directory) => directory,
  files: Readonly<Record<string, string>> = {},
): Promise<Company> {
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-writeback-'));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, configuration);
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const loaded = await loadConfiguration(file, {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const hr = await office('hr', now, like);
  const app = await office('app', now);
  const engine = await openEngine(loaded.value, {
    now,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      return (new URL(request.url).host.startsWith('hr.') ? hr : app).fetch(request);
    },
  });
  const watch = { signal: new AbortController().signal, progress: () => {} };
  return {
    hr,
    app,
    verbs: verbsOf(engine),
    watch,
    write,
    run: (days) => {
      time += days === undefined ? HOURS : days * 24 * HOURS;
      return runSync(engine, { trigger: 'command' }, watch);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function office(
  name: string,
  now: () => Date,
  like: (directory: Connector) => Connector = (directory) => directory,
): Promise<Office & { readonly fetch: (request: Request) => Promise<Response> }> {
  const directory = openDirectory(name, directoryOptions.parse({}), memoryStorage(), now);
  const served = await servedSystem(name, like(directory));
  const service = scimService({
    basePath: '/scim/v2',
    authenticate: async () => ({ tenant: 'default', system: name }),
    open: async () => served,
    leniency: ENTRA,
  });
  let writes = 0;
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method !== 'GET' && request.headers.get('authorization') === LOCKSTEP) writes += 1;
    return service.fetch(request);
  };
  const ask = async (method: string, place: string, body?: unknown): Promise<Response> =>
    fetch(
      new Request(`https://${name}.contoso.com/scim/v2/Users${place}`, {
        method,
        headers: { authorization: 'Bearer office', 'content-type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  const account = async (id: string): Promise<Account> =>
    (await (await ask('GET', `/${id}`)).json()) as Account;
  return {
    fetch,
    hire: async (one) => {
      const answer = await ask('POST', '', { schemas: [USER], active: true, ...one });
      return ((await answer.json()) as Account).id;
    },
    change: async (id, at, value) => {
      const operation = { op: 'replace', path: at, value };
      await ask('PATCH', `/${id}`, { schemas: [PATCH], Operations: [operation] });
    },
    dismiss: async (id) => {
      await ask('DELETE', `/${id}`);
    },
    account,
    accounts: async () => {
      const answer = (await (await ask('GET', '')).json()) as {
        readonly Resources: readonly Account[];
      };
      return answer.Resources;
    },
    writes: () => writes,
  };
}
