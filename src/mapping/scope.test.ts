import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import type { Scope } from './mapping.ts';
import { compileScope } from './scope.ts';

const now = new Date('2025-07-30T10:00:00Z');

function scope(text: string): Scope {
  const result = compileScope(text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}

function includes(text: string, attributes: Attributes): boolean {
  return scope(text).includes(attributes, now);
}

describe('a scope', () => {
  it('compares texts without case, numbers as numbers, and booleans as words', () => {
    expect(includes('department eq "Sales"', { department: 'sales' })).toBe(true);
    expect(includes('level gt 9', { level: '10' })).toBe(true);
    expect(includes('level gt 5', { level: 'six' })).toBe(false);
    expect(includes('accountEnabled eq true', { accountEnabled: 'True' })).toBe(true);
  });

  it('takes groups of clauses and negations', () => {
    const text = 'not (userType eq "Guest") and (city eq "Paris" or city eq "Rome")';
    expect(includes(text, { city: 'Rome', userType: 'Member' })).toBe(true);
    expect(includes(text, { city: 'Rome', userType: 'guest' })).toBe(false);
    expect(includes(text, { city: 'Oslo' })).toBe(false);
  });

  it('says for each clause what it saw and decided', () => {
    const both = scope('department eq "Sales" and name.familyName pr');
    expect(both.clauses({ department: 'IT', name: { familyName: 'Hopper' } }, now)).toEqual([
      { clause: 'department eq "Sales"', verdict: false, seen: { department: 'IT' } },
      { clause: 'name.familyName pr', verdict: true, seen: { 'name.familyName': 'Hopper' } },
    ]);
    expect(both.inputs).toEqual(['department', 'name']);
  });
});

describe('matches', () => {
  it('searches, with case, in .NET syntax', () => {
    const contoso = 'userPrincipalName matches ".*\\\\@contoso.com"';
    expect(includes(contoso, { userPrincipalName: 'ada@contoso.com' })).toBe(true);
    expect(includes(contoso, { userPrincipalName: 'ada@contosoxcom' })).toBe(true);
    expect(includes(contoso, { userPrincipalName: 'ada@CONTOSO.com' })).toBe(false);
    expect(includes('workerId matches "(1[0-9]{6})"', { workerId: '51234567' })).toBe(true);
    expect(includes('workerId matches "^(1[0-9]{6})$"', { workerId: 1234567 })).toBe(true);
  });

  it('is false without a value, and negated true', () => {
    expect(includes('department matches "."', {})).toBe(false);
    expect(includes('department matches "^$"', { department: '' })).toBe(false);
    expect(includes('not (department matches "x")', {})).toBe(true);
  });

  it('holds when one of several values does', () => {
    const proxies = { proxyAddresses: ['smtp:a@contoso.com', 'SMTP:b@contoso.com'] };
    expect(includes('proxyAddresses matches "^SMTP:"', proxies)).toBe(true);
    const emails = { emails: [{ type: 'work', value: 'a@contoso.com' }] };
    expect(includes('emails[type eq "work" and value matches "@contoso"]', emails)).toBe(true);
  });

  it('is refused where it would need backtracking, or chooses an element of a path', () => {
    const problem = (text: string) => {
      const result = compileScope(text);
      return result.ok ? undefined : result.problems[0]?.message;
    };
    expect(problem('mail matches "(?=a)"')).toBe(
      'the pattern "(?=a)" cannot be used: lookahead (?=…) is not supported: patterns run in linear time here',
    );
    expect(problem('emails[value matches "a"].type eq "work"')).toBe(
      'matches cannot choose the element of a path',
    );
  });
});
