/**
 * Bulk requests (RFC 7644 §3.7). Each operation stands or falls alone; one whose references cannot
 * be made good is 409, and those that name it as well.
 */

import type { IdentityRecord } from '../../identity/record.ts';
import { type Acceptance, isObject } from '../../scim/accept.ts';
import { type BulkOperation, parseBulk } from '../../scim/bulk.ts';
import { type BulkStep, bulkSteps } from '../../scim/bulk-order.ts';
import { bulkIdsNamed, split, withIds } from '../../scim/bulk-references.ts';
import { badRequest, type ErrorBody, errorBody, ScimError } from '../../scim/error.ts';
import { BULK_RESPONSE, PATCH_OP } from '../../scim/urn.ts';
import { etag, versionsIn } from './etag.ts';
import type { Resource } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { create, patch, remove, replace, type WriteContext } from './write.ts';

/** Operations of one request. */
export const MAX_BULK_OPERATIONS = 1_000;

export interface BulkContext {
  readonly served: ServedSystem;
  readonly acceptance: Acceptance;
  readonly base: string;
  readonly signal: AbortSignal;
  /** What a failure is told as, whatever it was. */
  refusal(error: unknown): ScimError;
}

interface Answer {
  readonly method: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly location?: string;
  readonly status: string;
  readonly response?: ErrorBody;
}

export async function bulk(context: BulkContext, body: unknown): Promise<Resource> {
  const { operations, failOnErrors = Number.POSITIVE_INFINITY } = parseBulk(body);
  if (operations.length > MAX_BULK_OPERATIONS)
    throw new ScimError(413, `a bulk request may have ${MAX_BULK_OPERATIONS} operations`);
  demandDistinct(operations);
  const answers: (Answer | undefined)[] = operations.map(() => undefined);
  const ids = new Map<string, string>();
  let errors = 0;
  for (const step of bulkSteps(operations)) {
    const operation = operations[step.index];
    const before = answers[step.index];
    if (operation === undefined) continue;
    if (step.type === 'run' && errors >= failOnErrors) continue;
    // Only what was made can be completed; a completion is owed even when no more may be run.
    if (step.type === 'complete' && !(before && before.response === undefined)) continue;
    try {
      answers[step.index] = await perform(context, operation, step, ids, before);
    } catch (error) {
      errors++;
      const refused = step.type === 'run' ? context.refusal(error) : incomplete(context, error);
      answers[step.index] = refusedAnswer(operation, refused, before ?? placed(context, operation));
    }
  }
  return {
    schemas: [BULK_RESPONSE],
    Operations: answers.filter((answer) => answer !== undefined),
  };
}

function demandDistinct(operations: readonly BulkOperation[]): void {
  const seen = new Set<string>();
  for (const { bulkId } of operations) {
    if (bulkId !== undefined && seen.has(bulkId))
      throw badRequest('invalidSyntax', `the bulkId ${bulkId} is given twice`);
    if (bulkId !== undefined) seen.add(bulkId);
  }
}

async function perform(
  context: BulkContext,
  operation: BulkOperation,
  { type, deferred }: BulkStep,
  ids: Map<string, string>,
  before: Answer | undefined,
): Promise<Answer> {
  const { method, bulkId, version } = operation;
  const open = type === 'run' ? deferred : new Set<string>();
  for (const named of bulkIdsNamed(operation))
    if (!ids.has(named) && !open.has(named))
      throw new ScimError(409, `bulkId:${named} names nothing that this request has made`);
  const known = withIds(operation, ids);
  const [endpoint, id] = placeOf(known.path);
  const write = writing(context, endpoint, version);

  if (type === 'complete') {
    const made = ids.get(bulkId ?? '') ?? '';
    const { later } = split(objectOf(operation.data), deferred);
    const { data: value } = withIds({ path: '', data: later }, ids);
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', value }] };
    return answer(context, write.type, operation, await patch(write, made, body), before?.status);
  }
  switch (method) {
    case 'POST': {
      if (bulkId === undefined) throw badRequest('invalidSyntax', 'a POST needs a bulkId');
      if (id !== undefined) throw new ScimError(405, 'a POST is sent to a type, not a resource');
      const record = await create(write, split(objectOf(known.data), deferred).now);
      ids.set(bulkId, record.ref.id);
      return answer(context, write.type, operation, record, '201');
    }
    case 'PUT':
      return answer(
        context,
        write.type,
        operation,
        await replace(write, resource(method, id), known.data),
      );
    case 'PATCH':
      return answer(
        context,
        write.type,
        operation,
        await patch(write, resource(method, id), known.data),
      );
    case 'DELETE': {
      await remove(write, resource(method, id));
      return { ...echo(operation), ...placed(context, operation, ids), status: '204' };
    }
    default:
      throw badRequest('invalidSyntax', 'a method is POST, PUT, PATCH or DELETE');
  }
}

function writing(context: BulkContext, endpoint: string, version?: string): WriteContext {
  const { served, acceptance, signal } = context;
  const type = served.types.get(endpoint);
  if (!type) throw new ScimError(404, `there is no /${endpoint} here`);
  const versions = versionsIn(version ?? null);
  return {
    ...{ served, type, acceptance, signal },
    ...(versions !== undefined && versions !== 'any' && { ifMatch: versions }),
  };
}

function placeOf(path: string): readonly [endpoint: string, id: string | undefined] {
  const [, endpoint, id] = /^\/([^/?#]+)(?:\/([^/?#]+))?$/.exec(path) ?? [];
  if (endpoint === undefined)
    throw badRequest('invalidPath', 'a path is that of a type or of a resource, such as /Users/2');
  return [endpoint, id === undefined ? undefined : decoded(id)];
}

function decoded(id: string): string {
  if (id.includes('%00')) throw badRequest('invalidPath', 'nothing is called that');
  try {
    return decodeURIComponent(id);
  } catch {
    throw badRequest('invalidPath', 'the path is not encoded as an address is');
  }
}

function resource(method: string, id: string | undefined): string {
  if (id === undefined) throw new ScimError(405, `${method} needs the path of a resource`);
  return id;
}

function answer(
  { base }: BulkContext,
  type: ServedType,
  operation: BulkOperation,
  { ref, version }: IdentityRecord,
  status = '200',
): Answer {
  return {
    ...echo(operation),
    ...(version !== undefined && { version: etag(version) }),
    location: `${base}${type.endpoint}/${encodeURIComponent(ref.id)}`,
    status,
  };
}

function echo({ method, bulkId }: BulkOperation): Pick<Answer, 'method' | 'bulkId'> {
  return { method, ...(bulkId !== undefined && { bulkId }) };
}

/** Every answer but that of a POST that failed says where its resource is (§3.7). */
function placed(
  { base }: BulkContext,
  { method, path, data }: BulkOperation,
  ids: ReadonlyMap<string, string> = new Map(),
): Pick<Answer, 'location'> {
  return method === 'POST' ? {} : { location: base + withIds({ path, data }, ids).path };
}

function refusedAnswer(
  operation: BulkOperation,
  refused: ScimError,
  { location }: Pick<Answer, 'location'>,
): Answer {
  return {
    ...echo(operation),
    ...(location !== undefined && { location }),
    status: String(refused.status),
    response: errorBody(refused),
  };
}

/** It stays: whoever is told of it can find it, and a deletion could not be taken back. */
function incomplete(context: BulkContext, error: unknown): ScimError {
  const { message } = context.refusal(error);
  return new ScimError(409, `made, but without what refers to it in a circle: ${message}`);
}

function objectOf(data: unknown): Readonly<Record<string, unknown>> {
  if (isObject(data)) return data;
  throw badRequest('invalidSyntax', 'data must be a JSON object');
}
