/**
 * Time that passes only when everybody waits. Until it is disposed of, the timers of the process are its
 * own: whoever sleeps a day is woken at once, in the right order, and the same way every time.
 */

export interface VirtualClock extends Disposable {
  now(): Date;
  /** Resolves when so much time has passed. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Work outside of timers, such as a database's answer: meanwhile no time passes. */
  busy<Value>(work: Promise<Value>): Promise<Value>;
  /** Moves time on until the work has ended. Fails when it waits for something that never comes. */
  drive<Value>(work: () => Promise<Value>): Promise<Value>;
  advance(seconds: number): void;
  /** Whoever was waiting is dead. */
  dropTimers(): void;
}

interface Timer {
  readonly id: number;
  at: number;
  readonly every?: number;
  readonly call: () => void;
}

/** Turns of the real loop without anything under way, after which everybody is known to wait. */
const QUIET_TURNS = 3;

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
};

export function virtualClock(start: Date): VirtualClock {
  let time = start.getTime();
  let timers: Timer[] = [];
  let nextId = 1;
  let underWay = 0;

  const add = (milliseconds: number, call: () => void, repeats: boolean): NodeJS.Timeout => {
    const delay = Math.max(1, milliseconds || 0);
    const timer: Timer = {
      id: nextId++,
      at: time + delay,
      call,
      ...(repeats && { every: delay }),
    };
    timers.push(timer);
    // Callers keep it, hand it back, and may tell it not to keep the process alive.
    const handle = { virtual: timer.id, ref: () => handle, unref: () => handle };
    return handle as unknown as NodeJS.Timeout;
  };
  const remove = (handle: unknown): void => {
    if (typeof handle !== 'object' || handle === null) return;
    if (!('virtual' in handle)) {
      real.clearTimeout(handle as NodeJS.Timeout);
      return;
    }
    timers = timers.filter(({ id }) => id !== handle.virtual);
  };
  const fireNext = (): boolean => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (next === undefined || timer.at < next.at) next = timer;
    }
    if (next === undefined) return false;
    time = Math.max(time, next.at);
    if (next.every === undefined) timers = timers.filter((timer) => timer !== next);
    else next.at = time + next.every;
    next.call();
    return true;
  };
  const clock: VirtualClock = {
    now: () => new Date(time),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const cancel = () => {
          remove(timer);
          reject(signal?.reason);
        };
        const timer = add(
          milliseconds,
          () => {
            signal?.removeEventListener('abort', cancel);
            resolve();
          },
          false,
        );
        signal?.addEventListener('abort', cancel, { once: true });
      }),
    busy: async (work) => {
      underWay++;
      try {
        return await work;
      } finally {
        underWay--;
      }
    },
    drive: async (work) => {
      let ended = false;
      const result = work().finally(() => {
        ended = true;
      });
      result.catch(() => undefined);
      let quiet = 0;
      while (!ended) {
        await new Promise<void>((resolve) => real.setImmediate(resolve));
        if (underWay > 0 || threadsAreBusy()) quiet = 0;
        else if (++quiet > QUIET_TURNS) {
          quiet = 0;
          if (!ended && !fireNext()) throw new Error('everybody waits, and nothing is to come');
        }
      }
      return result;
    },
    advance: (seconds) => {
      time += seconds * 1000;
    },
    dropTimers: () => {
      timers = [];
    },
    [Symbol.dispose]: () => restore[Symbol.dispose](),
  };
  const restore = install(add, remove);
  return clock;
}

/** Signatures, hashes and files are worked on beside the loop, and take real time. */
function threadsAreBusy(): boolean {
  return process.getActiveResourcesInfo().some((name) => /Request$|^FSReq/.test(name));
}

function install(
  add: (milliseconds: number, call: () => void, repeats: boolean) => NodeJS.Timeout,
  remove: (handle: unknown) => void,
): Disposable {
  const after =
    (repeats: boolean) =>
    (call: (...given: unknown[]) => void, milliseconds = 0, ...given: unknown[]) =>
      add(milliseconds, () => call(...given), repeats);
  Object.assign(globalThis, {
    setTimeout: after(false),
    setInterval: after(true),
    clearTimeout: remove,
    clearInterval: remove,
  });
  return {
    [Symbol.dispose]: () => {
      const { setImmediate: _, ...timers } = real;
      Object.assign(globalThis, timers);
    },
  };
}
