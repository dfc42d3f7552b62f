/**
 * Reconciling: a target is read to its end and compared with what it should hold. What differs is
 * told, written over through an ordinary plan, or accepted, as the policy of each attribute has it.
 */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { DriftAction, DriftPolicy, OrphanAction } from '../plan/drift.ts';
import { REPORT_DRIFT } from '../plan/drift.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { Engine, RunReport, SystemFailure, Verdict, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { failureOf } from './read.ts';
import { type OrphansSettled, settleOrphans } from './reconcile-accounts.ts';
import { settleMemberDrift } from './reconcile-members-settle.ts';
import { type Compared, readAndCompare } from './reconcile-read.ts';
import { type DriftSettled, settleDrift } from './reconcile-settle.ts';
import type { DriftCount } from './reconcile-storage.ts';
import { VerbRefusal } from './refusal.ts';
import { runSync } from './run.ts';
import { openTarget } from './target.ts';
import type { RunRequest } from './verbs.ts';

const PATIENCE_SECONDS = 600;

export interface ReconcileRequest {
  readonly system: string;
  /** For every attribute, instead of the policy of the configuration. */
  readonly action?: DriftAction;
  readonly orphans?: OrphanAction;
  /** Only this account, as it was found last: nothing is read. */
  readonly account?: string;
  /** With `account` and `link`: whose it is. */
  readonly to?: string;
  readonly trigger: RunRequest['trigger'];
}

export interface ReconcileReport {
  readonly verdict: Verdict;
  readonly target: string;
  readonly startedAt: Date;
  readonly milliseconds: number;
  /** One for each kind; none when only one account was asked for. */
  readonly compared: readonly Compared[];
  /** What differs and was not settled now, by type and path. */
  readonly found: readonly DriftCount[];
  readonly settled: DriftSettled & OrphansSettled;
  /** What was written as a consequence: reverted attributes, linked accounts. */
  readonly run?: RunReport;
  readonly failure?: SystemFailure;
}

export async function reconcile(
  engine: Engine,
  request: ReconcileRequest,
  watch: Watch,
): Promise<ReconcileReport> {
  const { system, trigger } = request;
  const startedAt = engine.now();
  const policies = policiesOf(system, engine);
  const compared: Compared[] = [];
  const found: DriftCount[] = [];
  let settled: DriftSettled & OrphansSettled = NOTHING;
  let failure: SystemFailure | undefined;
  await underLease(`write/${system}`, engine, watch, PATIENCE_SECONDS, async (watched) => {
    try {
      for (const policy of policies) {
        const open = await openTarget(policy, engine);
        if (request.account === undefined) {
          compared.push(
            await underLease(`read/${system}`, engine, watched, PATIENCE_SECONDS, (reading) =>
              readAndCompare(open, engine, reading),
            ),
          );
        }
        const wishes = { ...request, policy: wishedFor(policy, request, compared.at(-1)) };
        const drift = await settleDrift(open, wishes, engine, watched);
        const members = await settleMemberDrift(open, wishes, engine, watched);
        const orphans = await settleOrphans(open, wishes, engine, watched);
        settled = [drift, members, orphans].reduce(plus, settled);
        found.push(...(await engine.drift.counts({ target: system, kind: policy.kind })));
      }
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      failure = failureOf(error);
    }
  });
  // Whoever is due now is planned like anybody else: guarded, held, applied.
  const writes = settled.reverting + settled.linked + settled.imported > 0;
  const run = writes ? await runSync(engine, { systems: [system], trigger }, watch) : undefined;
  const left = writes ? await countsOf(policies, engine) : found;
  return {
    verdict: verdictOf(compared, left, settled, run, failure),
    target: system,
    startedAt,
    milliseconds: engine.now().getTime() - startedAt.getTime(),
    compared,
    found: left,
    settled,
    ...(run !== undefined && { run }),
    ...(failure !== undefined && { failure }),
  };
}

const NOTHING: DriftSettled & OrphansSettled = {
  reverting: 0,
  adopted: 0,
  linked: 0,
  imported: 0,
  accepted: 0,
  refused: [],
};

function plus(
  a: DriftSettled & OrphansSettled,
  b: Partial<DriftSettled & OrphansSettled>,
): DriftSettled & OrphansSettled {
  return {
    reverting: a.reverting + (b.reverting ?? 0),
    adopted: a.adopted + (b.adopted ?? 0),
    linked: a.linked + (b.linked ?? 0),
    imported: a.imported + (b.imported ?? 0),
    accepted: a.accepted + (b.accepted ?? 0),
    refused: [...a.refused, ...(b.refused ?? [])],
    ...((b.disabling ?? a.disabling) && { disabling: b.disabling ?? a.disabling }),
  };
}

function policiesOf(system: string, { targets }: Engine): readonly TargetPolicy[] {
  const policies = targets.filter((target) => target.system === system);
  if (policies.length > 0) return policies;
  throw new VerbRefusal(
    'unknown-system',
    `${system} is no target of this configuration`,
    `targets here: ${targets.map((target) => target.system).join(', ') || 'none'}`,
  );
}

function policyFor({ drift = REPORT_DRIFT }: TargetPolicy, request: ReconcileRequest): DriftPolicy {
  const { action, orphans = drift.orphans } = request;
  return action === undefined
    ? { ...drift, orphans }
    : { ...drift, default: action, attributes: {}, orphans };
}

/** Whether only one account would match somebody is known where all were shown. */
function wishedFor(
  policy: TargetPolicy,
  request: ReconcileRequest,
  compared: Compared | undefined,
): DriftPolicy {
  const wished = policyFor(policy, request);
  if (request.account !== undefined || wished.orphans !== 'link') return wished;
  const { result } = compared?.reading ?? {};
  const isWhole = result !== undefined && result.withheld === undefined;
  return isWhole ? wished : { ...wished, orphans: 'report' };
}

async function countsOf(
  policies: readonly TargetPolicy[],
  { drift }: Engine,
): Promise<readonly DriftCount[]> {
  const counts = policies.map(({ system, kind }) => drift.counts({ target: system, kind }));
  return (await Promise.all(counts)).flat();
}

/** Held as long as something waits for a person. */
function verdictOf(
  compared: readonly Compared[],
  found: readonly DriftCount[],
  { disabling, refused }: OrphansSettled,
  run: RunReport | undefined,
  failure: SystemFailure | undefined,
): Verdict {
  const unread = compared.some(({ reading }) => reading.failure !== undefined);
  const runs = [run, disabling?.run];
  if (failure !== undefined || unread) return 'failed';
  if (runs.some((each) => each?.verdict === 'failed')) return 'failed';
  const open = found.some(({ state, type }) => state === 'open' && type !== 'gone');
  const withheld = compared.some(
    ({ reading, members }) =>
      reading.result?.withheld !== undefined || members?.withheld !== undefined,
  );
  const held = disabling?.plan?.state === 'held' || run?.verdict === 'held';
  return open || withheld || held || refused.length > 0 ? 'held' : 'done';
}
