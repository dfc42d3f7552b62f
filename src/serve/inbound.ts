/** The door for records that are pushed here, wired to the engine: what comes in is read at once. */

import { connectorTypes } from '../compose.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Tasks } from '../server/api/tasks.ts';
import { type InboundVerbs, inboundService } from '../server/inbound/service.ts';
import { inboundAuthentication, type TokenStorage } from '../server/tokens.ts';
import type { Database } from '../store/database.ts';
import type { Engine } from '../sync/engine.ts';
import { findUpload, hasUnread, upload, uploads } from '../sync/upload.ts';
import { arrivalsAt } from './arrivals.ts';

/** Of one tenant. */
export interface InboundDoor {
  readonly verbs: InboundVerbs;
  /** Systems that records are pushed to. */
  readonly systems: ReadonlySet<SystemName>;
  /** Reads what was pushed before and not read then, since a process ended. */
  wake(): Promise<void>;
}

type FindDoor = (
  tenant: Tenant,
  hash?: string,
) => Promise<
  | { readonly tokens: TokenStorage; readonly inbound: Pick<InboundDoor, 'verbs' | 'systems'> }
  | undefined
>;

/** One address for the doors of all tenants; the token says whose. */
export function inboundDoors(
  find: FindDoor,
  now: () => Date,
  onBug: (error: unknown) => void,
): ReturnType<typeof inboundService> {
  return inboundService({
    authenticate: inboundAuthentication(
      async (tenant, hash) => (await find(tenant, hash))?.tokens,
      now,
      async (tenant, system) => (await find(tenant))?.inbound.systems.has(system) ?? false,
    ),
    open: async (tenant) => (await find(tenant))?.inbound.verbs,
    onBug,
  });
}

/** @param signal Ends what is tried again. */
export function inboundDoor(
  { systems }: Configuration,
  engine: Engine,
  database: Database,
  tasks: Tasks,
  signal: AbortSignal,
  onBug: (error: unknown) => void,
): InboundDoor {
  const receiving = new Set(
    connectorTypes().flatMap(({ type, receives }) => (receives === true ? [type] : [])),
  );
  const names = systems.filter(({ connector }) => receiving.has(connector)).map(({ name }) => name);
  const read = names.filter((name) => engine.sources.some(({ system }) => system === name));
  const lane = { engine, tenant: database.tenant, tasks, signal };
  const lanes = new Map(read.map((name) => [name, arrivalsAt(name, lane, 'api')] as const));
  const verbs: InboundVerbs = {
    upload: (system, content) => upload(engine, system, content),
    uploads: (system, limit) => uploads(engine, system, limit),
    findUpload: (system, id) => findUpload(engine, system, id),
    arrived: async (system) => (await lanes.get(system)?.arrived()) ?? false,
  };
  const wake = async (): Promise<void> => {
    for (const [system, { arrived }] of lanes) {
      if (await hasUnread(engine, system).catch(onBug)) void arrived();
    }
  };
  return { verbs, systems: new Set(names), wake };
}
