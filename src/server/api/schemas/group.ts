/** Groups made by rule, and why somebody is in one. */

import { z } from 'zod';
import type { ShownRuleGroup } from '../../../sync/groups.ts';
import type { RuleGroupMember, RuleStanding } from '../../../warehouse/rule-group-views.ts';
import type { GroupException } from '../../../warehouse/rule-groups.ts';
import { members, named } from './named.ts';
import { attributes, instant, wholeNumber } from './values.ts';

const exception = members<GroupException>()({
  type: z.enum(['include', 'exclude']),
  person: z.string(),
  until: z.exactOptional(instant),
  reason: z.string(),
});

export const ruleGroup: z.ZodType<ShownRuleGroup> = named(
  'RuleGroup',
  z.object(
    members<ShownRuleGroup>()({
      name: z.string(),
      title: z.string(),
      description: z.exactOptional(z.string()),
      owner: z.exactOptional(z.string()),
      rule: z.string(),
      members: wholeNumber,
      exceptions: z.array(z.object({ ...exception, inForce: z.boolean(), known: z.boolean() })),
    }),
  ),
);

const standing = members<RuleStanding>()({
  group: z.string(),
  member: z.boolean(),
  exception: z.exactOptional(z.object(exception)),
  clauses: z.array(z.object({ clause: z.string(), verdict: z.boolean(), seen: attributes })),
  until: z.exactOptional(instant),
});

export const ruleStanding: z.ZodType<RuleStanding> = named('RuleStanding', z.object(standing));

export const ruleMember: z.ZodType<RuleGroupMember> = named(
  'RuleMember',
  z.object({ ...standing, identity: z.string(), label: z.string() }),
);
