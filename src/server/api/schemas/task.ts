/** Work that takes a while, and what is asked for it. */

import { z } from 'zod';
import type { RunReport } from '../../../sync/engine.ts';
import type { WithReport } from '../../../sync/plan-with.ts';
import type { Erasure } from '../../../sync/privacy-erase.ts';
import type { ReconcileReport } from '../../../sync/reconcile.ts';
import type { UndoReport } from '../../../sync/undo.ts';
import type { PlanReport, ProvisionReport } from '../../../sync/verbs.ts';
import { named } from './named.ts';
import { withReport } from './plan-with.ts';
import { erasure } from './privacy.ts';
import { type ProblemDocument, problemDocument } from './problem.ts';
import { reconcileReport, undoReport } from './reconcile.ts';
import { planReport, provisionReport, runReport, type TaskProgress, taskProgress } from './run.ts';
import { instant } from './values.ts';

export type TaskResult =
  | RunReport
  | PlanReport
  | WithReport
  | ProvisionReport
  | ReconcileReport
  | UndoReport
  | Erasure;

const VERBS = [
  'run',
  'plan',
  'apply',
  'release',
  'provision',
  'reconcile',
  'undo',
  'resume',
  'erase',
] as const;

export interface Task {
  readonly id: string;
  readonly verb: (typeof VERBS)[number];
  /** `ended` with a result, `failed` with a problem. */
  readonly state: 'running' | 'ended' | 'failed';
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly result?: TaskResult;
  readonly problem?: ProblemDocument;
  /** How far each part of it is: the newest word about each. */
  readonly progress: readonly TaskProgress[];
}

export const task: z.ZodType<Task> = named(
  'Task',
  z.object({
    id: z.string(),
    verb: z.enum(VERBS),
    state: z.enum(['running', 'ended', 'failed']),
    startedAt: instant,
    endedAt: z.exactOptional(instant),
    // Some reports have all that others have, so they come first.
    result: z.exactOptional(
      z.union([
        erasure,
        runReport,
        withReport,
        provisionReport,
        reconcileReport,
        undoReport,
        planReport,
      ]),
    ),
    problem: z.exactOptional(problemDocument),
    progress: z.array(taskProgress),
  }),
);
