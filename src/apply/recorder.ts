/**
 * Outcomes are made durable together with what they settle, many at a time: after so many, or after
 * so few milliseconds, whichever comes first. One write is under way at a time.
 */

export interface Recorder<Finished> {
  add(finished: Finished): void;
  /** Everything added so far is durable afterwards. Fails if any write failed. */
  flush(): Promise<void>;
}

/** Every write costs a flush of the disk, which the target may be waiting for as well. */
const MOST = 128;
const MILLISECONDS = 100;

export function recorder<Finished>(
  write: (finished: readonly Finished[]) => Promise<void>,
): Recorder<Finished> {
  let collected: Finished[] = [];
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let failure: { readonly error: unknown } | undefined;
  const start = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(async () => {
      const batch = collected;
      collected = [];
      if (batch.length === 0 || failure !== undefined) return;
      try {
        await write(batch);
      } catch (error) {
        failure = { error };
      }
    });
  };
  return {
    add: (finished) => {
      if (failure !== undefined) throw failure.error;
      collected.push(finished);
      if (collected.length >= MOST) start();
      else timer ??= setTimeout(start, MILLISECONDS);
    },
    flush: async () => {
      start();
      await writing;
      if (failure !== undefined) throw failure.error;
    },
  };
}
