/** `lockstep serve`: SCIM for served systems, the API, health, and the schedule, in one process. */

import { once } from 'node:events';
import path from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { SCHEDULE } from './audit/entry.ts';
import type { ServeOptions, Serving } from './cli/services.ts';
import { openEngine, openTrial } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import { type ConfigurationWorld, readConfiguration } from './config/load.ts';
import { inboundDoor } from './serve-inbound.ts';
import { apiService } from './server/api/api.ts';
import type { TryOut } from './server/api/endpoint.ts';
import { actorOf, toldLogins } from './server/api/logins.ts';
import { hiddenAttributes } from './server/api/shown.ts';
import { openTasks, type Tasks } from './server/api/tasks.ts';
import { type ServedSystem, servedSystem } from './server/scim/served.ts';
import { scimService } from './server/scim.ts';
import { apiAuthentication, tokenAuthentication } from './server/tokens.ts';
import type { Database } from './store/database.ts';
import { openDatabase } from './store/open.ts';
import { tokenStorage } from './store/tokens.ts';
import { verbsOf } from './sync/bind.ts';
import type { Engine } from './sync/engine.ts';
import { repeatRuns } from './sync/schedule.ts';

export async function startServing(
  configuration: Configuration,
  { port, signal, log }: ServeOptions,
  world?: ConfigurationWorld,
): Promise<Serving> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openDatabase(configuration.store, configuration.directory));
  const engine = stack.use(await openEngine(configuration, { database }));
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const ready = !signal.aborted && (await isAnswering(database));
    return context.json({ status: ready ? 'ready' : 'not ready' }, ready ? 200 : 503);
  });
  app.route('/', scim(configuration, engine, database, log));
  const tasks = openTasks({ signal, now: engine.now, onBug: bugTo(log) });
  const inbound = inboundDoor(configuration, engine, database, tasks, signal, bugTo(log));
  app.route('/', inbound.service);
  app.route(
    '/',
    api(engine, database, tasks, log, world && tryOutIn(configuration, database, world)),
  );

  const { host } = configuration.server;
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port: port ?? configuration.server.port,
  });
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ]);
  stack.defer(() => closed(server));
  const running = stack.move();
  const work = Promise.all([
    aborted(signal).then(tasks.settled),
    scheduled(configuration, engine, signal, log),
    inbound.wake(),
  ]);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`,
    ended: work.then(
      () => running.disposeAsync(),
      async (error: unknown) => {
        await running.disposeAsync();
        throw error;
      },
    ),
  };
}

function scim(
  { systems }: Configuration,
  engine: Engine,
  database: Database,
  log: ServeOptions['log'],
): ReturnType<typeof scimService> {
  const names = new Set(systems.flatMap(({ name, serve: served }) => (served ? [name] : [])));
  const open = new Map<string, Promise<ServedSystem>>();
  const openServed = (name: string): Promise<ServedSystem> => {
    const opening = engine.connector(name).then((connector) => servedSystem(name, connector));
    open.set(name, opening);
    opening.catch(() => open.delete(name));
    return opening;
  };
  return scimService({
    basePath: '/scim/v2/:system',
    authenticate: tokenAuthentication(
      async (tenant) => (tenant === database.tenant ? tokenStorage(database) : undefined),
      engine.now,
    ),
    open: async ({ system }) =>
      names.has(system) ? await (open.get(system) ?? openServed(system)) : undefined,
    onBug: bugTo(log),
  });
}

function api(
  engine: Engine,
  database: Database,
  tasks: Tasks,
  log: ServeOptions['log'],
  tryOut: TryOut | undefined,
): ReturnType<typeof apiService> {
  // What is made of something hidden is hidden too, and what is written from that.
  const hidden = hiddenAttributes([{ mapping: { rows: engine.computed } }, ...engine.targets]);
  return apiService({
    authenticate: apiAuthentication(
      async (tenant) => (tenant === database.tenant ? tokenStorage(database) : undefined),
      engine.now,
    ),
    open: async (caller) =>
      caller.tenant === database.tenant
        ? { verbs: verbsOf(engine.as(actorOf(caller))), hidden, ...(tryOut && { tryOut }) }
        : undefined,
    logins: toldLogins(
      (told, actor) => engine.audit.append(told, { actor, at: engine.now() }),
      engine.now,
    ),
    tasks,
    onBug: bugTo(log),
  });
}

function bugTo(log: ServeOptions['log']): (error: unknown) => void {
  return (error) => log(`a mistake of ours: ${error instanceof Error ? error.stack : error}`);
}

async function scheduled(
  { schedule }: Configuration,
  engine: Engine,
  signal: AbortSignal,
  log: ServeOptions['log'],
): Promise<void> {
  if (schedule === undefined) return;
  await repeatRuns(engine.as(SCHEDULE), {
    ...schedule,
    watch: { signal, progress: () => {} },
    log,
  });
}

async function isAnswering(database: Database): Promise<boolean> {
  try {
    await database.all('select 1 as one');
    return true;
  } catch {
    return false;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Answers what it has begun, for a while. */
function closed(server: ServerType): Promise<void> {
  const patience = setTimeout(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
  }, 5_000);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
}

function portOf(server: ServerType): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A configuration that was sent, read as if it lay beside the one in force. */
function tryOutIn(
  configuration: Configuration,
  database: Database,
  world: ConfigurationWorld,
): TryOut {
  return async (text) => {
    const file = path.join(configuration.directory, 'new.yaml');
    const next = await readConfiguration(text, file, world);
    if (!next.ok) return next;
    return {
      ok: true,
      value: async (systems, watch) => {
        await using trial = await openTrial(configuration, next.value, { database });
        return await trial.planWith(systems, watch);
      },
    };
  };
}
