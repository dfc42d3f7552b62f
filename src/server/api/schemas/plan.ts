/** Plans, their operations, and those for whom they do nothing. */

import { z } from 'zod';
import type {
  Action,
  Hold,
  Intent,
  Omission,
  Operation,
  PlannedMember,
  PlanState,
  Reason,
} from '../../../plan/plan.ts';
import type { PlannedOperation, StoredPlan } from '../../../plan/plans.ts';
import type { DueCause } from '../../../warehouse/subject.ts';
import { members, named, words } from './named.ts';
import {
  attributeChange,
  attributes,
  counts,
  instant,
  objectRef,
  texts,
  wholeNumber,
} from './values.ts';

export const action: z.ZodType<Action> = words<Action>({
  create: true,
  update: true,
  disable: true,
  enable: true,
  delete: true,
  link: true,
  unlink: true,
  'add-members': true,
  'remove-members': true,
});

export const reason: z.ZodType<Reason> = words<Reason>({
  'entered-scope': true,
  returned: true,
  'source-changed': true,
  linked: true,
  drifted: true,
  'left-scope': true,
  unassigned: true,
  'disabled-in-source': true,
  left: true,
  'reference-arrived': true,
  requested: true,
  'joined-group': true,
  'left-group': true,
  orphaned: true,
  undone: true,
});

export const dueCause: z.ZodType<DueCause> = words<DueCause>({
  changed: true,
  retry: true,
  configuration: true,
  reference: true,
  reconcile: true,
  requested: true,
  date: true,
});

const intent = members<Intent>()({
  id: z.string(),
  identity: z.string(),
  label: z.string(),
  system: z.string(),
  kind: z.string(),
  reason,
  cause: dueCause,
  generation: wholeNumber,
  urgent: z.exactOptional(z.literal(true)),
  unowned: z.exactOptional(z.literal(true)),
  after: z.array(z.string()),
  without: z.exactOptional(z.array(z.string())),
  origins: texts,
  failedBefore: z.exactOptional(
    z.object({ code: z.string(), attempts: wholeNumber, firstFailedAt: instant }),
  ),
  againAt: z.exactOptional(instant),
});

const onAccount = {
  target: objectRef,
  precondition: z.object({
    version: z.exactOptional(z.string()),
    held: attributes,
    touched: z.array(z.string()),
  }),
};

const plannedMember: z.ZodType<PlannedMember> = named(
  'PlannedMember',
  z.object(
    members<PlannedMember>()({
      identity: z.string(),
      label: z.string(),
      ref: objectRef,
      generation: wholeNumber,
      attempts: z.exactOptional(wholeNumber),
    }),
  ),
);

export const operation: z.ZodType<Operation> = named(
  'Operation',
  z.discriminatedUnion('action', [
    z.object({ ...intent, action: z.literal('create'), attributes, match: attributes }),
    z.object({
      ...intent,
      ...onAccount,
      action: z.enum(['update', 'disable', 'enable']),
      changes: z.array(attributeChange),
      links: z.exactOptional(z.literal(true)),
      unlinks: z.exactOptional(z.literal(true)),
      adopts: z.exactOptional(attributes),
    }),
    z.object({ ...intent, ...onAccount, action: z.literal('delete'), before: attributes }),
    z.object({ ...intent, ...onAccount, action: z.enum(['link', 'unlink']), adopts: attributes }),
    z.object({
      ...intent,
      ...onAccount,
      action: z.enum(['add-members', 'remove-members']),
      members: z.array(plannedMember),
    }),
  ]),
);

export const plannedOperation: z.ZodType<PlannedOperation> = named(
  'PlannedOperation',
  z.object(
    members<PlannedOperation>()({
      position: wholeNumber,
      level: wholeNumber,
      awaited: z.boolean(),
      operation,
    }),
  ),
);

export const omissionCode: z.ZodType<Omission['code']> = words<Omission['code']>({
  'in-sync': true,
  ignored: true,
  'out-of-scope': true,
  'not-assigned': true,
  'not-active': true,
  'not-in-pilot': true,
  left: true,
  paused: true,
  'write-loop': true,
  'missing-required': true,
  'mapping-failed': true,
  'date-unreadable': true,
  'refused-by-precheck': true,
  'ambiguous-match': true,
  'account-taken': true,
  'disabled-in-target': true,
  'unverified-link': true,
  'no-match-value': true,
  'in-flight': true,
  'action-not-allowed': true,
  'moved-since': true,
  'cannot-be-undone': true,
});

export const omission: z.ZodType<Omission> = named(
  'Omission',
  z.object(
    members<Omission>()({
      identity: z.string(),
      label: z.string(),
      generation: wholeNumber,
      code: omissionCode,
      message: z.string(),
      refused: z.boolean(),
    }),
  ),
);

export const hold: z.ZodType<Hold> = named(
  'Hold',
  z.object(
    members<Hold>()({
      guard: words<Hold['guard']>({
        'first-run': true,
        'first-leavers': true,
        undo: true,
        'empty-source': true,
        'implausible-reading': true,
        disables: true,
        deletions: true,
        updates: true,
        memberships: true,
        'attribute-churn': true,
        'identifier-swap': true,
        'failure-rate': true,
      }),
      message: z.string(),
      actions: z.exactOptional(z.array(action)),
      path: z.exactOptional(z.string()),
      people: z.exactOptional(z.array(z.string())),
    }),
  ),
);

export const storedPlan: z.ZodType<StoredPlan> = named(
  'Plan',
  z.object(
    members<StoredPlan>()({
      key: z.string().meta({ description: 'One planning; two of the same content differ here.' }),
      id: z.string().meta({ description: 'A hash of the content.' }),
      target: z.string(),
      createdAt: instant,
      configVersion: z.string(),
      state: words<PlanState>({
        building: true,
        ready: true,
        held: true,
        released: true,
        applying: true,
        applied: true,
        superseded: true,
      }),
      counts,
      considered: wholeNumber,
      managed: wholeNumber,
      holds: z.array(hold),
      partial: z.exactOptional(z.literal(true)),
      carried: z.exactOptional(counts),
    }),
  ),
);

const fileHeader = z.object({
  format: z.literal('lockstep-plan/1'),
  id: z.string(),
  target: z.string(),
  createdAt: instant,
  configVersion: z.string(),
  operations: wholeNumber,
});

/** A line of a plan as a file: first what it is, then its operations. */
export const planLine: z.ZodType<z.output<typeof fileHeader> | Operation> = named(
  'PlanLine',
  z.union([fileHeader, operation]),
);
