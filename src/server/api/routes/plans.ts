/** Plans as they are stored, their operations, and whom they refuse. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { omission, planLine, plannedOperation, storedPlan } from '../schemas/plan.ts';
import { nothing, planOf } from '../schemas/request.ts';
import { toldTo } from '../shown.ts';
import { namedPlan } from './known.ts';

const asked = { method: 'get', parameters: planOf, query: nothing } as const;

export const PLANS: readonly Endpoint[] = [
  endpoint({
    ...asked,
    name: 'getPlan',
    path: '/plans/{plan}',
    summary: 'A plan: how much of what it holds, and why it waits if it does.',
    answers: { type: 'json', schema: storedPlan },
    refuses: ['no-such-plan'],
    work: async ({ path, verbs }) => ({ type: 'json', value: await namedPlan(path.plan, verbs) }),
  }),
  endpoint({
    ...asked,
    name: 'listOperations',
    path: '/plans/{plan}/operations',
    summary: 'Its operations in the order they are applied.',
    answers: { type: 'lines', schema: plannedOperation },
    refuses: ['no-such-plan'],
    work: async ({ path, verbs }) => {
      const { key } = await namedPlan(path.plan, verbs);
      return { type: 'lines', items: verbs.operations(key) };
    },
  }),
  endpoint({
    ...asked,
    name: 'listRefusals',
    path: '/plans/{plan}/refusals',
    summary: 'The people it refuses, and why.',
    answers: { type: 'lines', schema: omission },
    refuses: ['no-such-plan'],
    work: async ({ path, verbs, caller }) => {
      const { key } = await namedPlan(path.plan, verbs);
      return { type: 'lines', items: toldTo(caller.role, verbs.refusals(key)) };
    },
  }),
  endpoint({
    ...asked,
    name: 'exportPlan',
    path: '/plans/{plan}/file',
    summary: 'The plan as a file that can be applied: a header with its hash, then its operations.',
    answers: { type: 'file', schema: planLine },
    refuses: ['no-such-plan'],
    work: async ({ path, verbs }) => {
      const { key, id } = await namedPlan(path.plan, verbs);
      return { type: 'file', name: `plan-${id.slice(0, 8)}.jsonl`, lines: verbs.planFile(key) };
    },
  }),
];
