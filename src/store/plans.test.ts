import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import type { Database } from './database.ts';
import { ledgerContract } from './ledger-contract.ts';
import { logContract } from './log-contract.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function onSqlite(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-plans-'));
  folders.push(folder);
  return openSqlite(folder, 'default');
}

describe('plans and ledger on SQLite', () => {
  ledgerContract(onSqlite);
  logContract(onSqlite);
});

describeWithPostgres('plans and ledger', (server) => {
  const open = async () => openPostgres(await server().database(), 'default');
  ledgerContract(open);
  logContract(open);
});
