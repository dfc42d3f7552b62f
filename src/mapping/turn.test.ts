import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileExpression } from './evaluate.ts';
import { turnOf } from './turn.ts';

const NOW = new Date('2027-01-01T09:30:00Z');

function turn(text: string, attributes: Attributes = {}): string | undefined {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  expect(compiled.value.timed).toBe(true);
  const { evaluate } = compiled.value;
  return turnOf((now) => evaluate(attributes, { now }), NOW)?.toISOString();
}

const hired = (hireDate: string) => ({ hireDate });

it.each([
  ['IIF(CDate([hireDate]) <= Now(), "on", "off")', '2027-01-15', '2027-01-15T00:00:00.000Z'],
  [
    'IIF(DateDiff("d", Now(), CDate([hireDate])) <= 7, "on", "off")',
    '2027-01-15',
    '2027-01-07T00:00:01.000Z',
  ],
  [
    'IIF(DateAdd("h", -6, Now()) >= CDate([hireDate]), "on", "off")',
    '2027-01-15',
    '2027-01-15T06:00:00.000Z',
  ],
  ['IIF(CDate([hireDate]) <= Now(), "on", "off")', '2026-01-15', '2027-02-02T09:30:00.000Z'],
  ['IIF(CDate([hireDate]) <= Now(), "on", "off")', '2027-12-15', '2027-02-02T09:30:00.000Z'],
  ['FormatDateTime(Now(), , , "yyyy-MM-dd")', '', '2027-01-02T00:00:00.000Z'],
])('%s turns for %s at %s', (text, date, expected) => {
  expect(turn(text, hired(date))).toBe(expected);
});

it('does not wait for what never rests', () => {
  expect(turn('Now()')).toBeUndefined();
  expect(turn('FormatDateTime(Now(), , , "yyyy-MM-dd HH:mm")')).toBeUndefined();
});

it('finds the moment itself, wherever it lies within a month', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 31 * 86_400_000 }), (distance) => {
      const at = NOW.getTime() + distance;
      expect(turnOf((now) => now.getTime() >= at, NOW)?.getTime()).toBe(at);
    }),
  );
});
