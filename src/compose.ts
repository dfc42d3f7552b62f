/**
 * The only file that knows every room: from a configuration to a running engine. Nothing is decided
 * here; what was compiled and connected is handed to the rooms that asked for it.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { computedRows } from './attribute-rules.ts';
import type { Actor } from './audit/entry.ts';
import type { Configuration, SystemConfiguration } from './config/configuration.ts';
import { directory } from './connectors/directory/connector.ts';
import type { DirectoryStorage } from './connectors/directory/storage.ts';
import { entra } from './connectors/entra/connector.ts';
import { file } from './connectors/file/connector.ts';
import { inbound } from './connectors/inbound/connector.ts';
import type { InboundStorage } from './connectors/inbound/storage.ts';
import { scim } from './connectors/scim/connector.ts';
import { type Connector, type ConnectorDefinition, leanFetch } from './connectors/spi/index.ts';
import type { SystemName } from './identity/record.ts';
import { usesOf } from './read-uses.ts';
import { rulesOf } from './rules.ts';
import { openAudit } from './store/audit.ts';
import type { Database } from './store/database.ts';
import { directoryStorage } from './store/directory.ts';
import { openDrift } from './store/drift.ts';
import { inboundStorage } from './store/inbound.ts';
import { openDatabase } from './store/open.ts';
import { openPlans } from './store/plans.ts';
import { openPrivacy } from './store/privacy/privacy.ts';
import { openLedger } from './store/runs.ts';
import { openUndo } from './store/undo.ts';
import { openWarehouseStore } from './store/warehouse.ts';
import { audited } from './sync/audited.ts';
import type { Boundary, Engine, Watch } from './sync/engine.ts';
import { planWith, type Tried, type WithReport, type WithRequest } from './sync/plan-with.ts';
import { withoutSuppressed } from './sync/privacy-suppressed.ts';
import { thisPerson, thisProcess } from './sync/process.ts';
import { openWarehouse } from './warehouse/open.ts';
import { previewWarehouse } from './warehouse/preview.ts';
import type { WarehouseRules } from './warehouse/warehouse.ts';

/** What an engine uses of the world outside; each has its ordinary default. */
export interface World {
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => Date;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly sleep?: Engine['sleep'];
  /** Called at every durable step of a run, so that a test can end the process exactly there. */
  readonly boundary?: (name: Boundary) => Promise<void> | void;
  /** In whose name things are done: of whoever started this process, by default. */
  readonly actor?: Actor;
  /** A store that is open already; whoever opened it closes it. */
  readonly database?: Database;
}

/** Every kind of system there is, as the configuration names them. */
export function connectorTypes(
  storages: Storages = NO_STORAGES,
): readonly ConnectorDefinition<unknown>[] {
  const newId = storages.newId;
  return [entra, scim, file, inbound(storages.inbound, newId), directory(storages.directory)];
}

/** What connectors keep in the store of their tenant, by system. */
interface Storages {
  readonly directory: (system: SystemName) => DirectoryStorage;
  readonly inbound: (system: SystemName) => InboundStorage;
  readonly newId: () => string;
}

function storagesOf(database: Database, now: () => Date): Storages {
  return {
    directory: (system) => directoryStorage(database, system),
    inbound: (system) => inboundStorage(database, system),
    newId: () => timeOrderedId(now()),
  };
}

/** Definitions alone are enough to check a configuration; connecting is not asked of these. */
const NO_STORAGES: Storages = { directory: noStorage, inbound: noStorage, newId: randomUUID };

function noStorage(system: SystemName): never {
  throw new TypeError(`${system} is connected to without a store`);
}

/** Opens the store, migrates it, and wires the rooms together. No system is asked anything yet. */
export async function openEngine(configuration: Configuration, world: World = {}): Promise<Engine> {
  await using stack = new AsyncDisposableStack();
  const database = world.database ?? stack.use(await storeOf(configuration));
  const now = world.now ?? (() => new Date());
  const fetch = world.fetch ?? leanFetch;
  const types = connectorTypes(storagesOf(database, now));
  const connections = connectionsOf(configuration, types, { fetch, now });
  stack.use(connections);
  const compiled = rulesOf(configuration, types);
  const { warehouse: rules, sources, targets } = compiled;
  const warehouse = await openWarehouse(openWarehouseStore(database), rules, {
    now,
    newId: () => timeOrderedId(now()),
  });
  const opened = stack.move();
  const audit = openAudit(database);
  const privacy = openPrivacy(database);
  const { version: configVersion } = configuration;
  const engine = {
    tenant: database.tenant,
    configVersion,
    systems: configuration.systems.map(({ name }) => name),
    sources,
    targets,
    computed: computedRows(rules.identity),
    alerts: configuration.alerts,
    warehouse: withoutSuppressed(warehouse, privacy),
    plans: openPlans(database),
    ledger: openLedger(database),
    drift: openDrift(database),
    undos: openUndo(database),
    privacy,
    uses: usesOf(configuration, compiled),
    audit,
    auditPolicy: configuration.audit ?? {},
    retention: configuration.keep,
    transaction: <Value>(work: () => Promise<Value>, outlives?: 'power-cut' | 'process') =>
      database.transaction(work, outlives),
    connector: connections.open,
    now,
    random: world.random ?? Math.random,
    sleep:
      world.sleep ??
      (async (milliseconds: number, signal: AbortSignal) => {
        await sleepFor(milliseconds, undefined, { signal });
      }),
    fetch,
    process: thisProcess(),
    boundary: world.boundary ?? (() => {}),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  const acting = (actor: Actor): Engine => ({
    ...audited(engine, (told) => audit.append(told, { actor, at: now(), configVersion })),
    actor,
    as: acting,
  });
  return acting(world.actor ?? thisPerson());
}

function storeOf({ store, directory, tenant }: Configuration): Promise<Database> {
  return openDatabase(store, directory, tenant);
}

/** Two configurations side by side over one store: the one in force, and one that is tried. */
interface Trial extends AsyncDisposable {
  /**
   * What would be done otherwise under the one that is tried. On a day to come, both are looked at on
   * that day; where they are the same, it is compared with today.
   */
  planWith(request: WithRequest, watch: Watch): Promise<WithReport>;
}

/** Opens the store of the configuration in force; the other one never sees it but through a preview. */
export async function openTrial(
  configuration: Configuration,
  next: Configuration,
  world: World = {},
): Promise<Trial> {
  await using stack = new AsyncDisposableStack();
  const database = world.database ?? stack.use(await storeOf(configuration));
  const engine = stack.use(await openEngine(configuration, { ...world, database }));
  const store = openWarehouseStore(database);
  const { fetch, now } = engine;
  const types = connectorTypes(storagesOf(database, now));
  const sourcesOf = ({ sources, identity = {} }: WarehouseRules) =>
    JSON.stringify([
      sources.map(({ map: _, ...rules }) => rules),
      Object.entries(identity).map(([kind, { fingerprint }]) => [kind, fingerprint]),
    ]);
  const inForce = rulesOf(configuration, types);
  const opened = stack.move();
  const tried = (of: Configuration, at?: Date): Tried => {
    const { warehouse: rules, targets } = rulesOf(of, types);
    const connections = opened.use(connectionsOf(of, types, { fetch, now }));
    const remerges = sourcesOf(rules) !== sourcesOf(inForce.warehouse);
    const regroups = rules.groups?.fingerprint !== inForce.warehouse.groups?.fingerprint;
    return {
      now: at === undefined ? now : () => at,
      targets,
      warehouse: previewWarehouse(store, rules, {
        remerges,
        regroups,
        now,
        ...(at !== undefined && { at }),
      }),
      traits: async (system) => (await connections.open(system)).traits ?? {},
    };
  };
  return {
    planWith: (request, watch) => {
      const { at } = request;
      const current = tried(configuration, next === configuration ? undefined : at);
      return planWith(engine, current, tried(next, at), request, watch);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A UUID of version 7 (RFC 9562 §5.7): ids made later sort later, so their rows lie side by side. */
function timeOrderedId(now: Date): string {
  const time = now.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

interface Connections extends AsyncDisposable {
  readonly open: (system: SystemName) => Promise<Connector>;
}

/** Connects on first use; a connection that failed is tried again the next time it is asked for. */
function connectionsOf(
  { systems, directory: baseDirectory }: Configuration,
  types: readonly ConnectorDefinition<unknown>[],
  { fetch, now }: Required<Pick<World, 'fetch' | 'now'>>,
): Connections {
  const open = new Map<SystemName, Promise<Connector>>();
  const connect = async (system: SystemConfiguration): Promise<Connector> => {
    const type = types.find((each) => each.type === system.connector);
    if (type === undefined) throw new TypeError(`no connector of type ${system.connector}`);
    const { name, options, profile } = system;
    const context = { system: name, fetch, now, baseDirectory };
    return type.connect(options, profile === undefined ? context : { ...context, profile });
  };
  return {
    open: (name) => {
      const known = open.get(name);
      if (known !== undefined) return known;
      const system = systems.find((each) => each.name === name);
      if (system === undefined) throw new RangeError(`there is no system ${name}`);
      const connecting = connect(system);
      open.set(name, connecting);
      connecting.catch(() => open.delete(name));
      return connecting;
    },
    [Symbol.asyncDispose]: async () => {
      for (const connecting of open.values()) {
        const connector = await connecting.catch(() => undefined);
        await connector?.[Symbol.asyncDispose]();
      }
    },
  };
}
