/** Reconciling by schedule: whichever target is due for it, one after the other, with its own policy. */

import { REPORT_DRIFT } from '../plan/drift.ts';
import type { Alert } from './alerts.ts';
import type { Engine, Watch } from './engine.ts';
import { type ReconcileReport, reconcile } from './reconcile.ts';
import { writtenSystems } from './target.ts';

/** Those targets that were last read to their end longer ago than the configuration wants. */
export async function reconcileDue(
  engine: Engine,
  watch: Watch,
): Promise<readonly ReconcileReport[]> {
  const reports: ReconcileReport[] = [];
  for (const { system } of writtenSystems(engine)) {
    if (watch.signal.aborted || !(await isDue(system, engine))) continue;
    reports.push(await reconcile(engine, { system, trigger: 'schedule' }, watch));
  }
  return reports;
}

async function isDue(system: string, { targets, drift, now }: Engine): Promise<boolean> {
  for (const target of targets) {
    const { kind, reconcileEverySeconds: seconds } = target;
    if (target.system !== system || seconds === undefined) continue;
    const last = await drift.last({ target: system, kind });
    // One that failed or was cut off is not tried again in every round either.
    const at = last?.startedAt.getTime() ?? Number.NEGATIVE_INFINITY;
    if (now().getTime() - at >= seconds * 1000) return true;
  }
  return false;
}

/** Targets in which more was changed by others than is left to whoever looks; as found last. */
export async function driftAlerts({ targets, drift }: Engine): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  for (const { system, kind, drift: { alertFrom } = REPORT_DRIFT } of targets) {
    if ((await drift.last({ target: system, kind })) === undefined) continue;
    const counts = await drift.counts({ target: system, kind });
    const open = counts.filter(({ state }) => state === 'open');
    const total = open.reduce((sum, { count }) => sum + count, 0);
    if (total < alertFrom || total === 0) continue;
    const parts = open.map(({ type, path, count }) => partText(type, path, count));
    const message = `${total} ${kind} differences that others made: ${parts.join(', ')}`;
    alerts.push({ event: 'drift', system, message, remedy: `lockstep reconcile ${system} --list` });
  }
  return alerts;
}

function partText(type: string, path: string | undefined, count: number): string {
  return `${count} ${type}${path === undefined ? '' : ` ${path}`}`;
}

/** What kept a target from being compared. */
export function comparingFailed({
  target: system,
  failure,
  compared,
}: ReconcileReport): readonly Alert[] {
  const failures = [failure, ...compared.map(({ reading }) => reading.failure)];
  return failures.flatMap((each): readonly Alert[] =>
    each === undefined
      ? []
      : [{ event: 'failed', system, message: `reconciling: ${each.message}` }],
  );
}

/** A line for the log of the process; nothing when nothing differs. */
export function reconciledLine({
  target,
  found,
  settled,
  failure,
}: ReconcileReport): string | undefined {
  const parts = found
    .filter(({ state }) => state === 'open')
    .map(({ type, path, count }) => partText(type, path, count));
  if (settled.reverting > 0) parts.push(`${settled.reverting} to be written again`);
  if (settled.adopted > 0) parts.push(`${settled.adopted} adopted`);
  if (failure !== undefined) parts.push(failure.message);
  return parts.length === 0 ? undefined : `reconciled ${target}: ${parts.join(', ')}`;
}
