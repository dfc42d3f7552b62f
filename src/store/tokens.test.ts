import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { clientsContract } from './clients-contract.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { openStores } from './stores.ts';
import { tenantsContract } from './tenants-contract.ts';
import { tokensContract } from './tokens-contract.ts';

describe('tokens, clients and tenants (SQLite)', () => {
  let folder: string;
  let stores = 0;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tokens-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const next = () => path.join(folder, `store-${stores++}`);
  const open = () => openSqlite(next(), 'contoso');
  tokensContract(open);
  clientsContract(open);
  tenantsContract(async () => openStores(next(), folder));
});

describeWithPostgres('tokens, clients and tenants', (server) => {
  const open = async () => openPostgres(await server().database(), 'contoso');
  tokensContract(open);
  clientsContract(open);
  tenantsContract(async () => openStores(await server().database(), '/'));
});
