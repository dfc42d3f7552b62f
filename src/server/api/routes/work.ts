/** What takes a while: each answers at once with a task, whose progress can be watched. */

import type { ReleaseRequest } from '../../../sync/verbs.ts';
import { type Answer, type Call, type Endpoint, endpoint } from '../endpoint.ts';
import { mayStartFirstRun } from '../policy.ts';
import { configurationRefused, notFound } from '../problem.ts';
import { listOf } from '../schemas/named.ts';
import {
  heldBody,
  nothing,
  partBody,
  personOf,
  planBody,
  planOf,
  runBody,
  systemBody,
  systemOf,
  taskOf,
  withBody,
} from '../schemas/request.ts';
import { task } from '../schemas/task.ts';
import type { Tasks } from '../tasks.ts';
import { knownSystems, namedPerson, namedPlan } from './known.ts';

export const WORK: readonly Endpoint[] = [
  endpoint({
    name: 'startRun',
    method: 'post',
    path: '/runs',
    summary: 'Reads what changed, plans, and applies what is not held.',
    parameters: nothing,
    query: nothing,
    body: runBody,
    answers: { type: 'task' },
    refuses: ['unknown-system', 'busy'],
    work: async ({ body: { typed = false, ...request }, caller, verbs, tasks }) => {
      await knownSystems(verbs, request.systems ?? []);
      const trigger = typed && mayStartFirstRun(caller.role) ? 'command' : 'api';
      const started = tasks.start(caller.tenant, 'run', (run, watch) =>
        verbs.run({ ...request, trigger, run }, watch),
      );
      return { type: 'task', task: started, location: (id) => `/runs/${id}` };
    },
  }),
  endpoint({
    name: 'startPlan',
    method: 'post',
    path: '/plans',
    summary: 'Reads what changed and plans; writes to no target.',
    parameters: nothing,
    query: nothing,
    body: planBody,
    answers: { type: 'task' },
    refuses: ['unknown-system', 'busy'],
    work: async ({ body, caller, verbs, tasks }) => {
      await knownSystems(verbs, body.systems ?? []);
      return started(tasks.start(caller.tenant, 'plan', (_, watch) => verbs.plan(body, watch)));
    },
  }),
  endpoint({
    name: 'planWith',
    method: 'post',
    path: '/plans/with',
    summary:
      'What a changed configuration would do, or a day to come will bring, from what is stored. Nothing of it can be applied.',
    parameters: nothing,
    query: nothing,
    body: withBody,
    answers: { type: 'task' },
    refuses: ['configuration-refused', 'unknown-system'],
    work: async ({ body: { configuration, ...request }, caller, tryOut, tasks }) => {
      if (tryOut === undefined) throw notFound();
      const tried = await tryOut(configuration);
      if (!tried.ok) throw configurationRefused(tried.problems);
      return started(tasks.start(caller.tenant, 'plan', (_, watch) => tried.value(request, watch)));
    },
  }),
  endpoint({
    name: 'applyPlan',
    method: 'post',
    path: '/plans/apply',
    summary: 'Carries out exactly the plan of a file, guards or not: a person has looked at it.',
    parameters: nothing,
    query: nothing,
    body: 'lines',
    answers: { type: 'task' },
    refuses: ['plan-file-broken', 'plan-file-changed', 'plan-config-changed', 'unknown-system'],
    work: async ({ caller, verbs, tasks, lines }) => {
      const read = Promise.withResolvers<void>();
      const running = tasks.start(caller.tenant, 'apply', (_, watch) =>
        verbs.apply(told(lines(), read.resolve), watch),
      );
      // A client may go once it has been answered; until then its file is still on the way.
      await Promise.race([read.promise, running.ended]);
      return started(running);
    },
  }),
  endpoint({
    name: 'releaseHeld',
    method: 'post',
    path: '/plans/release',
    summary: 'Lets the one plan go that is held, or the one of a system.',
    parameters: nothing,
    query: nothing,
    body: heldBody,
    answers: { type: 'task' },
    refuses: ['nothing-held', 'plan-config-changed'],
    work: async (call) => release(call, { type: 'system', ...call.body }),
  }),
  endpoint({
    name: 'releasePlan',
    method: 'post',
    path: '/plans/{plan}/release',
    summary: 'Lets a held plan go, or a part of it, if nothing has taken its place.',
    parameters: planOf,
    query: nothing,
    body: partBody,
    answers: { type: 'task' },
    refuses: ['no-such-plan', 'nothing-held', 'plan-superseded', 'plan-applied'],
    work: async (call) => {
      const { id } = await namedPlan(call.path.plan, call.verbs);
      return release(call, { type: 'plan', plan: id, ...call.body });
    },
  }),
  endpoint({
    name: 'releaseAbsences',
    method: 'post',
    path: '/systems/{system}/absences/release',
    summary: 'Believes that those are gone whom the last reading of the system lacked.',
    parameters: systemOf,
    query: nothing,
    answers: { type: 'task' },
    refuses: ['unknown-system', 'nothing-held'],
    work: async (call) => {
      await knownSystems(call.verbs, [call.path.system]);
      return release(call, { type: 'absences', ...call.path });
    },
  }),
  endpoint({
    name: 'releaseAccount',
    method: 'post',
    path: '/people/{person}/release',
    summary: 'Lets an account that somebody disabled in its target be enabled again.',
    parameters: personOf,
    query: nothing,
    body: systemBody,
    answers: { type: 'task' },
    refuses: ['unknown-person', 'ambiguous-person', 'unknown-system'],
    work: async (call) => {
      await namedPerson(call.path.person, call.verbs);
      return release(call, { type: 'person', ...call.path, ...call.body });
    },
  }),
  endpoint({
    name: 'provisionPerson',
    method: 'post',
    path: '/people/{person}/provision',
    summary: 'This one now, ahead of everything.',
    parameters: personOf,
    query: nothing,
    body: systemBody,
    answers: { type: 'task' },
    refuses: ['unknown-person', 'ambiguous-person', 'unknown-system'],
    work: async ({ path, body, caller, verbs, tasks }) => {
      await namedPerson(path.person, verbs);
      return started(
        tasks.start(caller.tenant, 'provision', (_, watch) =>
          verbs.provision({ ...path, ...body }, watch),
        ),
      );
    },
  }),
  endpoint({
    name: 'listTasks',
    method: 'get',
    path: '/tasks',
    summary: 'What runs, and what ended lately, the newest first.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: listOf('Tasks', task) },
    work: async ({ caller, tasks }) => ({
      type: 'json',
      value: { items: tasks.all(caller.tenant) },
    }),
  }),
  endpoint({
    name: 'getTask',
    method: 'get',
    path: '/tasks/{task}',
    summary: 'How far it is, or how it ended.',
    parameters: taskOf,
    query: nothing,
    answers: { type: 'json', schema: task },
    work: async (call) => ({ type: 'json', value: running(call).now() }),
  }),
  endpoint({
    name: 'watchTask',
    method: 'get',
    path: '/tasks/{task}/events',
    summary: 'Its progress as server-sent events, and in the end the task itself.',
    parameters: taskOf,
    query: nothing,
    answers: { type: 'events' },
    work: async (call) => ({ type: 'events', task: running(call) }),
  }),
  endpoint({
    name: 'cancelTask',
    method: 'delete',
    path: '/tasks/{task}',
    summary: 'Ends it at the next safe point; what was done stays done.',
    parameters: taskOf,
    query: nothing,
    answers: { type: 'json', schema: task },
    work: async (call) => {
      const cancelled = running(call);
      cancelled.cancel();
      return { type: 'json', value: cancelled.now() };
    },
  }),
];

export function started(running: ReturnType<Tasks['start']>): Answer {
  return { type: 'task', task: running, location: (id) => `/tasks/${id}` };
}

function release(
  { caller, verbs, tasks }: Pick<Call<never, never, never>, 'caller' | 'verbs' | 'tasks'>,
  request: ReleaseRequest,
): Answer {
  return started(
    tasks.start(caller.tenant, 'release', (_, watch) => verbs.release(request, watch)),
  );
}

function running({
  path,
  caller,
  tasks,
}: Pick<Call<{ readonly task: string }, unknown, unknown>, 'path' | 'caller' | 'tasks'>) {
  const found = tasks.find(caller.tenant, path.task);
  if (found === undefined) throw notFound(`there is no task ${path.task}, or not any more`);
  return found;
}

async function* told(lines: AsyncIterable<string>, atTheEnd: () => void): AsyncGenerator<string> {
  yield* lines;
  atTheEnd();
}
