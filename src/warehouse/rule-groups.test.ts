import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity/identity.ts';
import { compileScope } from '../mapping/scope.ts';
import { UTC } from '../mapping/zone.ts';
import {
  type GroupException,
  type RuleGroup,
  regrouped,
  regroupsAt,
  ruleMembership,
} from './rule-groups.ts';

const NOW = new Date('2026-03-02T08:00:00Z');
const TOMORROW = new Date('2026-03-03T00:00:00Z');

function group(rule: string, ...exceptions: readonly GroupException[]): RuleGroup {
  const members = compileScope(rule, { dates: UTC });
  if (!members.ok) throw new Error(members.problems[0]?.message);
  return { name: 'sales', attributes: {}, members: members.value, exceptions };
}

function ada(attributes: Identity['attributes'] = {}): Identity {
  const mail = 'Ada@contoso.com';
  return {
    id: 'i1',
    kind: 'user',
    attributes: { mail, department: 'Sales', ...attributes },
    origins: { mail: 'hr', department: 'hr' },
    links: [],
    present: true,
  };
}

describe('whoever is named by a rule', () => {
  const sales = group('department eq "Sales"');

  it('is a member, unless she has left', () => {
    expect(ruleMembership(sales, ada(), NOW)).toEqual({ member: true });
    expect(ruleMembership(sales, { ...ada(), present: false }, NOW)).toEqual({ member: false });
    expect(ruleMembership(sales, { ...ada(), kind: 'group' }, NOW)).toEqual({ member: false });
  });

  it('has it among her values, with the rules as its origin, and loses it with them', () => {
    const rules = { groups: [sales], fingerprint: '1' };
    const member = { ...ada(), ...regrouped(rules, ada(), NOW) };
    expect(member.attributes.groups).toEqual(['sales']);
    expect(member.origins.groups).toBe('Rules');
    expect(regrouped(undefined, member, NOW)).toEqual({
      attributes: ada().attributes,
      origins: ada().origins,
    });
  });
});

describe('an exception', () => {
  const out: GroupException = {
    type: 'exclude',
    person: 'ada@contoso.com',
    until: TOMORROW,
    reason: 'on loan',
  };

  it('decides before the rule, by any name, without regard to case', () => {
    const sales = group('department eq "Sales"', out);
    expect(ruleMembership(sales, ada(), NOW)).toEqual({ member: false, exception: out });
    expect(ruleMembership(sales, { ...ada({ mail: 'grace@contoso.com' }) }, NOW)).toEqual({
      member: true,
    });
  });

  it('ends on its day, and says so before', () => {
    const rules = { groups: [group('department eq "Sales"', out)], fingerprint: '1' };
    expect(regroupsAt(rules, ada(), NOW)).toEqual(TOMORROW);
    expect(regroupsAt(rules, ada(), TOMORROW)).toBeUndefined();
    const [sales] = rules.groups;
    expect(sales && ruleMembership(sales, ada(), TOMORROW)).toEqual({ member: true });
  });
});
