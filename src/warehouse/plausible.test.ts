import { describe, expect, it } from 'vitest';
import { isPlausible } from './plausible.ts';

const rules = { sources: [], targets: [] };

describe('a reading is believed', () => {
  it.each([
    [{ seen: 100, absent: 0, before: 100 }, true, 'with everybody there'],
    [{ seen: 0, absent: 0, before: 0 }, true, 'with nobody, where nobody was'],
    [{ seen: 0, absent: 1, before: 1 }, false, 'not when it is empty'],
    [{ seen: 1, absent: 20, before: 21 }, true, 'with no more than 20 gone'],
    [{ seen: 20, absent: 21, before: 41 }, false, 'not with more gone than stay'],
    [{ seen: 50, absent: 50, before: 100 }, true, 'with half of them left'],
  ])('%j → %s (%s)', (showing, believed) => {
    expect(isPlausible(showing, rules)).toBe(believed);
  });

  it('as the configuration has it', () => {
    const strict = { ...rules, plausible: { share: 0.95, count: 2 } };
    expect(isPlausible({ seen: 90, absent: 10, before: 100 }, strict)).toBe(false);
  });
});
