/** The verbs of one engine, as one object: what the command line and the API are handed. */

import { writePlanFile } from '../plan/file.ts';
import type { Omission, Operation } from '../plan/plan.ts';
import type { PlanKey, PlannedOperation } from '../plan/plans.ts';
import { applyFiled } from './apply-plan.ts';
import { auditing } from './auditing.ts';
import { deciding } from './deciding.ts';
import type { Engine } from './engine.ts';
import { explain } from './explain.ts';
import type { OutcomeQuery } from './ledger.ts';
import type { LogEntry } from './log-entry.ts';
import { entriesOf } from './log-steps.ts';
import { lookups } from './lookup.ts';
import { planSync } from './plan-verb.ts';
import { exportPerson } from './privacy-export.ts';
import { provision } from './provision.ts';
import { reconcile } from './reconcile.ts';
import { VerbRefusal } from './refusal.ts';
import { release } from './release.ts';
import { runSync } from './run.ts';
import { status, unsent } from './status.ts';
import { undo } from './undo.ts';
import { resumeRun } from './undo-pause.ts';
import type { Verbs } from './verbs.ts';

const BATCH = 256;

export function verbsOf(engine: Engine): Verbs {
  return {
    run: (request, watch) => runSync(engine, request, watch),
    plan: (request, watch) => planSync(engine, request, watch),
    apply: (lines, watch) => applyFiled(engine, lines, watch),
    release: (request, watch) => release(engine, request, watch),
    provision: (request, watch) => provision(engine, request, watch),
    explain: (request, watch) => explain(engine, request, watch),
    reconcile: (request, watch) => reconcile(engine, request, watch),
    drift: (query) => engine.drift.rows(query),
    undo: (request, watch) => undo(engine, request, watch),
    resume: (run, watch) => resumeRun(engine, run, watch),
    status: () => status(engine),
    log: (query) => engine.ledger.outcomes(query),
    entries: (query) => logged(query, engine),
    unsent: (target) => unsent(engine, target),
    runs: (limit) => engine.ledger.runs(limit),
    reviews: () => engine.warehouse.reviews(),
    operations: (key) => operationsOf(key, engine),
    refusals: (key) => refusalsOf(key, engine),
    planFile: (key) => planFileOf(key, engine),
    exportPerson: (person) => exportPerson(engine, person),
    ...lookups(engine),
    ...auditing(engine),
    ...deciding(engine),
  };
}

/** A single entry is looked at; many, with all that is kept of them, leave as a file. */
async function* logged(query: OutcomeQuery, engine: Engine): AsyncGenerator<LogEntry> {
  if (query.entry === undefined) {
    await engine.note({ action: 'data-exported', detail: { what: 'log' } });
  }
  yield* entriesOf(engine.ledger.details(query));
}

async function* operationsOf(key: PlanKey, { plans }: Engine): AsyncGenerator<PlannedOperation> {
  for await (const batch of plans.operations(key, BATCH)) yield* batch;
}

async function* refusalsOf(key: PlanKey, { plans }: Engine): AsyncGenerator<Omission> {
  for await (const batch of plans.omissions(key, BATCH)) yield* batch;
}

async function* planFileOf(key: PlanKey, engine: Engine): AsyncGenerator<string> {
  const plan = await engine.plans.byKey(key);
  if (plan === undefined) {
    throw new VerbRefusal('no-such-plan', `there is no plan ${key}`, 'plan again');
  }
  await engine.note({ action: 'data-exported', subject: plan.id, detail: { what: 'plan' } });
  yield* writePlanFile(plan, inOrderOfPlanning(key, engine));
}

/** The hash covers the order in which operations were planned, so the file keeps that. */
async function* inOrderOfPlanning(key: PlanKey, { plans }: Engine): AsyncGenerator<Operation> {
  for await (const batch of plans.content(key, BATCH)) yield* batch;
}
