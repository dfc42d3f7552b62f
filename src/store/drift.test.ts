import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { driftContract } from './drift-contract.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('drift and undone runs (SQLite)', () => {
  driftContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-drift-'));
    folders.push(folder);
    return openSqlite(folder, 'default');
  });
});

describeWithPostgres('drift and undone runs', (server) => {
  driftContract(async () => openPostgres(await server().database(), 'default'));
});
