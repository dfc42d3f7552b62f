import { describe, expect, it } from 'vitest';
import { arraysOf, bulkOf, columnTypes } from './postgres-batch.ts';

const types = columnTypes([
  { table_name: 'due', column_name: 'target', data_type: 'text' },
  { table_name: 'due', column_name: 'identity', data_type: 'text' },
  { table_name: 'due', column_name: 'since', data_type: 'bigint' },
]);

describe('an insert of many rows', () => {
  it('becomes one statement of arrays, each of its column’s type', () => {
    const bulk = bulkOf(
      'insert into due (target, since) values (?, ?) on conflict do nothing',
      types,
    );
    expect(bulk).toEqual({
      sql: 'insert into due (target, since) select * from unnest(?::text[], ?::bigint[]) on conflict do nothing',
      unique: [],
    });
    const rows = [
      ['ramp', 1],
      ['entra', null],
    ];
    expect(bulk && arraysOf(rows, bulk)).toEqual([
      ['ramp', 'entra'],
      [1, null],
    ]);
  });

  it('is not made of rows of which one replaces another', () => {
    const bulk = bulkOf(
      `insert into due (target, identity, since) values (?, ?, ?)
       on conflict (tenant, target, identity) do update set since = excluded.since`,
      types,
    );
    const [ada, bob] = [
      ['ramp', 'ada', 1],
      ['ramp', 'bob', 1],
    ];
    expect(bulk && arraysOf([ada ?? [], bob ?? []], bulk)).toHaveLength(3);
    expect(bulk && arraysOf([ada ?? [], ['ramp', 'ada', 2]], bulk)).toBeUndefined();
  });

  it.each([
    ['another statement', 'delete from due where target = ?'],
    ['a value that is worked out', 'insert into due (target, since) values (?, coalesce(?, 1))'],
    [
      'a parameter behind the values',
      'insert into due (target) values (?) on conflict (target) do update set since = ?',
    ],
    ['a table it does not know', 'insert into elsewhere (target) values (?)'],
  ])('is not made of %s', (_, sql) => {
    expect(bulkOf(sql, types)).toBeUndefined();
  });
});
