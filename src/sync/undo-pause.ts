/** People whom an undo put back are left alone, until the configuration changes or a person resumes them. */

import type { Finished } from '../apply/carry-out.ts';
import type { SystemName } from '../identity/record.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { VerbRefusal } from './refusal.ts';
import { resumePeople } from './resume.ts';
import { runSync } from './run.ts';

const BATCH = 500;

/**
 * What is recorded together with the outcomes of a plan that undoes a run; nothing for any other.
 * Undoing an undo ends the pause instead: things are as the engine had them.
 */
export async function pausing(
  { id, target }: StoredPlan,
  engine: Engine,
): Promise<((finished: readonly Finished[]) => Promise<void>) | undefined> {
  const { undos, warehouse, configVersion, now } = engine;
  const run = await undos.runOf(id);
  if (run === undefined) return undefined;
  const undoesUndo = (await undos.undoneBy(run)) !== undefined;
  return async (finished) => {
    const people = [
      ...new Set(
        finished.flatMap(({ outcome: { type, operation } }) =>
          type === 'done' && !operation.unowned ? [operation.identity] : [],
        ),
      ),
    ];
    if (people.length === 0) return;
    if (!undoesUndo) return undos.pause(target, people, run, configVersion, now());
    await undos.resume(target, people);
    await warehouse.makeDue(target, people, 'requested');
  };
}

/** A person says that what an undo put back may be written again. */
export async function resumeRun(engine: Engine, text: string, watch: Watch): Promise<RunReport> {
  const { undos } = engine;
  const [run = text] = await undos.runsNamed(text);
  const systems = new Set<SystemName>();
  for (;;) {
    const paused = await undos.pausedBy(run, BATCH);
    if (paused.length === 0) break;
    for (const [target, people] of Map.groupBy(paused, (each) => each.target)) {
      systems.add(target);
      const ids = people.map(({ identity }) => identity);
      await resumePeople(target, ids, 'requested', engine);
    }
  }
  if (systems.size > 0)
    return runSync(engine, { systems: [...systems], trigger: 'command' }, watch);
  throw new VerbRefusal(
    'nothing-to-undo',
    `nobody is paused by an undo of run ${text}`,
    'see lockstep status for who is paused',
  );
}
