/** The door for pushed records in the description of the API. */

import type { z } from 'zod';
import { POLICY } from '../api/policy.ts';
import { bulkAnswer, bulkRequest, uploadList } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

/** Operations that are answered here, and not by the endpoints of the API. */
export const INBOUND_OPERATIONS = ['uploadRecords', 'listUploads', 'getUpload'] as const;

export type InboundOperation = (typeof INBOUND_OPERATIONS)[number];

const SCIM = 'application/scim+json';

/**
 * @param schemaOf A schema as the description refers to it.
 * @param otherwise What is answered when something cannot be done.
 */
export function inboundPaths(schemaOf: (schema: z.ZodType) => Json, otherwise: Json): Json {
  const described = (
    name: InboundOperation,
    summary: string,
    parameters: readonly Json[],
    rest: Json,
    responses: Json,
  ): Json => ({
    operationId: name,
    summary,
    description: `Needs the role ${POLICY[name]}, or a token of the system. See docs/connectors/inbound.md.`,
    'x-role': POLICY[name],
    parameters,
    ...rest,
    responses: { ...responses, default: otherwise },
  });
  const answered = (description: string, schema: z.ZodType): Json => ({
    description,
    content: { [SCIM]: { schema: schemaOf(schema) } },
  });
  const requestBody = { required: true, content: { [SCIM]: { schema: schemaOf(bulkRequest) } } };
  const accepted = {
    200: answered('The records were read within the time of `Prefer: wait`.', bulkAnswer),
    202: {
      ...answered('The records that can be taken are in the store.', bulkAnswer),
      headers: { Location: { schema: { type: 'string' }, description: 'Where to look.' } },
    },
  };
  return {
    '/inbound/{system}/bulkUpload': {
      post: described(
        'uploadRecords',
        'Pushes records, as a SCIM bulk request; a result for each.',
        [SYSTEM, inHeader('Idempotency-Key'), inHeader('client-request-id'), inHeader('Prefer')],
        { requestBody },
        accepted,
      ),
    },
    '/inbound/{system}/uploads': {
      get: described(
        'listUploads',
        'What was pushed lately, the newest first.',
        [SYSTEM],
        {},
        {
          200: answered('As asked.', uploadList),
        },
      ),
    },
    '/inbound/{system}/uploads/{id}': {
      get: described(
        'getUpload',
        'What became of each record of an upload.',
        [SYSTEM, ID],
        {},
        {
          200: answered('As asked.', bulkAnswer),
        },
      ),
    },
  };
}

const SYSTEM = inPath('system');
const ID = inPath('id');

function inPath(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

function inHeader(name: string): Json {
  return { name, in: 'header', schema: { type: 'string' } };
}
