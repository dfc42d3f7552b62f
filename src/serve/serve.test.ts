import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import type { Configuration } from '../config/configuration.ts';
import { STRICT } from '../scim/clients.ts';
import { createToken } from '../server/tokens.ts';
import { openDatabase } from '../store/open.ts';
import { tokenStorage } from '../store/tokens.ts';
import { startServing } from './serve.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-serve-'));
});

afterEach(() => rm(folder, { recursive: true }));

function configuration(): Configuration {
  const type = connectorTypes().find((each) => each.type === 'directory');
  return {
    store: folder,
    directory: folder,
    version: '1',
    alerts: [],
    keep: { logSeconds: 86_400, plansSeconds: 86_400, historySeconds: 86_400 },
    server: { host: '127.0.0.1', port: 0 },
    systems: [
      {
        name: 'ours',
        connector: 'directory',
        options: type?.options.parse({}),
        read: {},
        write: {},
        serve: { kinds: ['user', 'group'], leniency: STRICT },
      },
    ],
  };
}

async function tokenFor(system: string): Promise<string> {
  await using database = await openDatabase(folder, folder);
  const { tenant } = database;
  return (await createToken(tokenStorage(database), tenant, { system }, 1, new Date())).token;
}

describe('lockstep serve', () => {
  it('serves a system to whoever has its token, is ready, and ends when told', async () => {
    const token = await tokenFor('ours');
    const ending = new AbortController();
    const { url, ended } = await startServing(configuration(), {
      signal: ending.signal,
      log: () => {},
    });
    const ask = async (route: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(url + route, init)).status;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const ada = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'ada@contoso.com',
    };

    expect(await ask('/healthz')).toBe(200);
    expect(await ask('/readyz')).toBe(200);
    expect(await ask('/scim/v2/ours/Users')).toBe(401);
    expect(await ask('/scim/v2/other/Users', { headers })).toBe(404);
    const body = JSON.stringify(ada);
    expect(await ask('/scim/v2/ours/Users', { method: 'POST', headers, body })).toBe(201);
    expect(await ask('/scim/v2/ours/Users', { headers })).toBe(200);

    ending.abort();
    await ended;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });
});
