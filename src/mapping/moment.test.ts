import { expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import type { Scope } from './mapping.ts';
import { compileScope } from './scope.ts';
import { type DateRules, UTC } from './zone.ts';

const ZURICH: DateRules = { zone: 'Europe/Zurich' };
const at = (text: string) => new Date(text);

function scope(text: string, dates: DateRules = UTC): Scope {
  const compiled = compileScope(text, { dates });
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  return compiled.value;
}

function turnOf(text: string, attributes: Attributes, dates: DateRules = UTC): string | undefined {
  return scope(text, dates).dated?.turnsAt(attributes, at('2027-01-01T00:00:00Z'))?.toISOString();
}

it('begins a date where the person works', () => {
  const dates = { zone: 'Europe/Zurich', by: 'office', zones: { Austin: 'America/Chicago' } };
  const hired = { employeeHireDate: '2027-03-01' };
  expect(turnOf('employeeHireDate le "now"', hired, dates)).toBe('2027-02-28T23:00:00.000Z');
  expect(turnOf('employeeHireDate le "now"', { ...hired, office: 'Austin' }, dates)).toBe(
    '2027-03-01T06:00:00.000Z',
  );
  expect(scope('employeeHireDate le "now"', dates).inputs).toEqual(['employeeHireDate', 'office']);
});

it('counts days of the calendar, so that the change of clocks between them moves nothing', () => {
  const hired = { employeeHireDate: '2027-04-01' };
  expect(turnOf('employeeHireDate le "now+14d"', hired, ZURICH)).toBe('2027-03-17T23:00:00.000Z');
  const last = { employeeLeaveDateTime: '2028-02-29' };
  expect(turnOf('employeeLeaveDateTime le "now-1d"', last, ZURICH)).toBe(
    '2028-02-29T23:00:00.000Z',
  );
});

it('takes a moment with an offset as it is, and one without as the clocks of the zone show it', () => {
  const le = 'employeeLeaveDateTime le "now-6h"';
  const left = (employeeLeaveDateTime: string) =>
    turnOf(le, { employeeLeaveDateTime }, { zone: 'America/Chicago' });
  expect(left('2027-01-31T17:00:00Z')).toBe('2027-01-31T23:00:00.000Z');
  expect(left('2027-01-31T17:00:00+01:00')).toBe('2027-01-31T22:00:00.000Z');
  expect(left('2027-01-31 17:00')).toBe('2027-02-01T05:00:00.000Z');
});

it.each(['soon', '2027-02-29', '31.01.2027', '2027-01-31T25:00', 46053, true])(
  'does not guess what %s means',
  (employeeHireDate) => {
    const hired = scope('employeeHireDate le "now+14d"');
    expect(hired.dated?.unreadable({ employeeHireDate })).toEqual(['employeeHireDate']);
    expect(hired.includes({ employeeHireDate }, at('2040-01-01T00:00:00Z'))).toBe(false);
  },
);

it('has nothing to say of somebody without a date', () => {
  const stays = scope('not (employeeLeaveDateTime le "now-1d")');
  expect(stays.dated?.unreadable({})).toEqual([]);
  expect(stays.dated?.turnsAt({}, at('2027-01-01T00:00:00Z'))).toBeUndefined();
  expect(stays.includes({}, at('2027-01-01T00:00:00Z'))).toBe(true);
});

it.each(['le', 'lt', 'ge', 'gt'])('changes its answer when it says so, not before: %s', (order) => {
  const dated = scope(`employeeHireDate ${order} "now+14d"`, ZURICH);
  const hired = { employeeHireDate: '2027-04-01' };
  const turn = dated.dated?.turnsAt(hired, at('2027-01-01T00:00:00Z')) ?? at('');
  const before = new Date(turn.getTime() - 1);
  expect(dated.includes(hired, turn)).toBe(!dated.includes(hired, before));
  expect(dated.includes(hired, before)).toBe(dated.includes(hired, at('2027-01-01T00:00:00Z')));
  expect(dated.dated?.turnsAt(hired, turn)).toBeUndefined();
});
