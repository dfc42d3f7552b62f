/** Reconciling by schedule: whichever target is due for it, one after the other, with its own policy. */

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

/** A line for the log of the process; nothing when nothing differs. */
export function reconciledLine({
  target,
  found,
  settled,
  failure,
}: ReconcileReport): string | undefined {
  const parts = found
    .filter(({ state }) => state === 'open')
    .map(({ type, path, count }) => `${count} ${type}${path === undefined ? '' : ` ${path}`}`);
  if (settled.reverting > 0) parts.push(`${settled.reverting} to be written again`);
  if (settled.adopted > 0) parts.push(`${settled.adopted} adopted`);
  if (failure !== undefined) parts.push(failure.message);
  return parts.length === 0 ? undefined : `reconciled ${target}: ${parts.join(', ')}`;
}
