import { describe, expect, it } from 'vitest';
import { changesText, duration, pathText, valueText } from './words.ts';

describe('words for people', () => {
  it('tell durations in the unit that matters', () => {
    const day = 86_400_000;
    expect([7, 1500, 61_000, 3_720_000, 3 * day].map(duration)).toEqual([
      '7 ms',
      '1.5 s',
      '1 min 1 s',
      '1 h 2 min',
      '3 days',
    ]);
  });

  it('show a change as before and after, under the name people know', () => {
    const department = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';
    expect(
      changesText([
        { path: department, before: 'Sales', after: 'Legal' },
        { path: 'title', before: 'Analyst' },
      ]),
    ).toBe('department: "Sales" → "Legal", title: "Analyst" → none');
    expect(pathText('emails[type eq "work"].value')).toBe('emails[type eq "work"].value');
  });

  it('name whom a reference leads to, also one who is still to come', () => {
    expect(valueText({ $ref: { system: 'ramp', kind: 'user', id: '17' } })).toBe('user 17');
    expect(valueText({ $ref: { kind: 'user', by: 'employeeId', value: '1001' } })).toBe(
      'the user whose employeeId is 1001',
    );
    expect(valueText({ $new: 'identity-3' })).toBe('an account that is about to be created');
  });
});
