/**
 * Undoing a run: the inverse of what it did, from the before-images of its operations, as a plan
 * that waits for a person. Whom it puts back is paused, or the next run would undo the undo.
 */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import { inverseOf } from '../plan/inverse.ts';
import type { Hold, Omission, Operation } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Target } from '../plan/target.ts';
import type { Account } from '../warehouse/subject.ts';
import type { Engine, SystemFailure, Verdict, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import type { RunId } from './ledger.ts';
import { failureOf } from './read.ts';
import { VerbRefusal } from './refusal.ts';
import { planBeside, type SideBatch } from './side-plan.ts';
import { openTarget } from './target.ts';
import type { Deed, Written } from './undo-storage.ts';

const PATIENCE_SECONDS = 600;
const BATCH = 200;
const MOST_SHOWN = 100;

export interface UndoRequest {
  /** A run's id, or the beginning of one. */
  readonly run: string;
  /** Only in this target. */
  readonly system?: string;
  /** Accounts that the run deleted are created again from their before-images. */
  readonly recreate?: boolean;
}

export interface UndoReport {
  readonly verdict: Verdict;
  readonly run: RunId;
  readonly targets: readonly UndoneTarget[];
}

export interface UndoneTarget {
  readonly target: string;
  /** Waits for a release; absent when nothing can be put back. */
  readonly plan?: StoredPlan;
  /** What stays as it is, by code; the first hundred by name. */
  readonly left: Readonly<Record<string, number>>;
  readonly leftPeople: readonly Pick<Omission, 'label' | 'code' | 'message'>[];
  /** What a plan cannot take back, whatever it does to accounts. */
  readonly remarks: readonly string[];
  readonly failure?: SystemFailure;
}

export async function undo(
  engine: Engine,
  request: UndoRequest,
  watch: Watch,
): Promise<UndoReport> {
  const run = await runNamed(request.run, engine);
  const done = (await engine.undos.targetsOf(run)).filter(
    ({ target }) => request.system === undefined || target === request.system,
  );
  if (done.length === 0) {
    throw new VerbRefusal(
      'nothing-to-undo',
      `run ${run.slice(0, 8)} wrote nothing${request.system === undefined ? '' : ` to ${request.system}`} that is still recorded`,
      'lockstep log --run RUN shows what it did; what it did for people who were erased since is not known any more',
    );
  }
  const targets: UndoneTarget[] = [];
  for (const each of done) {
    targets.push(await undoIn(each, run, request.recreate ?? false, engine, watch));
  }
  const failed = targets.some(({ failure }) => failure !== undefined);
  const waits = targets.some(
    ({ plan, left }) => plan !== undefined || Object.keys(left).length > 0,
  );
  return { verdict: failed ? 'failed' : waits ? 'held' : 'done', run, targets };
}

async function runNamed(text: string, { undos }: Engine): Promise<RunId> {
  const [run, other] = await undos.runsNamed(text);
  if (run !== undefined && (other === undefined || run === text)) return run;
  throw new VerbRefusal(
    'no-such-run',
    run === undefined ? `there is no run ${text}` : `several runs begin with ${text}`,
    'lockstep log --json has the id of the run with every operation',
  );
}

async function undoIn(
  { target: system, operations: recorded }: Written,
  run: RunId,
  recreate: boolean,
  engine: Engine,
  watch: Watch,
): Promise<UndoneTarget> {
  const nothing = { target: system, left: {}, leftPeople: [], remarks: [] };
  const policies = engine.targets.filter((each) => each.system === system);
  const [policy] = policies;
  if (policy === undefined) {
    const message = `${system} is no target of this configuration any more`;
    return { ...nothing, failure: { code: 'unknown-system', message } };
  }
  return underLease(`write/${system}`, engine, watch, PATIENCE_SECONDS, async (watched) => {
    try {
      const opened = await Promise.all(policies.map((each) => openTarget(each, engine)));
      const byKind = new Map(opened.map(({ target }) => [target.kind, target]));
      const tally = leftOver();
      const deeds = engine.undos.deeds(run, system, BATCH);
      const batches = inverses(deeds, byKind, recreate, engine, tally, watched);
      const [open] = opened;
      if (open === undefined) return nothing;
      const hold = holdFor(run, open.target, engine);
      const plan = await planBeside(open, engine, batches, watched, hold);
      if (plan !== undefined) await engine.undos.note(plan.id, run, engine.now());
      const hasWork = plan !== undefined && Object.keys(plan.counts).length > 0;
      const { remarks, ...left } = tally.report(open.target);
      const unknown = await notRecorded(run, system, recorded, engine);
      return {
        target: system,
        ...left,
        remarks: [...unknown, ...remarks],
        ...(hasWork && { plan }),
      };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return { ...nothing, failure: failureOf(error) };
    }
  });
}

/** Of what the run did: whoever was erased since is in no operation any more. */
async function notRecorded(
  run: RunId,
  system: string,
  recorded: number,
  { ledger }: Engine,
): Promise<readonly string[]> {
  const { report } = (await ledger.run(run)) ?? {};
  const done = report?.targets.find(({ target }) => target === system)?.done ?? {};
  const all = Object.values(done).reduce((sum, count) => sum + count, 0);
  if (all <= recorded) return [];
  return [
    `${all - recorded} of the ${all} operations of this run are not recorded any more, as those of people who were erased since: what they did stays`,
  ];
}

/** A plan against what a target shows late would find everything moved. */
function holdFor(run: RunId, { system, traits }: Target, { now }: Engine): Hold {
  const lag = traits.visibilityLagSeconds ?? 0;
  const after = new Date(now().getTime() + lag * 1000).toISOString();
  const late =
    lag > 0
      ? `; ${system} shows changes ${lag} s late, so release it after ${after} at the earliest`
      : '';
  return {
    guard: 'undo',
    message: `it undoes run ${run.slice(0, 8)}, and a person looks at that first${late}`,
  };
}

async function* inverses(
  deeds: AsyncIterable<readonly Deed[]>,
  targets: ReadonlyMap<string, Target>,
  recreate: boolean,
  engine: Engine,
  tally: LeftOver,
  watch: Watch,
): AsyncGenerator<SideBatch> {
  for await (const batch of deeds) {
    watch.signal.throwIfAborted();
    const [target] = targets.values();
    if (target === undefined) return;
    const people = batch.map(({ identity }) => identity);
    const subjects = await engine.warehouse.subjects(target.system, people);
    const accounts = new Map(subjects.map(({ identity: { id }, account }) => [id, account]));
    const operations: Operation[] = [];
    const omissions: Omission[] = [];
    for (const { identity, operations: done } of batch) {
      const kind = done[0]?.kind;
      const aim = kind === undefined ? undefined : targets.get(kind);
      if (aim === undefined) continue;
      tally.saw(done);
      const account = await accountOf(identity, done, accounts, engine);
      const back = inverseOf(
        { operations: done, recreate, ...(account !== undefined && { account }) },
        aim,
        engine.now(),
      );
      operations.push(...back.operations);
      omissions.push(...back.omissions);
    }
    for (const omission of omissions) tally.left(omission);
    yield { operations, omissions };
  }
}

/** An account that is nobody's is known by its own id alone: an orphan, or one that was unlinked. */
async function accountOf(
  identity: IdentityId,
  operations: Deed['operations'],
  accounts: ReadonlyMap<IdentityId, Account | undefined>,
  { drift }: Engine,
): Promise<Account | undefined> {
  const known = accounts.get(identity);
  if (known !== undefined) return known;
  const last = operations.at(-1);
  if (last === undefined || !('target' in last)) return undefined;
  const { system, kind, id } = last.target;
  const held = (await drift.accounts({ target: system, kind }, [id])).get(id);
  if (held === undefined || held.identity !== undefined) return undefined;
  return { ref: last.target, current: held.current, asked: {}, answered: {} };
}

interface LeftOver {
  saw(operations: Deed['operations']): void;
  left(omission: Omission): void;
  report(target: Target): Pick<UndoneTarget, 'left' | 'leftPeople' | 'remarks'>;
}

function leftOver(): LeftOver {
  const left: Record<string, number> = {};
  const leftPeople: Pick<Omission, 'label' | 'code' | 'message'>[] = [];
  let created = 0;
  const pending = new Map<string, number>();
  return {
    saw: (operations) => {
      for (const operation of operations) {
        if (operation.action === 'create') created++;
        if (!('changes' in operation)) continue;
        for (const { path } of operation.changes) pending.set(path, (pending.get(path) ?? 0) + 1);
      }
    },
    left: ({ label, code, message }) => {
      left[code] = (left[code] ?? 0) + 1;
      if (leftPeople.length < MOST_SHOWN) leftPeople.push({ label, code, message });
    },
    report: ({ system, traits }) => {
      const mailed = (traits.pendingPaths ?? []).flatMap((path) => {
        const count = pending.get(path) ?? 0;
        return count === 0
          ? []
          : [
              `${count} people were asked to confirm a new ${path}; those messages are not called back`,
            ];
      });
      const invited =
        created === 0
          ? []
          : [
              `whatever ${system} sent to the ${created} people it created, such as invitations, is not called back`,
            ];
      return { left, leftPeople, remarks: [...invited, ...mailed] };
    },
  };
}
