/** The verbs of one engine, as one object: what the command line and the API are handed. */

import { writePlanFile } from '../plan/file.ts';
import type { Omission, Operation } from '../plan/plan.ts';
import type { PlanKey, PlannedOperation } from '../plan/plans.ts';
import { applyFiled } from './apply-plan.ts';
import { auditing } from './auditing.ts';
import { deciding } from './deciding.ts';
import type { Engine } from './engine.ts';
import { explain } from './explain.ts';
import { groupLookups } from './groups.ts';
import { histories } from './history.ts';
import type { OutcomeQuery, OutcomeRow } from './ledger.ts';
import type { LogEntry } from './log-entry.ts';
import { entriesOf } from './log-steps.ts';
import { lookups } from './lookup.ts';
import { planSync } from './plan-verb.ts';
import { protecting } from './privacy.ts';
import { provision } from './provision.ts';
import { reconcile } from './reconcile.ts';
import { VerbRefusal } from './refusal.ts';
import { release } from './release.ts';
import { runSync } from './run.ts';
import { status, unsent } from './status.ts';
import { type Teller, tellerOf } from './told.ts';
import { undo } from './undo.ts';
import { resumeRun } from './undo-pause.ts';
import type { Verbs } from './verbs.ts';

const BATCH = 256;

export function verbsOf(engine: Engine): Verbs {
  const teller = tellerOf(engine);
  return {
    run: (request, watch) => runSync(engine, request, watch),
    plan: (request, watch) => planSync(engine, request, watch),
    apply: (lines, watch) => applyFiled(engine, lines, watch),
    release: (request, watch) => release(engine, request, watch),
    provision: async (request, watch) =>
      teller.provisioned(await provision(engine, request, watch)),
    explain: async (request, watch) => teller.explained(await explain(engine, request, watch)),
    reconcile: (request, watch) => reconcile(engine, request, watch),
    drift: (query) => each(engine.drift.rows(query), teller.drift),
    undo: (request, watch) => undo(engine, request, watch),
    resume: (run, watch) => resumeRun(engine, run, watch),
    status: () => status(engine),
    log: (query) => outcomes(query, engine, teller),
    entries: (query) => entries(query, engine, teller),
    unsent: (target) => unsent(engine, target),
    runs: (limit) => engine.ledger.runs(limit),
    reviews: () => engine.warehouse.reviews(),
    operations: (key) => operationsOf(key, engine, teller),
    refusals: (key) => refusalsOf(key, engine),
    planFile: (key) => planFileOf(key, engine),
    ...lookups(engine),
    ...histories(engine),
    ...groupLookups(engine),
    ...auditing(engine),
    ...deciding(engine),
    ...protecting(engine),
  };
}

async function* each<Item, Told>(
  items: AsyncIterable<Item>,
  tell: (item: Item) => Told | Promise<Told>,
): AsyncGenerator<Told> {
  for await (const item of items) yield await tell(item);
}

/** More than anybody looks at leaves as a file. */
const LOOKED_AT = 1000;

async function* outcomes(
  query: OutcomeQuery,
  engine: Engine,
  teller: Teller,
): AsyncGenerator<OutcomeRow> {
  if (query.limit > LOOKED_AT) {
    await engine.note({ action: 'data-exported', detail: { what: 'log' } });
  }
  yield* each(engine.ledger.outcomes(query), teller.outcome);
}

/** A single entry is looked at; many, with all that is kept of them, leave as a file. */
async function* entries(
  query: OutcomeQuery,
  engine: Engine,
  teller: Teller,
): AsyncGenerator<LogEntry> {
  if (query.entry === undefined) {
    await engine.note({ action: 'data-exported', detail: { what: 'log' } });
  }
  yield* entriesOf(each(engine.ledger.details(query), teller.detail));
}

async function* operationsOf(
  key: PlanKey,
  { plans }: Engine,
  teller: Teller,
): AsyncGenerator<PlannedOperation> {
  for await (const batch of plans.operations(key, BATCH)) {
    for (const planned of batch) {
      yield { ...planned, operation: await teller.operation(planned.operation, key) };
    }
  }
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
