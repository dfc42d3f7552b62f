/** Targets compared with what they should hold, and runs put back. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { driftRow } from '../schemas/reconcile.ts';
import {
  driftQuery,
  nothing,
  reconcileBody,
  runOf,
  systemOf,
  undoBody,
} from '../schemas/request.ts';
import { knownSystems } from './known.ts';
import { started } from './work.ts';

export const RECONCILE: readonly Endpoint[] = [
  endpoint({
    name: 'reconcileSystem',
    method: 'post',
    path: '/systems/{system}/reconcile',
    summary: 'Reads a target to its end and tells, writes over or accepts what others changed.',
    parameters: systemOf,
    query: nothing,
    body: reconcileBody,
    answers: { type: 'task' },
    refuses: ['unknown-system', 'account-taken', 'which-account', 'import-needs-authority'],
    work: async ({ path, body, caller, verbs, tasks }) => {
      await knownSystems(verbs, [path.system]);
      const request = { ...body, ...path, trigger: 'api' } as const;
      return started(
        tasks.start(caller.tenant, 'reconcile', (_, watch) => verbs.reconcile(request, watch)),
      );
    },
  }),
  endpoint({
    name: 'listDrift',
    method: 'get',
    path: '/drift',
    summary: 'What was found in targets when they were reconciled last.',
    parameters: nothing,
    query: driftQuery,
    answers: { type: 'lines', schema: driftRow },
    refuses: ['unknown-system'],
    work: async ({ query: { state, type, ...query }, verbs }) => {
      await knownSystems(verbs, query.target === undefined ? [] : [query.target]);
      const items = verbs.drift({
        ...query,
        ...(state !== undefined && { states: [state].flat() }),
        ...(type !== undefined && { types: [type].flat() }),
      });
      return { type: 'lines', items };
    },
  }),
  endpoint({
    name: 'undoRun',
    method: 'post',
    path: '/runs/{run}/undo',
    summary: 'Plans the inverse of a run; the plans wait for a release.',
    parameters: runOf,
    query: nothing,
    body: undoBody,
    answers: { type: 'task' },
    refuses: ['no-such-run', 'nothing-to-undo'],
    work: async ({ path, body, caller, verbs, tasks }) =>
      started(
        tasks.start(caller.tenant, 'undo', (_, watch) => verbs.undo({ ...path, ...body }, watch)),
      ),
  }),
  endpoint({
    name: 'resumeRun',
    method: 'post',
    path: '/runs/{run}/resume',
    summary: 'Lets those be written again whom the undo of a run put back.',
    parameters: runOf,
    query: nothing,
    answers: { type: 'task' },
    refuses: ['no-such-run'],
    work: async ({ path, caller, verbs, tasks }) =>
      started(tasks.start(caller.tenant, 'resume', (_, watch) => verbs.resume(path.run, watch))),
  }),
];
