import { expect, it } from 'vitest';
import { newId } from './id.ts';

it('makes identifiers that sort as they were made, also within one millisecond', () => {
  const now = new Date('2026-01-31T08:00:00Z');
  const ids = Array.from({ length: 10_000 }, () => newId(now));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(10_000);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
