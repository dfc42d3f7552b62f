/**
 * Work that outlives the request that asked for it. It is kept here while it runs and a while
 * after; what has to last, as runs and plans, is in the store.
 */

import { randomUUID } from 'node:crypto';
import type { Tenant } from '../../identity/identity.ts';
import type { Progress, Watch } from '../../sync/engine.ts';
import { ApiProblem, asProblem, bug } from './problem.ts';
import type { TaskProgress } from './schemas/run.ts';
import type { Task, TaskResult } from './schemas/task.ts';

export interface Tasks {
  /** @param work Is told its own id, and is ended by the signal of its watch. */
  start(
    tenant: Tenant,
    verb: Task['verb'],
    work: (id: string, watch: Watch) => Promise<TaskResult>,
  ): RunningTask;
  /** Undefined for what is another tenant's, too. */
  find(tenant: Tenant, id: string): RunningTask | undefined;
  /** The newest first. */
  all(tenant: Tenant): readonly Task[];
  /** Resolves when none is running any more. */
  settled(): Promise<void>;
}

export interface RunningTask {
  readonly now: () => Task;
  readonly ended: Promise<void>;
  /** What happened after the event of that number, as it happens, to the end of the task. */
  events(after: number): AsyncIterable<TaskEvent>;
  cancel(): void;
}

export type TaskEvent =
  | { readonly type: 'progress'; readonly number: number; readonly progress: TaskProgress }
  | { readonly type: 'end'; readonly number: number; readonly task: Task };

export interface TasksOptions {
  /** Ends everything that runs. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Told of what is a mistake of ours. */
  readonly onBug?: (error: unknown) => void;
  /** Running at once for one tenant. */
  readonly most?: number;
}

const MOST_RUNNING = 16;
const MOST_REMEMBERED = 200;
/** Progress is cumulative: whoever falls behind by more than this misses nothing but steps. */
const MOST_EVENTS = 256;

export function openTasks({ signal, now, onBug, most = MOST_RUNNING }: TasksOptions): Tasks {
  const tasks = new Map<string, { readonly tenant: Tenant; readonly task: RunningTask }>();
  const ofTenant = (tenant: Tenant) =>
    [...tasks.values()].flatMap((each) => (each.tenant === tenant ? [each.task] : []));
  const forgetOld = () => {
    for (const [id, { task }] of tasks) {
      if (tasks.size < MOST_REMEMBERED) return;
      if (task.now().state !== 'running') tasks.delete(id);
    }
  };
  return {
    start: (tenant, verb, work) => {
      if (signal.aborted) throw ending();
      const running = ofTenant(tenant).filter((task) => task.now().state === 'running');
      if (running.length >= most) throw tooMany(most);
      forgetOld();
      const id = randomUUID();
      const task = startTask(id, verb, (watch) => work(id, watch), { signal, now, onBug });
      tasks.set(id, { tenant, task });
      return task;
    },
    find: (tenant, id) => {
      const found = tasks.get(id);
      return found?.tenant === tenant ? found.task : undefined;
    },
    all: (tenant) =>
      ofTenant(tenant)
        .map((task) => task.now())
        .toReversed(),
    settled: async () => {
      await Promise.all([...tasks.values()].map(({ task }) => task.ended));
    },
  };
}

function startTask(
  id: string,
  verb: Task['verb'],
  work: (watch: Watch) => Promise<TaskResult>,
  {
    signal,
    now,
    onBug,
  }: Pick<TasksOptions, 'signal' | 'now'> & {
    readonly onBug: TasksOptions['onBug'];
  },
): RunningTask {
  const cancelling = new AbortController();
  const latest = new Map<string, TaskProgress>();
  let task: Task = { id, verb, state: 'running', startedAt: now(), progress: [] };
  let events: TaskEvent[] = [];
  let number = 0;
  let news = Promise.withResolvers<void>();
  const tell = (event: TaskEvent) => {
    events.push(event);
    if (events.length > MOST_EVENTS) events = events.slice(-MOST_EVENTS / 2);
    news.resolve();
    news = Promise.withResolvers();
  };
  const progress = (event: Progress) => {
    if (event.type === 'outcome') return;
    latest.set(partOf(event), event);
    tell({ type: 'progress', number: ++number, progress: event });
  };
  const current = (): Task =>
    task.state === 'running' ? { ...task, progress: [...latest.values()] } : task;
  const end = (how: Pick<Task, 'state' | 'result' | 'problem'>) => {
    task = { ...task, ...how, endedAt: now(), progress: [...latest.values()] };
    tell({ type: 'end', number: ++number, task });
  };
  const watch = { signal: AbortSignal.any([signal, cancelling.signal]), progress };
  const ended = work(watch).then(
    (result) => end({ state: 'ended', result }),
    (error: unknown) => {
      const known = watch.signal.aborted ? cancelled() : asProblem(error);
      if (known === undefined) onBug?.(error);
      end({ state: 'failed', problem: (known ?? bug()).document() });
    },
  );
  return {
    now: current,
    ended,
    events: async function* (after) {
      for (let seen = after; ; ) {
        const waiting = news.promise;
        const next = events.find((event) => event.number > seen);
        if (next === undefined) {
          if (task.state !== 'running') return;
          await waiting;
          continue;
        }
        seen = next.number;
        yield next;
        if (next.type === 'end') return;
      }
    },
    cancel: () => cancelling.abort(),
  };
}

/** Two words about one part of the work: the later one replaces the earlier. */
function partOf(event: TaskProgress): string {
  switch (event.type) {
    case 'reading':
    case 'read': {
      const { system, kind } = event.type === 'read' ? event.reading : event;
      return `read ${system} ${kind}`;
    }
    case 'planning':
      return `plan ${event.target}`;
    case 'planned':
      return `plan ${event.plan.target}`;
    case 'applying':
      return `apply ${event.target}`;
    case 'waiting':
      return `wait ${event.system}`;
    case 'remark':
      return `remark ${event.message}`;
  }
}

function tooMany(most: number): ApiProblem {
  return new ApiProblem(429, 'too-many-tasks', `${most} tasks are running already`, {
    remedy: 'wait until one has ended: GET /api/tasks',
    headers: { 'retry-after': '5' },
  });
}

function cancelled(): ApiProblem {
  return new ApiProblem(409, 'interrupted', 'it was ended before it was done', {
    remedy: 'start it again; what was done stays done',
  });
}

function ending(): ApiProblem {
  return new ApiProblem(503, 'ending', 'this server is about to end', {
    remedy: 'ask again in a moment',
    headers: { 'retry-after': '5' },
  });
}
