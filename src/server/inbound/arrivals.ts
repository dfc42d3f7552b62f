/**
 * What happens after an upload: its system is read at once, and a run brings the targets in line.
 * Uploads that come while one is read share the next reading, those that come while targets are
 * written the next run, so that many uploads are few runs. What could not be read is tried again:
 * nobody sends it twice.
 */

/** Starts a run. Without `targets` it only reads. */
export type StartRun = (options: {
  readonly targets: boolean;
  /** Called when the system was read to its end. */
  readonly onRead: () => void;
}) => Promise<void>;

/** Waits before the next try. @returns False when there is to be none, since the process ends. */
export type Pause = (failures: number) => Promise<boolean>;

export interface Arrivals {
  /** @returns Resolves when what had been pushed before was read, and false when it will not be. */
  arrived(): Promise<boolean>;
}

export function arrivals(start: StartRun, pause: Pause): Arrivals {
  let reading: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;
  let writing = false;
  let again = false;

  function once(): Promise<boolean> {
    const read = Promise.withResolvers<boolean>();
    const targets = !writing;
    if (targets) writing = true;
    else again = true;
    const ended = (): void => {
      // Says nothing any more where it was read.
      read.resolve(false);
      if (!targets) return;
      writing = false;
      if (!again) return;
      again = false;
      void arrived();
    };
    start({ targets, onRead: () => read.resolve(true) }).then(ended, ended);
    return read.promise;
  }

  async function untilRead(): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      if (await once()) return true;
      if (!(await pause(failures))) return false;
    }
  }

  function arrived(): Promise<boolean> {
    if (reading === undefined) {
      reading = untilRead().finally(() => {
        reading = undefined;
      });
      return reading;
    }
    // The one that is under way may have passed by what came since.
    next ??= reading.then(() => {
      next = undefined;
      return arrived();
    });
    return next;
  }

  return { arrived };
}
