/** What goes over the wire at the door for pushed records: one schema to check by and to describe. */

import { z } from 'zod';
import { BULK_REQUEST, BULK_RESPONSE, ERROR } from '../../scim/urn.ts';
import { named } from '../api/schemas/named.ts';

const counts = {
  taken: z.int().min(0),
  unchanged: z.int().min(0),
  refused: z.int().min(0).meta({ description: 'Those that were left alone after others too.' }),
};

export const bulkRequest: z.ZodType = named(
  'BulkRequest',
  z.object({
    schemas: z.array(z.literal(BULK_REQUEST)),
    Operations: z.array(
      z.object({
        method: z.literal('POST'),
        path: z.literal('/Users'),
        bulkId: z.exactOptional(z.string()),
        data: z.record(z.string(), z.unknown()).meta({
          description: 'A SCIM user; externalId is its id, manager.value that of the manager.',
        }),
      }),
    ),
    failOnErrors: z.exactOptional(z.int().min(1).nullable()),
  }),
);

const bulkResult = z.object({
  method: z.literal('POST'),
  bulkId: z.exactOptional(z.string()),
  externalId: z.exactOptional(z.string()),
  status: z.enum(['200', '202', '400', '424']).meta({
    description:
      '200: taken, and somebody’s. 202: taken, nobody’s yet. 400: refused. 424: left alone.',
  }),
  result: z.enum(['taken', 'unchanged', 'refused', 'skipped']),
  identity: z.exactOptional(z.string()).meta({ description: 'Whose record it is by now.' }),
  ignored: z
    .exactOptional(z.array(z.string()))
    .meta({ description: 'Attributes that no schema has, and that nothing was made of.' }),
  response: z.exactOptional(
    z.object({
      schemas: z.array(z.literal(ERROR)),
      status: z.string(),
      detail: z.string(),
      code: z.string(),
      remedy: z.exactOptional(z.string()),
    }),
  ),
});

export type BulkResult = z.output<typeof bulkResult>;

export const bulkAnswer = z.object({
  schemas: z.array(z.literal(BULK_RESPONSE)),
  id: z.string().meta({ description: 'Under this it is found in the log.' }),
  at: z.iso.datetime(),
  ...counts,
  Operations: z.array(bulkResult),
});

export type BulkAnswer = z.output<typeof bulkAnswer>;

named('BulkResponse', bulkAnswer);

export const uploadList: z.ZodType = named(
  'Uploads',
  z.object({
    items: z.array(
      z.object({ id: z.string(), system: z.string(), at: z.iso.datetime(), ...counts }),
    ),
  }),
);
