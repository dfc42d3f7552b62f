/**
 * The configuration document: one schema for its type, its validation, the editor's completion and
 * the console's form. Titles and help are what people read there.
 */

import { z } from 'zod';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import { CLIENTS, LENIENCIES } from '../scim/clients.ts';
import { datesDocument } from './dates.ts';
import { duration, expression } from './fields.ts';
import { groupsDocument } from './groups.ts';
import { identityDocument } from './identity.ts';
import { joinDocument } from './join.ts';
import { certificateClients, cursorKey, serveMap, tlsDocument } from './serve.ts';
import { tenantsDocument } from './tenant-rules.ts';
import { trustDocument } from './trust.ts';

const KEEP_LOG_SECONDS = 90 * 86_400;
const KEEP_PLANS_SECONDS = 7 * 86_400;
const KEEP_HISTORY_SECONDS = 365 * 86_400;

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

const attributeName = z.string().min(1);
const names = z.union([attributeName.transform((name) => [name]), z.array(attributeName)]);
const kinds = z.enum(['user', 'group']);

const readRow = z.union([
  expression,
  z.strictObject({
    value: expression
      .optional()
      .meta({ description: 'The attribute of the same name by default.' }),
    ref: attributeName.optional().meta({
      title: 'Reference',
      description:
        'The value names the person whose identity attribute this is, as a manager does.',
    }),
  }),
]);

const readKind = z.strictObject({
  creates: z.boolean().optional().meta({
    title: 'Creates identities',
    description:
      'Whether a record that joins nobody makes a new identity. True for a system that is only read, false for one that is also written.',
  }),
  authority: z.boolean().optional().meta({
    title: 'Authority',
    description:
      'Whether a record keeps its identity alive: a person without any has left. The default is as for creates.',
  }),
  while: z.string().min(1).optional().meta({
    title: 'While',
    description:
      'A SCIM filter over the record as identity attributes, with dates: it counts only while that holds, such as: not (employeeLeaveDateTime le "now-1d").',
  }),
  join: joinDocument.optional(),
  map: z.record(attributeName, readRow).optional().meta({
    title: 'Map',
    description: 'Identity attribute: expression over the record. Added to the default map.',
  }),
  precedence: z.record(attributeName, z.number().int().min(0)).optional().meta({
    title: 'Precedence',
    description:
      'By identity attribute; the smaller number wins. Otherwise systems win in the order of this file.',
  }),
  authoritative: z.array(attributeName).optional().meta({
    title: 'Authoritative',
    description:
      'Identity attributes of which this system has the say, before all others; that it has no value is a value.',
  }),
  modified: expression.optional().meta({
    title: 'Modified',
    description:
      'When the system itself changed the record, such as [lastModified]. Otherwise the reading that shows a change counts.',
  }),
});

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

const writeKind = z.strictObject({
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

const writeGroup = writeKind.extend({
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

const systemDocument = z.strictObject({
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
      kinds: z.array(kinds).optional(),
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
  schedule: z
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
    }),
  keep: z
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
    .meta({ title: 'Keep', description: 'How long the store remembers; older is deleted.' }),
  audit: z
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
    .meta({ title: 'Audit', description: 'The record of who did what.' }),
  alerts: z
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
    .meta({ title: 'Alerts' }),
});

export type ConfigurationDocument = z.output<typeof configurationDocument>;
export type SystemDocument = ConfigurationDocument['systems'][string];
export type ReadDocument = NonNullable<NonNullable<SystemDocument['read']>['user']>;
/** Of either kind; only groups have members. */
export type WriteDocument = NonNullable<NonNullable<SystemDocument['write']>['group']>;

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

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

/** Of what is written, not of what is parsed: defaults may be left out. */
export function optionsJsonSchema(options: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return json;
}
