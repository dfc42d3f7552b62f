import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { databaseContract } from './contract.ts';
import { numbered, openPostgres } from './postgres.ts';
import { sequenceContract } from './sequence-contract.ts';

describe('a statement for PostgreSQL', () => {
  it('has numbered parameters, and question marks in quotes stay', () => {
    expect(numbered(`select '?' as "what?" from t where a = ? and b = ?`)).toBe(
      `select '?' as "what?" from t where a = $1 and b = $2`,
    );
  });

  it('looks a list up as an array', () => {
    const list = '(select jsonb_array_elements_text(?::jsonb))';
    expect(numbered(`select 1 from t where a = ? and b in ${list}`)).toBe(
      'select 1 from t where a = $1 and b = any(array(select jsonb_array_elements_text($2::jsonb)))',
    );
  });
});

describeWithPostgres('the store', (server) => {
  databaseContract(async () => openPostgres(await server().database(), 'default'));

  sequenceContract(async () => {
    const url = await server().database();
    return [await openPostgres(url, 'default'), await openPostgres(url, 'default')];
  });

  it('shows each tenant its own rows, whatever is asked', async () => {
    const url = await server().database();
    await using contoso = await openPostgres(url, 'contoso');
    await using fabrikam = await openPostgres(url, 'fabrikam');
    await contoso.run(`insert into fingerprint (name, value) values ('a', '1')`);
    await fabrikam.run(`insert into fingerprint (name, value) values ('a', '2')`);

    expect(await fabrikam.all('select tenant, value from fingerprint')).toEqual([
      { tenant: 'fabrikam', value: '2' },
    ]);
    expect(await fabrikam.run(`update fingerprint set value = '3' where tenant = 'contoso'`)).toBe(
      0,
    );
    expect(await fabrikam.run('delete from fingerprint')).toBe(1);
    expect(await contoso.all('select value from fingerprint')).toEqual([{ value: '1' }]);
    const stranger = fabrikam.run(
      `insert into fingerprint (tenant, name, value) values ('contoso', 'b', '2')`,
    );
    await expect(stranger).rejects.toThrow(/row-level security/);
  });

  it('fails the question whose connection the server ends, and answers the next', async () => {
    const url = await server().database();
    await using database = await openPostgres(url, 'default');
    const asked = database.transaction(async (queries) => {
      await queries.all('select 1 as one');
      await endOtherConnections(url);
      return queries.all('select 2 as two');
    });
    await expect(asked).rejects.toThrow();
    expect(await database.all('select 3 as three')).toEqual([{ three: 3 }]);
  });

  it('keeps tenants apart under thousands of interleaved questions', async () => {
    const url = await server().database();
    await using contoso = await openPostgres(url, 'contoso');
    await using fabrikam = await openPostgres(url, 'fabrikam');
    const both = [contoso, fabrikam];
    for (const database of both) {
      await database.run(`insert into fingerprint (name, value) values ('who', ?)`, [
        database.tenant,
      ]);
    }
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, number) => {
        const database = both[number % 2] ?? contoso;
        const [row] = await database.all<{ readonly value: string }>(
          'select value from fingerprint',
        );
        return row?.value === database.tenant;
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
  });

  it('shows nothing to a connection that names no tenant', async () => {
    const url = await server().database();
    await using database = await openPostgres(url, 'contoso');
    await database.run(`insert into fingerprint (name, value) values ('a', '1')`);
    const client = new pg.Client(url);
    await client.connect();
    await client.query('set role lockstep_work');
    const nameless = client.query('select * from lockstep.fingerprint');
    await expect(nameless).rejects.toThrow(/lockstep.tenant/);
    await client.end();
  });

  it('works as an owner that cannot bypass row-level security', async () => {
    const url = await server().database('nosuperuser');
    await using database = await openPostgres(url, 'contoso');
    await database.run(`insert into fingerprint (name, value) values ('a', '1')`);
    await using other = await openPostgres(url, 'fabrikam');
    expect(await other.all('select * from fingerprint')).toEqual([]);
  });

  it('refuses a role that can bypass it and cannot assume another', async () => {
    const url = await server().database('bypassrls nocreaterole');
    await expect(openPostgres(url, 'contoso')).rejects.toMatchObject({
      code: 'store-not-separated',
    });
  });

  it('refuses a database whose wall somebody took down', async () => {
    const url = await server().database();
    await (await openPostgres(url, 'contoso'))[Symbol.asyncDispose]();
    const client = new pg.Client(url);
    await client.connect();
    await client.query('alter table lockstep.due no force row level security');
    await client.end();
    await expect(openPostgres(url, 'contoso')).rejects.toMatchObject({
      code: 'store-not-separated',
      message: 'row-level security is off for due',
    });
  });

  it('is brought up to date once when many processes start', async () => {
    const url = await server().database();
    const opened = await Promise.all([1, 2, 3].map(() => openPostgres(url, 'default')));
    for (const database of opened) await database[Symbol.asyncDispose]();
    expect(opened).toHaveLength(3);
  });

  it('says when it cannot be reached', async () => {
    await expect(openPostgres('postgres://nobody@127.0.0.1:1/x', 'default')).rejects.toMatchObject({
      code: 'store-unreachable',
    });
  });
});

async function endOtherConnections(url: string): Promise<void> {
  const administrator = new pg.Client({ connectionString: url });
  await administrator.connect();
  await administrator.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  );
  await administrator.end();
}
