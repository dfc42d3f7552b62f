/** Work on a server, watched to its end: a connection that breaks is made again, the work goes on. */

import { setTimeout as sleepFor } from 'node:timers/promises';
import type { z } from 'zod';
import { taskProgress } from '../server/api/schemas/run.ts';
import { type Task, task } from '../server/api/schemas/task.ts';
import type { Watch } from '../sync/engine.ts';
import { Refusal } from './refusal.ts';
import {
  type AskOptions,
  decoded,
  linesOf,
  oneOf,
  type RemoteServer,
  remoteProblem,
} from './remote-http.ts';

const ATTEMPTS = 30;
const PAUSE_MILLISECONDS = 1_000;

/** @returns What the task came to, or fails as it failed. */
export async function watched<Result>(
  server: RemoteServer,
  path: string,
  { body }: Pick<AskOptions, 'body'>,
  result: z.ZodType<Result>,
  watch: Watch,
): Promise<Result> {
  const options = body === undefined ? {} : { body };
  const started = await oneOf(task, await server.ask('POST', path, options));
  const cancel = () => {
    server.ask('DELETE', `/tasks/${started.id}`).catch(() => {});
  };
  watch.signal.addEventListener('abort', cancel, { once: true });
  if (watch.signal.aborted) cancel();
  try {
    return await ended(server, started, result, watch);
  } finally {
    watch.signal.removeEventListener('abort', cancel);
  }
}

async function ended<Result>(
  server: RemoteServer,
  { id }: Task,
  result: z.ZodType<Result>,
  watch: Watch,
): Promise<Result> {
  let seen = '0';
  for (let attempt = 1; ; attempt++) {
    try {
      const headers = { 'last-event-id': seen };
      const response = await server.ask('GET', `/tasks/${id}/events`, { headers });
      for await (const event of eventsOf(response)) {
        seen = event.id;
        attempt = 1;
        if (event.name === 'end') return resultOf(event.data, result);
        watch.progress(decoded(taskProgress, event.data));
      }
    } catch (error) {
      const broken = !(error instanceof Refusal) || error.code === 'server-unreachable';
      if (!broken || attempt >= ATTEMPTS) throw error;
    }
    await sleepFor(PAUSE_MILLISECONDS);
  }
}

function resultOf<Result>(text: string, schema: z.ZodType<Result>): Result {
  const { problem, result } = decoded(task, text);
  if (problem !== undefined) throw remoteProblem(problem);
  return decoded(schema, JSON.stringify(result));
}

interface ServerEvent {
  readonly id: string;
  readonly name: string;
  readonly data: string;
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  let fields: Record<string, string> = {};
  for await (const line of linesOf(response)) {
    if (line === '') {
      const { id = '0', event: name = 'message', data } = fields;
      if (data !== undefined) yield { id, name, data };
      fields = {};
      continue;
    }
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field !== undefined && value !== undefined) fields[field] = value;
  }
}
