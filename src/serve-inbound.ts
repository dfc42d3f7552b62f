/** The door for records that are pushed here, wired to the engine: what comes in is read at once. */

import { connectorTypes } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import type { SystemName } from './identity/record.ts';
import type { Tasks } from './server/api/tasks.ts';
import { arrivals, type StartRun } from './server/inbound/arrivals.ts';
import { type InboundVerbs, inboundService } from './server/inbound/service.ts';
import { inboundAuthentication } from './server/tokens.ts';
import type { Database } from './store/database.ts';
import { tokenStorage } from './store/tokens.ts';
import type { Engine } from './sync/engine.ts';
import { runSync } from './sync/run.ts';
import { findUpload, upload, uploads } from './sync/upload.ts';

export function inboundDoor(
  { systems }: Configuration,
  engine: Engine,
  database: Database,
  tasks: Tasks,
  onBug: (error: unknown) => void,
): ReturnType<typeof inboundService> {
  const receiving = new Set(
    connectorTypes().flatMap(({ type, receives }) => (receives === true ? [type] : [])),
  );
  const names = systems.filter(({ connector }) => receiving.has(connector)).map(({ name }) => name);
  const lanes = new Map(
    names.map((name) => [name, arrivals(runOf(name, engine, database, tasks))] as const),
  );
  const verbs: InboundVerbs = {
    upload: (system, content) => upload(engine, system, content),
    uploads: (system, limit) => uploads(engine, system, limit),
    findUpload: (system, id) => findUpload(engine, system, id),
    arrived: async (system) => lanes.get(system)?.arrived(),
  };
  return inboundService({
    authenticate: inboundAuthentication(
      async (tenant) => (tenant === database.tenant ? tokenStorage(database) : undefined),
      engine.now,
      new Set(names),
    ),
    open: (tenant) => (tenant === database.tenant ? verbs : undefined),
    onBug,
  });
}

function runOf(system: SystemName, engine: Engine, { tenant }: Database, tasks: Tasks): StartRun {
  const pushed = engine.as(`pushed to ${system}`);
  return async ({ targets, onRead }) => {
    const task = tasks.start(tenant, 'run', (run, watch) => {
      const progress: typeof watch.progress = (event) => {
        if (event.type === 'read' && event.reading.system === system) onRead();
        watch.progress(event);
      };
      const request = { trigger: 'api', run, sources: [system] } as const;
      const asked = targets ? request : { ...request, targets: [] };
      return runSync(pushed, asked, { ...watch, progress });
    });
    await task.ended;
  };
}
