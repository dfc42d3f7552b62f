/** The audit trail: its entries, whether it holds, and where it ended. */

import { z } from 'zod';
import type { Checkpoint } from '../../../audit/checkpoint.ts';
import {
  type AuditEntry,
  DEEDS,
  type Deed,
  type DetailValue,
  type Payload,
} from '../../../audit/entry.ts';
import type { AuditVerdict, Break } from '../../../audit/verify.ts';
import { members, named } from './named.ts';
import { instant, wholeNumber } from './values.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const deed: z.ZodType<Deed> = z.enum(Object.keys(DEEDS) as Deed[]);

const detailValue: z.ZodType<DetailValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(detailValue),
    z.record(z.string(), detailValue),
  ]),
) as z.ZodType<DetailValue>;

named('AuditDetail', detailValue);

export const auditEntry: z.ZodType<AuditEntry> = named(
  'AuditEntry',
  z.object(
    members<AuditEntry>()({
      number: wholeNumber,
      at: instant,
      actor: z.string(),
      action: deed,
      digest: hash,
      previous: hash,
      hash,
      payload: z.exactOptional(
        z.object(
          members<Payload>()({
            salt: z.string(),
            subject: z.exactOptional(z.string()),
            person: z.exactOptional(z.string()),
            detail: z.record(z.string(), detailValue),
          }),
        ),
      ),
    }),
  ),
);

export const checkpoint: z.ZodType<Checkpoint> = named(
  'AuditCheckpoint',
  z.strictObject(
    members<Checkpoint>()({
      tenant: z.string(),
      at: instant,
      number: wholeNumber,
      hash,
      count: wholeNumber,
      signature: z.exactOptional(z.string()),
    }),
  ),
);

export const auditVerdict: z.ZodType<AuditVerdict> = named(
  'AuditVerdict',
  z.object(
    members<AuditVerdict>()({
      whole: z.boolean(),
      entries: wholeNumber,
      first: wholeNumber,
      last: wholeNumber,
      pruned: wholeNumber,
      erased: wholeNumber,
      break: z.exactOptional(
        z.object(
          members<Break>()({
            number: wholeNumber,
            cause: z.enum(['changed', 'removed', 'inserted', 'reordered', 'cut-off']),
            message: z.string(),
          }),
        ),
      ),
      checkpoint: z.exactOptional(z.enum(['matches', 'older'])),
    }),
  ),
);
