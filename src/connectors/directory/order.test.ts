import { expect, it } from 'vitest';
import { cursorOf, MOST_SORTED, orderOf, placeOf, sortedPage } from './order.ts';
import type { StoredObject } from './storage.ts';

function account(id: string, title?: string): StoredObject {
  const at = '2026-01-31T08:00:00.000Z';
  const attributes = title === undefined ? {} : { title };
  return { id, kind: 'user', attributes, state: {}, version: 1, createdAt: at, modifiedAt: at };
}

const byTitle = { path: { attribute: 'title' }, descending: false, caseExact: false };

it('goes on after an object that has gone meanwhile', () => {
  const order = orderOf(byTitle, 'userName', undefined);
  const cursor = cursorOf(placeOf(order, account('gone', 'Café "N°1"')));
  expect(cursor).toMatch(/^[!-~]+$/);
  const people = [account('1', 'Analyst'), account('2', 'Owner'), account('3')];
  const later = sortedPage(people, orderOf(byTitle, 'userName', cursor), { count: 9 });
  expect(later.objects.map(({ id }) => id)).toEqual(['2', '3']);
  expect(later.total).toBe(3);
});

it.each(['7', '%', '[]', '[{},"7"]', '["a"]'])('refuses a cursor that is none: %s', (cursor) => {
  expect(() => orderOf(byTitle, 'userName', cursor)).toThrow(
    expect.objectContaining({ code: 'cursor-invalid' }),
  );
});

it('refuses to sort more than it may keep, but by the name', () => {
  const many = Array.from({ length: MOST_SORTED + 1 }, (_, index) => account(`${index}`));
  expect(() => sortedPage(many, orderOf(byTitle, 'userName', undefined), { count: 1 })).toThrow(
    expect.objectContaining({ code: 'sort-too-large' }),
  );
  const byName = { ...byTitle, path: { attribute: 'userName' } };
  const page = sortedPage(many, orderOf(byName, 'userName', undefined), { count: 1 });
  expect(page.total).toBe(MOST_SORTED + 1);
});
