/** What others changed in targets, what became of it, and runs that are put back. */

import { z } from 'zod';
import type { DriftAction, OrphanAction } from '../../../plan/drift.ts';
import type { ReconcileReport } from '../../../sync/reconcile.ts';
import type { OrphansSettled } from '../../../sync/reconcile-accounts.ts';
import type { ComparedMembers } from '../../../sync/reconcile-members.ts';
import type { Compared } from '../../../sync/reconcile-read.ts';
import type { DriftSettled } from '../../../sync/reconcile-settle.ts';
import type { DriftCount, DriftRow } from '../../../sync/reconcile-storage.ts';
import type { UndoneTarget, UndoReport } from '../../../sync/undo.ts';
import { members, named, words } from './named.ts';
import { omissionCode, storedPlan } from './plan.ts';
import { readingReport, runReport, verdict } from './run.ts';
import {
  attributeValue,
  counts,
  instant,
  milliseconds,
  systemFailure,
  wholeNumber,
} from './values.ts';

export const driftAction: z.ZodType<DriftAction> = words<DriftAction>({
  report: true,
  revert: true,
  adopt: true,
});

export const orphanAction: z.ZodType<OrphanAction> = words<OrphanAction>({
  report: true,
  link: true,
  import: true,
  disable: true,
  leave: true,
});

export const driftType: z.ZodType<DriftRow['type']> = words<DriftRow['type']>({
  changed: true,
  disabled: true,
  enabled: true,
  orphan: true,
  gone: true,
  'member-added': true,
  'member-removed': true,
});

export const driftState: z.ZodType<DriftRow['state']> = words<DriftRow['state']>({
  open: true,
  reverting: true,
  accepted: true,
});

export const driftRow: z.ZodType<DriftRow> = named(
  'Drift',
  z.object(
    members<DriftRow>()({
      target: z.string(),
      kind: z.string(),
      account: z.string(),
      path: z.exactOptional(z.string()),
      type: driftType,
      state: driftState,
      label: z.string(),
      identity: z.exactOptional(z.string()),
      asked: z.exactOptional(attributeValue),
      answered: z.exactOptional(attributeValue),
      current: z.exactOptional(attributeValue),
      changedAt: z.exactOptional(z.string()),
      changedBy: z.exactOptional(z.string()),
      person: z.exactOptional(z.object({ id: z.string(), label: z.string() })),
      note: z.exactOptional(z.string()),
      since: instant,
    }),
  ),
);

const settled = z.object(
  members<DriftSettled & OrphansSettled>()({
    reverting: wholeNumber,
    adopted: wholeNumber,
    linked: wholeNumber,
    imported: wholeNumber,
    accepted: wholeNumber,
    refused: z.array(z.object({ account: z.string(), message: z.string() })),
    disabling: z.exactOptional(z.object({ plan: storedPlan, run: z.exactOptional(runReport) })),
  }),
);

export const reconcileReport: z.ZodType<ReconcileReport> = named(
  'ReconcileReport',
  z.object(
    members<ReconcileReport>()({
      verdict,
      target: z.string(),
      startedAt: instant,
      milliseconds,
      compared: z.array(
        z.object(
          members<Compared>()({
            reading: readingReport,
            accounts: wholeNumber,
            ownMilliseconds: milliseconds,
            members: z.exactOptional(
              z.object(
                members<ComparedMembers>()({
                  shown: wholeNumber,
                  withheld: z.exactOptional(wholeNumber),
                }),
              ),
            ),
          }),
        ),
      ),
      found: z.array(
        z.object(
          members<DriftCount>()({
            type: driftType,
            path: z.exactOptional(z.string()),
            state: driftState,
            count: wholeNumber,
          }),
        ),
      ),
      settled,
      run: z.exactOptional(runReport),
      failure: z.exactOptional(systemFailure),
    }),
  ),
);

const leftPerson = z.object(
  members<UndoneTarget['leftPeople'][number]>()({
    label: z.string(),
    code: omissionCode,
    message: z.string(),
  }),
);

export const undoReport: z.ZodType<UndoReport> = named(
  'UndoReport',
  z.object(
    members<UndoReport>()({
      verdict,
      run: z.string(),
      targets: z.array(
        z.object(
          members<UndoneTarget>()({
            target: z.string(),
            plan: z.exactOptional(storedPlan),
            left: counts,
            leftPeople: z.array(leftPerson),
            remarks: z.array(z.string()),
            failure: z.exactOptional(systemFailure),
          }),
        ),
      ),
    }),
  ),
);
