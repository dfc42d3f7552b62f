import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  apiAuthentication,
  createToken,
  type TokenStorage,
  tokenAuthentication,
} from '../server/tokens.ts';
import type { Database } from './database.ts';
import { openSqlite } from './sqlite.ts';
import { tokenStorage } from './tokens.ts';

let folder: string;
let database: Database;
let storage: TokenStorage;
let time = Date.parse('2026-01-31T08:00:00Z');

const now = () => new Date(time);
const tenants = async (tenant: string) => (tenant === 'contoso' ? storage : undefined);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tokens-'));
  database = await openSqlite(folder, 'contoso');
  storage = tokenStorage(database);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it('knows whose a token is, until it expires', async () => {
  const authenticate = tokenAuthentication(tenants, now);
  const { token } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
  expect(token).toMatch(/^lockstep_contoso_[0-9a-f]{64}$/);
  expect(await authenticate(token)).toEqual({ tenant: 'contoso', system: 'inbox' });
  time += 30 * 86_400_000;
  expect(await authenticate(token)).toBeUndefined();
});

it('lets two tokens of a system be valid at once, so that one can take over from the other', async () => {
  const authenticate = tokenAuthentication(tenants, now);
  const [one, other] = [
    await createToken(storage, 'contoso', { system: 'inbox' }, 30, now()),
    await createToken(storage, 'contoso', { system: 'inbox' }, 30, now()),
  ];
  expect(await storage.revoke(one.id, now())).toBe(true);
  expect(await storage.revoke(one.id, now())).toBe(false);
  expect(await authenticate(one.token)).toBeUndefined();
  expect(await authenticate(other.token)).toBeDefined();
});

it('shows when a token was last used, and never the token', async () => {
  const { token, id } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
  await tokenAuthentication(tenants, now)(token);
  const listed = (await storage.all()).find((one) => one.id === id);
  expect(listed).toMatchObject({ system: 'inbox', lastUsedAt: now() });
  const rows = await database.all('select * from access_token');
  expect(JSON.stringify(rows)).not.toContain(token.slice(-64));
});

it('ends within seconds when it is revoked, also where it was just used', async () => {
  const authenticate = tokenAuthentication(tenants, now);
  const { token, id } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
  await authenticate(token);
  await storage.revoke(id, now());
  time += 2_000;
  expect(await authenticate(token)).toBeUndefined();
});

it.each(['', ' ', 'lockstep', 'lockstep__', `lockstep_contoso_${'0'.repeat(64)}`])(
  'opens nothing to %j',
  async (token) => {
    expect(await tokenAuthentication(tenants, now)(token)).toBeUndefined();
  },
);

it('opens no tenant to the token of another', async () => {
  const { token } = await createToken(storage, 'fabrikam', { system: 'inbox' }, 30, now());
  expect(await tokenAuthentication(tenants, now)(token)).toBeUndefined();
});

it('opens either a served system or the API, never both', async () => {
  const [system, api] = [tokenAuthentication(tenants, now), apiAuthentication(tenants, now)];
  const inbox = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
  const viewer = await createToken(storage, 'contoso', { role: 'viewer' }, 30, now());
  expect(await api(viewer.token)).toEqual({ tenant: 'contoso', token: viewer.id, role: 'viewer' });
  expect(await api(inbox.token)).toBeUndefined();
  expect(await system(viewer.token)).toBeUndefined();
  expect(await storage.all()).toContainEqual(expect.objectContaining({ role: 'viewer' }));
});

it('opens nothing with a role that is not known any more', async () => {
  const { token, id } = await createToken(storage, 'contoso', { role: 'viewer' }, 30, now());
  await database.run('update access_token set role = ? where id = ?', ['owner', id]);
  expect(await apiAuthentication(tenants, now)(token)).toBeUndefined();
});
