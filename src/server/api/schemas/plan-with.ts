/** What a change of the configuration would do, before it goes live. */

import { z } from 'zod';
import type { JoinChange, TargetChange, WithReport } from '../../../sync/plan-with.ts';
import { members, named } from './named.ts';
import { hold, operation } from './plan.ts';
import { verdict } from './run.ts';
import { counts, milliseconds, wholeNumber } from './values.ts';

export const withReport: z.ZodType<WithReport> = named(
  'WithReport',
  z.object(
    members<WithReport>()({
      verdict,
      people: wholeNumber,
      targets: z.array(
        z.object(
          members<TargetChange>()({
            target: z.string(),
            kind: z.string(),
            considered: wholeNumber,
            people: wholeNumber,
            counts,
            withdrawn: wholeNumber,
            refused: counts,
            members: z.exactOptional(z.object({ added: wholeNumber, removed: wholeNumber })),
            holds: z.array(hold),
            samples: z.array(operation),
          }),
        ),
      ),
      joins: z.array(
        z.object(
          members<JoinChange>()({
            system: z.string(),
            kind: z.string(),
            joining: wholeNumber,
            creating: wholeNumber,
            undecided: wholeNumber,
          }),
        ),
      ),
      milliseconds,
    }),
  ),
);
