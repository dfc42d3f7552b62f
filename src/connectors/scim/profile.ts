/**
 * What is known about an application before it is asked: how it wants to be written, what it
 * refuses, and the mapping to begin with. Profiles are data (`profiles/*.yaml`); every field has the
 * RFC's answer as its default, and every one can be overridden in the options.
 */

import { z } from 'zod';

const URN_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const URN_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const path = z.string().min(1);
const count = z.number().int().positive();

const attributeRule = z.strictObject({
  path,
  /** What people call it in a message. */
  name: z.string().optional(),
  createOnly: z.literal(true).optional(),
  createOnlyValues: z.array(z.string()).optional(),
  maxLength: count.optional(),
  forbiddenCharacters: z.string().optional(),
  remedy: z.string().optional(),
});

const referenceRule = z.strictObject({
  path,
  attribute: path,
  mustNotHold: z.array(z.string()).min(1),
  because: z.string(),
});

const row = z.union([
  z.string(),
  z.strictObject({
    value: z.string(),
    default: z.string().optional(),
    when: z.enum(['always', 'create']).optional(),
    onNull: z.enum(['clear', 'leave', 'default']).optional(),
  }),
]);

const limit = z.strictObject({
  share: z.number().min(0).max(1).optional(),
  count: z.number().int().min(0).optional(),
});

/** The same words as `systems.X.write.KIND` of the configuration, which is merged over it. */
const write = z.strictObject({
  match: z.array(path),
  map: z.record(path, row),
  required: z.array(path).default([]),
  referenceRules: z.array(referenceRule).default([]),
  do: z.array(z.enum(['create', 'update', 'disable', 'delete'])),
  leave: z.enum(['disable', 'delete', 'keep']),
  guard: z
    .strictObject({ disable: limit.optional(), delete: limit.optional(), update: limit.optional() })
    .default({}),
  scope: z.string().optional(),
});

const protocol = z.strictObject({
  /** With `{parameters}` where the customer's own part stands. */
  baseUrl: z.string().optional(),
  auth: z.array(z.enum(['bearer', 'oauth-client-credentials', 'oauth-code', 'basic'])).optional(),
  /** After so long a token has to be replaced by hand. */
  tokenLifetimeDays: count.optional(),
  headers: z.record(z.string(), z.string()).default({}),
  resources: z
    .record(
      z.string(),
      z.strictObject({ endpoint: z.string().startsWith('/'), schema: z.string() }),
    )
    .default({
      user: { endpoint: '/Users', schema: URN_USER },
      group: { endpoint: '/Groups', schema: URN_GROUP },
    }),
  /** The path that turns an account on and off. */
  enabledPath: path.default('active'),
  filter: z
    .strictObject({
      /** Paths it can look up, by kind; unknown where absent. */
      paths: z.record(z.string(), z.array(path)).optional(),
      /** How `emails[type eq "work"].value` is asked for: RFC 7644's value path, Entra's way, or bare. */
      typed: z.enum(['value-path', 'sub-attribute', 'plain']).default('value-path'),
      operators: z.array(z.string()).optional(),
      maxNodes: count.optional(),
    })
    .prefault({}),
  create: z
    .strictObject({
      /** Multi-valued attributes whose first element is marked as the primary one. */
      primary: z.array(path).default(['emails']),
      /** Puts `meta.resourceType` into the body, and the schemas Entra adds. */
      entraTemplate: z.boolean().default(false),
      maxMembers: z.number().int().min(0).default(100),
    })
    .prefault({}),
  update: z
    .strictObject({
      /** `auto`: PATCH unless the service provider says or shows that it has none. */
      method: z.enum(['auto', 'patch', 'put']).default('auto'),
      /** Letter case of `op`; RFC 7644 §3.5.2 has it small. */
      operators: z.enum(['lower', 'capitalised']).default('lower'),
      /** `active` as the text "False". */
      stringBooleans: z.boolean().default(false),
      /** One operation without a path for all plain attributes, nested or with dotted names. */
      combine: z.enum(['never', 'nested', 'dotted']).default('never'),
      /** A reference as `{ value: id }` or as the bare id. */
      reference: z.enum(['complex', 'text']).default('complex'),
      /** One member by a filter in the path, or all of a request in its value. */
      removeMembers: z.enum(['filter', 'value']).default('filter'),
      maxOperations: count.default(500),
      maxMembers: count.default(100),
      /** After an answer without a body: what is read then, or what is read with what was asked over it. */
      withoutBody: z.enum(['reread', 'overlay']).default('reread'),
      ifMatch: z.boolean().default(true),
    })
    .prefault({}),
  paging: z
    .strictObject({
      mode: z.enum(['auto', 'index', 'cursor']).default('auto'),
      maxCount: count.default(100),
      firstIndex: z.union([z.literal(0), z.literal(1)]).optional(),
      /** False where `totalResults` is known to lie: then only an empty page is the end. */
      trustTotal: z.boolean().default(true),
    })
    .prefault({}),
  groups: z
    .strictObject({
      support: z.enum(['none', 'full', 'read-only', 'roles-as-groups']).default('full'),
      rename: z.boolean().default(true),
      /** What becomes of a group within a group: a member, its people, or neither. */
      nested: z.enum(['kept', 'flattened', 'refused']).default('kept'),
      /** Whether an answer lists the members. */
      readMembers: z.boolean().default(true),
    })
    .prefault({}),
  deprovision: z
    .strictObject({
      /** How an account is turned off: by its attribute, or by a DELETE that only deactivates. */
      disableBy: z.enum(['attribute', 'delete']).default('attribute'),
      deletes: z.enum(['account', 'deactivates', 'irreversible']).default('account'),
    })
    .prefault({}),
  attributes: z.record(z.string(), z.array(attributeRule)).default({}),
  uniquePaths: z.array(path).default([]),
  /** Their change waits for a person's confirmation. */
  pendingPaths: z.array(path).default([]),
  visibilityLagSeconds: z.number().min(0).optional(),
  maxParallel: count.optional(),
  rate: z
    .array(
      z.strictObject({
        resources: z.array(z.string()).optional(),
        methods: z.array(z.string()).optional(),
        limit: count,
        perSeconds: count,
        burst: count.optional(),
      }),
    )
    .default([]),
  /** Answers that mean more here than their status says; the first that fits decides. */
  failures: z
    .array(
      z.strictObject({
        status: z.number().int().optional(),
        /** Searched for in the answer's detail, without regard to case. */
        detail: z.string(),
        kind: z.enum(['throttled', 'denied', 'invalid', 'conflict', 'unreachable']),
        code: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
        remedy: z.string(),
      }),
    )
    .default([]),
});

const evidence = z.strictObject({
  /** The vendor's documentation, or Entra's tutorial of the application. */
  documented: z.array(z.string()).default([]),
  /** Reported by people who run it. */
  field: z.array(z.string()).default([]),
  /** Concluded, or general knowledge: to be verified before it is relied on. */
  inferred: z.array(z.string()).default([]),
});

export const profileSchema = protocol.extend({
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  /** The day its facts were last compared with their sources. */
  verifiedOn: z.iso.date(),
  /** How sure each fact is, by its path in this document; the longest path that fits decides. */
  evidence,
  /** What else an administrator should know, and what marks this application out. */
  quirks: z.array(z.strictObject({ name: z.string(), text: z.string() })).default([]),
  write: z.record(z.string(), write),
  /** Rows that some customers want instead, to be copied into the configuration. */
  variants: z
    .record(z.string(), z.strictObject({ title: z.string(), map: z.record(path, row) }))
    .default({}),
});

export type Profile = z.output<typeof profileSchema>;
export type Protocol = z.output<typeof protocol>;
