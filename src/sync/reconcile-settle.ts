/** Drift that was found is written over or accepted, account by account, as the policy has it. */

import {
  actionOn,
  adopting,
  type Drift,
  type DriftPolicy,
  driftFinder,
  reverting,
} from '../plan/drift.ts';
import { sameValue } from '../plan/values.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import type { DriftRow, SpaceAccount } from './reconcile-storage.ts';
import type { OpenTarget } from './target.ts';

const BATCH = 200;

export interface DriftSettled {
  /** People who are due now, so that a plan writes what should be there. */
  readonly reverting: number;
  /** Values that count as answered now. */
  readonly adopted: number;
}

export interface DriftWishes {
  readonly policy: DriftPolicy;
  /** Only this one. */
  readonly account?: string;
}

export async function settleDrift(
  { target }: OpenTarget,
  { policy, account }: DriftWishes,
  engine: Engine,
  watch: Watch,
): Promise<DriftSettled> {
  const space = { target: target.system, kind: target.kind };
  const only = account === undefined ? {} : { account };
  const found = engine.drift.rows({
    ...space,
    ...only,
    states: ['open', 'reverting'],
    types: ['changed', 'disabled', 'enabled'],
  });
  const settled = { reverting: 0, adopted: 0 };
  for await (const batch of byAccount(found)) {
    const accounts = await engine.drift.accounts(space, [...batch.keys()]);
    watch.signal.throwIfAborted();
    const ways = [...batch].map(([id, rows]) => wayOf(accounts.get(id), rows, policy, target));
    await fenced(engine, watch, async () => {
      const memories = ways.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
      await engine.drift.saveMemory(space, memories);
      await engine.drift.remove(ways.flatMap(({ settledRows }) => settledRows));
      await engine.drift.setState(
        ways.flatMap(({ revertedRows }) => revertedRows),
        'reverting',
      );
      const due = ways.flatMap(({ due }) => due ?? []);
      await engine.warehouse.makeDue(target.system, due, 'reconcile');
      settled.reverting += due.length;
      const values = ways.reduce((sum, { adopted }) => sum + adopted, 0);
      if (values > 0) {
        const detail = { kind: target.kind, values };
        await engine.note({ action: 'drift-adopted', subject: target.system, detail });
      }
    });
    for (const { adopted } of ways) settled.adopted += adopted;
  }
  return settled;
}

interface Way {
  readonly memory?: Pick<SpaceAccount, 'id' | 'asked' | 'answered'>;
  readonly due?: string;
  readonly adopted: number;
  /** No longer true, or accepted. */
  readonly settledRows: readonly DriftRow[];
  readonly revertedRows: readonly DriftRow[];
}

function wayOf(
  account: SpaceAccount | undefined,
  rows: readonly DriftRow[],
  policy: DriftPolicy,
  target: OpenTarget['target'],
): Way {
  const nothing = { adopted: 0, settledRows: rows, revertedRows: [] };
  if (account?.identity === undefined) return nothing;
  // A revert that a plan has carried out since, or that a newer change made needless, is settled.
  const waiting = rows.filter((row) => row.state === 'reverting' && stillWaits(row, account));
  const over = rows.filter((row) => row.state === 'reverting' && !waiting.includes(row));
  const restored = waiting.filter(({ path }) => actionOn(path, policy) === 'adopt');
  const before = { ...account, asked: { ...account.asked } };
  for (const { path, asked } of restored) if (path !== undefined) before.asked[path] = asked ?? [];
  const { disabledByUs } = account;
  const find = driftFinder(target);
  const listed = new Set(rows.map(({ path }) => path));
  // Only what was found: what we wrote a moment ago may look like drift, and is none.
  const drifts = find({ ...before, ...(disabledByUs && { disabledBy: 'us' as const }) }).filter(
    ({ path }) => listed.has(path),
  );
  const to = (action: string) => drifts.filter((drift) => wayFor(drift, policy) === action);
  const [reverted, adopted] = [to('revert'), to('adopt')];
  const ofPath = (chosen: readonly Drift[]) =>
    rows.filter(({ path }) => chosen.some((drift) => drift.path === path));
  const memory = reverting(
    adopting(before, adopted),
    reverted.filter(({ type }) => type === 'changed'),
  );
  return {
    ...(reverted.length + adopted.length + restored.length > 0 && {
      memory: { id: account.id, ...memory },
    }),
    ...(reverted.length > 0 && { due: account.identity }),
    adopted: adopted.length + restored.length,
    settledRows: [...over, ...restored, ...ofPath(adopted)],
    revertedRows: ofPath(reverted.filter(({ type }) => type !== 'disabled')),
  };
}

function stillWaits({ path, current }: DriftRow, { asked }: SpaceAccount): boolean {
  return path !== undefined && sameValue(asked[path], current ?? []);
}

/**
 * An account that is on although its person is out is no value to be adopted. One that somebody
 * turned off is never turned on by a plan alone: its person is looked at, and waits for a release.
 */
function wayFor({ type, path }: Drift, policy: DriftPolicy): string {
  const action = actionOn(path, policy);
  return type === 'enabled' && action === 'adopt' ? 'report' : action;
}

/** Rows come by account; batches of whole accounts. */
async function* byAccount(
  rows: AsyncIterable<DriftRow>,
): AsyncGenerator<ReadonlyMap<string, readonly DriftRow[]>> {
  let batch = new Map<string, DriftRow[]>();
  for await (const row of rows) {
    const known = batch.get(row.account);
    if (known !== undefined) {
      known.push(row);
      continue;
    }
    if (batch.size >= BATCH) {
      yield batch;
      batch = new Map();
    }
    batch.set(row.account, [row]);
  }
  if (batch.size > 0) yield batch;
}
