import { describe, expect, it } from 'vitest';
import { company } from './directory-company.ts';

/** One more in every turn of the event loop. */
function arriving(): { readonly here: () => number; readonly stop: () => void } {
  let here = 1;
  const more = (): void => {
    here++;
    next = setImmediate(more);
  };
  let next = setImmediate(more);
  return { here: () => here, stop: () => clearImmediate(next) };
}

describe('a transaction', () => {
  it('waits for as many as were answered before', async () => {
    const { gather, answered } = company();
    answered(5, 60_000);
    const { here, stop } = arriving();
    await gather(here);
    stop();
    expect(here()).toBeGreaterThan(1);
  });

  it('waits for nobody where one came alone, and never long', async () => {
    const { gather, answered } = company();
    const { here, stop } = arriving();
    await gather(here);
    answered(1, 60_000);
    await gather(here);
    expect(here()).toBe(1);
    stop();
    answered(5, 60_000);
    await gather(() => 1);
  });
});
