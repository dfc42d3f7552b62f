import { expect, it } from 'vitest';
import { badRequest, ScimError } from '../scim/error.ts';
import { refusals } from './refused.ts';

function logged() {
  const lines: string[] = [];
  let time = Date.parse('2026-03-01T09:00:00Z');
  const told = refusals(
    (line) => lines.push(line),
    () => new Date(time),
  );
  return {
    lines,
    refuse: (refusal: ScimError, path = '/scim/v2/ours/Users') =>
      told({ method: 'POST', path, refusal }),
    wait: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

it('says who was refused what, and why', () => {
  const { lines, refuse } = logged();
  refuse(badRequest('invalidValue', 'active must be true or false'));
  refuse(new ScimError(413, 'a request may have 7 bytes'));
  expect(lines).toEqual([
    'refused POST /scim/v2/ours/Users: 400 invalidValue: active must be true or false',
    'refused POST /scim/v2/ours/Users: 413: a request may have 7 bytes',
  ]);
});

it('keeps to one line of some length, whatever a client sends', () => {
  const { lines, refuse } = logged();
  refuse(badRequest('invalidPath', `a\nb\u001b[31m\u2028${'x'.repeat(5_000)}`));
  expect(lines[0]).toMatch(/^refused [ -~]+…$/);
  expect(lines[0]?.length).toBe(301);
});

it('counts what would be too much, and says how many', () => {
  const { lines, refuse, wait } = logged();
  for (let index = 0; index < 100; index++) refuse(badRequest('invalidValue', 'no'));
  expect(lines).toHaveLength(30);
  wait(60_000);
  refuse(badRequest('invalidValue', 'no'));
  expect(lines.slice(30)).toEqual([
    'and 70 more were refused',
    'refused POST /scim/v2/ours/Users: 400 invalidValue: no',
  ]);
});
