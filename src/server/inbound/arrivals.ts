/**
 * What happens after an upload: its system is read at once, and a run brings the targets in line.
 * Uploads that come while one is read share the next reading, those that come while targets are
 * written the next run, so that many uploads are few runs.
 */

/** Starts a run. Without `targets` it only reads. */
export type StartRun = (options: {
  readonly targets: boolean;
  /** Called when the system was read, to its end or not. */
  readonly onRead: () => void;
}) => Promise<void>;

export interface Arrivals {
  /** @returns Resolves when what had been pushed before was read, or could not be. */
  arrived(): Promise<void>;
}

export function arrivals(start: StartRun): Arrivals {
  let reading: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let writing = false;
  let again = false;

  function begin(): Promise<void> {
    const read = Promise.withResolvers<void>();
    const targets = !writing;
    if (targets) writing = true;
    else again = true;
    const ended = (): void => {
      read.resolve();
      if (!targets) return;
      writing = false;
      if (!again) return;
      again = false;
      void arrived();
    };
    start({ targets, onRead: read.resolve }).then(ended, ended);
    return read.promise;
  }

  function arrived(): Promise<void> {
    if (reading === undefined) {
      reading = begin().finally(() => {
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
