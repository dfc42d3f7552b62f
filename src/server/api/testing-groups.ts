/** A group made by rule, for the tests of the API. */

import type { ShownRuleGroup } from '../../sync/groups.ts';
import type { RuleGroupMember } from '../../warehouse/rule-group-views.ts';

const EXCEPTION = {
  type: 'include',
  person: 'ada@contoso.com',
  until: new Date('2026-04-01T00:00:00Z'),
  reason: 'helps with the audit',
} as const;

export const RULE_GROUP: ShownRuleGroup = {
  name: 'sales',
  title: 'Sales',
  rule: 'department eq "Sales"',
  members: 1,
  exceptions: [{ ...EXCEPTION, inForce: true, known: true }],
};

export const RULE_MEMBER: RuleGroupMember = {
  identity: 'i-ada',
  label: 'ada@contoso.com',
  group: 'sales',
  member: true,
  exception: EXCEPTION,
  clauses: [{ clause: 'birthDate pr', verdict: true, seen: { birthDate: '1985-12-10' } }],
  until: EXCEPTION.until,
};
