/**
 * Schemas of one's own (RFC 7643 §2, §3.3, §7): extensions of people and groups, and whole types of
 * resources. What is declared here is what clients discover, and what every write is held to.
 */

import { z } from 'zod';
import type { ObjectKind } from '../../identity/record.ts';

const urn = z
  .string()
  .regex(
    /^urn:(?!ietf:)[a-z0-9-]+(:[\w.$-]+)*:v?\d+(\.\d+)*:[A-Z]\w*$/i,
    'a URN that ends with a version and a name, such as urn:contoso:scim:2.0:User',
  )
  .meta({ title: 'URN', description: 'Never changed once clients know it.' });

const name = z.string().regex(/^[A-Za-z][\w-]*$/, 'a name of letters, digits, _ and -');

const characteristics = {
  name,
  description: z.string().default('').meta({ title: 'Description' }),
  multiValued: z.boolean().default(false).meta({ title: 'Several values' }),
  required: z.boolean().default(false).meta({ title: 'Required' }),
  caseExact: z.boolean().default(false).meta({ title: 'Capitals matter' }),
  mutability: z
    .enum(['readWrite', 'readOnly', 'immutable', 'writeOnly'])
    .default('readWrite')
    .meta({ title: 'Mutability', description: 'immutable: set once. writeOnly: never told.' }),
  returned: z
    .enum(['always', 'default', 'request', 'never'])
    .optional()
    .meta({ title: 'Returned', description: 'request: told to whoever names it.' }),
  canonicalValues: z
    .array(z.string().min(1))
    .default([])
    .meta({ title: 'Values', description: 'All there are; others are refused.' }),
};

const simple = z.enum(['string', 'boolean', 'integer', 'decimal', 'dateTime', 'binary']);

const partOption = z.strictObject({ ...characteristics, type: simple.default('string') });

const attributeOption = z.strictObject({
  ...characteristics,
  type: z.enum([...simple.options, 'reference', 'complex']).default('string'),
  unique: z
    .boolean()
    .default(false)
    .meta({ title: 'Unique', description: 'No two objects of the kind have the same value.' }),
  refersTo: z
    .string()
    .default('user')
    .meta({ title: 'Refers to', description: 'The kind a reference names.' }),
  parts: z.array(partOption).default([]).meta({ title: 'Parts', description: 'Of type complex.' }),
});

export type CustomPart = z.infer<typeof partOption>;
export type CustomAttribute = z.infer<typeof attributeOption>;

const attributes = z
  .array(attributeOption)
  .min(1)
  .superRefine((declared, context) => {
    const refuse = (index: number, message: string): void =>
      context.addIssue({ code: 'custom', message, path: [index] });
    const seen = new Set<string>();
    for (const [index, one] of declared.entries()) {
      const lower = one.name.toLowerCase();
      if (seen.has(lower)) refuse(index, `"${one.name}" is declared twice`);
      seen.add(lower);
      if ((one.type === 'complex') !== one.parts.length > 0)
        refuse(index, `"${one.name}": parts are what a complex attribute has, and no other`);
      if (one.unique && (one.type !== 'string' || one.multiValued))
        refuse(index, `"${one.name}": unique is for one text, neither a list nor another type`);
      if (one.canonicalValues.length > 0 && one.type !== 'string')
        refuse(index, `"${one.name}": only texts have a list of values`);
    }
  });

const schemaOption = z.strictObject({
  id: urn,
  name: name.meta({ title: 'Name' }),
  description: z.string().default(''),
  of: z.string().default('user').meta({ title: 'Of', description: 'The kind it extends.' }),
  required: z.boolean().default(false).meta({ title: 'On every object' }),
  attributes,
});

const typeOption = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a kind is in lower case letters, such as device'),
  name: name.meta({ title: 'Name', description: 'As in meta.resourceType: Device.' }),
  endpoint: name.optional().meta({ title: 'Endpoint', description: 'Devices.' }),
  schema: urn,
  description: z.string().default(''),
  attributes,
});

export type CustomSchema = z.infer<typeof schemaOption>;
export type CustomType = z.infer<typeof typeOption>;

export const customOptions = {
  schemas: z
    .array(schemaOption)
    .default([])
    .meta({ title: 'Schemas', description: 'Attributes of one’s own, by the URN of a schema.' }),
  types: z
    .array(typeOption)
    .default([])
    .meta({ title: 'Types', description: 'Further types of resources, such as devices.' }),
};

/** Endpoints that are there already (RFC 7644 §3.2). */
const TAKEN = [
  'users',
  'groups',
  'me',
  'bulk',
  'schemas',
  'resourcetypes',
  'serviceproviderconfig',
];

/** What contradicts itself between the schemas and types of one directory. */
export function contradictions({
  schemas,
  types,
}: {
  readonly schemas: readonly CustomSchema[];
  readonly types: readonly CustomType[];
}): readonly string[] {
  const kinds = new Set<ObjectKind>(['user', 'group', ...types.map(({ kind }) => kind)]);
  const urns = [...schemas.map(({ id }) => id), ...types.map(({ schema }) => schema)];
  const endpoints = [...TAKEN, ...types.map((type) => endpointOf(type).toLowerCase())];
  const declared = [...schemas, ...types].flatMap((one) => one.attributes);
  return [
    ...twice(urns.map((id) => id.toLowerCase())).map((id) => `the schema ${id} is declared twice`),
    ...twice(endpoints).map((endpoint) => `the endpoint ${endpoint} is there already`),
    ...twice(['user', 'group', ...types.map(({ kind }) => kind)]).map(
      (kind) => `the kind ${kind} is there already`,
    ),
    ...schemas
      .filter(({ of }) => !kinds.has(of))
      .map(({ id, of }) => `${id} extends ${of}, which is no kind here`),
    ...declared
      .filter(({ type, refersTo }) => type === 'reference' && !kinds.has(refersTo))
      .map(({ name: text, refersTo }) => `${text} refers to ${refersTo}, which is no kind here`),
  ];
}

export function endpointOf({ name: text, endpoint }: CustomType): string {
  return endpoint ?? `${text}s`;
}

function twice(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text, index) => texts.indexOf(text) !== index))];
}
