/** One target's part of an explanation: the planner with a recorder, and what stands beside it. */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { PlanningContext } from '../plan/desired.ts';
import { LOOP_SECONDS } from '../plan/loop.ts';
import type { Match } from '../plan/match.ts';
import { chooses, namesFor } from '../plan/names.ts';
import { planSubject } from '../plan/planner.ts';
import { type TargetPolicy, targetWith } from '../plan/target.ts';
import type { Step } from '../plan/trace.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine, Watch } from './engine.ts';
import { linkOf } from './explain-values.ts';
import { waitsOf } from './explain-waits.ts';
import { decidingFact, type Facts } from './explain-why.ts';
import type { OutcomeRow } from './ledger.ts';
import { type MatchingOptions, matching } from './match.ts';
import type { OpenTarget } from './target.ts';
import type { TargetExplanation } from './verbs.ts';

const HISTORY = 5;

export interface Scene {
  /** The time that is looked at. */
  readonly at: Date;
  /** It is past: what was done since is not looked at, and the target is asked nothing. */
  readonly past: boolean;
  readonly offers: Facts['offers'];
  readonly without: string | undefined;
}

export async function explainTarget(
  subject: Subject,
  policy: TargetPolicy,
  { at, past, offers, without }: Scene,
  engine: Engine,
  watch: Watch,
): Promise<TargetExplanation> {
  const { system } = policy;
  const connector = await engine.connector(system);
  const target = targetWith(policy, connector.traits ?? {});
  const context = await namedContext(subject, { target, connector }, { at, past }, engine, watch);
  const match = past
    ? undefined
    : await matchOf(subject, { target, connector }, engine, context, watch);
  const released = past
    ? undefined
    : (await engine.ledger.releasedAccounts(system)).get(subject.identity.id);
  const paused = !past && (await isPaused(subject, engine));
  const day = new Date(at.getTime() - LOOP_SECONDS * 1000);
  const written =
    past || !target.joined
      ? undefined
      : await engine.ledger.writtenSince(system, [subject.identity.id], day);
  const lately = written?.get(subject.identity.id);
  const steps: Step[] = [];
  const decision = planSubject(subject, target, {
    ...context,
    ...(match !== undefined && { match }),
    ...(released !== undefined && { released }),
    ...(paused && { paused: true }),
    ...(lately && { lately }),
    trace: (step) => void steps.push(step),
  });
  const history: OutcomeRow[] = [];
  const until = past ? { until: new Date(at.getTime() + 1) } : {};
  const query = { target: system, identity: subject.identity.id, limit: HISTORY, ...until };
  for await (const outcome of engine.ledger.outcomes(query)) history.push(outcome);
  const { account, due, inFlight } = subject;
  const decided = decision.type === 'operation' ? decision.operation : decision.omission;
  const message = decidingFact(decided, { subject, policy, steps, offers, without });
  const link = await linkOf(subject, policy, until, engine);
  return {
    target: system,
    ...(account !== undefined && { account }),
    ...(due !== undefined && { due }),
    ...(inFlight !== undefined && { inFlight }),
    steps,
    decision: decided,
    ...(message !== undefined && { fact: { message } }),
    waits: past ? [] : await waitsOf(subject, policy, paused, at, engine),
    ...(link !== undefined && { link }),
    history,
  };
}

/** With the name that an account would get, where an expression chooses one. It is not kept for it. */
async function namedContext(
  subject: Subject,
  { target, connector }: Pick<OpenTarget, 'target' | 'connector'>,
  { at, past }: Pick<Scene, 'at' | 'past'>,
  engine: Engine,
  watch: Watch,
): Promise<PlanningContext> {
  const context = { now: at, random: engine.random };
  if (past || !chooses(target)) return context;
  // What was listed last is known of the target; nobody lists it for an answer.
  const known = { due: Number.POSITIVE_INFINITY, listed: true };
  const { namesHeld } = matching(target, connector, engine, known, watch);
  const names = await namesFor([subject], target, { ...context, namesHeld }, new Map());
  return { ...context, names };
}

async function isPaused(
  { target, identity }: Subject,
  { undos, configVersion }: Engine,
): Promise<boolean> {
  return (await undos.paused(target, [identity.id], configVersion)).size > 0;
}

/** One person is asked for by name, nothing is listed; where the target does not answer, what was listed last. */
async function matchOf(
  subject: Subject,
  { target, connector }: Pick<OpenTarget, 'target' | 'connector'>,
  engine: Engine,
  context: PlanningContext,
  watch: Watch,
): Promise<Match | undefined> {
  const found = (options: MatchingOptions) =>
    matching(target, connector, engine, options, watch).match([subject], context);
  const known = { due: Number.POSITIVE_INFINITY, listed: true };
  try {
    const asking = connector.find === undefined ? known : { due: 1, listed: false };
    return (await found(asking)).get(subject.identity.id);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return (await found(known)).get(subject.identity.id);
  }
}
