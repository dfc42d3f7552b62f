/**
 * The stores of an engine with the audit trail behind them: what they make durable is told in the
 * same transaction, so no verb can forget it. Nothing told holds the value of an attribute.
 */

import { canonical, type Deed, type DetailValue, sha256, type Told } from '../audit/entry.ts';
import type { Action } from '../plan/plan.ts';
import type { PlanStore, StoredPlan } from '../plan/plans.ts';
import { auditedDecisions } from './audited-decisions.ts';
import type { Engine, RunReport } from './engine.ts';
import type { OutcomeEntry } from './ledger.ts';
import type { DriftRow } from './reconcile-storage.ts';

type Stores = Pick<
  Engine,
  'plans' | 'ledger' | 'drift' | 'undos' | 'warehouse' | 'transaction' | 'configVersion'
>;

export interface Noting {
  /** Joins the transaction that is under way. */
  note(...told: readonly Told[]): Promise<void>;
}

/**
 * @param append Puts entries into the trail.
 */
export function audited<Each extends Stores>(
  engine: Each,
  append: (told: readonly Told[]) => Promise<void>,
): Each & Noting {
  const { ledger, drift, undos, warehouse, transaction } = engine;
  /** Runs of the schedule of which nothing is told while they find nothing to do. */
  const quiet = new Map<string, Told>();
  const note: Noting['note'] = async (...told) => {
    const begun = [...quiet.values()];
    quiet.clear();
    await append([...begun, ...told]);
  };
  const together = <Value>(work: () => Promise<Value>, ...told: readonly Told[]): Promise<Value> =>
    transaction(async () => {
      const value = await work();
      await note(...told);
      return value;
    });
  return {
    ...engine,
    note,
    plans: auditedPlans(engine, note),
    ledger: {
      ...ledger,
      beginRun: async (id, startedAt, trigger) => {
        const detail = { trigger, startedAt: startedAt.toISOString() };
        const told: Told = { action: 'run-started', subject: id, detail };
        if (trigger !== 'schedule') {
          return together(() => ledger.beginRun(id, startedAt, trigger), told);
        }
        quiet.set(id, told);
        return ledger.beginRun(id, startedAt, trigger);
      },
      endRun: async (report) => {
        const idle = quiet.has(report.run) && report.verdict !== 'failed';
        if (!idle) return together(() => ledger.endRun(report), runEnded(report));
        quiet.delete(report.run);
        return ledger.endRun(report);
      },
      recordOutcomes: (entries) =>
        together(() => ledger.recordOutcomes(entries), ...operationsApplied(entries)),
      releaseAccount: (target, person, at, release) =>
        together(() => ledger.releaseAccount(target, person, at, release), {
          action: 'account-released',
          subject: target,
          person,
        }),
    },
    warehouse: {
      ...warehouse,
      ...auditedDecisions(engine, note),
      // It takes several transactions; what a person decided is told before the first.
      acceptAbsences: async (system, kind) => {
        await note({ action: 'absences-accepted', subject: system, detail: { kind } });
        return warehouse.acceptAbsences(system, kind);
      },
      link: (target, person, record, asked) =>
        together(() => warehouse.link(target, person, record, asked), {
          action: 'account-linked',
          subject: target,
          person,
          detail: { kind: record.ref.kind, account: record.ref.id },
        }),
      importRecords: (refs) =>
        transaction(async () => {
          const made = await warehouse.importRecords(refs);
          const [first] = refs;
          if (first !== undefined) {
            const detail = { kind: first.kind, accounts: made.length };
            await note({ action: 'accounts-imported', subject: first.system, detail });
          }
          return made;
        }),
    },
    drift: {
      ...drift,
      setState: async (rows, state) => {
        const [first] = rows;
        if (first === undefined || state === 'open') return drift.setState(rows, state);
        const detail = { kind: first.kind, rows: rows.length };
        return together(() => drift.setState(rows, state), {
          action: decisionOn(first.type, state),
          subject: first.target,
          detail,
        });
      },
    },
    undos: {
      ...undos,
      note: (plan, run, at) =>
        together(() => undos.note(plan, run, at), {
          action: 'undo-planned',
          subject: run,
          detail: { plan },
        }),
      pause: (target, people, run, configVersion, at) =>
        together(() => undos.pause(target, people, run, configVersion, at), {
          action: 'people-paused',
          subject: target,
          detail: { run, people: people.length },
        }),
      resume: (target, people) =>
        transaction(async () => {
          const resumed = await undos.resume(target, people);
          if (resumed > 0) {
            const detail = { people: resumed };
            await note({ action: 'pauses-resumed', subject: target, detail });
          }
          return resumed;
        }),
    },
  };
}

function decisionOn(type: DriftRow['type'], state: 'accepted' | 'reverting'): Deed {
  if (state === 'reverting') return 'drift-reverting';
  return type === 'orphan' ? 'orphans-left' : 'drift-adopted';
}

function auditedPlans({ plans, transaction }: Stores, note: Noting['note']): PlanStore {
  return {
    ...plans,
    close: (key, closing) =>
      transaction(async () => {
        const target = (await plans.byKey(key))?.target;
        const before = target === undefined ? undefined : await plans.current(target);
        const plan = await plans.close(key, closing);
        // It says the same as one that is held already.
        if (plan.key !== key) return plan;
        const told: Told[] = [];
        if (before !== undefined && !closing.partial && WAITING.has(before.state)) {
          const detail = { target: plan.target, by: plan.id };
          told.push({ action: 'plan-superseded', subject: before.id, detail });
        }
        if (told.length > 0 || plan.holds.length > 0 || sum(plan.counts) > 0) {
          told.push(planMade(plan));
          await note(...told);
        }
        return plan;
      }),
    setState: (key, state) => {
      if (state !== 'released') return plans.setState(key, state);
      return transaction(async () => {
        await plans.setState(key, state);
        const plan = await plans.byKey(key);
        if (plan !== undefined) await note(planReleased(plan, {}));
      });
    },
  };
}

const WAITING: ReadonlySet<StoredPlan['state']> = new Set(['ready', 'held', 'released']);

function planMade(plan: StoredPlan): Told {
  const { id, target, state, considered, holds } = plan;
  if (state === 'released') return planReleased(plan, { from: 'file' });
  const guards = holds.map(({ guard }) => guard);
  return {
    action: state === 'held' ? 'plan-held' : 'plan-made',
    subject: id,
    detail: {
      target,
      considered,
      counts: counted(plan.counts),
      ...(guards.length > 0 && { guards }),
    },
  };
}

/** @param part What was said of a part of it. */
export function planReleased(
  { id, target, counts, holds }: StoredPlan,
  part: Readonly<Record<string, DetailValue>>,
): Told {
  const guards = holds.map(({ guard }) => guard);
  return {
    action: 'plan-released',
    subject: id,
    detail: { target, counts: counted(counts), ...(guards.length > 0 && { guards }), ...part },
  };
}

function runEnded({ run, verdict, startedAt, milliseconds, readings, targets }: RunReport): Told {
  const unread = readings.flatMap(({ system, failure }) =>
    failure === undefined ? [] : [`${system}: ${failure.code}`],
  );
  return {
    action: 'run-ended',
    subject: run,
    detail: {
      verdict,
      startedAt: startedAt.toISOString(),
      milliseconds,
      ...(unread.length > 0 && { unread }),
      targets: targets.map(({ target, plan, done, failed, skipped, failure }) => ({
        target,
        ...(plan !== undefined && { plan: plan.id }),
        done,
        failed,
        skipped,
        ...(failure !== undefined && { failure: failure.code }),
      })),
    },
  };
}

/** One for each plan; the digest says what they were without naming anybody. */
function operationsApplied(entries: readonly OutcomeEntry[]): readonly Told[] {
  const lots = Map.groupBy(entries, ({ run, plan }) => `${run} ${plan}`);
  return [...lots.values()].flatMap((lot): readonly Told[] => {
    const [first] = lot;
    if (first === undefined) return [];
    const counts: Record<string, number> = {};
    for (const { outcome } of lot) {
      const name = `${outcome.operation.action} ${outcome.type}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    const { run, plan } = first;
    const target = first.outcome.operation.system;
    return [
      {
        action: 'operations-applied',
        subject: run,
        detail: { target, plan, counts, digest: outcomesDigest(lot) },
      },
    ];
  });
}

/** SHA-256 over position, id of the operation (a hash of its content), how it ended, and its code. */
function outcomesDigest(entries: readonly OutcomeEntry[]): string {
  const lines = entries
    .toSorted((a, b) => a.position - b.position)
    .map(({ position, outcome }) => [
      position,
      outcome.operation.id,
      outcome.type,
      codeOf(outcome),
    ]);
  return sha256(canonical(lines));
}

function codeOf(outcome: OutcomeEntry['outcome']): string {
  switch (outcome.type) {
    case 'done':
      return '';
    case 'failed':
      return outcome.failure.code;
    case 'skipped':
      return outcome.why;
  }
}

function counted(
  counts: Readonly<Partial<Record<Action, number>>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts));
}

function sum(counts: Readonly<Partial<Record<Action, number>>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
