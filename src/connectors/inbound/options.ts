/** What an administrator sets for a system whose records are pushed here. */

import { z } from 'zod';

export const inboundOptions = z.strictObject({
  omitted: z.enum(['keep', 'clear']).default('keep').meta({
    title: 'Attributes that a record does not mention',
    description:
      'keep: they stay as they were, and null clears one. clear: a record is always the whole of it.',
  }),
  maxOperations: z.number().int().min(1).max(1000).default(50).meta({
    title: 'Most records in one upload',
  }),
  callsPer5Seconds: z.number().int().min(1).max(10_000).default(40).meta({
    title: 'Most uploads within 5 seconds',
  }),
  callsPerDay: z.number().int().min(1).max(1_000_000).default(6000).meta({
    title: 'Most uploads within 24 hours',
  }),
  logDays: z.number().int().min(1).max(3650).default(30).meta({
    title: 'Days until an upload is forgotten',
    description: 'Its results, not its records.',
  }),
});

export type InboundOptions = z.output<typeof inboundOptions>;
