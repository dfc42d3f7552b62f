import { describe, expect, it } from 'vitest';
import type { Unsent } from '../../sync/verbs.ts';
import { deviations } from './verdict.ts';

const REFUSED: Unsent = {
  target: 'ramp',
  identity: 'i-3',
  label: 'edsger@contoso.com',
  code: 'missing-required',
  message: 'department is absent',
  since: new Date('2026-03-01T10:00:00Z'),
  attempts: 1,
};

describe('the outcome in Ramp', () => {
  it('is as stated when everybody is what they should be', () => {
    const people = [
      { userPrincipalName: 'Ada@contoso.com', outcome: 'provisioned' },
      { userPrincipalName: 'grace@contoso.com', outcome: 'disabled' },
      { userPrincipalName: 'edsger@contoso.com', outcome: 'refused: no department' },
      { userPrincipalName: 'alan@contoso.com', outcome: 'not-assigned' },
    ];
    const accounts = new Map([
      ['ada@contoso.com', true],
      ['grace@contoso.com', false],
    ]);
    expect(deviations(people, accounts, [REFUSED])).toEqual([]);
  });

  it('names whoever is missing, or there although they should not be', () => {
    const people = [
      { userPrincipalName: 'ada@contoso.com', outcome: 'provisioned' },
      { userPrincipalName: 'grace@contoso.com', outcome: 'deleted' },
    ];
    expect(deviations(people, new Map([['grace@contoso.com', true]]), [])).toEqual([
      { person: 'ada@contoso.com', expected: 'provisioned', found: 'no account' },
      { person: 'grace@contoso.com', expected: 'deleted', found: 'active' },
    ]);
  });
});
