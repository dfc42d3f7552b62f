/** The part of the document that is about one system. */

import { z } from 'zod';
import { CLIENTS, LENIENCIES } from '../scim/clients.ts';
import { readKind } from './read-document.ts';
import { certificateClients, serveMap } from './serve.ts';
import { trustDocument } from './trust.ts';
import { writeGroup, writeKind } from './write-document.ts';

const kinds = z.enum(['user', 'group']);

export const systemDocument = z.strictObject({
  connector: z.string().min(1).meta({ title: 'Connector' }),
  profile: z.string().min(1).optional().meta({
    title: 'Profile',
    description: 'Quirks, limits and default mapping of a known application.',
  }),
  options: z.record(z.string(), z.unknown()).optional().meta({ title: 'Options' }),
  read: z.partialRecord(kinds, readKind.nullable()).optional().meta({ title: 'Read' }),
  write: z
    .strictObject({
      user: writeKind.nullable().optional(),
      group: writeGroup.nullable().optional(),
    })
    .optional()
    .meta({ title: 'Write' }),
  serve: z
    .strictObject({
      kinds: z
        .array(
          z
            .string()
            .regex(/^[a-z][A-Za-z0-9]*$/, 'a kind of the system, such as user, group or device'),
        )
        .optional()
        .meta({
          title: 'Kinds',
          description:
            'What is offered: people, groups, and whatever else the system has; all when absent.',
        }),
      clients: z
        .array(z.enum(Object.keys(CLIENTS)))
        .optional()
        .meta({
          title: 'Clients',
          description: 'Who writes to it; what they need beyond RFC 7644 is understood.',
        }),
      lenient: z
        .array(z.enum(Object.keys(LENIENCIES)))
        .optional()
        .meta({
          title: 'Lenient',
          description: 'Single deviations from RFC 7644 that are understood besides.',
        }),
      readOnly: z.boolean().default(false).meta({
        title: 'Read only',
        description: 'Nobody may write, whatever their token or certificate allows.',
      }),
      map: serveMap,
      certificates: certificateClients,
      trust: trustDocument.optional().meta({
        title: 'Trust',
        description: 'Issuers whose JWTs open it, beside tokens of lockstep token create.',
      }),
    })
    .nullable()
    .optional()
    .meta({ title: 'Serve', description: 'Other software reaches this system over SCIM.' }),
});

export type SystemDocument = z.output<typeof systemDocument>;
