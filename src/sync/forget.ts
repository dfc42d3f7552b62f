/** What is not kept any longer is dropped: at the end of runs a little, by the schedule all of it. */

import type { Engine, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { type AttributeRetention, forgetLeavers } from './privacy-retention.ts';
import { VerbRefusal } from './refusal.ts';

/** How long the store remembers. */
export interface Retention {
  /** Operations with their outcomes, and reports of runs. */
  readonly logSeconds: number;
  /** Plans that gave way to others before they were applied. */
  readonly plansSeconds: number;
  /** What identities were before each change. */
  readonly historySeconds: number;
  /** Values of people who have left, by attribute, counted from then on. */
  readonly attributeSeconds?: AttributeRetention;
}

/** At a time, so that whoever waits for the store gets a turn in between. */
const ROWS = 2000;
/** Each of some hundred changes at most. */
const STEPS = 10;
/** A guard's window may be made longer, and then looks back further than it did. */
const ACTIVITY_SECONDS = 7 * 86_400;

/** At the end of a run, whose work is done: what goes wrong here is remarked, and tried again next time. */
export async function forgetSome(engine: Engine, watch: Watch, most: number): Promise<void> {
  if (watch.signal.aborted) return;
  try {
    await forgetOld(engine, watch, most);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    watch.progress({ type: 'remark', message: `what is old was not deleted: ${why}` });
  }
}

/** @param most Milliseconds after which it goes on the next time. */
export async function forgetOld(engine: Engine, watch: Watch, most: number): Promise<void> {
  const { plans, ledger, warehouse, targets, retention, transaction, now } = engine;
  const ago = (seconds: number) => new Date(now().getTime() - seconds * 1000);
  const { logSeconds, plansSeconds, historySeconds } = retention;
  const before = { applied: ago(logSeconds), unapplied: ago(Math.min(plansSeconds, logSeconds)) };
  const windows = targets.map(({ limits }) => limits.windowSeconds);
  await transaction(async () => {
    await Promise.all([
      ledger.forgetActivity(ago(Math.max(ACTIVITY_SECONDS, ...windows))),
      ledger.forgetRuns(before.applied),
    ]);
  }, 'process');
  const past = ago(historySeconds);
  const prune = async (rows: number, steps: number): Promise<boolean> => {
    const more = await Promise.all([
      plans.prune(before, rows),
      warehouse.pruneHistory(past, steps),
      warehouse.pruneNames(rows),
    ]);
    return more.includes(true);
  };
  const leavers = engine.retention.attributeSeconds !== undefined;
  if (!(await prune(0, 0)) && !leavers) return;
  const began = performance.now();
  const late = () => performance.now() - began >= most;
  try {
    await underLease('forget', engine, watch, 0, async ({ signal }) => {
      while (!signal.aborted && !late()) {
        if (!(await prune(ROWS, STEPS))) break;
      }
      if (leavers) await forgetLeavers(engine, signal, late);
    });
  } catch (error) {
    // Another process is at it.
    if (!(error instanceof VerbRefusal && error.code === 'busy')) throw error;
  }
}
