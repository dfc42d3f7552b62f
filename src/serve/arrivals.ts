/** What comes in from outside is read at once and written on, whatever the schedule would do next. */

import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Tasks } from '../server/api/tasks.ts';
import { type Arrivals, arrivals, type Pause, type StartRun } from '../server/inbound/arrivals.ts';
import type { Engine } from '../sync/engine.ts';
import { runSync } from '../sync/run.ts';
import type { RunRequest } from '../sync/verbs.ts';

const FIRST_PAUSE_MILLISECONDS = 1000;
const LONGEST_PAUSE_MILLISECONDS = 60_000;

export interface Lane {
  readonly engine: Engine;
  readonly tenant: Tenant;
  readonly tasks: Tasks;
  /** Ends what is tried again. */
  readonly signal: AbortSignal;
}

/**
 * The arrivals of one system.
 *
 * @param reading Begins with each reading; what it gives is called when the system was read to its end.
 */
export function arrivalsAt(
  system: SystemName,
  { engine, tenant, tasks, signal }: Lane,
  trigger: RunRequest['trigger'],
  reading: (targets: boolean) => () => void = () => () => undefined,
): Arrivals {
  const pushed = engine.as(`pushed to ${system}`);
  const kinds = engine.sources.filter((source) => source.system === system).length;
  const start: StartRun = async ({ targets, onRead }) => {
    const ended = reading(targets);
    let left = kinds;
    const task = tasks.start(tenant, 'run', (run, watch) => {
      const progress: typeof watch.progress = (event) => {
        const isOurs = event.type === 'read' && event.reading.system === system;
        if (isOurs && event.reading.failure === undefined && --left === 0) {
          onRead();
          ended();
        }
        watch.progress(event);
      };
      const request = { trigger, run, sources: [system] };
      const asked = targets ? request : { ...request, targets: [] };
      return runSync(pushed, asked, { ...watch, progress });
    });
    await task.ended;
  };
  const pause: Pause = (failures) => {
    const milliseconds = FIRST_PAUSE_MILLISECONDS * 2 ** Math.min(failures - 1, 10);
    return engine.sleep(Math.min(milliseconds, LONGEST_PAUSE_MILLISECONDS), signal).then(
      () => true,
      () => false,
    );
  };
  return arrivals(start, pause);
}
