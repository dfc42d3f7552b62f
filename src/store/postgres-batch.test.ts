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
      sql: 'insert into due (target, since) select p1, p2 from unnest(?::text[], ?::bigint[]) as given (p1, p2) on conflict do nothing',
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

  it('works values out for each row', () => {
    const sql = `insert into due (target, since) values
      (?, (select value from now where target = cast(? as text)) - cast(? as bigint))`;
    expect(bulkOf(sql, types)?.sql).toBe(
      'insert into due (target, since) select p1, (select value from now where target = p2) - p3 from unnest(?::text[], ?::text[], ?::bigint[]) as given (p1, p2, p3)',
    );
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
    ['a value of unknown type', 'insert into due (target, since) values (?, coalesce(?, 1))'],
    [
      'a parameter behind the values',
      'insert into due (target) values (?) on conflict (target) do update set since = ?',
    ],
    ['a table it does not know', 'insert into elsewhere (target) values (?)'],
  ])('is not made of %s', (_, sql) => {
    expect(bulkOf(sql, types)).toBeUndefined();
  });
});
