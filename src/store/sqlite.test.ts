import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { databaseContract } from './contract.ts';
import { sequenceContract } from './sequence-contract.ts';
import { openSqlite } from './sqlite.ts';

const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'lockstep-store-'));
  folders.push(made);
  return made;
}

afterEach(async () => {
  for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true });
});

describe('SQLite', () => {
  databaseContract(async () => openSqlite(await folder(), 'default'));

  it('keeps tenants in files of their own', async () => {
    const shared = await folder();
    await using contoso = await openSqlite(shared, 'contoso');
    await using fabrikam = await openSqlite(shared, 'fabrikam');
    await contoso.run(`insert into fingerprint (name, value) values ('a', '1')`);
    expect(await fabrikam.all('select * from fingerprint')).toEqual([]);
    const stranger = contoso.run(
      `insert into fingerprint (tenant, name, value) values ('fabrikam', 'b', '2')`,
    );
    await expect(stranger).rejects.toThrow(/CHECK/);
    await expect(openSqlite(shared, '../elsewhere')).rejects.toMatchObject({
      code: 'store-unusable',
    });
  });

  it('is shared by several processes', async () => {
    const shared = await folder();
    await using server = await openSqlite(shared, 'default');
    await using commandLine = await openSqlite(shared, 'default');
    const put = 'insert into fingerprint (name, value) values (?, ?)';
    await Promise.all(
      [server, commandLine].flatMap((database, who) =>
        Array.from({ length: 20 }, (_, number) =>
          database.transaction((queries) => queries.run(put, [`${who}/${number}`, ''])),
        ),
      ),
    );
    expect(await server.all('select count(*) as n from fingerprint')).toEqual([{ n: 40 }]);
  });

  sequenceContract(async () => {
    const shared = await folder();
    return [await openSqlite(shared, 'default'), await openSqlite(shared, 'default')];
  });

  it('reads while another process holds the writer', async () => {
    const shared = await folder();
    await using database = await openSqlite(shared, 'default');
    using other = new DatabaseSync(path.join(shared, 'default.sqlite'));
    other.exec('begin immediate');
    const write = database.run(`insert into fingerprint (name, value) values ('a', '1')`);
    expect(await database.all('select * from fingerprint')).toEqual([]);
    other.exec('rollback');
    expect(await write).toBe(1);
  });

  it('outlives being opened again, with everything in it', async () => {
    const shared = await folder();
    {
      await using first = await openSqlite(shared, 'default');
      await first.run(`insert into fingerprint (name, value) values ('a', '1')`);
    }
    await using second = await openSqlite(shared, 'default');
    expect(await second.all('select name from fingerprint')).toEqual([{ name: 'a' }]);
  });

  it('says what is wrong with a file it cannot use', async () => {
    const shared = await folder();
    writeFileSync(
      path.join(shared, 'default.sqlite'),
      'this is no database, it is a letter'.repeat(200),
    );
    await expect(openSqlite(shared, 'default')).rejects.toMatchObject({ code: 'store-corrupt' });
    const taken = path.join(shared, 'a-file');
    writeFileSync(taken, '');
    chmodSync(taken, 0o600);
    await expect(openSqlite(taken, 'default')).rejects.toMatchObject({ code: 'store-unusable' });
  });

  it('refuses a store that a later version wrote', async () => {
    const shared = await folder();
    {
      await using first = await openSqlite(shared, 'default');
      await first.run(`insert into migration (name, at) values ('9999-tomorrow', 1)`);
    }
    await expect(openSqlite(shared, 'default')).rejects.toMatchObject({ code: 'store-newer' });
  });

  it('fails what is asked after it was closed', async () => {
    const database = await openSqlite(await folder(), 'default');
    await database[Symbol.asyncDispose]();
    await expect(database.all('select 1')).rejects.toMatchObject({ code: 'store-stopped' });
  });
});
