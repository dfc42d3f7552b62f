import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe } from 'vitest';
import { describeWithPostgres } from '../../../test/services/postgres.ts';
import { openPostgres } from '../postgres.ts';
import { openSqlite } from '../sqlite.ts';
import { privacyContract } from './contract.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('data protection (SQLite)', () => {
  privacyContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-privacy-'));
    folders.push(folder);
    return openSqlite(folder, 'default');
  });
});

describeWithPostgres('data protection', (server) => {
  let url: Promise<string> | undefined;
  let tenants = 0;
  privacyContract(async () => {
    url ??= server().database();
    return openPostgres(await url, `tenant-${++tenants}`);
  });
});
