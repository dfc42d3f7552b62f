import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BulkOperation } from './bulk.ts';
import { bulkSteps } from './bulk-order.ts';

function made(bulkId: string, ...named: readonly string[]): BulkOperation {
  const members = named.map((one) => ({ value: `bulkId:${one}` }));
  return { method: 'POST', path: '/Groups', bulkId, data: { members } };
}

function told(operations: readonly BulkOperation[]): readonly string[] {
  return bulkSteps(operations).map(({ type, index, deferred }) => {
    const name = operations[index]?.bulkId ?? operations[index]?.method;
    const without = deferred.size > 0 ? ` without ${[...deferred]}` : '';
    return type === 'run' ? `${name}${without}` : `${name} again`;
  });
}

it('keeps the order in which operations were sent', () => {
  expect(told([made('a'), made('b', 'a'), made('c')])).toEqual(['a', 'b', 'c']);
});

it('lets one that names a later one wait for it, and nothing else', () => {
  expect(told([made('a', 'b', 'c'), made('b'), made('d'), made('c', 'd')])).toEqual([
    ...['b', 'd', 'c', 'a'],
  ]);
});

it('opens a circle at its first member and closes it at the end (RFC 7644 §3.7.1)', () => {
  expect(told([made('a', 'b'), made('b', 'c'), made('c', 'a'), made('d')])).toEqual([
    ...['d', 'a without b', 'c', 'b', 'a again'],
  ]);
});

it('keeps those whole that lead into a circle and are not part of it', () => {
  expect(told([made('x', 'a'), made('a', 'b'), made('b', 'a')])).toEqual([
    ...['a without b', 'x', 'b', 'a again'],
  ]);
});

it('closes a circle of one', () => {
  expect(told([made('a', 'a')])).toEqual(['a without a', 'a again']);
});

it('does not wait for what nobody makes', () => {
  expect(told([made('a', 'nobody'), made('b')])).toEqual(['a', 'b']);
});

it('lets a change wait for what its path names', () => {
  const change: BulkOperation = { method: 'PATCH', path: '/Groups/bulkId:a', data: {} };
  expect(told([change, made('a')])).toEqual(['a', 'PATCH']);
});

it('runs each operation once, after all it needs or without it', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const operations = fc.array(fc.subarray(ids), { minLength: 1, maxLength: ids.length });
  fc.assert(
    fc.property(operations, (named) => {
      const sent = named.map((some, index) => made(ids[index] ?? '', ...some));
      const ready = new Set(ids.slice(sent.length));
      const steps = bulkSteps(sent);
      for (const { index, deferred, type } of steps) {
        for (const one of named[index] ?? [])
          expect(ready.has(one) || (type === 'run' && deferred.has(one))).toBe(true);
        ready.add(ids[index] ?? '');
      }
      const runs = steps.filter(({ type }) => type === 'run').map(({ index }) => index);
      expect(runs.toSorted((one, other) => one - other)).toEqual([...sent.keys()]);
    }),
  );
});
