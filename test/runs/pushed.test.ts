/** What was pushed to us and could not be read at once: it is read later, without being sent again. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { inboundDoor, inboundDoors } from '../../src/serve/inbound.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { createToken } from '../../src/server/tokens.ts';
import { openDatabase } from '../../src/store/open.ts';
import { tokenStorage } from '../../src/store/tokens.ts';

const DOCUMENT = `
store: ./data
systems:
  hr: { connector: inbound, read: { user: {} } }
`;

const ADA = JSON.stringify({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: [
    {
      method: 'POST',
      bulkId: '1',
      path: '/Users',
      data: {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        externalId: '7',
        userName: 'ada@contoso.com',
      },
    },
  ],
});

interface Answer {
  readonly id: string;
  readonly Operations: readonly { readonly identity?: string }[];
}

/** A server's door over the store of a folder. @param most Runs at once; none can begin with 0. */
async function doorTo(folder: string, most: number) {
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, DOCUMENT);
  const profiles = path.resolve(import.meta.dirname, '../../profiles');
  const loaded = await loadConfiguration(file, { env: {}, connectors: connectorTypes(), profiles });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  await using stack = new AsyncDisposableStack();
  const { store, directory } = loaded.value;
  const database = stack.use(await openDatabase(store, directory));
  const engine = stack.use(await openEngine(loaded.value, { database }));
  const ending = new AbortController();
  const onBug = (error: unknown): never => {
    throw error;
  };
  const { signal } = ending;
  const tasks = openTasks({ signal, now: engine.now, onBug, most });
  const door = inboundDoor(loaded.value, engine, database, tasks, signal, onBug);
  const tokens = tokenStorage(database);
  const service = inboundDoors(async () => ({ tokens, inbound: door }), engine.now, onBug);
  const scope = { system: 'hr' };
  const { token } = await createToken(tokens, 'default', scope, 1, new Date());
  stack.defer(tasks.settled);
  stack.defer(() => ending.abort());
  const ask = async (route: string, init: RequestInit = {}) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json',
      prefer: 'wait=1',
    };
    const answer = await service.request(`/api/inbound/hr${route}`, { headers, ...init });
    const body = (await answer.json()) as Answer;
    return { status: answer.status, id: body.id, identity: body.Operations[0]?.identity };
  };
  const open = stack.move();
  return {
    ask,
    wake: () => door.wake(),
    settled: () => tasks.settled(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

it('is answered with 202 as long as no run can begin, and read when a server starts', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-pushed-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  let upload = '';
  {
    await using door = await doorTo(folder, 0);
    const { status, id, identity } = await door.ask('/bulkUpload', { method: 'POST', body: ADA });
    expect([status, identity]).toEqual([202, undefined]);
    upload = id;
  }
  await using door = await doorTo(folder, 4);
  expect((await door.ask(`/uploads/${upload}`)).identity).toBeUndefined();
  await door.wake();
  await door.settled();
  expect((await door.ask(`/uploads/${upload}`)).identity).toEqual(expect.any(String));
});
