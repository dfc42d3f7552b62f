/** What a change of the configuration would do, before it goes live. */

import { z } from 'zod';
import type { JoinChange, TargetChange, WithReport } from '../../../sync/plan-with.ts';
import type { GroupChange } from '../../../sync/plan-with-groups.ts';
import { members, named } from './named.ts';
import { hold, operation } from './plan.ts';
import { verdict } from './run.ts';
import { counts, instant, milliseconds, wholeNumber } from './values.ts';

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
      groups: z.array(
        z.object(
          members<GroupChange>()({
            name: z.string(),
            state: z.enum(['made', 'kept', 'ended']),
            joining: wholeNumber,
            leaving: wholeNumber,
            joins: z.array(z.string()),
            leaves: z.array(z.string()),
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
      at: z.exactOptional(instant).meta({ description: 'As on that day; nothing is held then.' }),
      milliseconds,
    }),
  ),
);
