/** Bulk requests (RFC 7644 §3.7): many operations in one, as they were sent. */

import { isObject } from './accept.ts';
import { badRequest, type ScimError } from './error.ts';
import { BULK_REQUEST } from './urn.ts';

export interface BulkOperation {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  /** The ETag the resource must still have. */
  readonly version?: string;
  readonly data: unknown;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  readonly failOnErrors?: number;
}

const LONGEST_BULK_ID = 200;

/** The envelope alone: what an operation holds is looked at one by one. @throws ScimError */
export function parseBulk(body: unknown): BulkRequest {
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const schemas = body.schemas;
  if (!Array.isArray(schemas) || !schemas.includes(BULK_REQUEST))
    throw malformed(`schemas must name ${BULK_REQUEST}`);
  const operations = body.Operations;
  if (!Array.isArray(operations) || operations.length === 0)
    throw malformed('Operations must be a list with at least one operation');
  const failOnErrors = body.failOnErrors ?? undefined;
  if (
    failOnErrors !== undefined &&
    !(Number.isSafeInteger(failOnErrors) && Number(failOnErrors) > 0)
  )
    throw malformed('failOnErrors must be a whole number from 1, or null');
  return {
    operations: operations.map(operationOf),
    ...(failOnErrors !== undefined && { failOnErrors: Number(failOnErrors) }),
  };
}

function operationOf(value: unknown, index: number): BulkOperation {
  const at = `Operations[${index}]`;
  if (!isObject(value)) throw malformed(`${at} must be an object`);
  const { method, path, bulkId, version, data } = value;
  if (typeof method !== 'string') throw malformed(`${at}.method must be a text`);
  if (typeof path !== 'string') throw malformed(`${at}.path must be a text`);
  if (version !== undefined && version !== null && typeof version !== 'string')
    throw malformed(`${at}.version must be a text`);
  const sent = { method, path, ...(typeof version === 'string' && { version }), data };
  if (bulkId === undefined || bulkId === null) return sent;
  if (typeof bulkId !== 'string' || bulkId.length > LONGEST_BULK_ID)
    throw malformed(`${at}.bulkId must be a text of at most ${LONGEST_BULK_ID} characters`);
  return { ...sent, bulkId };
}

function malformed(detail: string): ScimError {
  return badRequest('invalidSyntax', detail);
}
