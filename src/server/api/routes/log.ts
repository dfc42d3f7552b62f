/** What happened, who waits, how everything stands. */

import { z } from 'zod';
import type { OutcomeQuery, RunRow } from '../../../sync/ledger.ts';
import type { Verbs } from '../../../sync/verbs.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { logEntry } from '../schemas/log.ts';
import { listOf } from '../schemas/named.ts';
import { statusReport, unsent } from '../schemas/person.ts';
import {
  entriesQuery,
  logQuery,
  nothing,
  runOf,
  runsQuery,
  unsentQuery,
} from '../schemas/request.ts';
import { outcomeRow, runRow } from '../schemas/run.ts';
import { toldTo } from '../shown.ts';
import { knownSystems, namedPerson } from './known.ts';

export const LOG: readonly Endpoint[] = [
  endpoint({
    name: 'getStatus',
    method: 'get',
    path: '/status',
    summary: 'How fresh sources are, what waits for each target, and how every system is.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: statusReport },
    work: async ({ verbs }) => ({ type: 'json', value: await verbs.status() }),
  }),
  endpoint({
    name: 'listSystems',
    method: 'get',
    path: '/systems',
    summary: 'The names of all systems, in the order of the configuration.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: listOf('Systems', z.string()) },
    work: async ({ verbs }) => ({ type: 'json', value: { items: await verbs.systems() } }),
  }),
  endpoint({
    name: 'listRuns',
    method: 'get',
    path: '/runs',
    summary: 'Runs, the newest first.',
    parameters: nothing,
    query: runsQuery,
    answers: { type: 'json', schema: listOf('Runs', runRow) },
    work: async ({ query, verbs }) => ({
      type: 'json',
      value: { items: await verbs.runs(query.limit) },
    }),
  }),
  endpoint({
    name: 'getRun',
    method: 'get',
    path: '/runs/{run}',
    summary: 'A run, with its report once it has ended.',
    parameters: runOf,
    query: nothing,
    answers: { type: 'json', schema: runRow },
    work: async ({ path, verbs, tasks, caller }) => {
      const row = await verbs.findRun(path.run);
      if (row !== undefined) return { type: 'json', value: row };
      // Between the answer that named it and its first word in the store.
      const task = tasks.find(caller.tenant, path.run)?.now();
      if (task?.verb !== 'run') throw notFound(`there is no run ${path.run}`);
      const begun: RunRow = { id: task.id, startedAt: task.startedAt };
      return { type: 'json', value: begun };
    },
  }),
  endpoint({
    name: 'listLog',
    method: 'get',
    path: '/log',
    summary: 'What became of operations, the newest first.',
    parameters: nothing,
    query: logQuery,
    answers: { type: 'lines', schema: outcomeRow },
    refuses: ['unknown-system', 'unknown-person', 'ambiguous-person'],
    work: async ({ query, verbs }) => ({
      type: 'lines',
      items: verbs.log(await meant(query, verbs)),
    }),
  }),
  endpoint({
    name: 'listLogEntries',
    method: 'get',
    path: '/log/entries',
    summary: 'The same, each with its five steps: import, scope, match, plan, write.',
    parameters: nothing,
    query: entriesQuery,
    answers: { type: 'lines', schema: logEntry },
    refuses: ['unknown-system', 'unknown-person', 'ambiguous-person'],
    work: async ({ query, verbs }) => ({
      type: 'lines',
      items: verbs.entries(await meant(query, verbs)),
    }),
  }),
  endpoint({
    name: 'listUnsent',
    method: 'get',
    path: '/log/unsent',
    summary: 'Who was not provisioned, and why.',
    parameters: nothing,
    query: unsentQuery,
    answers: { type: 'lines', schema: unsent },
    refuses: ['unknown-system'],
    work: async ({ query: { target }, verbs, caller }) => {
      await knownSystems(verbs, target === undefined ? [] : [target]);
      return { type: 'lines', items: toldTo(caller.role, verbs.unsent(target)) };
    },
  }),
];

/** A query with the person in it found; systems are known. */
async function meant(
  { person, ...query }: z.output<typeof entriesQuery>,
  verbs: Verbs,
): Promise<OutcomeQuery> {
  await knownSystems(verbs, query.target === undefined ? [] : [query.target]);
  const identity = person === undefined ? query.identity : (await namedPerson(person, verbs)).id;
  return { ...query, ...(identity !== undefined && { identity }) };
}
