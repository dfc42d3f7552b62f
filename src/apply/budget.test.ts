import { expect, it } from 'vitest';
import { retryBudget } from './budget.ts';

it('retries are at most a fifth of what was sent, however much fails', () => {
  const budget = retryBudget();
  let retries = 0;
  for (let request = 0; request < 1000; request++) {
    budget.sent();
    for (let tries = 0; tries < 3; tries++) if (budget.retry()) retries++;
  }
  expect(retries).toBeGreaterThan(150);
  expect(retries).toBeLessThanOrEqual(200);
});

it('a few requests may all be sent again', () => {
  const budget = retryBudget();
  budget.sent();
  expect(Array.from({ length: 12 }, () => budget.retry()).filter(Boolean)).toHaveLength(10);
});
