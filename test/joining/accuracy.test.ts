import { describe, expect, it } from 'vitest';
import { joinDocument } from '../../src/config/join.ts';
import { accuracyOf } from './accuracy.ts';

/** What a rule has that says nothing of thresholds. */
function defaults(): { readonly joins: number; readonly reviews: number } {
  const [rule] = joinDocument.parse([{ similar: { surname: 'surname' } }]);
  if (typeof rule === 'string' || rule === undefined || !('similar' in rule)) {
    throw new Error('this is a similar rule');
  }
  return rule;
}

describe('joining 20,000 people of two systems by what is alike', () => {
  // None of the seeds that calibration.ts was counted with.
  const accuracy = accuracyOf(20_000, 7, defaults());

  it('joins one person in 1,000 wrongly at most', () => {
    expect(accuracy.right / accuracy.joined).toBeGreaterThanOrEqual(0.999);
  });

  it('finds 95 of 100 people whom both know, without asking anybody', () => {
    expect(accuracy.right / accuracy.both).toBeGreaterThanOrEqual(0.95);
  });

  it('asks about few, and mostly about the right ones', () => {
    expect(accuracy.asked / accuracy.both).toBeLessThan(0.05);
    expect(accuracy.askedRightly / accuracy.asked).toBeGreaterThan(0.9);
  });

  it('says how sure it is: of pairs at a confidence, that many are one person', () => {
    for (const { from, pairs, same } of accuracy.bands) {
      if (pairs < 100) continue;
      const next = accuracy.bands.find((band) => band.from > from)?.from ?? 1;
      expect(same / pairs).toBeGreaterThan(from - 0.1);
      expect(same / pairs).toBeLessThan(next + 0.1);
    }
  });

  it('compares each record with a few others', () => {
    expect(accuracy.candidatesEach).toBeLessThan(10);
  });
});
