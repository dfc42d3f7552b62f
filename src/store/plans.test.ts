import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { ledgerContract } from './ledger-contract.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe('plans and ledger on SQLite', () => {
  ledgerContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-plans-'));
    folders.push(folder);
    return openSqlite(folder, 'default');
  });
});

describeWithPostgres('plans and ledger', (server) => {
  ledgerContract(async () => openPostgres(await server().database(), 'default'));
});
