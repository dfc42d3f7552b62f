/** The shortest part of a history that still goes wrong: halves of it are left out, then quarters, then single steps. */

import { type Faults, type History, LONGEST_LAG_SECONDS, type Step } from './history.ts';

export async function shrink(
  history: History,
  goesWrong: (history: History) => Promise<boolean>,
): Promise<History> {
  let smallest = history;
  const attempt = async (steps: readonly Step[]): Promise<boolean> => {
    const shorter = { ...smallest, steps };
    if (!showsFirst(steps) || !(await goesWrong(shorter))) return false;
    smallest = shorter;
    return true;
  };
  for (let size = smallest.steps.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < smallest.steps.length; ) {
      if (!(await attempt(smallest.steps.toSpliced(from, size)))) from += size;
    }
  }
  for (let at = 0; at < smallest.steps.length; at++) {
    for (const simpler of simplerSteps(smallest.steps[at])) {
      await attempt(smallest.steps.toSpliced(at, 1, simpler));
    }
  }
  return smallest;
}

/** What was made by hand is shown before anybody is hired, as in every history: else nobody could find it. */
function showsFirst(steps: readonly Step[]): boolean {
  const last = steps.findLastIndex(
    (step) => step.type === 'event' && step.event.type === 'account-by-hand',
  );
  const next = steps[last + 1];
  return last < 0 || (next?.type === 'wait' && next.seconds >= LONGEST_LAG_SECONDS);
}

/** The same step with less going wrong in it. */
function simplerSteps(step: Step | undefined): readonly Step[] {
  if (step === undefined || !('seed' in step)) return [];
  const { killAfter: _, ...living } = step;
  const quiet: Partial<Faults> = { source: [], meanwhile: [], store: 0 };
  return [
    { ...living, ...quiet, target: [] },
    { ...living, ...quiet },
    { ...step, source: [] },
    { ...step, meanwhile: [] },
    { ...step, store: 0 },
    ...(step.target.length > 1 ? step.target.map((kind) => ({ ...step, target: [kind] })) : []),
    ...(step.source.length > 1 ? step.source.map((kind) => ({ ...step, source: [kind] })) : []),
  ];
}
