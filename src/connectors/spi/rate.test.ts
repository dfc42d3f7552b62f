import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rateBucket } from './rate.ts';

function clock(): { now: () => Date; pass(seconds: number): void } {
  let time = Date.parse('2026-03-01T08:00:00Z');
  return {
    now: () => new Date(time),
    pass: (seconds) => {
      time += seconds * 1000;
    },
  };
}

it('gives its burst at once, and the rest as it comes in', () => {
  const { now, pass } = clock();
  const bucket = rateBucket(10, now);
  const first = bucket.take(10);
  const beyond = bucket.take(5);
  pass(1.5);
  expect([first, beyond, bucket.take(10)]).toEqual([0, 0.5, 0]);
});

it('holds back as long as the system asked for', () => {
  const { now, pass } = clock();
  const bucket = rateBucket(10, now);
  bucket.pause(30);
  const held = bucket.take(1);
  pass(31);
  expect([held, bucket.take(1)]).toEqual([30, 0]);
});

it('never lets more through in any window than burst and rate allow', () => {
  const steps = fc.array(
    fc.record({ units: fc.integer({ min: 1, max: 5 }), idle: fc.integer({ min: 0, max: 20 }) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (requests) => {
      const { now, pass } = clock();
      const bucket = rateBucket(10, now, 20);
      const sent: { at: number; units: number }[] = [];
      for (const { units, idle } of requests) {
        pass(idle / 10);
        pass(bucket.take(units));
        sent.push({ at: now().getTime(), units });
      }
      for (const [from, { at }] of sent.entries()) {
        let units = 0;
        for (const later of sent.slice(from)) {
          units += later.units;
          // A millisecond of tolerance each: the clock counts in whole ones.
          expect(units).toBeLessThanOrEqual(20 + (later.at - at) * 0.01 + 0.01 * sent.length);
        }
      }
    }),
  );
});
