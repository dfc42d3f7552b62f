/** The files of `docs/scim-library.md`, run as they stand there, by an application that has the package installed. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scim } from '../../src/scim-library.ts';

const root = path.resolve(import.meta.dirname, '../..');
const document = readFileSync(path.join(root, 'docs/scim-library.md'), 'utf8');
const PLAIN = ['--disable-warning=ExperimentalWarning'];

let folder: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'application-'));
  await mkdir(path.join(folder, 'node_modules/@hono'), { recursive: true });
  // As `npm install ../lockstep` has it.
  await symlink(root, path.join(folder, 'node_modules/lockstep'), 'junction');
  for (const name of ['hono', 'express', '@hono/node-server'])
    await symlink(
      path.join(root, 'node_modules', name),
      path.join(folder, 'node_modules', name),
      'junction',
    );
  token = (await run('token.mjs')).trim();
}, 30_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The block of code that follows the name of a file. */
function fileNamed(name: string): string {
  const [, after = ''] = document.split(`\`${name}\``);
  const [, code] = /```js\n([\s\S]*?)```/.exec(after) ?? [];
  if (code === undefined) throw new Error(`the document has no ${name}`);
  return code;
}

async function run(name: string): Promise<string> {
  await writeFile(path.join(folder, name), fileNamed(name));
  return execFileSync(process.execPath, [...PLAIN, name], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

interface Application extends AsyncDisposable {
  send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}

/** The file, on a port that is free. */
async function started(name: string): Promise<Application> {
  const port = await freePort();
  await writeFile(path.join(folder, name), fileNamed(name).replaceAll('8080', String(port)));
  const running = spawn(process.execPath, [...PLAIN, name], { cwd: folder, stdio: 'inherit' });
  const send: Application['send'] = async (method, place, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2${place}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  await untilAnswering(() => send('GET', '/ServiceProviderConfig'), running);
  return {
    send,
    [Symbol.asyncDispose]: async () => {
      running.kill();
      if (running.exitCode === null && running.signalCode === null) await once(running, 'exit');
    },
  };
}

async function untilAnswering(ask: () => Promise<unknown>, running: ChildProcess): Promise<void> {
  while (running.exitCode === null) {
    const answered = await ask().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the application has ended');
}

describe('an application', () => {
  it.each(['hono.mjs', 'express.mjs', 'node.mjs'])(
    'mounts it as in %s',
    async (name) => {
      await using application = await started(name);
      const userName = `ada@${name}.contoso.com`;
      const ada = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName };
      expect(await application.send('POST', '/Users', ada)).toMatchObject({ status: 201 });
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      expect(await application.send('GET', `/Users?filter=${filter}`)).toMatchObject({
        status: 200,
        body: { totalResults: 1, Resources: [{ userName, active: true }] },
      });
    },
    30_000,
  );

  it('reads what was pushed', async () => {
    expect(await run('changes.mjs')).toContain('ada@node.mjs.contoso.com true\n');
  }, 30_000);
});

describe('a provider', () => {
  const at = (place: string, init: RequestInit = {}) =>
    new Request(`https://contoso.com/people${place}`, init);
  const bearing = (known: string) => ({ headers: { authorization: `Bearer ${known}` } });

  it('keeps customers apart, tells what was written, and makes no store for a token nobody gave', async () => {
    const store = path.join(folder, 'apart');
    const told: unknown[] = [];
    await using provider = scim({
      store,
      basePath: '/people',
      onChange: (change) => told.push(change),
    });
    const fabrikam = await provider.createToken('fabrikam');
    const contoso = await provider.createToken('contoso');
    const created = await provider.fetch(
      at('/Users', {
        method: 'POST',
        headers: {
          ...bearing(fabrikam.token).headers,
          'content-type': 'application/scim+json',
        },
        body: JSON.stringify({ userName: 'ada@fabrikam.com' }),
      }),
    );
    const { id } = (await created.json()) as { id: string };
    expect(told).toEqual([{ tenant: 'fabrikam', type: 'created', kind: 'user', id }]);
    const seen = async (known: string) =>
      (await provider.fetch(at(`/Users/${id}`, bearing(known)))).status;
    expect(await seen(fabrikam.token)).toBe(200);
    expect(await seen(contoso.token)).toBe(404);
    expect(await seen(`lockstep_stranger_${'0'.repeat(64)}`)).toBe(401);
    expect(existsSync(path.join(store, 'stranger.sqlite'))).toBe(false);
    expect(await provider.revokeToken('contoso', contoso.id)).toBe(true);
  });

  it('takes tokens of the application', async () => {
    await using provider = scim({
      store: path.join(folder, 'own'),
      basePath: '/people/',
      authenticate: (known) => (known === 'theirs' ? 'fabrikam' : undefined),
    });
    expect((await provider.fetch(at('/Users', bearing('theirs')))).status).toBe(200);
    expect((await provider.fetch(at('/Users', bearing('other')))).status).toBe(401);
  });
});
