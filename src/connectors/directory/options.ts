/** What an administrator sets for a directory, above all the rules by which it receives accounts. */

import { z } from 'zod';
import { contradictions, customOptions } from './custom.ts';

const path = z.string().min(1);

const userRules = z.object({
  required: z
    .array(z.object({ path, name: z.string(), default: z.string().optional() }))
    .default([])
    .meta({
      title: 'Required attributes',
      description: 'A default stands in for a missing value.',
    }),
  unique: z
    .boolean()
    .default(true)
    .meta({ title: 'User names are unique', description: 'Capitals make no difference.' }),
  lists: z.record(z.string(), path).default({}).meta({
    title: 'Lists',
    description: 'Attributes whose values make a list, such as departments.',
  }),
  references: z
    .array(
      z.object({
        path,
        name: z.string(),
        missing: z.enum(['keep', 'wait', 'refuse']).default('keep'),
        refuse: z
          .array(z.object({ path, values: z.array(z.string()), because: z.string() }))
          .default([]),
      }),
    )
    .default([])
    .meta({ title: 'References', description: 'What an account that is named must be like.' }),
  role: z
    .object({
      type: z.string(),
      values: z.record(z.string(), z.string()),
      createOnly: z.array(z.string()).default([]),
      initial: z.string(),
      received: z.boolean(),
      manager: z.string(),
      others: z.string(),
    })
    .optional()
    .meta({
      title: 'Role',
      description: 'Roles by value with their names; unless received, decided at the invitation.',
    }),
  remove: z
    .enum(['delete', 'deactivate', 'refuse'])
    .default('delete')
    .meta({ title: 'What a deletion does' }),
  invitation: z
    .object({
      owner: z.string(),
      subject: z.string(),
      text: z.string().default('You are invited.'),
      programs: z.array(z.string()).default([]),
    })
    .optional()
    .meta({ title: 'Invitation', description: 'Sent by the manager, or else by the owner.' }),
  confirm: z
    .array(path)
    .default([])
    .meta({ title: 'Confirmed changes', description: 'Changes that wait for the person.' }),
  confirmation: z
    .object({
      from: z.string(),
      subject: z.string().default('Please confirm your new address'),
      hours: z.number().min(1).default(72),
    })
    .optional()
    .meta({
      title: 'Confirmation',
      description: 'Writes to the new address; whoever follows the link confirms the change.',
    }),
});

export type UserRules = z.infer<typeof userRules>;

const customAttribute = z.object({
  path,
  type: z.enum(['string', 'boolean', 'integer', 'decimal', 'dateTime', 'reference']),
  multiValued: z.boolean().default(false),
});

const limit = z.number().int().min(1).optional();

export const directoryOptions = z
  .object({
    ...customOptions,
    kinds: z
      .array(z.enum(['user', 'group']))
      .min(1)
      .default(['user', 'group'])
      .meta({ title: 'Kinds', description: 'What the directory holds.' }),
    attributes: z.array(customAttribute).default([]).meta({
      title: 'Own attributes',
      description: 'Beside those of SCIM: `urn:contoso:…:badge`.',
    }),
    receive: userRules
      .prefault({})
      .meta({ title: 'Receive rules', description: 'What happens to an account that is sent.' }),
    limits: z
      .strictObject({ users: limit, groups: limit, others: limit, members: limit })
      .default({})
      .meta({ title: 'Limits', description: 'Most users and groups, and members of one group.' }),
    mail: z
      .strictObject({
        smtp: z
          .string()
          .regex(/^smtps?:\/\//, 'smtp://user:password@host:587, or smtps://')
          .meta({ title: 'Mail server', secret: true }),
        address: z.url().meta({
          title: 'Address',
          description: 'Where people reach Lockstep, for links in mails.',
        }),
      })
      .optional()
      .meta({ title: 'Mail', description: 'Invitations and confirmations are sent through it.' }),
    visibleAfterSeconds: z
      .number()
      .min(0)
      .default(0)
      .meta({ title: 'Delay', description: 'Seconds until a reading shows a change.' }),
  })
  .superRefine((options, context) => {
    for (const message of contradictions(options))
      context.addIssue({ code: 'custom', message, path: [] });
  });

export type DirectoryOptions = z.infer<typeof directoryOptions>;
