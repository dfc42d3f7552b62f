/** What is done at each address of the service (RFC 7644 §3.2), once it is clear who asks and that they may. */

import type { Tenant } from '../../identity/identity.ts';
import type { IdentityRecord } from '../../identity/record.ts';
import { isObject } from '../../scim/accept.ts';
import type { Leniency } from '../../scim/clients.ts';
import { badRequest, ScimError } from '../../scim/error.ts';
import { readJson } from '../json-body.ts';
import type { Query } from './address.ts';
import { bare, json, jsonText } from './answer.ts';
import { bulk } from './bulk.ts';
import type { Cursors } from './cursor.ts';
import {
  listOf,
  oneOf,
  refuseFilter,
  resourceTypes,
  schemas,
  serviceProviderConfig,
} from './discovery.ts';
import { etag, isAmong, versionsIn } from './etag.ts';
import { type ListParameters, list } from './list.ts';
import { recordWithGroups, recordWithMembers } from './members.ts';
import { isRequested, isWanted, projected, projectionOf, resourceOf } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { formOf, linked } from './text.ts';
import { attributesWanted } from './wanted.ts';
import { create, patch, remove, replace, type WriteContext } from './write.ts';

export interface Door {
  readonly served: ServedSystem;
  /** Address of the service, without a slash at the end. */
  readonly base: string;
  readonly owner: Tenant;
  readonly leniency: Leniency;
  readonly cursors: Cursors;
  readonly maxBodyBytes: number;
  /** What a failure is told as, whatever it was. */
  readonly refusal: (error: unknown) => ScimError;
}

export interface Asked extends Door {
  readonly request: Request;
  readonly query: Query;
  /** Behind the address of the service: nothing, `Users`, or `Users` and an id. */
  readonly steps: readonly string[];
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** Only addresses that there are, with a method that they know. */
export const answered: Answer = (asked) => {
  const [first = '', second] = asked.steps;
  const fixed = FIXED.get(first);
  if (fixed) return fixed(asked);
  if (second === '.search') return search(asked, [typeOf(asked)]);
  const { method } = asked.request;
  return (second === undefined ? OF_TYPE : OF_RESOURCE)[method]?.(asked) ?? nothingHere();
};

const FIXED: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['', (asked) => listed(asked, everyType(asked), queryParameters(asked))],
  ['.search', (asked) => search(asked, everyType(asked))],
  ['Bulk', bulkAnswer],
  ['Me', notHere],
  [
    'ServiceProviderConfig',
    (asked) => {
      refuseFilter(asked.query.filter);
      return json(serviceProviderConfig(asked, asked.maxBodyBytes));
    },
  ],
  ['ResourceTypes', discovered(resourceTypes)],
  ['Schemas', discovered(schemas)],
]);

const OF_TYPE: Readonly<Record<string, Answer>> = {
  GET: listOne,
  HEAD: listOne,
  POST: async (asked) => {
    const write = writeContext(asked);
    const record = await create(write, await body(asked));
    return answerRecord(asked, write.type, record, 201);
  },
};

const OF_RESOURCE: Readonly<Record<string, Answer>> = {
  GET: readAnswer,
  HEAD: readAnswer,
  PUT: async (asked) => {
    const write = writeContext(asked);
    const record = await replace(write, idOf(asked), await body(asked));
    return answerWritten(asked, write.type, record);
  },
  PATCH: async (asked) => {
    const write = writeContext(asked);
    const record = await patch(write, idOf(asked), await body(asked));
    if (isSilent(asked, write.type))
      return bare(204, record.version === undefined ? {} : { etag: etag(record.version) });
    return answerWritten(asked, write.type, record);
  },
  DELETE: async (asked) => {
    await remove(writeContext(asked), idOf(asked));
    return bare(204);
  },
};

/** Whether a PATCH is answered without the resource, where nobody named what they want of it (RFC 7644 §3.5.2). */
function isSilent({ leniency, query }: Asked, { kind }: ServedType): boolean {
  if (query.attributes !== undefined) return false;
  // A group's members may be too many to be read for an answer nobody asked for.
  return kind === 'group' ? !leniency.patchedGroups : leniency.silentPatches;
}

function nothingHere(): never {
  throw new ScimError(404, 'there is nothing here');
}

/** A token stands for a system, never for one of its users (RFC 7644 §3.11). */
function notHere(): never {
  throw new ScimError(501, 'the token stands for no user, so there is no /Me');
}

function discovered(all: typeof resourceTypes): Answer {
  return ({ served, base, steps: [, name], query }) => {
    if (name !== undefined) return json(oneOf(all(served, base), name));
    refuseFilter(query.filter);
    return json(listOf(all(served, base)));
  };
}

async function bulkAnswer(asked: Asked): Promise<Response> {
  const { served, base, leniency, refusal, request } = asked;
  const context = {
    ...{ served, base, refusal, signal: request.signal },
    acceptance: { system: served.name, leniency },
  };
  return json(await bulk(context, await body(asked)));
}

function body({ request, maxBodyBytes }: Asked): Promise<unknown> {
  return readJson(request, maxBodyBytes);
}

function idOf({ steps: [, id = ''] }: Asked): string {
  return id;
}

function typeOf({ served, steps: [name = ''] }: Asked): ServedType {
  return served.types.get(name) ?? nothingHere();
}

function everyType({ served }: Asked): readonly ServedType[] {
  return [...served.types.values()];
}

function writeContext(asked: Asked): WriteContext {
  const { served, leniency, request } = asked;
  const ifMatch = versionsIn(request.headers.get('if-match'));
  const ifNoneMatch = versionsIn(request.headers.get('if-none-match'));
  return {
    served,
    type: typeOf(asked),
    acceptance: { system: served.name, leniency },
    signal: request.signal,
    ...(ifMatch && ifMatch !== 'any' && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
  };
}

function listOne(asked: Asked): Promise<Response> {
  return listed(asked, [typeOf(asked)], queryParameters(asked));
}

async function search(asked: Asked, types: readonly ServedType[]): Promise<Response> {
  return listed(asked, types, searchParameters(await body(asked)));
}

/** Of one type, or of all at the root (RFC 7644 §3.4.2.1). */
async function listed(
  { served, leniency, base, cursors, owner, request }: Asked,
  types: readonly ServedType[],
  parameters: ListParameters,
): Promise<Response> {
  const { signal } = request;
  return jsonText(
    await list({ served, types, leniency, base, signal, cursors, owner }, parameters),
  );
}

function queryParameters({ query }: Asked): ListParameters {
  const { filter, sortBy, sortOrder, startIndex, count, cursor, attributes, excludedAttributes } =
    query;
  return {
    ...{ filter, sortBy, sortOrder, startIndex, count, cursor },
    ...{ attributes, excludedAttributes },
  };
}

function searchParameters(asked: unknown): ListParameters {
  if (!isObject(asked)) throw badRequest('invalidSyntax', 'the body must be a JSON object');
  const text = (name: string) => {
    const value = asked[name];
    if (Array.isArray(value)) return value.join(',');
    return value === undefined || value === null ? undefined : String(value);
  };
  return {
    filter: text('filter'),
    sortBy: text('sortBy'),
    sortOrder: text('sortOrder'),
    startIndex: text('startIndex'),
    count: text('count'),
    cursor: text('cursor'),
    attributes: text('attributes'),
    excludedAttributes: text('excludedAttributes'),
  };
}

async function readAnswer(asked: Asked): Promise<Response> {
  const type = typeOf(asked);
  const { served, query } = asked;
  const { attributes, excludedAttributes } = query;
  const projection = projectionOf(type, attributes, excludedAttributes);
  const { texts } = served.connector;
  const isUsual = projection === undefined && attributesWanted(type, projection) === undefined;
  const kept =
    isUsual && texts
      ? await texts.get(type.kind, idOf(asked), formOf(type, asked.base))
      : undefined;
  const text = kept && linked(served, type, asked.base, kept.text);
  if (!kept || text === undefined)
    return answerRecord(asked, type, await readOne(asked, type), 200);
  const { version } = kept;
  if (isKnown(asked, version)) return bare(304, { etag: etag(version) });
  return jsonText(text, 200, placed(asked, type, { id: idOf(asked), version }));
}

function doesNotExist(asked: Asked, { name }: ServedType): ScimError {
  return new ScimError(404, `${name} ${idOf(asked)} does not exist`);
}

/** Whether a client that reads has this version already (RFC 9110 §13.1.2). */
function isKnown({ request }: Asked, version: string | undefined): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const known = versionsIn(request.headers.get('if-none-match'));
  return known === 'any' || (known !== undefined && isAmong(known, version));
}

function placed(
  { base }: Asked,
  { endpoint }: ServedType,
  { id, version }: { readonly id: string; readonly version?: string },
): Readonly<Record<string, string>> {
  return {
    ...(version !== undefined && { etag: etag(version) }),
    location: `${base}${endpoint}/${encodeURIComponent(id)}`,
  };
}

async function readOne(asked: Asked, type: ServedType): Promise<IdentityRecord> {
  const { served, request, query } = asked;
  const ref = { system: served.name, kind: type.kind, id: idOf(asked) };
  const { signal } = request;
  const { attributes, excludedAttributes } = query;
  const projection = projectionOf(type, attributes, excludedAttributes);
  if (type.kind === 'group' && isWanted(projection, 'members'))
    return recordWithMembers({ served, signal }, ref);
  if (type.kind === 'user' && isRequested(projection, 'groups'))
    return recordWithGroups({ served, signal }, ref);
  const wanted = attributesWanted(type, projection);
  const record = await served.connector.get(ref, {
    signal,
    ...(wanted && { attributes: wanted }),
  });
  if (!record) throw doesNotExist(asked, type);
  return record;
}

/** What lies apart is read for the answer: memberships are no part of what was written. */
async function answerWritten(
  asked: Asked,
  type: ServedType,
  record: IdentityRecord,
): Promise<Response> {
  const { attributes, excludedAttributes } = asked.query;
  const projection = projectionOf(type, attributes, excludedAttributes);
  const isApart =
    type.kind === 'group'
      ? isWanted(projection, 'members') && record.attributes.members === undefined
      : isRequested(projection, 'groups');
  return answerRecord(asked, type, isApart ? await readOne(asked, type) : record, 200);
}

function answerRecord(
  asked: Asked,
  type: ServedType,
  record: IdentityRecord,
  status: 200 | 201,
): Response {
  const { served, base, query } = asked;
  const { ref, version } = record;
  const { attributes, excludedAttributes } = query;
  const projection = projectionOf(type, attributes, excludedAttributes);
  // Elsewhere a version is that of attributes alone: memberships come and go without it.
  const isWhole = !(type.kind === 'group'
    ? isWanted(projection, 'members') && !served.connector.traits?.versionsMembers
    : isRequested(projection, 'groups'));
  if (version !== undefined && isWhole && isKnown(asked, version))
    return bare(304, { etag: etag(version) });
  const resource = resourceOf(served, type, record, base);
  const place = { id: ref.id, ...(version !== undefined && { version }) };
  return json(projected(resource, projection), status, placed(asked, type, place));
}
