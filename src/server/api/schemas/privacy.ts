/** What is stored about one person, and what is left when they are erased. */

import { z } from 'zod';
import type { Erasure } from '../../../sync/privacy-erase.ts';
import type { PersonExport } from '../../../sync/privacy-export.ts';
import type { Block, Counted, ErasurePlan } from '../../../sync/privacy-plan.ts';
import type {
  AttributeUses,
  PrivacyReport,
  RetentionReport,
  SourceReport,
  Use,
} from '../../../sync/privacy-report.ts';
import type { Holding, Impersonal, Overwritten } from '../../../sync/privacy-storage.ts';
import { members, named, words } from './named.ts';
import { instant, objectRef, wholeNumber } from './values.ts';

export const personExport: z.ZodType<PersonExport> = named(
  'PersonExport',
  z.object(
    members<PersonExport>()({
      format: z.literal(1),
      tenant: z.string(),
      exportedAt: instant,
      person: z.object(
        members<PersonExport['person']>()({
          id: z.string(),
          kind: z.string(),
          label: z.string(),
          formerly: z.array(z.string()),
          records: z.array(objectRef),
        }),
      ),
      holdings: z.array(
        z.object(
          members<Holding>()({
            table: z.string(),
            what: z.string(),
            kept: z.exactOptional(z.string()),
            rows: z.array(z.record(z.string(), z.unknown())),
          }),
        ),
      ),
      impersonal: z.array(z.object(members<Impersonal>()({ table: z.string(), why: z.string() }))),
    }),
  ),
);

const countedShape = members<Counted>()({
  table: z.string(),
  what: z.string(),
  rows: wholeNumber,
});

const counted: z.ZodType<Counted> = named('CountedRows', z.object(countedShape));

const kept: z.ZodType<ErasurePlan['kept'][number]> = named(
  'KeptRows',
  z.object({ ...countedShape, why: z.string() }),
);

export const erasurePlan: z.ZodType<ErasurePlan> = named(
  'ErasurePlan',
  z.object(
    members<ErasurePlan>()({
      person: z.object({ id: z.string(), kind: z.string(), label: z.string() }),
      blocks: z.array(
        z.object(
          members<Block>()({
            type: words<Block['type']>({
              'in-source': true,
              account: true,
              'served-account': true,
              'in-flight': true,
              'in-plan': true,
            }),
            system: z.string(),
            message: z.string(),
            remedy: z.string(),
          }),
        ),
      ),
      erased: z.array(counted),
      kept: z.array(kept),
      suppressed: wholeNumber,
      ends: z
        .array(z.object({ target: z.string(), plan: z.string() }))
        .meta({ description: 'Plans that wait, as of an undo, and would be given up.' }),
    }),
  ),
);

export const erasure: z.ZodType<Erasure> = named(
  'Erasure',
  z.object(
    members<Erasure>()({
      id: z.string(),
      person: z.string(),
      reason: z.string(),
      begunAt: instant,
      finishedAt: z.exactOptional(instant),
      digest: z.string(),
      erased: z.array(counted),
      kept: z.array(kept),
      suppressed: wholeNumber,
      left: z.array(z.string()),
      audit: z.exactOptional(z.object({ number: wholeNumber, hash: z.string() })),
      overwritten: z.exactOptional(words<Overwritten>({ done: true, later: true, database: true })),
    }),
  ),
);

const attributeUses = members<AttributeUses>()({
  attribute: z.string(),
  as: z.array(z.string()),
  uses: z.array(
    z.object(
      members<Use>()({
        type: words<Use['type']>({
          mapping: true,
          scope: true,
          urgent: true,
          join: true,
          reference: true,
          group: true,
          rule: true,
          age: true,
          standing: true,
          naming: true,
        }),
        of: z.exactOptional(z.string()),
      }),
    ),
  ),
});

export const privacyReport: z.ZodType<PrivacyReport> = named(
  'PrivacyReport',
  z.object(
    members<PrivacyReport>()({
      sources: z.array(
        z.object(
          members<SourceReport>()({
            system: z.string(),
            kind: z.string(),
            asked: z.array(
              z.object({
                ...attributeUses,
                sensitive: z.boolean(),
                idle: z.boolean(),
                records: wholeNumber,
              }),
            ),
            unasked: z.array(z.string()),
            stored: z.object({
              records: wholeNumber,
              unused: z.array(
                z.object({
                  attribute: z.string(),
                  records: wholeNumber,
                  sensitive: z.boolean(),
                }),
              ),
            }),
          }),
        ),
      ),
      retention: z.array(
        z.object(
          members<RetentionReport>()({
            attribute: z.string(),
            seconds: wholeNumber,
            leavers: wholeNumber,
            forgotten: wholeNumber,
          }),
        ),
      ),
    }),
  ),
);

const passes = {
  suppress: z
    .exactOptional(z.boolean())
    .meta({ description: 'Their records are not taken any more, whatever sources say.' }),
  leaveAccounts: z
    .exactOptional(z.boolean())
    .meta({ description: "Accounts in targets stay as they are, and are nobody's." }),
};

/** Texts of a query are flags only where one is expected. */
const flag = z.stringbool();

export const erasureQuery = z.strictObject({
  suppress: z.exactOptional(flag),
  leaveAccounts: z.exactOptional(flag),
});

export const eraseBody = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: 'Why. It is kept in the proof: name nobody.' }),
  ...passes,
});

export const allowBody = z.strictObject({
  system: z.string().min(1).max(200),
  id: z.string().min(1).max(1024),
});
