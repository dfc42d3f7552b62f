/** Answers that are made while they are read: whoever reads slowly is waited for, nothing piles up. */

import type { RunningTask, TaskEvent } from './tasks.ts';

const CHUNK_CHARACTERS = 32_768;
/** Proxies close what is silent for long. */
const HEARTBEAT_MILLISECONDS = 15_000;

/**
 * The first line is waited for, so that what is refused is refused before anything is answered.
 * Later failures break the connection: an answer that ended well is whole.
 */
export async function lineStream(lines: AsyncIterable<string>): Promise<ReadableStream> {
  const iterator = lines[Symbol.asyncIterator]();
  let next = await iterator.next();
  return new ReadableStream({
    pull: async (controller) => {
      let chunk = '';
      while (next.done !== true && chunk.length < CHUNK_CHARACTERS) {
        chunk += `${next.value}\n`;
        next = await iterator.next();
      }
      if (chunk !== '') controller.enqueue(new TextEncoder().encode(chunk));
      if (next.done === true) controller.close();
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}

/** Server-sent events (HTML Living Standard §9.2): `progress` as often as needed, then `end`. */
export function eventStream(
  task: RunningTask,
  after: number,
  shown: (value: unknown) => unknown,
): ReadableStream {
  const iterator = task.events(after)[Symbol.asyncIterator]();
  let next = iterator.next();
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      const event = await orSilence(next);
      if (event === undefined) {
        controller.enqueue(encoder.encode(': still here\n\n'));
      } else if (event.done === true) {
        controller.close();
      } else {
        next = iterator.next();
        controller.enqueue(encoder.encode(eventText(event.value, shown)));
      }
    },
    cancel: () => {
      // It stands waiting for news of the task; there is nothing to wait for here.
      void iterator.return?.();
    },
  });
}

function eventText(event: TaskEvent, shown: (value: unknown) => unknown): string {
  const data = JSON.stringify(shown(event.type === 'end' ? event.task : event.progress));
  return `id: ${event.number}\nevent: ${event.type}\ndata: ${data}\n\n`;
}

async function orSilence<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  const silence = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => silence.resolve(undefined), HEARTBEAT_MILLISECONDS);
  try {
    return await Promise.race([promise, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
