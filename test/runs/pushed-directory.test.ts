/** What an identity provider writes into a served directory is in the targets before the next round. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startRamp } from '../../src/emulators/ramp/start.ts';
import { startServing } from '../../src/serve/serve.ts';
import { createToken } from '../../src/server/tokens.ts';
import { openDatabase } from '../../src/store/open.ts';
import { tokenStorage } from '../../src/store/tokens.ts';
import { underLease } from '../../src/sync/lease.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** Nothing but a push starts a run meanwhile. */
const HOURLY = `
store: ./data
systems:
  inbox: { connector: directory, read: { user: {}, group: {} }, serve: {} }
  ramp:
    connector: scim
    profile: ramp
    options: { url: URL, token: ramp_test }
    write: { user: { firstRun: go } }
schedule: { every: 1h }
`;

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** `lockstep serve` with a directory that is pushed to, and a Ramp that people go on to. */
async function serving(stack: AsyncDisposableStack) {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-pushed-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ramp = stack.use(await startRamp({ token: 'ramp_test' }));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, HOURLY.replace('URL', ramp.url));
  const profiles = path.resolve(import.meta.dirname, '../../profiles');
  const loaded = await loadConfiguration(file, { env: {}, connectors: connectorTypes(), profiles });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const database = stack.use(await openDatabase(path.join(folder, 'data'), folder));
  const scope = { system: 'inbox' };
  const made = await createToken(tokenStorage(database), 'default', scope, 1, new Date());
  const ending = new AbortController();
  const lines: string[] = [];
  const { url, ended } = await startServing(loaded.value, {
    port: 0,
    signal: ending.signal,
    log: (line) => lines.push(line),
  });
  stack.defer(() => ended);
  stack.defer(() => ending.abort());
  const push = async (method: string, place: string, body: unknown): Promise<string> => {
    const answer = await fetch(`${url}/scim/v2/inbox${place}`, {
      method,
      headers: { authorization: `Bearer ${made.token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    return ((await answer.json()) as { id: string }).id;
  };
  return { configuration: loaded.value, database, ramp, push, lines };
}

it('is written on at once, and so are changes of it', async () => {
  await using stack = new AsyncDisposableStack();
  const { ramp, push, lines } = await serving(stack);
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, index) => push('POST', '/Users', person(index))),
  );
  await until(async () => (await ramp.users()).length === 30);
  await push('PATCH', `/Users/${ids[7]}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'name.familyName', value: 'Byron' }],
  });
  await until(async () =>
    (await ramp.users()).some(({ attributes: { userName, name } }) => {
      return userName === 'user-7@contoso.com' && JSON.stringify(name).includes('Byron');
    }),
  );
  expect(lines.filter((line) => /mistake|early|failed/.test(line))).toEqual([]);
}, 30_000);

it('goes ahead of whatever is being written meanwhile', async () => {
  await using stack = new AsyncDisposableStack();
  const { configuration, database, ramp, push } = await serving(stack);
  const engine = stack.use(await openEngine(configuration, { database }));
  const watch = { signal: new AbortController().signal, progress: () => {} };
  await underLease('write/ramp', engine, watch, 10, async () => {
    await push('POST', '/Users', person(0));
    await until(() => engine.warehouse.anyUrgent('ramp'));
    expect(await ramp.users()).toEqual([]);
  });
  await until(async () => (await ramp.users()).length === 1);
}, 30_000);

function person(index: number) {
  const userName = `user-${index}@contoso.com`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: `user-${index}`,
    active: true,
    displayName: `Ada Lovelace ${index}`,
    name: { givenName: 'Ada', familyName: `Lovelace ${index}` },
    emails: [{ type: 'work', primary: true, value: userName }],
    addresses: [{ type: 'work', locality: 'London' }],
    [ENTERPRISE]: { employeeNumber: String(index), department: 'Engines' },
  };
}
