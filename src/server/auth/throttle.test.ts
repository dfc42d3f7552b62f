import { expect, it } from 'vitest';
import { throttle } from './throttle.ts';

function timed(most: number) {
  let time = Date.parse('2026-03-01T10:00:00Z');
  const limit = throttle(most, () => new Date(time));
  return {
    limit,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}

it('lets so many through within a minute of the first, and says how long to wait', () => {
  const { limit, pass } = timed(2);
  expect(limit.wait('okta')).toBe(0);
  limit.count('okta');
  pass(20);
  limit.count('okta');
  expect([limit.wait('okta'), limit.wait('ping')]).toEqual([40, 0]);
  pass(40);
  expect(limit.wait('okta')).toBe(0);
});

it('remembers ten thousand names and no more, whoever makes some up', () => {
  const { limit } = timed(1);
  for (let name = 0; name <= 10_000; name++) limit.count(`name ${name}`);
  expect([limit.wait('name 0'), limit.wait('name 1')]).toEqual([0, 60]);
});
