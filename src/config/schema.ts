/**
 * The configuration document: one schema for its type, its validation, the editor's completion and
 * the console's form. Titles and help are what people read there.
 */

import { z } from 'zod';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import { datesDocument } from './dates.ts';
import { groupsDocument } from './groups.ts';
import { identityDocument } from './identity.ts';
import { type JsonSchema, optionsJsonSchema } from './options-schema.ts';
import { cursorKey, tlsDocument } from './serve.ts';
import { systemDocument } from './system-document.ts';
import { tenantsDocument } from './tenant-rules.ts';
import { alertsDocument, auditDocument, keepDocument, scheduleDocument } from './upkeep.ts';

export const configurationDocument = z.strictObject({
  $schema: z.string().optional(),
  store: z.string().min(1).default('./data').meta({
    title: 'Store',
    description: 'A folder for SQLite, or a postgres:// URL.',
  }),
  server: z
    .strictObject({
      port: z.number().int().min(0).max(65_535).default(8080),
      host: z.string().default('127.0.0.1'),
      tls: tlsDocument,
      cursorKey,
    })
    .default({ port: 8080, host: '127.0.0.1' })
    .meta({ title: 'Server', description: 'Where lockstep serve listens.' }),
  systems: z
    .record(
      z
        .string()
        .regex(
          /^(?!computed$)[a-z][a-z0-9-]*$/,
          'a system is named in lower case letters, digits and hyphens, such as corp-ad',
        ),
      systemDocument,
    )
    .meta({ title: 'Systems' }),
  tenants: tenantsDocument.optional(),
  dates: datesDocument.optional(),
  identity: identityDocument.optional(),
  groups: groupsDocument.optional(),
  schedule: scheduleDocument,
  keep: keepDocument,
  audit: auditDocument,
  alerts: alertsDocument,
});

export type ConfigurationDocument = z.output<typeof configurationDocument>;

/** The JSON Schema of the document, with each connector's own options. */
export function configurationJsonSchema(
  connectors: readonly ConnectorDefinition<unknown>[],
): JsonSchema {
  return {
    title: 'Lockstep configuration',
    ...z.toJSONSchema(configurationDocument, {
      io: 'input',
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema !== systemDocument || jsonSchema.properties === undefined) return;
        jsonSchema.properties.connector = {
          title: 'Connector',
          enum: connectors.map(({ type }) => type),
        };
        jsonSchema.allOf = connectors.map(({ type, title, options }) => ({
          if: { properties: { connector: { const: type } } },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: { properties: { options: { title, ...optionsJsonSchema(options) } } },
        }));
      },
    }),
  };
}
