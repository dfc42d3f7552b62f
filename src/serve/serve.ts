/** `lockstep serve`: SCIM for served systems, the API, health, and the schedule, in one process. */

import { once } from 'node:events';
import path from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { accessIn } from '../access.ts';
import type { ServeOptions, Serving } from '../cli/services.ts';
import { openTrial } from '../compose.ts';
import type { Configuration } from '../config/configuration.ts';
import { type ConfigurationWorld, readConfiguration } from '../config/load.ts';
import type { Tenant } from '../identity/identity.ts';
import { type ApiServiceOptions, apiService } from '../server/api/api.ts';
import type { ApiCaller, TryOut } from '../server/api/endpoint.ts';
import { actorOf, type Logins, toldLogins } from '../server/api/logins.ts';
import { openTasks } from '../server/api/tasks.ts';
import type { Access } from '../server/auth/access.ts';
import { grants } from '../server/auth/grant.ts';
import { jwtAuthentication } from '../server/auth/jwt.ts';
import { tokenEndpoint } from '../server/auth/token-endpoint.ts';
import { scimService } from '../server/scim.ts';
import { DEFAULT_TENANT } from '../server/tenants/tenant.ts';
import { apiAuthentication, isOurs, tokenAuthentication } from '../server/tokens.ts';
import type { Database } from '../store/database.ts';
import { verbsOf } from '../sync/bind.ts';
import { type Installation, openInstallation } from '../tenants.ts';
import { inboundDoors } from './inbound.ts';
import { confirmations } from './post.ts';
import { refusals } from './refused.ts';
import { openServedTenants, type ServedTenants } from './tenants.ts';
import { cursorKey, peerAt, recognition, tlsListener } from './tls.ts';
import { trustIndex } from './trust.ts';

export async function startServing(
  configuration: Configuration,
  { port, signal, log }: ServeOptions,
  world?: ConfigurationWorld,
): Promise<Serving> {
  await using stack = new AsyncDisposableStack();
  const onBug = bugTo(log);
  const installation = stack.use(await openInstallation(configuration, world));
  const { database } = installation;
  const now = () => new Date();
  const tasks = openTasks({ signal, now, onBug });
  const surroundings = { tasks, signal, log, onBug };
  const tenants = stack.use(await openServedTenants(installation, configuration, surroundings));
  const app = new Hono();
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const ready = !signal.aborted && (await isAnswering(database));
    return context.json({ status: ready ? 'ready' : 'not ready' }, ready ? 200 : 503);
  });
  const trustsIn = trustIndex(installation, configuration, now);
  const byJwt = jwtAuthentication({ fetch, now, trustsIn, log });
  const provider = scim(tenants, configuration, byJwt, { now, log, onBug });
  const logins = loginsOf(tenants, now);
  const refused = logins.unknownClient;
  const grant = grants({ storagesOf: tenants.find, now, refused });
  app.route('/', tokenEndpoint({ grant, onBug }));
  app.route('/', inboundDoors(tenants.find, now, onBug));
  app.route('/', confirmations(tenants.opened, onBug));
  app.route('/', api(tenants, installation, { tasks, logins, onBug }, world));

  const { host } = configuration.server;
  const server = serve({
    fetch: (request, { incoming }) => {
      const peer = peerAt(incoming.socket);
      // Not looked up among the addresses of the API, which are many: most requests are these.
      const service = isScim(request.url) ? provider : app;
      return service.fetch(request, peer && { peer });
    },
    ...tlsListener(configuration.server),
    hostname: host,
    port: port ?? configuration.server.port,
  });
  await Promise.race([
    once(server, 'listening'),
    once(server, 'error').then(([error]) => Promise.reject(error)),
  ]);
  stack.defer(() => closed(server));
  const running = stack.move();
  const work = Promise.all([aborted(signal).then(tasks.settled), tenants.work()]);
  return {
    url: `${configuration.server.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`,
    ended: work.then(
      () => running.disposeAsync(),
      async (error: unknown) => {
        await running.disposeAsync();
        throw error;
      },
    ),
  };
}

function isScim(url: string): boolean {
  return url.startsWith('/scim/', url.indexOf('/', url.indexOf('//') + 2));
}

interface Told {
  readonly now: () => Date;
  readonly onBug: (error: unknown) => void;
}

function scim(
  { find }: ServedTenants,
  configuration: Configuration,
  authenticateJwt: ReturnType<typeof jwtAuthentication>,
  { now, log, onBug }: Pick<ServeOptions, 'log'> & Told,
): ReturnType<typeof scimService> {
  const authenticate = tokenAuthentication(
    async (tenant, hash) => (await find(tenant, hash))?.tokens,
    now,
  );
  return scimService({
    basePath: '/scim/v2/:system',
    authenticate: (token, system) =>
      isOurs(token) ? authenticate(token) : authenticateJwt(token, system),
    recognise: recognition(configuration, now, log),
    open: async ({ tenant, system }) => (await find(tenant))?.served(system),
    ...cursorKey(configuration.server),
    now,
    onBug,
    onRefused: refusals(log, now),
  });
}

function api(
  tenants: ServedTenants,
  installation: Installation,
  around: Pick<ApiServiceOptions, 'tasks' | 'logins' | 'onBug'>,
  world: ConfigurationWorld | undefined,
): ReturnType<typeof apiService> {
  const { find, first } = tenants;
  const { now } = first.engine;
  return apiService({
    authenticate: apiAuthentication(
      async (tenant, hash) => (await find(tenant, hash))?.tokens,
      now,
    ),
    open: async (caller) => {
      const tenant = await find(caller.tenant);
      if (tenant === undefined) return undefined;
      const { engine, hidden } = tenant;
      const verbs = verbsOf(engine.as(actorOf(caller)));
      // A configuration names files and variables of this machine: nobody's but the installation's.
      const tryOut =
        tenant === first && world && tryOutIn(first.configuration, first.database, world);
      return {
        ...{ verbs, hidden },
        access: (name = caller.tenant) => accessFor(caller, name, tenants),
        ...(tenant === first && { tenants: installation.tenants(actorOf(caller), now) }),
        ...(tryOut && { tryOut }),
      };
    },
    ...around,
  });
}

/** Whoever administers the installation reaches into every tenant, everybody else into their own. */
async function accessFor(
  caller: ApiCaller,
  name: Tenant,
  { find, first }: ServedTenants,
): Promise<Access | undefined> {
  const own = name === caller.tenant;
  if (!own && caller.tenant !== DEFAULT_TENANT) return undefined;
  const tenant = await find(name);
  const actor = own ? actorOf(caller) : `${actorOf(caller)} of ${caller.tenant}`;
  return tenant && accessIn(tenant.database, tenant.configuration, actor, first.engine.now);
}

/** Each is told to the trail of its tenant; to that of the installation where it has none. */
function loginsOf({ find, first }: ServedTenants, now: () => Date): Logins {
  return toldLogins(async (told, actor, tenant) => {
    const { engine } = (tenant !== undefined && (await find(tenant))) || first;
    await engine.audit.append(told, { actor, at: now() });
  }, now);
}

function bugTo(log: ServeOptions['log']): (error: unknown) => void {
  return (error) => log(`a mistake of ours: ${error instanceof Error ? error.stack : error}`);
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
  const looking = (next: Configuration): Awaited<ReturnType<TryOut>> => ({
    ok: true,
    value: async (request, watch) => {
      await using trial = await openTrial(configuration, next, { database });
      return await trial.planWith(request, watch);
    },
  });
  return async (text) => {
    if (text === undefined) return looking(configuration);
    const file = path.join(configuration.directory, 'new.yaml');
    const next = await readConfiguration(text, file, world);
    return next.ok ? looking(next.value) : next;
  };
}
