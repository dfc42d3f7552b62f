import { expect, it } from 'vitest';
import { yearOf } from './year.ts';

it('keeps the accounts of a small company right on every day of a year', {
  timeout: 120_000,
}, async () => {
  const { differences, lookedAt, happened } = await yearOf(120, 4);
  expect(differences).toEqual([]);
  expect(Object.keys(happened)).toHaveLength(15);
  // Whoever polled would have looked at more than forty thousand.
  expect(lookedAt).toBeLessThan(2500);
});
