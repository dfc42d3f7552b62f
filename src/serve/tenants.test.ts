import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { connectorTypes } from '../compose.ts';
import { loadConfiguration } from '../config/load.ts';
import { openTasks } from '../server/api/tasks.ts';
import { createClient } from '../server/auth/client.ts';
import { secretHash } from '../server/secret.ts';
import { createToken, tokenAuthentication } from '../server/tokens.ts';
import { openInstallation } from '../tenants.ts';
import { openServedTenants } from './tenants.ts';

const SERVED = 'systems: { inbox: { connector: directory, serve: {} } }';
const SCHEDULED = `${SERVED}\nschedule: { every: 1m }`;

let folder: string;
let next = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-tenants-'));
  await writeFile(path.join(folder, 'all.yaml'), SERVED);
});
afterAll(() => rm(folder, { recursive: true }));

/** A server's tenants, whose clock goes on when it is told to. @param store A folder, or a database. */
async function served(store: string) {
  const file = path.join(folder, `lockstep-${next++}.yaml`);
  await writeFile(file, `store: "${store}"\ntenants: { document: all.yaml }\n${SERVED}`);
  const profiles = path.resolve(import.meta.dirname, '../../profiles');
  const world = { env: {}, connectors: connectorTypes(), profiles };
  const loaded = await loadConfiguration(file, world);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  await using stack = new AsyncDisposableStack();
  let time = Date.parse('2026-03-01T10:00:00Z');
  const now = () => new Date(time);
  const ending = new AbortController();
  const { signal } = ending;
  const [log, bugs]: [string[], unknown[]] = [[], []];
  /** Sleeps end when the clock has passed them. */
  const sleepers = new Set<() => void>();
  const sleep = (milliseconds: number, until: AbortSignal) => {
    const end = time + milliseconds;
    return new Promise<void>((resolve, reject) => {
      const wake = () => {
        if (until.aborted) reject(until.reason);
        else if (time >= end) resolve();
        else return;
        sleepers.delete(wake);
      };
      sleepers.add(wake);
      until.addEventListener('abort', wake);
      wake();
    });
  };
  const onBug = (error: unknown) => void bugs.push(error);
  const tasks = openTasks({ signal, now, onBug });
  const installation = stack.use(await openInstallation(loaded.value, world));
  const surroundings = {
    ...{ tasks, signal, onBug, world: { now, sleep } },
    log: (line: string) => void log.push(line),
  };
  const tenants = stack.use(await openServedTenants(installation, loaded.value, surroundings, 2));
  const working = tenants.work();
  stack.defer(async () => {
    ending.abort();
    await working;
  });
  const open = stack.move();
  return {
    tenants,
    log,
    bugs,
    now,
    verbs: installation.tenants('ada@build-7', now),
    pass: (seconds: number) => {
      time += seconds * 1000;
      for (const wake of [...sleepers]) wake();
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

vi.setConfig({ testTimeout: 30_000 });

function tenantsServed(store: () => Promise<string>): void {
  it('are opened by whoever asks, once, and not where nobody has heard of them', async () => {
    await using server = await served(await store());
    const { tenants, verbs, pass } = server;
    expect(await tenants.find('default')).toBe(tenants.first);
    expect(await tenants.find('contoso')).toBeUndefined();
    await verbs.create('contoso');
    const [one, other] = await Promise.all([tenants.find('contoso'), tenants.find('contoso')]);
    expect(one?.database.tenant).toBe('contoso');
    expect(other).toBe(one);
    pass(3);
    expect(await tenants.find('contoso')).toBe(one);
    expect(server.bugs).toEqual([]);
  });

  it('are gone within seconds when they are removed, and back when they are restored', async () => {
    await using server = await served(await store());
    const { tenants, verbs, pass } = server;
    await verbs.create('contoso');
    const contoso = await tenants.find('contoso');
    if (contoso === undefined) throw new Error('not open');
    const scope = { system: 'inbox' };
    const { token } = await createToken(contoso.tokens, 'contoso', scope, 30, server.now());
    const tokensOf = async (name: string) => (await tenants.find(name))?.tokens;
    const authenticate = tokenAuthentication(tokensOf, server.now);
    expect(await authenticate(token)).toBeDefined();
    await verbs.remove('contoso');
    pass(3);
    expect(await authenticate(token)).toBeUndefined();
    await verbs.restore('contoso');
    pass(3);
    expect(await authenticate(token)).toEqual({ tenant: 'contoso', system: 'inbox' });
    await verbs.erase('contoso');
    pass(3);
    expect(await authenticate(token)).toBeUndefined();
    pass(10);
    expect(server.bugs).toEqual([]);
  });

  it('run by themselves where they have a schedule, also one that came while it was running', async () => {
    await using server = await served(await store());
    const { tenants, verbs, pass } = server;
    await verbs.create('contoso', SCHEDULED);
    await verbs.create('fabrikam');
    const ran = async (name: string) =>
      (await (await tenants.find(name))?.engine.ledger.runs(5)) ?? [];
    pass(6);
    await vi.waitFor(async () => expect((await ran('contoso')).length).toBe(1), 10_000);
    await vi.waitFor(async () => {
      pass(61);
      expect((await ran('contoso')).length).toBeGreaterThan(1);
    }, 10_000);
    expect(await ran('fabrikam')).toEqual([]);
    await verbs.remove('contoso');
    pass(6);
    await vi.waitFor(async () => expect(await tenants.find('contoso')).toBeUndefined(), 10_000);
    expect(server.bugs).toEqual([]);
  });
}

describe('tenants of a server (SQLite)', () => {
  tenantsServed(async () => path.join(folder, `store-${next++}`));

  it('whose configuration broke are told apart from none, say why in the log once, and are mended', async () => {
    await using server = await served(path.join(folder, `store-${next++}`));
    const { tenants, verbs, log, pass } = server;
    await verbs.create('contoso');
    await writeFile(path.join(folder, 'all.yaml'), 'systems: { inbox: { connector: nothing } }');
    for (let tries = 0; tries < 3; tries++) {
      const refused = tenants.find('contoso');
      await expect(refused).rejects.toMatchObject({
        code: 'tenant-unusable',
        message: 'this tenant cannot be served at the moment',
      });
      pass(11);
    }
    expect(log).toEqual([expect.stringContaining('unknown connector "nothing"')]);
    await writeFile(path.join(folder, 'all.yaml'), SERVED);
    pass(11);
    expect((await tenants.find('contoso'))?.database.tenant).toBe('contoso');
  });

  it('are opened again when another configuration is in force', async () => {
    await using server = await served(path.join(folder, `store-${next++}`));
    const { tenants, verbs, pass } = server;
    await verbs.create('contoso');
    const before = await tenants.find('contoso');
    await verbs.configure('contoso', 'systems: { people: { connector: directory, serve: {} } }');
    pass(3);
    const after = await tenants.find('contoso');
    expect(after?.configuration.systems.map(({ name }) => name)).toEqual(['people']);
    expect(await before?.served('people')).toBeUndefined();
    expect(await after?.served('people')).toBeDefined();
  });

  it('are opened for nobody who shows what is no token or secret of theirs', async () => {
    await using server = await served(path.join(folder, `store-${next++}`));
    const { tenants, verbs, pass } = server;
    await verbs.create('contoso');
    const strange = secretHash('lockstep_contoso_');
    expect(await tenants.find('contoso', strange)).toBeUndefined();
    expect(await tenants.opened('contoso')).toBeUndefined();
    const contoso = await tenants.find('contoso');
    if (contoso === undefined) throw new Error('not open');
    const scope = { system: 'inbox' };
    const { token } = await createToken(contoso.tokens, 'contoso', scope, 30, server.now());
    const made = await createClient(
      contoso.clients,
      'contoso',
      { name: 'Okta', scope },
      30,
      server.now(),
    );
    // Whoever is open is asked: what it holds may be a moment old.
    expect(await tenants.find('contoso', strange)).toBe(contoso);
    await verbs.configure('contoso', SERVED);
    pass(3);
    expect(await tenants.find('contoso', strange)).toBeUndefined();
    for (const secret of [token, made.secret])
      expect(await tenants.find('contoso', secretHash(secret))).toBeDefined();
    expect(server.bugs).toEqual([]);
  });

  it('are refused where too many are open', async () => {
    await using server = await served(path.join(folder, `store-${next++}`));
    const { tenants, verbs, pass } = server;
    const names = Array.from({ length: 9 }, (_, index) => `tenant-${index}`);
    for (const name of names) await verbs.create(name);
    const asked = await Promise.allSettled(names.map((name) => tenants.find(name)));
    expect(asked.map(({ status }) => status).filter((one) => one === 'fulfilled')).toHaveLength(8);
    await expect(tenants.find('tenant-8')).rejects.toMatchObject({ code: 'tenants-busy' });
    expect(await tenants.find('tenant-0')).toBeDefined();
    // Those that nobody asks for any more make room.
    await vi.waitFor(async () => {
      pass(6);
      expect(await tenants.find('tenant-8')).toBeDefined();
    }, 10_000);
    expect(server.bugs).toEqual([]);
  });

  it('that nobody asks for are closed when there are many', async () => {
    await using server = await served(path.join(folder, `store-${next++}`));
    const { tenants, verbs, pass } = server;
    const names = ['contoso', 'fabrikam', 'northwind'];
    for (const name of names) await verbs.create(name);
    const first = await tenants.find('contoso');
    pass(61);
    for (const name of ['fabrikam', 'northwind']) await tenants.find(name);
    expect(await tenants.find('contoso')).not.toBe(first);
    expect(server.bugs).toEqual([]);
  });
});

describeWithPostgres('tenants of a server', (server) => {
  tenantsServed(() => server().database());
});
