/** What runs read, planned and wrote; what became of each operation; work that is under way. */

import { z } from 'zod';
import type {
  Progress,
  ReadingReport,
  RunReport,
  TargetReport,
  Verdict,
} from '../../../sync/engine.ts';
import type { OutcomeRow, RunRow } from '../../../sync/ledger.ts';
import type { PlanReport, ProvisionReport } from '../../../sync/verbs.ts';
import { members, named, words } from './named.ts';
import { omission, operation, storedPlan } from './plan.ts';
import {
  counts,
  failure,
  instant,
  milliseconds,
  objectRef,
  systemFailure,
  wholeNumber,
} from './values.ts';

export const verdict: z.ZodType<Verdict> = words<Verdict>({ done: true, held: true, failed: true });

export const readingReport: z.ZodType<ReadingReport> = named(
  'ReadingReport',
  z.object(
    members<ReadingReport>()({
      system: z.string(),
      kind: z.string(),
      mode: z.enum(['full', 'changes']),
      milliseconds,
      result: z.exactOptional(
        z.object({
          seen: wholeNumber,
          added: wholeNumber,
          changed: wholeNumber,
          removed: wholeNumber,
          withheld: z.exactOptional(z.object({ absent: wholeNumber, before: wholeNumber })),
          rejected: z.array(z.object({ ref: objectRef, code: z.string(), message: z.string() })),
          rejectedCount: wholeNumber,
        }),
      ),
      failure: z.exactOptional(systemFailure),
      problems: z.exactOptional(z.array(systemFailure)),
    }),
  ),
);

const targetReport: z.ZodType<TargetReport> = named(
  'TargetReport',
  z.object(
    members<TargetReport>()({
      target: z.string(),
      plan: z.exactOptional(storedPlan),
      done: counts,
      failed: counts,
      skipped: counts,
      omitted: counts,
      failure: z.exactOptional(systemFailure),
      planMilliseconds: milliseconds,
      applyMilliseconds: milliseconds,
    }),
  ),
);

export const runReport: z.ZodType<RunReport> = named(
  'RunReport',
  z.object(
    members<RunReport>()({
      run: z.string(),
      verdict,
      startedAt: instant,
      milliseconds,
      readings: z.array(readingReport),
      targets: z.array(targetReport),
    }),
  ),
);

export const runRow: z.ZodType<RunRow> = named(
  'Run',
  z.object(
    members<RunRow>()({
      id: z.string(),
      startedAt: instant,
      finishedAt: z.exactOptional(instant),
      report: z
        .exactOptional(runReport)
        .meta({ description: 'Absent while it is running, or when it died.' }),
    }),
  ),
);

export const planReport: z.ZodType<PlanReport> = named(
  'PlanReport',
  z.object(
    members<PlanReport>()({
      verdict,
      readings: z.array(readingReport),
      targets: z.array(
        z.object({
          target: z.string(),
          plan: z.exactOptional(storedPlan),
          omitted: counts,
          failure: z.exactOptional(systemFailure),
          milliseconds,
        }),
      ),
    }),
  ),
);

export const outcomeType: z.ZodType<OutcomeRow['type']> = z.enum(['done', 'failed', 'skipped']);

export const outcomeMembers = members<OutcomeRow>()({
  entry: z.string().meta({ description: 'Its name in the log.' }),
  at: instant,
  run: z.string(),
  plan: z.string(),
  type: outcomeType,
  operation,
  milliseconds,
  attempts: z.exactOptional(wholeNumber),
  failure: z.exactOptional(failure),
  why: z.exactOptional(z.string()),
  message: z.exactOptional(z.string()),
  fields: z.exactOptional(z.array(z.string())),
});

export const outcomeRow: z.ZodType<OutcomeRow> = named('Outcome', z.object(outcomeMembers));

export const provisionReport: z.ZodType<ProvisionReport> = named(
  'ProvisionReport',
  z.object(
    members<ProvisionReport>()({
      verdict,
      identity: z.string(),
      label: z.string(),
      targets: z.array(
        z.object({
          target: z.string(),
          outcomes: z.array(outcomeRow),
          omission: z.exactOptional(omission),
          failure: z.exactOptional(systemFailure),
          visibleAfterSeconds: z.exactOptional(z.number().min(0)),
        }),
      ),
    }),
  ),
);

/** Single outcomes are in the log; a watcher of a run over 100,000 people wants to know how far it is. */
export type TaskProgress = Exclude<Progress, { readonly type: 'outcome' }>;

export const taskProgress: z.ZodType<TaskProgress> = named(
  'Progress',
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('reading'),
      system: z.string(),
      kind: z.string(),
      mode: z.enum(['full', 'changes']),
      read: wholeNumber,
      total: z.exactOptional(wholeNumber),
    }),
    z.object({ type: z.literal('read'), reading: readingReport }),
    z.object({
      type: z.literal('planning'),
      target: z.string(),
      considered: wholeNumber,
      due: wholeNumber,
    }),
    z.object({ type: z.literal('planned'), plan: storedPlan }),
    z.object({
      type: z.literal('applying'),
      target: z.string(),
      done: wholeNumber,
      failed: wholeNumber,
      skipped: wholeNumber,
      total: wholeNumber,
      secondsLeft: z.exactOptional(z.number().min(0)),
    }),
    z.object({
      type: z.literal('waiting'),
      system: z.string(),
      seconds: z.number().min(0),
      message: z.string(),
    }),
    z.object({ type: z.literal('remark'), message: z.string() }),
  ]),
);
