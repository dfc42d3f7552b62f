/** The process dies at every durable step of a run, and at random moments; the next run makes it good. */

import { describe, expect, it } from 'vitest';
import type { Boundary } from '../../src/sync/engine.ts';
import { EVERYBODY_ONCE, killable, LAG_SECONDS, managers, runAndDie } from './killed.ts';

const STEPS: readonly [Boundary, number][] = [
  ['page-absorbed', 1],
  ['reading-ended', 1],
  ['plan-batch-stored', 1],
  ['plan-closed', 1],
  ['marked-in-flight', 1],
  ['operation-sent', 1],
  ['operation-sent', 2],
  // Whether five outcomes are recorded at once or in two parts is a matter of time.
  ['outcomes-recorded', 1],
  ['plan-applied', 1],
];

// Thirty processes start one by one or side by side, on a machine that may have better things to do.
describe('a process that dies', { timeout: 300_000 }, () => {
  it.concurrent.each(STEPS)(
    'right after %s (%i.) leaves nobody out and nobody twice',
    async (step, nth) => {
      await using company = await killable();
      expect(await runAndDie(company, step, nth)).toBe('SIGKILL');
      await company.runLater(1);
      await company.runLater(2 * LAG_SECONDS);
      await company.runLater(2 * LAG_SECONDS);
      expect(await managers(company)).toEqual(EVERYBODY_ONCE);
      expect(company.posts()).toBe(5);
    },
  );

  it.concurrent('at twenty moments one after the other leaves nobody out and nobody twice', async () => {
    await using company = await killable();
    for (let moment = 0; moment < 20; moment++) {
      await runAndDie(company, 'never', 1, moment * 7);
    }
    await company.runLater(2 * LAG_SECONDS);
    await company.runLater(2 * LAG_SECONDS);
    expect(await managers(company)).toEqual(EVERYBODY_ONCE);
    expect(company.posts()).toBe(5);
  });
});
