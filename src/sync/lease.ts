/**
 * One at a time on each lane: the reading of a system, the writing of a target. The lease of a
 * process that died is free at once where its death can be seen, otherwise when it expires.
 */

import type { Engine, Watch } from './engine.ts';
import type { Lease, LeaseHolder } from './ledger.ts';
import { VerbRefusal } from './refusal.ts';

const SECONDS = 60;
const RENEW_SECONDS = 20;
const RETRY_SECONDS = 1;

/** What this process works under now: of a lease whose end the store did not take down, it knows so itself. */
const atWork = new Set<string>();

/** Who waits in this process, by lane. Of another store's lane somebody is woken for nothing, and looks again. */
const waiting = new Map<string, Set<() => void>>();

/**
 * @param patienceSeconds How long to wait for somebody else to finish, before `busy`.
 * @param work Its watch is aborted when the lease is lost to somebody else.
 */
export async function underLease<Value>(
  lane: string,
  engine: Engine,
  watch: Watch,
  patienceSeconds: number,
  work: (watch: Watch) => Promise<Value>,
): Promise<Value> {
  const token = await taken(lane, engine, watch, patienceSeconds);
  const own = nameOf(lane, token, engine.process.self);
  atWork.add(own);
  const lost = new AbortController();
  const fence = async () => {
    // Whoever reads a target while writing it holds two leases, and needs both.
    if (watch.fence !== undefined) await watch.fence();
    // Renewing locks the row until the transaction ends: nobody takes the lane meanwhile.
    if (await engine.ledger.renewLease(lane, token, until(engine))) return;
    throw new VerbRefusal(
      'lease-lost',
      `another process has taken over ${lane}; what this one had not recorded is not recorded`,
      'nothing is to be done: the other process goes on, and looks for creates without an answer',
    );
  };
  const renewing = setInterval(() => {
    engine.ledger.renewLease(lane, token, until(engine)).then(
      (held) => {
        if (!held) lost.abort(new Error(`the lease of ${lane} was lost`));
      },
      (error: unknown) => lost.abort(error),
    );
  }, RENEW_SECONDS * 1000);
  try {
    return await work({ ...watch, fence, signal: AbortSignal.any([watch.signal, lost.signal]) });
  } finally {
    clearInterval(renewing);
    atWork.delete(own);
    await engine.ledger.dropLease(lane, token);
    for (const wake of waiting.get(lane) ?? []) wake();
  }
}

async function taken(
  lane: string,
  engine: Engine,
  watch: Watch,
  patienceSeconds: number,
): Promise<number> {
  const { ledger, process } = engine;
  for (let waited = 0; ; waited += RETRY_SECONDS) {
    const lease = await ledger.lease(lane);
    if (isFree(lane, lease, engine)) {
      const token = await ledger.takeLease(lane, lease?.token ?? 0, process.self, until(engine));
      if (token !== undefined) return token;
      continue;
    }
    const holder = `process ${lease?.holder?.pid} on ${lease?.holder?.host}`;
    if (waited >= patienceSeconds) {
      throw new VerbRefusal(
        'busy',
        `${holder} is at work on ${lane}`,
        'wait for it to finish, or stop it: a minute later at most the lane is free',
      );
    }
    if (waited === 0) {
      const message = `${holder} is at work there`;
      watch.progress({ type: 'waiting', system: lane, seconds: patienceSeconds, message });
    }
    await untilFree(lane, engine, watch);
  }
}

/** A while; for another waiter of this process, until the lane is given back, if that is sooner. */
async function untilFree(lane: string, { sleep }: Engine, { signal }: Watch): Promise<void> {
  const free = new AbortController();
  const wake = (): void => free.abort();
  const others = waiting.get(lane) ?? new Set();
  waiting.set(lane, others.add(wake));
  try {
    await sleep(RETRY_SECONDS * 1000, AbortSignal.any([signal, free.signal]));
  } catch (error) {
    if (!free.signal.aborted || signal.aborted) throw error;
  } finally {
    others.delete(wake);
    if (others.size === 0) waiting.delete(lane);
  }
}

/** Who works on a lane now, as far as it can be told. */
export async function atWorkOn(lane: string, engine: Engine): Promise<LeaseHolder | undefined> {
  const lease = await engine.ledger.lease(lane);
  return isFree(lane, lease, engine) ? undefined : lease?.holder;
}

/** How often a lane was worked on until now; undefined while somebody is at it. */
export async function worksBefore(lane: string, engine: Engine): Promise<number | undefined> {
  const lease = await engine.ledger.lease(lane);
  return isFree(lane, lease, engine) ? (lease?.token ?? 0) : undefined;
}

/** What can be seen counts more than the clock: a living process that was asleep goes on when it wakes. */
function isFree(lane: string, lease: Lease | undefined, { now, process }: Engine): boolean {
  if (lease?.holder === undefined) return true;
  const name = nameOf(lane, lease.token, lease.holder);
  if (name === nameOf(lane, lease.token, process.self)) return !atWork.has(name);
  const alive = process.alive(lease.holder);
  return alive === undefined ? lease.until <= now() : !alive;
}

function nameOf(lane: string, token: number, { host, pid, processStart }: LeaseHolder): string {
  return JSON.stringify([lane, token, host, pid, processStart]);
}

function until({ now }: Engine): Date {
  return new Date(now().getTime() + SECONDS * 1000);
}
