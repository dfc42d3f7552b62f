import { expect, it } from 'vitest';
import type { RuleStanding } from '../warehouse/rule-group-views.ts';
import { whyText } from './groups.ts';

const STANDING: RuleStanding = {
  group: 'sales',
  member: true,
  clauses: [
    { clause: 'department eq "Sales"', verdict: true, seen: { department: 'Sales' } },
    { clause: 'employeeHireDate le "now"', verdict: true, seen: {} },
  ],
};

it('says by which clauses somebody is in a group', () => {
  expect(whyText(STANDING)).toBe('department eq "Sales" · employeeHireDate le "now"');
});

it('says which clause keeps somebody out, and when that may change', () => {
  const [first, second] = STANDING.clauses;
  const standing: RuleStanding = {
    ...STANDING,
    member: false,
    clauses: [first, second && { ...second, verdict: false }].filter((each) => each !== undefined),
    until: new Date('2026-04-01T00:00:00Z'),
  };
  expect(whyText(standing)).toBe(
    'not: employeeHireDate le "now"; looked at again 2026-04-01T00:00:00.000Z',
  );
});

it('says which exception decides, until its last day', () => {
  const exception = {
    type: 'exclude',
    person: 'ada@contoso.com',
    until: new Date('2026-04-01T00:00:00Z'),
    reason: 'on loan',
  } as const;
  expect(whyText({ ...STANDING, member: false, exception })).toBe(
    'excluded: ada@contoso.com until 2026-03-31: on loan',
  );
});
