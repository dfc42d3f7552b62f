/** Who somebody is and was, and what changed. */

import { z } from 'zod';
import type { PersonHistory, ShownIdentity, ShownValue } from '../../../sync/history.ts';
import type { Cause, HistoryEntry, Moved, ValueChange } from '../../../warehouse/history.ts';
import { members, named, words } from './named.ts';
import { identity, offer } from './person.ts';
import { attributeValue, instant, objectRef } from './values.ts';

export const shownIdentity: z.ZodType<ShownIdentity> = named(
  'ShownIdentity',
  z.object(
    members<ShownIdentity>()({
      identity,
      label: z.string(),
      asOf: z.exactOptional(instant),
      keptSince: instant,
      values: z.array(
        z.object(
          members<ShownValue>()({
            path: z.string(),
            value: z.exactOptional(attributeValue),
            origin: z.exactOptional(z.string()),
            record: z.exactOptional(objectRef),
            since: z.exactOptional(instant),
            run: z.exactOptional(z.string()),
            offers: z.exactOptional(z.array(offer)),
          }),
        ),
      ),
    }),
  ),
);

const cause: z.ZodType<Cause> = named(
  'Cause',
  z.object(
    members<Cause>()({
      type: words<Cause['type']>({
        reading: true,
        answer: true,
        decision: true,
        configuration: true,
        date: true,
        import: true,
      }),
      system: z.exactOptional(z.string()),
      kind: z.exactOptional(z.string()),
      run: z.exactOptional(z.string()),
      decision: z.exactOptional(z.string()),
    }),
  ),
);

const moved = z.object(members<Moved>()({ ref: objectRef, other: z.exactOptional(z.string()) }));

const entry: z.ZodType<HistoryEntry> = named(
  'HistoryEntry',
  z.object(
    members<HistoryEntry>()({
      at: instant,
      type: z.enum(['made', 'changed', 'ended']),
      cause,
      records: z.array(objectRef),
      changes: z.array(
        z.object(
          members<ValueChange>()({
            path: z.string(),
            before: z.exactOptional(attributeValue),
            after: z.exactOptional(attributeValue),
            from: z.exactOptional(z.string()),
            origin: z.exactOptional(z.string()),
          }),
        ),
      ),
      linked: z.array(moved),
      unlinked: z.array(moved),
      present: z.exactOptional(z.boolean()),
    }),
  ),
);

export const personHistory: z.ZodType<PersonHistory> = named(
  'PersonHistory',
  z.object(
    members<PersonHistory>()({
      identity: z.string(),
      label: z.string(),
      keptSince: instant,
      entries: z.array(entry),
      more: z.boolean(),
    }),
  ),
);
