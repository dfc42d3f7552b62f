/** Groups made by rule. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { ruleGroup, ruleMember } from '../schemas/group.ts';
import { listOf } from '../schemas/named.ts';
import { groupOf, nothing } from '../schemas/request.ts';

export const GROUPS: readonly Endpoint[] = [
  endpoint({
    name: 'listGroups',
    method: 'get',
    path: '/groups',
    summary: 'Groups made by rule, with their exceptions.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: listOf('RuleGroups', ruleGroup) },
    work: async ({ verbs }) => ({ type: 'json', value: { items: await verbs.groups() } }),
  }),
  endpoint({
    name: 'listGroupMembers',
    method: 'get',
    path: '/groups/{group}/members',
    summary: 'Who is in a group made by rule, why, and until when.',
    parameters: groupOf,
    query: nothing,
    answers: { type: 'lines', schema: ruleMember },
    refuses: ['unknown-group'],
    work: async ({ path, verbs }) => ({ type: 'lines', items: verbs.groupMembers(path.group) }),
  }),
];
