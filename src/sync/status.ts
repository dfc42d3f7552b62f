/** How things stand: how fresh sources are, what waits for each target, who was not provisioned. */

import { label } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { expiresAt } from '../plan/approval.ts';
import type { Engine } from './engine.ts';
import { atWorkOn } from './lease.ts';
import { writtenSystems } from './target.ts';
import type { StatusReport, Unsent } from './verbs.ts';

export async function status(engine: Engine): Promise<StatusReport> {
  const { warehouse, plans, ledger } = engine;
  const freshness = await warehouse.freshness();
  const sources = engine.sources.map(({ system, kind }) => {
    const read = freshness.find((each) => each.system === system && each.kind === kind);
    return read === undefined
      ? { system, kind, records: 0 }
      : {
          system,
          kind,
          readAt: read.readAt,
          records: read.records,
          ...(read.withheld !== undefined && { withheld: read.withheld }),
        };
  });
  const targets = [];
  for (const { system: target, holds } of writtenSystems(engine)) {
    const plan = await plans.current(target);
    targets.push({
      target,
      managed: await warehouse.managed(target),
      ...(await waiting(target, engine)),
      refused: await countOf(warehouse.refusals(target)),
      health: await ledger.health(target),
      ...(await drifting(target, engine)),
      ...(plan !== undefined && { plan }),
      ...(plan?.state === 'held' && { expiresAt: expiresAt(plan, holds) }),
    });
  }
  const [lastRun] = await ledger.runs(1);
  const reviews = (await warehouse.reviews()).length;
  const lanes = await lanesOf(engine);
  return { sources, targets, lanes, reviews, ...(lastRun !== undefined && { lastRun }) };
}

/** Who is at work where; readings first. */
async function lanesOf(engine: Engine): Promise<StatusReport['lanes']> {
  const systems = [...new Set(engine.sources.map(({ system }) => system))];
  const all = [
    ...systems.map((system) => ({ work: 'read' as const, system })),
    ...writtenSystems(engine).map(({ system }) => ({ work: 'write' as const, system })),
  ];
  const lanes = [];
  for (const { work, system } of all) {
    const holder = await atWorkOn(`${work}/${system}`, engine);
    if (holder !== undefined) lanes.push({ work, system, host: holder.host, pid: holder.pid });
  }
  return lanes;
}

/** What was found when the target was reconciled last, and whom an undo put back. */
async function drifting(
  target: SystemName,
  { targets, drift, undos }: Engine,
): Promise<Pick<StatusReport['targets'][number], 'drift' | 'paused'>> {
  const kinds = targets.filter(({ system }) => system === target).map(({ kind }) => kind);
  const counts = await Promise.all(kinds.map((kind) => drift.counts({ target, kind })));
  const open = counts.flat().filter(({ state }) => state === 'open');
  const total = open.reduce((sum, { count }) => sum + count, 0);
  const paused = await undos.pauseCount(target);
  return { ...(total > 0 && { drift: total }), ...(paused > 0 && { paused }) };
}

async function waiting(
  target: SystemName,
  { warehouse, now }: Engine,
): Promise<Pick<StatusReport['targets'][number], 'due' | 'oldestDue' | 'escrowed' | 'dates'>> {
  let escrowed = 0;
  let oldestDue: Date | undefined;
  let dated = 0;
  let next: Date | undefined;
  for await (const { since, escrow, cause, notBefore } of warehouse.dueRows(target)) {
    if (escrow !== undefined) escrowed++;
    if (cause === 'date' && notBefore !== undefined && notBefore > now()) {
      dated++;
      if (next === undefined || notBefore < next) next = notBefore;
    }
    // A date that is to come is not late.
    if (cause !== 'date' && (oldestDue === undefined || since < oldestDue)) oldestDue = since;
  }
  const due = await warehouse.dueCount(target, now());
  return {
    due,
    escrowed,
    ...(oldestDue !== undefined && { oldestDue }),
    ...(next !== undefined && { dates: { people: dated, next } }),
  };
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
}

/** Refusals that stay until something changes, then failures with their next attempt. */
export async function* unsent(engine: Engine, only?: SystemName): AsyncGenerator<Unsent> {
  for (const { system: target } of writtenSystems(engine)) {
    if (only !== undefined && target !== only) continue;
    for await (const { identity, code, message, since } of engine.warehouse.refusals(target)) {
      yield {
        target,
        identity: identity.id,
        label: label(identity),
        code,
        message,
        since,
        attempts: 0,
      };
    }
    for await (const { identity: id, escrow, notBefore } of engine.warehouse.dueRows(target)) {
      if (escrow === undefined) continue;
      const identity = await engine.warehouse.identity(id);
      yield {
        target,
        identity: id,
        label: identity === undefined ? id : label(identity),
        code: escrow.code,
        message: escrow.message,
        since: escrow.firstFailedAt,
        attempts: escrow.attempts,
        ...(notBefore !== undefined && { nextAttemptAt: notBefore }),
      };
    }
  }
}
