/** An operation of the provisioning log, step by step. */

import { z } from 'zod';
import type { KeptExchange } from '../../../apply/exchange.ts';
import type {
  ImportStep,
  LogEntry,
  LogSteps,
  MatchStep,
  PlannedChange,
  PlanStep,
  ScopeStep,
  WriteStep,
} from '../../../sync/log-entry.ts';
import { members, named } from './named.ts';
import { step } from './person.ts';
import { dueCause, reason } from './plan.ts';
import { outcomeMembers, outcomeType } from './run.ts';
import {
  attributes,
  attributeValue,
  instant,
  milliseconds,
  objectRef,
  wholeNumber,
} from './values.ts';

const importStep = z.object(
  members<ImportStep>()({
    cause: dueCause,
    since: z.exactOptional(instant).meta({ description: 'When that came in.' }),
    records: z.array(objectRef),
    sources: z
      .array(z.object({ system: z.string(), kind: z.string(), readAt: instant }))
      .meta({ description: 'How far every source had been read.' }),
  }),
);

const scopeStep = z.object(
  members<ScopeStep>()({
    reason,
    verdict: z.exactOptional(z.boolean()),
    facts: z.array(step),
  }),
);

const matchStep = z.object(
  members<MatchStep>()({
    result: z.enum(['linked', 'found', 'none']),
    account: z.exactOptional(objectRef),
    by: z.exactOptional(z.string()),
    tried: z.array(z.object({ path: z.string(), value: attributeValue })),
  }),
);

const plannedChange: z.ZodType<PlannedChange> = named(
  'PlannedChange',
  z.object(
    members<PlannedChange>()({
      type: z.literal('mapping'),
      path: z.string(),
      before: z.exactOptional(attributeValue),
      after: z.exactOptional(attributeValue),
      expression: z.exactOptional(z.string()),
      inputs: attributes,
      origin: z.exactOptional(z.string()),
    }),
  ),
);

const planStep = z.object(
  members<PlanStep>()({
    plan: z.string(),
    madeAt: z.exactOptional(instant),
    configVersion: z.exactOptional(z.string()),
    changes: z.array(plannedChange),
    held: z.exactOptional(attributes),
  }),
);

const exchange: z.ZodType<KeptExchange> = named(
  'Exchange',
  z.object(
    members<KeptExchange>()({
      attempt: wholeNumber,
      method: z.string(),
      path: z.string(),
      status: z.exactOptional(wholeNumber).meta({ description: 'Absent: no answer came.' }),
      milliseconds,
      requestId: z.exactOptional(z.string()),
      sent: z.exactOptional(z.unknown()),
      answer: z.exactOptional(z.unknown()),
    }),
  ),
);

const writeStep = z.object(
  members<WriteStep>()({
    result: outcomeType,
    attempts: z.exactOptional(wholeNumber),
    milliseconds,
    exchanges: z.array(exchange),
    remedy: z.exactOptional(z.string()),
  }),
);

export const logEntry: z.ZodType<LogEntry> = named(
  'LogEntry',
  z.object({
    ...outcomeMembers,
    steps: z.object(
      members<LogSteps>()({
        import: importStep,
        scope: scopeStep,
        match: matchStep,
        plan: planStep,
        write: writeStep,
      }),
    ),
  }),
);
