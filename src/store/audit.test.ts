import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { openAudit } from './audit.ts';
import { auditContract } from './audit-contract.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('the audit trail (SQLite)', () => {
  auditContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-audit-'));
    folders.push(folder);
    const database = await openSqlite(folder, 'default');
    return {
      database,
      another: () => openSqlite(folder, 'default'),
      tamper: async (statements) => {
        for (const name of ['entry_unchanged', 'payload_unchanged', 'entry_kept']) {
          await database.run(`drop trigger audit_${name}`);
        }
        for (const statement of statements) await database.run(statement);
      },
    };
  });
});

describeWithPostgres('the audit trail', (server) => {
  auditContract(async () => {
    const url = await server().database();
    return {
      database: await openPostgres(url, 'default'),
      another: () => openPostgres(url, 'default'),
      tamper: (statements) =>
        asOwner(url, [
          'alter table audit_entry disable trigger all',
          'alter table audit_payload disable trigger all',
          ...statements,
        ]),
    };
  });

  it('is not changed by an owner either, who works without a role of less rights', async () => {
    const url = await server().database('nosuperuser');
    await using database = await openPostgres(url, 'default');
    const trail = openAudit(database);
    await trail.append([{ action: 'run-started' }], { actor: 'ada', at: new Date() });
    for (const statement of [
      `update audit_entry set actor = 'nobody'`,
      'delete from audit_entry',
      `update audit_payload set detail = '{}'`,
    ]) {
      await expect(database.run(statement)).rejects.toThrow('audit entries are kept as they are');
    }
  });

  it('prunes the entries of one tenant only', async () => {
    const url = await server().database();
    await using ours = await openPostgres(url, 'contoso');
    await using theirs = await openPostgres(url, 'fabrikam');
    const trails = [openAudit(ours), openAudit(theirs)] as const;
    for (const trail of trails) {
      await trail.append([{ action: 'run-started' }], { actor: 'ada', at: new Date(0) });
    }
    expect(await trails[0].prune(1)).toBe(1);
    expect(await Array.fromAsync(trails[1].walk())).toHaveLength(1);
  });
});

async function asOwner(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    options: '-c search_path=lockstep -c lockstep.tenant=default',
  });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
