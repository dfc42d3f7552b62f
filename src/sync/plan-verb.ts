/** What a run would do: sources are read, everybody due is planned, no target is written to. */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { Engine, ReadingReport, Watch } from './engine.ts';
import { firstLook } from './first-look.ts';
import { underLease } from './lease.ts';
import { failureOf } from './read.ts';
import { isListing, readSources, verdictOf, withheldOf } from './run.ts';
import { openTarget, planDue, writtenSystems } from './target.ts';
import type { PlannedTarget, PlanReport, PlanRequest } from './verbs.ts';

const PATIENCE_SECONDS = 600;

export async function planSync(
  engine: Engine,
  { systems, full = false }: PlanRequest,
  watch: Watch,
): Promise<PlanReport> {
  const takesPart = ({ system }: { readonly system: string }) => systems?.includes(system) ?? true;
  const sources = engine.sources.filter(takesPart);
  const readings = await readSources(sources, engine, full, watch);
  const targets = await Promise.all(
    writtenSystems(engine)
      .filter(takesPart)
      .map((policy) => planOne(policy, engine, readings, watch)),
  );
  const verdict = verdictOf(
    readings,
    targets.map((target) => ({ ...target, failed: {} })),
  );
  return { verdict, readings, targets };
}

function planOne(
  policy: TargetPolicy,
  engine: Engine,
  readings: readonly ReadingReport[],
  watch: Watch,
): Promise<PlannedTarget> {
  const target = policy.system;
  return underLease(`write/${target}`, engine, watch, PATIENCE_SECONDS, async (watched) => {
    const began = engine.now().getTime();
    const since = () => engine.now().getTime() - began;
    try {
      const open = await openTarget(policy, engine);
      const planned = await planDue(
        open,
        engine,
        {
          typed: true,
          withheld: withheldOf(readings),
          listed: await firstLook(
            open,
            engine,
            readings.some((each) => isListing(each, policy)),
            watched,
          ),
          settles: false,
        },
        watched,
      );
      const omitted = planned?.omitted ?? {};
      const plan = planned === undefined ? {} : { plan: planned.plan };
      return { target, omitted, milliseconds: since(), ...plan };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return { target, omitted: {}, failure: failureOf(error), milliseconds: since() };
    }
  });
}
