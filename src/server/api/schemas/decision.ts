/** Who is who, where only a person can say it. */

import { z } from 'zod';
import type { Decision, ReviewCase } from '../../../warehouse/decision.ts';
import type { ReviewCandidate, ReviewItem } from '../../../warehouse/warehouse.ts';
import { members, named, words } from './named.ts';
import { identity } from './person.ts';
import { attributes, instant, objectRef } from './values.ts';

type Alike = NonNullable<ReviewCandidate['alike']>;

const alike: z.ZodType<Alike> = named(
  'Alike',
  z.object(
    members<Alike>()({
      confidence: z.number().min(0).max(1),
      otherwise: words<Alike['otherwise']>({
        stranger: true,
        relative: true,
        twin: true,
        namesake: true,
      }),
      evidence: z.array(
        z.object(
          members<Alike['evidence'][number]>()({
            attribute: z.string(),
            level: z.string(),
            bits: z.number(),
          }),
        ),
      ),
    }),
  ),
);

export const reviewItem: z.ZodType<ReviewItem> = named(
  'ReviewItem',
  z.object(
    members<ReviewItem>()({
      id: z.string(),
      kind: z.enum(['ambiguous-join', 'ambiguous-match', 'unconfirmed-create']),
      system: z.string(),
      subject: z.string(),
      message: z.string(),
      candidates: z.array(
        z.object(
          members<ReviewCandidate>()({
            id: z.string(),
            label: z.string(),
            alike: z.exactOptional(alike),
          }),
        ),
      ),
      since: instant,
    }),
  ),
);

export const reviewCase: z.ZodType<ReviewCase> = named(
  'ReviewCase',
  z.object(
    members<ReviewCase>()({
      item: reviewItem,
      record: z.exactOptional(z.object({ ref: objectRef, attributes })),
      people: z.array(identity),
    }),
  ),
);

export const decision: z.ZodType<Decision> = named(
  'Decision',
  z.object(
    members<Decision>()({
      id: z.string(),
      type: words<Decision['type']>({
        joined: true,
        rejected: true,
        'new-person': true,
        merged: true,
        unmerged: true,
      }),
      at: instant,
      identity: z.string(),
      other: z.exactOptional(z.string()),
      records: z.array(objectRef),
      detached: z.array(objectRef),
      undoneAt: z.exactOptional(instant),
    }),
  ),
);

const candidate = z.string().min(1).max(500).meta({
  description: 'A candidate: its identity id, its number in the list, or what it is called.',
});

/** What a person says of a record in doubt. */
export const choice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('join'), identity: candidate }),
  z.strictObject({ type: z.literal('reject'), identity: z.exactOptional(candidate) }),
  z.strictObject({ type: z.literal('new-person') }),
]);

export const mergeBody = z.strictObject({
  other: z.string().min(1).max(500).meta({ description: 'Who becomes part of the first.' }),
});

export const unmergeBody = z.strictObject({
  records: z
    .exactOptional(
      z
        .array(
          z.strictObject({ system: z.string().min(1).max(200), id: z.string().min(1).max(1024) }),
        )
        .min(1)
        .max(100),
    )
    .meta({ description: "What is somebody else's; otherwise what was put together last." }),
});
