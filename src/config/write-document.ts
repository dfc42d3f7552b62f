/** The part of the document that says how a system is written. */

import { z } from 'zod';
import { attributeName, duration, expression } from './fields.ts';

const days = z
  .string()
  .regex(/^[1-9]\d*d$/, 'a number of days, such as 30d')
  .transform((text) => Number(text.slice(0, -1)));

const share = z
  .union([
    z
      .string()
      .regex(/^(100|[1-9]?\d)(\.\d+)?%$/)
      .transform((text) => Number(text.slice(0, -1)) / 100),
    z.number().min(0).max(1),
  ])
  .meta({ title: 'Share of the managed accounts', description: '20%, or 0.2' });

const names = z.union([attributeName.transform((name) => [name]), z.array(attributeName)]);

const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const writeRow = z.union([
  expression,
  z.literal(false).meta({ description: "Drops the profile's mapping to this attribute." }),
  z.strictObject({
    value: expression.optional().meta({ description: "The profile's expression by default." }),
    default: scalarText.optional().meta({
      title: 'Default',
      description: 'Used when the expression has no value; on creation, unless onNull says more.',
    }),
    when: z.enum(['always', 'create']).optional().meta({
      title: 'When',
      description: 'create: a first value that later edits in the target may replace.',
    }),
    onNull: z.enum(['clear', 'leave', 'default']).optional().meta({
      title: 'Without a value',
      description: 'What an update does when the expression has no value; clear by default.',
    }),
    reuseAfter: duration.optional().meta({
      title: 'Reuse after',
      description:
        'Of SelectUniqueValue: how long nobody else gets a value that has become free; 365d by default.',
    }),
  }),
]);

const limit = z.strictObject({
  share: share.optional(),
  count: z.number().int().min(0).optional(),
});
const guard = z.union([limit, z.literal(false)]);

const driftAction = z.enum(['report', 'revert', 'adopt']);

export const writeKind = z.strictObject({
  assigned: z
    .object({
      nested: z.boolean().optional().meta({
        title: 'Nested',
        description: 'By groups within assigned groups as well; Entra ID itself does not.',
      }),
    })
    .catchall(attributeName)
    .refine(
      ({ nested: _, ...systems }) => Object.keys(systems).length === 1,
      'one system and its application',
    )
    .optional()
    .meta({
      title: 'Assigned',
      description:
        '{ entra: Ramp }: only people assigned to that enterprise application, directly or by group.',
    }),
  scope: z.string().min(1).optional().meta({
    title: 'Scope',
    description: 'A SCIM filter over the identity, such as: not (userType eq "Guest").',
  }),
  match: names.optional().meta({
    title: 'Match',
    description: 'Target attributes that find an existing account, in this order.',
  }),
  map: z.record(attributeName, writeRow).optional().meta({
    title: 'Map',
    description: 'Target attribute: expression. Under a profile, single rows are overridden.',
  }),
  required: z.array(attributeName).optional().meta({
    title: 'Required',
    description: 'Target attributes without which a person is refused, after defaults.',
  }),
  do: z
    .array(z.enum(['create', 'update', 'disable', 'delete']))
    .optional()
    .meta({ title: 'Do', description: 'What may be done here at all.' }),
  leave: z
    .union([
      z.enum(['disable', 'delete', 'keep']),
      z.strictObject({ 'delete-after': days }).meta({ description: '{ delete-after: 30d }' }),
    ])
    .optional()
    .meta({
      title: 'Leave',
      description: 'What becomes of the account of somebody who left or is out of scope.',
    }),
  guard: z
    .strictObject({
      disable: guard.optional(),
      delete: guard.optional(),
      update: guard.optional(),
      churn: guard.optional().meta({
        title: 'Attribute churn',
        description: 'Accounts of which one and the same attribute would change.',
      }),
      members: guard.optional().meta({
        title: 'Membership removal',
        description: 'Memberships that would be taken away.',
      }),
      failures: guard.optional().meta({
        title: 'Failure rate',
        description:
          'A run in which more operations fail stops, and the rest waits; a share of those tried.',
      }),
      swap: z.boolean().optional().meta({
        title: 'Identifier swap',
        description: 'Holds a plan in which an identifier goes from one account to another.',
      }),
      window: duration.optional().meta({
        title: 'Window',
        description: 'What was done within it counts with what a plan would do; 24h by default.',
      }),
    })
    .optional()
    .meta({
      title: 'Guard',
      description:
        'A plan beyond both share and count is held for a person; false switches it off.',
    }),
  holds: z
    .strictObject({
      rest: z.enum(['go', 'wait']).optional().meta({
        title: 'Rest',
        description: 'go: only what the guard is about waits, the rest of the plan goes on.',
      }),
      expires: duration.optional().meta({
        title: 'Expires',
        description: 'A held plan that is older is not let go any more; 7d by default.',
      }),
    })
    .optional()
    .meta({ title: 'Holds', description: 'What becomes of a plan that a guard holds.' }),
  urgent: z.string().min(1).optional().meta({
    title: 'Urgent',
    description:
      'A SCIM filter over the identity and why: whoever it names goes ahead of everybody, such as: accountEnabled eq false.',
  }),
  firstRun: z.enum(['hold', 'go']).optional().meta({
    title: 'First run',
    description: 'hold: the first plan waits for a release. The default under serve.',
  }),
  pilot: z.array(attributeName).optional().meta({
    title: 'Pilot',
    description: 'While set, nobody else is written.',
  }),
  drift: z
    .strictObject({
      default: driftAction.optional(),
      attributes: z.record(attributeName, driftAction).optional(),
      orphans: z.enum(['report', 'link', 'import', 'disable', 'leave']).optional(),
      alert: z.int().min(1).optional(),
    })
    .optional()
    .meta({
      title: 'Drift',
      description:
        "What reconciling does with changes that others made in the target: report, revert or adopt them. orphans: accounts that are nobody's. alert: so many that wait for a person raise the alert drift.",
    }),
  reconcile: z.strictObject({ every: duration }).optional().meta({
    title: 'Reconcile',
    description: 'lockstep serve reads the target to its end this often, such as { every: 24h }.',
  }),
});

export const writeGroup = writeKind.extend({
  members: z.enum(['direct', 'flattened', 'none']).optional().meta({
    title: 'Members',
    description:
      'direct: as at the source. flattened: also the people of groups within. none: left alone.',
  }),
  nested: z.enum(['kept', 'flattened', 'refused']).optional().meta({
    title: 'Nested groups',
    description:
      "kept: a group is a member. flattened: its people are. refused: neither. The profile's by default.",
  }),
});

/** Of either kind; only groups have members. */
export type WriteDocument = z.output<typeof writeGroup>;
