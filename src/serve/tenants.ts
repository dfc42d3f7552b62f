/**
 * The tenants of `lockstep serve`. `default` is open from the beginning; another one is opened by the
 * first request that names it, or because it does something by itself. Whoever is removed or gets
 * another configuration is noticed within seconds, wherever that was said.
 */

import type { Configuration } from '../config/configuration.ts';
import { describeProblem } from '../config/text.ts';
import type { Tenant } from '../identity/identity.ts';
import { DEFAULT_TENANT, isLive, TenantRefusal } from '../server/tenants/tenant.ts';
import type { Installation } from '../tenants.ts';
import { openTenant, type ServedTenant, type TenantSurroundings, worksByItself } from './tenant.ts';

export interface ServedTenants extends AsyncDisposable {
  readonly first: ServedTenant;
  /**
   * @param hash Of a token or secret that somebody has shown and nobody has looked at yet: for one that is none
   *   of its own it is not opened.
   * @returns Undefined for one nobody has heard of, or that was removed.
   * @throws TenantRefusal `tenant-unusable` for one whose configuration cannot be used, `tenants-busy` where too
   *   many are open.
   */
  find(name: Tenant, hash?: string): Promise<ServedTenant | undefined>;
  /** One that is open; whoever asks has shown nothing. */
  opened(name: Tenant): Promise<ServedTenant | undefined>;
  /** What all of them do without being asked, until the signal aborts. */
  work(): Promise<void>;
}

/** For so long it is believed that nothing has changed. */
const BELIEVED_MILLISECONDS = 2_000;
/** Something that is wrong is not tried again and again. */
const BROKEN_MILLISECONDS = 10_000;
const LOOK_MILLISECONDS = 5_000;
/** Requests under way have so long to come to their end. */
const GRACE_MILLISECONDS = 5_000;
/** Nobody has asked for it for so long: where there are too many, and where there are far too many. */
const IDLE_MILLISECONDS = 60_000;
const QUIET_MILLISECONDS = GRACE_MILLISECONDS;
/** Beyond so many times what costs little, nobody is opened for who asks. */
const FULL = 4;

interface Lane {
  readonly name: Tenant;
  readonly version: number;
  readonly ending: AbortController;
  readonly opening: Promise<ServedTenant>;
  believedUntil: number;
  usedAt: number;
  /** Undefined until it is open. */
  works?: boolean;
  working?: Promise<void>;
}

/** @param mostOpen Beyond it, those that do nothing by themselves and are not asked for are closed. */
export async function openServedTenants(
  installation: Installation,
  configuration: Configuration,
  surroundings: TenantSurroundings,
  mostOpen = installation.stores.mostOpen,
): Promise<ServedTenants> {
  const { tasks, signal, log, onBug } = surroundings;
  const first = await openTenant(configuration, shared(installation), surroundings);
  const { now, sleep } = first.engine;
  const lanes = new Map<Tenant, Lane>();
  const closing = new Set<Promise<void>>();
  /** What was said of those that cannot be opened, so that it is said once. */
  const broken = new Map<Tenant, string>();

  const looked = Promise.withResolvers<void>();

  const open = (name: Tenant, version: number): Lane => {
    evict();
    const asked = [...lanes.values()].filter(({ works }) => works !== true).length;
    if (asked + closing.size >= FULL * mostOpen)
      throw new TenantRefusal('tenants-busy', 'too many tenants are asked for at this moment');
    const ending = new AbortController();
    const lane: Lane = {
      ...{ name, version, ending },
      opening: opened(name, AbortSignal.any([signal, ending.signal])),
      believedUntil: now().getTime() + BELIEVED_MILLISECONDS,
      usedAt: now().getTime(),
    };
    lanes.set(name, lane);
    lane.opening.then(
      (tenant) => {
        lane.works = worksByItself(tenant.configuration);
        lane.working = tenant.work().catch((error: unknown) => {
          onBug(error);
          retire(lane);
        });
        broken.delete(name);
      },
      (error: unknown) => {
        lane.believedUntil = now().getTime() + BROKEN_MILLISECONDS;
        const why = error instanceof Error ? error.message : String(error);
        if (broken.get(name) !== why) log(`tenant ${name}: ${why}`);
        broken.set(name, why);
      },
    );
    return lane;
  };

  const opened = async (name: Tenant, ends: AbortSignal): Promise<ServedTenant> => {
    const loaded = await installation.configurationOf(name);
    if (loaded === undefined) throw unusable(name, 'nothing configures it');
    if (!loaded.ok) throw unusable(name, loaded.problems.map(describeProblem).join('; '));
    const ours = { ...surroundings, signal: ends, log: (line: string) => log(`${name}: ${line}`) };
    return openTenant(loaded.value, await installation.stores.open(name), ours);
  };

  const retire = (lane: Lane): void => {
    if (lanes.get(lane.name) === lane) lanes.delete(lane.name);
    if (lane.ending.signal.aborted) return;
    lane.ending.abort();
    const closed = (async () => {
      const tenant = await lane.opening.catch(() => undefined);
      await sleep(GRACE_MILLISECONDS, signal).catch(() => undefined);
      await lane.working;
      for (const { id } of tasks.all(lane.name)) await tasks.find(lane.name, id)?.ended;
      await tenant?.[Symbol.asyncDispose]();
      // What was still under way when everything of it was deleted goes too.
      const known = await installation.known.find(lane.name);
      if (known?.erasedAt !== undefined) await installation.stores.erase(lane.name);
    })();
    closing.add(closed);
    closed.catch(onBug).finally(() => closing.delete(closed));
  };

  const evict = (): void => {
    if (lanes.size < mostOpen) return;
    const patience = lanes.size > 2 * mostOpen ? QUIET_MILLISECONDS : IDLE_MILLISECONDS;
    const idleSince = now().getTime() - patience;
    const idle = [...lanes.values()]
      .filter(({ works, usedAt }) => works === false && usedAt < idleSince)
      .toSorted((a, b) => a.usedAt - b.usedAt)
      .find(({ name }) => tasks.all(name).every(({ state }) => state !== 'running'));
    if (idle !== undefined) retire(idle);
  };

  const find: ServedTenants['find'] = async (name, hash) => {
    if (name === DEFAULT_TENANT) return first;
    const lane = lanes.get(name);
    const time = now().getTime();
    if (lane !== undefined) {
      lane.usedAt = time;
      if (lane.believedUntil > time) return usable(lane);
    }
    const known = await installation.known.find(name);
    // Somebody else may have asked meanwhile.
    const current = lanes.get(name);
    if (!isLive(known)) {
      if (current !== undefined) retire(current);
      return undefined;
    }
    if (current?.version === known.version && current.works !== undefined) {
      current.believedUntil = time + BELIEVED_MILLISECONDS;
      return usable(current);
    }
    if (current !== undefined && current.believedUntil > time) return usable(current);
    if (current !== undefined) retire(current);
    const { mayHold } = installation.stores;
    if (hash !== undefined && mayHold?.(name, hash) === false) return undefined;
    return usable(open(name, known.version));
  };

  /** Opens whoever does something by itself, and closes whoever is no more. */
  const look = async (idle: Map<Tenant, number>): Promise<void> => {
    const versions = await installation.known.versions();
    for (const lane of [...lanes.values()]) {
      if (versions.get(lane.name) !== lane.version) retire(lane);
    }
    for (const [name, version] of versions) {
      if (signal.aborted) return;
      if (idle.get(name) === version || lanes.get(name)?.works) continue;
      const loaded = await installation.configurationOf(name);
      if (loaded?.ok && !worksByItself(loaded.value)) idle.set(name, version);
      else await find(name).catch(() => undefined);
    }
  };
  const keepLooking = async (): Promise<void> => {
    for (const idle = new Map<Tenant, number>(); !signal.aborted; ) {
      await look(idle).catch(onBug);
      looked.resolve();
      await sleep(LOOK_MILLISECONDS, signal).catch(() => undefined);
    }
  };

  return {
    first,
    find,
    opened: async (name) => {
      if (name === DEFAULT_TENANT) return first;
      await looked.promise;
      return lanes.has(name) ? find(name) : undefined;
    },
    work: async () => {
      await Promise.all([first.work(), keepLooking()]);
    },
    [Symbol.asyncDispose]: async () => {
      for (const lane of lanes.values()) retire(lane);
      await Promise.all(closing);
      await first[Symbol.asyncDispose]();
    },
  };
}

/** The installation closes it, not the tenant whose it is. */
function shared({ database }: Installation): Installation['database'] {
  return { ...database, [Symbol.asyncDispose]: async () => {} };
}

/** Why it is not stands in the log: whoever asks has shown no token yet. */
function usable({ opening }: Lane): Promise<ServedTenant> {
  return opening.catch((cause: unknown) => {
    if (!(cause instanceof TenantRefusal)) throw cause;
    throw new TenantRefusal('tenant-unusable', 'this tenant cannot be served at the moment');
  });
}

function unusable(name: Tenant, why: string): TenantRefusal {
  return new TenantRefusal(
    'tenant-unusable',
    `the configuration of ${name} cannot be used: ${why}`,
  );
}
