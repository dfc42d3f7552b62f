import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { accountsContract } from './warehouse/contract/accounts.ts';
import { decidingContract } from './warehouse/contract/deciding.ts';
import { dueContract } from './warehouse/contract/due.ts';
import { foresightContract } from './warehouse/contract/foresight.ts';
import { historyContract } from './warehouse/contract/history.ts';
import { identitiesContract } from './warehouse/contract/identities.ts';
import { joiningContract } from './warehouse/contract/joining.ts';
import { leavingContract } from './warehouse/contract/leaving.ts';
import type { OpenDatabase } from './warehouse/contract/office.ts';
import { readingContract } from './warehouse/contract/reading.ts';
import { referencesContract } from './warehouse/contract/references.ts';
import { ruleGroupContract } from './warehouse/contract/rule-groups.ts';

function warehouseContract(open: OpenDatabase): void {
  readingContract(open);
  identitiesContract(open);
  joiningContract(open);
  decidingContract(open);
  historyContract(open);
  dueContract(open);
  referencesContract(open);
  accountsContract(open);
  ruleGroupContract(open);
  leavingContract(open);
  foresightContract(open);
}

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('the warehouse (SQLite)', () => {
  warehouseContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-store-'));
    folders.push(folder);
    return openSqlite(folder, 'default');
  });
});

describeWithPostgres('the warehouse', (server) => {
  // Each test is a tenant of its own: what one leaves behind, the next must not see.
  let url: Promise<string> | undefined;
  let tenants = 0;
  warehouseContract(async () => {
    url ??= server().database();
    return openPostgres(await url, `tenant-${++tenants}`);
  });
});
