/** People: who they are, why they are provisioned or not, and how everything stands. */

import { z } from 'zod';
import type { Identity } from '../../../identity/identity.ts';
import type { IdentityRecord } from '../../../identity/record.ts';
import type { Step } from '../../../plan/trace.ts';
import type { Stopped, SystemHealth } from '../../../sync/ledger.ts';
import type {
  AccountLink,
  Explained,
  MembershipExplanation,
  NamedReference,
  StatusReport,
  Unsent,
  ValueExplanation,
  Wait,
} from '../../../sync/verbs.ts';
import type { GroupMembers } from '../../../warehouse/membership.ts';
import type { Account, Due } from '../../../warehouse/subject.ts';
import { ruleStanding } from './group.ts';
import { members, named } from './named.ts';
import { omission, operation, storedPlan } from './plan.ts';
import { outcomeRow, runRow } from './run.ts';
import {
  attributeChange,
  attributes,
  attributeValue,
  instant,
  objectRef,
  reference,
  texts,
  wholeNumber,
} from './values.ts';

export const identity: z.ZodType<Identity> = named(
  'Identity',
  z.object(
    members<Identity>()({
      id: z.string(),
      kind: z.string(),
      attributes,
      origins: texts,
      links: z.array(objectRef),
      present: z.boolean(),
    }),
  ),
);

const record: z.ZodType<IdentityRecord> = named(
  'Record',
  z.object(
    members<IdentityRecord>()({
      ref: objectRef,
      attributes,
      version: z.exactOptional(z.string()),
      modified: z.exactOptional(z.object({ at: z.string(), by: z.exactOptional(z.string()) })),
    }),
  ),
);

export const step: z.ZodType<Step> = named(
  'Step',
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('active'), verdict: z.boolean(), seen: attributes }),
    z.object({
      type: z.literal('assigned'),
      verdict: z.boolean(),
      application: z.string(),
      direct: z.boolean(),
      groups: z.array(z.string()),
      roles: z.array(z.string()),
    }),
    z.object({
      type: z.literal('scope'),
      verdict: z.boolean(),
      clauses: z.array(z.object({ clause: z.string(), verdict: z.boolean(), seen: attributes })),
    }),
    z.object({ type: z.literal('pilot'), verdict: z.boolean() }),
    z.object({
      type: z.literal('match'),
      tried: z.array(z.object({ path: z.string(), value: attributeValue, found: wholeNumber })),
      result: z.enum(['linked', 'one', 'none', 'many', 'taken', 'no-value']),
      account: z.exactOptional(z.string()),
    }),
    z.object({
      type: z.literal('mapping'),
      path: z.string(),
      expression: z.string(),
      inputs: attributes,
      origins: texts,
      result: z.enum(['value', 'default', 'clear', 'leave', 'failed', 'dangling']),
      value: z.exactOptional(attributeValue),
      message: z.exactOptional(z.string()),
    }),
    z.object({ type: z.literal('required'), missing: z.array(z.string()) }),
    z.object({ type: z.literal('precheck'), message: z.string() }),
    z.object({ type: z.literal('difference'), changes: z.array(attributeChange) }),
  ]),
);

const account = z.object(
  members<Account>()({
    ref: objectRef,
    current: attributes,
    version: z.exactOptional(z.string()),
    asked: attributes,
    answered: attributes,
    disabledBy: z.exactOptional(z.enum(['us', 'other'])),
    disabledAt: z.exactOptional(instant),
    missing: z.exactOptional(z.literal(true)),
  }),
);

const due = z.object(
  members<Due>()({
    identity: z.string(),
    target: z.string(),
    generation: wholeNumber,
    cause: z.enum([
      'changed',
      'retry',
      'configuration',
      'reference',
      'reconcile',
      'requested',
      'date',
    ]),
    since: instant,
    notBefore: z.exactOptional(instant),
    urgent: z.exactOptional(z.literal(true)),
    escrow: z.exactOptional(
      z.object({
        code: z.string(),
        message: z.string(),
        attempts: wholeNumber,
        firstFailedAt: instant,
      }),
    ),
  }),
);

const membership = z.object(
  members<MembershipExplanation>()({
    group: z.string(),
    verdict: z.enum(['member', 'joins', 'leaves', 'waits', 'failed', 'not']),
    why: z.string(),
  }),
);

const groupMembers = z.object(
  members<GroupMembers>()({
    atSources: wholeNumber,
    held: wholeNumber,
    due: wholeNumber,
    failed: wholeNumber,
    failures: z.array(z.object({ label: z.string(), code: z.string(), message: z.string() })),
    withoutAccount: z.array(z.string()),
  }),
);

export const offer: z.ZodType<ValueExplanation['offers'][number]> = z.object(
  members<ValueExplanation['offers'][number]>()({
    path: z.string(),
    system: z.string(),
    value: z.exactOptional(attributeValue),
    rank: wholeNumber,
    present: z.boolean(),
    wins: z.boolean(),
    authoritative: z.exactOptional(z.literal(true)),
    verdict: z.exactOptional(
      z.enum(['wins', 'joins', 'later', 'older', 'not-asked', 'condition', 'empty', 'gone']),
    ),
    changedAt: z.exactOptional(instant),
    readSince: z.exactOptional(instant),
  }),
);

const valueExplanation: z.ZodType<ValueExplanation> = named(
  'ValueExplanation',
  z.object(
    members<ValueExplanation>()({
      path: z.string(),
      value: z.exactOptional(attributeValue),
      origin: z.exactOptional(z.string()),
      rule: z.exactOptional(
        z.object({
          merge: z.enum(['precedence', 'recency', 'union']),
          from: z.exactOptional(z.string()),
        }),
      ),
      computed: z.exactOptional(
        z.object({
          expression: z.string(),
          inputs: attributes,
          result: z.enum(['merged', 'computed', 'kept', 'undrawn', 'failed']),
          message: z.exactOptional(z.string()),
        }),
      ),
      offers: z.array(offer),
    }),
  ),
);

const wait = z.object(
  members<Wait>()({
    type: z.enum(['escrow', 'date', 'deletion', 'quarantine', 'held', 'pause']),
    message: z.string(),
    until: z.exactOptional(instant),
    over: z.exactOptional(z.boolean()),
  }),
);

const accountLink = z.object(
  members<AccountLink>()({
    how: z.enum(['created', 'matched', 'joined', 'unrecorded']),
    at: z.exactOptional(instant),
    run: z.exactOptional(z.string()),
  }),
);

export const explained: z.ZodType<Explained> = named(
  'Explanation',
  z.object(
    members<Explained>()({
      identity,
      label: z.string(),
      records: z.array(record),
      assumed: attributes,
      without: z.exactOptional(z.string()),
      at: z.exactOptional(instant),
      past: z.exactOptional(z.object({ logged: z.boolean() })),
      ruleGroups: z.array(ruleStanding),
      names: z.array(z.object(members<NamedReference>()({ ref: reference, label: z.string() }))),
      values: z.exactOptional(z.array(valueExplanation)),
      targets: z.array(
        z.object({
          target: z.string(),
          account: z.exactOptional(account),
          due: z.exactOptional(due),
          inFlight: z.exactOptional(
            z.object({ operation: z.string(), since: instant, match: attributes }),
          ),
          steps: z.array(step),
          decision: z.union([operation, omission]),
          fact: z.exactOptional(z.object({ message: z.string() })),
          waits: z.array(wait),
          link: z.exactOptional(accountLink),
          history: z.array(outcomeRow),
          memberships: z.exactOptional(z.array(membership)),
          members: z.exactOptional(groupMembers),
        }),
      ),
    }),
  ),
);

export const unsent: z.ZodType<Unsent> = named(
  'Unsent',
  z.object(
    members<Unsent>()({
      target: z.string(),
      identity: z.string(),
      label: z.string(),
      code: z.string(),
      message: z.string(),
      since: instant,
      attempts: wholeNumber,
      nextAttemptAt: z.exactOptional(instant),
    }),
  ),
);

export const statusReport: z.ZodType<StatusReport> = named(
  'Status',
  z.object(
    members<StatusReport>()({
      sources: z.array(
        z.object(
          members<StatusReport['sources'][number]>()({
            system: z.string(),
            kind: z.string(),
            readAt: z.exactOptional(instant),
            records: wholeNumber,
            withheld: z.exactOptional(z.object({ absent: wholeNumber, before: wholeNumber })),
          }),
        ),
      ),
      targets: z.array(
        z.object(
          members<StatusReport['targets'][number]>()({
            target: z.string(),
            managed: wholeNumber,
            due: wholeNumber,
            oldestDue: z.exactOptional(instant),
            dates: z.exactOptional(z.object({ people: wholeNumber, next: instant })),
            escrowed: wholeNumber,
            refused: wholeNumber,
            health: z.object(
              members<SystemHealth>()({
                state: z.enum(['well', 'quarantined']),
                code: z.exactOptional(z.string()),
                message: z.exactOptional(z.string()),
                since: z.exactOptional(instant),
                probeAt: z.exactOptional(instant),
                attempts: wholeNumber,
                stopped: z.exactOptional(
                  z.object(members<Stopped>()({ message: z.string(), configVersion: z.string() })),
                ),
              }),
            ),
            drift: z.exactOptional(wholeNumber),
            paused: z.exactOptional(wholeNumber),
            plan: z.exactOptional(storedPlan),
            expiresAt: z.exactOptional(instant),
          }),
        ),
      ),
      lanes: z.array(
        z.object(
          members<StatusReport['lanes'][number]>()({
            work: z.enum(['read', 'write']),
            system: z.string(),
            host: z.string(),
            pid: wholeNumber,
          }),
        ),
      ),
      lastRun: z.exactOptional(runRow),
      reviews: wholeNumber,
    }),
  ),
);
