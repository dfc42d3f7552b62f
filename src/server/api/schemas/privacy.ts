/** What is stored about one person. */

import { z } from 'zod';
import type { PersonExport } from '../../../sync/privacy-export.ts';
import type { Holding, Impersonal } from '../../../sync/privacy-storage.ts';
import { members, named } from './named.ts';
import { instant, objectRef } from './values.ts';

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
            rows: z.array(z.record(z.string(), z.unknown())),
          }),
        ),
      ),
      impersonal: z.array(z.object(members<Impersonal>()({ table: z.string(), why: z.string() }))),
    }),
  ),
);
