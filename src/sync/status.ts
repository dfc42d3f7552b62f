/** How things stand: how fresh sources are, what waits for each target, who was not provisioned. */

import { label } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import type { StatusReport, Unsent } from './verbs.ts';

export async function status(engine: Engine): Promise<StatusReport> {
  const { warehouse, plans, ledger } = engine;
  const freshness = await warehouse.freshness();
  const sources = engine.sources.map(({ system, kind }) => {
    const read = freshness.find((each) => each.system === system && each.kind === kind);
    return read === undefined
      ? { system, kind, records: 0 }
      : { system, kind, readAt: read.readAt, records: read.records };
  });
  const targets = [];
  for (const { system: target } of engine.targets) {
    const plan = await plans.current(target);
    targets.push({
      target,
      managed: await warehouse.managed(target),
      ...(await waiting(target, engine)),
      refused: await countOf(warehouse.refusals(target)),
      health: await ledger.health(target),
      ...(plan !== undefined && { plan }),
    });
  }
  const [lastRun] = await ledger.runs(1);
  const reviews = (await warehouse.reviews()).length;
  return { sources, targets, reviews, ...(lastRun !== undefined && { lastRun }) };
}

async function waiting(
  target: SystemName,
  { warehouse, now }: Engine,
): Promise<Pick<StatusReport['targets'][number], 'due' | 'oldestDue' | 'escrowed'>> {
  let escrowed = 0;
  let oldestDue: Date | undefined;
  for await (const { since, escrow, cause } of warehouse.dueRows(target)) {
    if (escrow !== undefined) escrowed++;
    // A date that is to come is not late.
    if (cause !== 'date' && (oldestDue === undefined || since < oldestDue)) oldestDue = since;
  }
  const due = await warehouse.dueCount(target, now());
  return { due, escrowed, ...(oldestDue !== undefined && { oldestDue }) };
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count++;
  return count;
}

/** Refusals that stay until something changes, then failures with their next attempt. */
export async function* unsent(engine: Engine, only?: SystemName): AsyncGenerator<Unsent> {
  for (const { system: target } of engine.targets) {
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
