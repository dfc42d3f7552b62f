/** The description of the API, made from the schemas and the policy by which it works. */

import { z } from 'zod';
import { inboundPaths } from '../inbound/description.ts';
import type { Answers, Endpoint, Shape } from './endpoint.ts';
import { POLICY } from './policy.ts';
import { NAMED } from './schemas/named.ts';
import { problemDocument } from './schemas/problem.ts';
import { task } from './schemas/task.ts';

type Json = Readonly<Record<string, unknown>>;

export const DESCRIPTION = {
  path: '/openapi.json',
  summary: 'This description.',
} as const;

export function openApi(endpoints: readonly Endpoint[], basePath: string): Json {
  const paths: Record<string, Record<string, Json>> = {
    [DESCRIPTION.path]: {
      get: {
        operationId: 'getDescription' satisfies keyof typeof POLICY,
        summary: DESCRIPTION.summary,
        security: [],
        responses: { 200: jsonAnswer('An OpenAPI document.', { type: 'object' }) },
      },
    },
  };
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Lockstep',
      version: '1',
      description:
        'Plans, runs, people, explanations, log, reviews and status: what the command line can do. See docs/api.md.',
    },
    servers: [{ url: basePath }],
    security: [{ bearer: [] }],
    paths: { ...paths, ...inboundPaths(schemaOf, otherwise()) },
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'Of lockstep token create --role; viewer, auditor, operator or administrator.',
        },
      },
      schemas: components(),
    },
  };
}

function operation({ name, summary, parameters, query, body, answers, refuses }: Endpoint): Json {
  const more =
    refuses.length === 0 ? '' : ` Refused as ${refuses.map((code) => `\`${code}\``).join(', ')}.`;
  const preference =
    answers.type === 'task'
      ? [{ name: 'Prefer', in: 'header', description: 'wait=30', schema: { type: 'string' } }]
      : [];
  const all = [...inputs(parameters, 'path'), ...inputs(query, 'query'), ...preference];
  return {
    operationId: name,
    summary,
    description: `Needs the role ${POLICY[name]}.${more}`,
    'x-role': POLICY[name],
    ...(all.length > 0 && { parameters: all }),
    ...(body !== undefined && { requestBody: requestBody(body) }),
    responses: {
      ...answered(answers),
      default: otherwise(),
    },
  };
}

function otherwise(): Json {
  return {
    description: 'What cannot be done, and why.',
    content: { 'application/problem+json': { schema: schemaOf(problemDocument) } },
  };
}

function inputs(shape: Shape, place: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = jsonSchema(shape);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    ...((place === 'path' || required.includes(name)) && { required: true }),
    schema,
  }));
}

function requestBody(body: z.ZodType | 'lines'): Json {
  return body === 'lines'
    ? {
        required: true,
        description: 'The lines of a plan file, as exported.',
        content: { 'application/jsonl': { schema: { type: 'string' } } },
      }
    : { content: { 'application/json': { schema: schemaOf(body) } } };
}

function answered(answers: Answers): Json {
  switch (answers.type) {
    case 'json':
      return { 200: jsonAnswer('As asked.', schemaOf(answers.schema)) };
    case 'lines':
    case 'file':
      return {
        200: {
          description: 'JSON lines, each of this schema; whole unless the connection breaks.',
          content: { 'application/jsonl': { schema: schemaOf(answers.schema) } },
        },
      };
    case 'events':
      return {
        200: {
          description:
            'Events `progress` with a Progress as data, in the end one `end` with the Task. `Last-Event-ID` goes on.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
      };
    case 'task':
      return {
        200: jsonAnswer('It ended within the time of `Prefer: wait`.', schemaOf(task)),
        202: {
          ...jsonAnswer('It has begun.', schemaOf(task)),
          headers: { Location: { schema: { type: 'string' }, description: 'Where to look.' } },
        },
      };
  }
}

function jsonAnswer(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } };
}

function schemaOf(schema: z.ZodType): Json {
  const id = NAMED.get(schema)?.id;
  return id === undefined ? jsonSchema(schema) : { $ref: uri(id) };
}

function components(): Json {
  const { schemas } = z.toJSONSchema(NAMED, { ...OPTIONS, uri });
  return Object.fromEntries(
    Object.entries(schemas)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { $id: _, $schema: __, ...schema }]) => [id, schema]),
  );
}

function jsonSchema(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, OPTIONS);
  return json;
}

function uri(id: string): string {
  return `#/components/schemas/${id}`;
}

const OPTIONS = {
  io: 'input',
  override: ({ jsonSchema: json }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }) => {
    // Days of every month as a pattern say nothing that the format does not.
    if (json.format === 'date-time') delete json.pattern;
  },
} as const;
