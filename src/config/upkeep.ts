/** The parts of the document that are about the running service: when, how long, who is told. */

import { z } from 'zod';
import { attributeName, duration } from './fields.ts';

const KEEP_LOG_SECONDS = 90 * 86_400;
const KEEP_PLANS_SECONDS = 7 * 86_400;
const KEEP_HISTORY_SECONDS = 365 * 86_400;

export const scheduleDocument = z
  .strictObject({
    every: duration,
    systems: z.record(z.string(), duration).optional().meta({
      title: 'Systems',
      description: 'Those that take part more rarely, such as { hr: 6h }.',
    }),
  })
  .optional()
  .meta({
    title: 'Schedule',
    description: 'lockstep serve repeats runs this often, such as { every: 1m }.',
  });

export const keepDocument = z
  .strictObject({
    log: duration.default(KEEP_LOG_SECONDS).meta({
      title: 'Log',
      description:
        'Operations with what became of them, and reports of runs; 90d by default. What is older cannot be undone.',
    }),
    plans: duration.default(KEEP_PLANS_SECONDS).meta({
      title: 'Plans',
      description: 'Plans that gave way to others before they were applied; 7d by default.',
    }),
    history: duration.default(KEEP_HISTORY_SECONDS).meta({
      title: 'History',
      description:
        'What people and groups were before each change, of every moment since then; 365d by default.',
    }),
    attributes: z.record(attributeName, duration).optional().meta({
      title: 'Attributes',
      description:
        'How long values are kept of people who have left, by attribute, such as { birthDate: 30d }; hr/iban is a column of one system.',
    }),
  })
  .default({
    log: KEEP_LOG_SECONDS,
    plans: KEEP_PLANS_SECONDS,
    history: KEEP_HISTORY_SECONDS,
  })
  .meta({ title: 'Keep', description: 'How long the store remembers; older is deleted.' });

export const auditDocument = z
  .strictObject({
    keep: duration.optional().meta({
      title: 'Keep',
      description: 'Older entries are deleted by lockstep serve, provably; none by default.',
    }),
    key: z.string().min(1).optional().meta({
      title: 'Key',
      description: 'A private Ed25519 key in PEM that signs checkpoints: a reference to a file.',
    }),
  })
  .optional()
  .meta({ title: 'Audit', description: 'The record of who did what.' });

export const alertsDocument = z
  .array(
    z.strictObject({
      webhook: z.string().min(1).meta({ title: 'Webhook' }),
      secret: z
        .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2)])
        .optional()
        .meta({
          title: 'Secret',
          description:
            'Signs what is sent (Standard Webhooks); two while one takes over from the other.',
        }),
      on: z
        .array(z.enum(['failed', 'held', 'quarantined', 'silent', 'drift', 'secret-expires']))
        .min(1)
        .meta({ title: 'On' }),
    }),
  )
  .optional()
  .meta({ title: 'Alerts' });
