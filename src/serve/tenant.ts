/** One tenant as `lockstep serve` has it open: its engine, what of it is served, and what it does by itself. */

import { SCHEDULE } from '../audit/entry.ts';
import { openEngine, type World } from '../compose.ts';
import type { Configuration } from '../config/configuration.ts';
import type { SystemName } from '../identity/record.ts';
import { type Hidden, hiddenAttributes } from '../server/api/shown.ts';
import type { Tasks } from '../server/api/tasks.ts';
import type { ClientStorage } from '../server/auth/client.ts';
import { offeredSystem } from '../server/scim/offer.ts';
import type { ServedSystem } from '../server/scim/served.ts';
import type { TokenStorage } from '../server/tokens.ts';
import { clientStorage } from '../store/clients.ts';
import type { Database } from '../store/database.ts';
import { tokenStorage } from '../store/tokens.ts';
import type { Engine } from '../sync/engine.ts';
import { repeatRuns } from '../sync/schedule.ts';
import { type InboundDoor, inboundDoor } from './inbound.ts';
import { type Post, postOf, writers } from './post.ts';
import { type Listening, listening } from './pushed.ts';

export interface ServedTenant extends AsyncDisposable {
  readonly configuration: Configuration;
  readonly database: Database;
  readonly engine: Engine;
  readonly tokens: TokenStorage;
  readonly clients: ClientStorage;
  readonly inbound: InboundDoor;
  readonly hidden: Hidden;
  readonly post: Post;
  /** A system that others reach over SCIM; undefined where there is none of that name. */
  served(system: SystemName): Promise<ServedSystem | undefined>;
  /** What it does without being asked, until it is to end. */
  work(): Promise<void>;
}

export interface TenantSurroundings {
  readonly tasks: Tasks;
  /** Ends what it does. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onBug: (error: unknown) => void;
  readonly world?: Pick<World, 'now' | 'sleep'>;
}

/** @param database Is closed with it. */
export async function openTenant(
  configuration: Configuration,
  database: Database,
  { tasks, signal, log, onBug, world }: TenantSurroundings,
): Promise<ServedTenant> {
  await using stack = new AsyncDisposableStack();
  stack.use(database);
  const engine = stack.use(await openEngine(configuration, { ...world, database }));
  const inbound = inboundDoor(configuration, engine, database, tasks, signal, onBug);
  const lane = { engine, tenant: database.tenant, tasks, signal };
  const post = postOf(configuration, engine, { tenant: database.tenant, signal, log, onBug });
  const opened = stack.move();
  return {
    configuration,
    database,
    engine,
    tokens: tokenStorage(database),
    clients: clientStorage(database),
    inbound,
    // What is made of something hidden is hidden too, and what is written from that.
    hidden: hiddenAttributes([{ mapping: { rows: engine.computed } }, ...engine.targets]),
    served: servedSystems(configuration, engine, listening(configuration, lane, onBug)),
    post,
    work: async () => {
      const runs = scheduled(configuration, engine, signal, log);
      await Promise.all([runs, inbound.wake(), post.deliver()]);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Whether it does anything without being asked, so that it has to be open. */
export function worksByItself(configuration: Configuration): boolean {
  const { schedule, systems } = configuration;
  const receives = systems.some(({ connector }) => connector === 'inbound');
  return schedule !== undefined || receives || writers(configuration).length > 0;
}

type Offer = NonNullable<Configuration['systems'][number]['serve']>;

function servedSystems(
  { systems }: Configuration,
  engine: Engine,
  heard: Listening,
): ServedTenant['served'] {
  const offered = new Map(systems.flatMap(({ name, serve: it }) => (it ? [[name, it]] : [])));
  const open = new Map<SystemName, Promise<ServedSystem>>();
  const openServed = (name: SystemName, offer: Offer): Promise<ServedSystem> => {
    const { leniency } = offer;
    const opening = engine
      .connector(name)
      .then((connector) => offeredSystem(name, heard(name, connector), offer))
      .then((system) => ({ ...system, leniency }));
    open.set(name, opening);
    opening.catch(() => open.delete(name));
    return opening;
  };
  return async (system) => {
    const offer = offered.get(system);
    return offer && (await (open.get(system) ?? openServed(system, offer)));
  };
}

async function scheduled(
  { schedule }: Configuration,
  engine: Engine,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  if (schedule === undefined) return;
  await repeatRuns(engine.as(SCHEDULE), {
    ...schedule,
    watch: { signal, progress: () => {} },
    log,
  });
}
