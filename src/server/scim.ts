/**
 * A SCIM 2.0 service provider (RFC 7644) over any system. Whoever has no valid token learns
 * nothing, whoever has one reaches the system it was made for, and every refusal is a SCIM error.
 */

import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Tenant } from '../identity/identity.ts';
import type { IdentityRecord, SystemName } from '../identity/record.ts';
import { isObject } from '../scim/accept.ts';
import { type Leniency, STRICT } from '../scim/clients.ts';
import { badRequest, ScimError } from '../scim/error.ts';
import { readJson } from './json-body.ts';
import { allowHeader, CONTENT_TYPE, errorAnswer, notAllowed, refusalOf } from './scim/answer.ts';
import { bulk } from './scim/bulk.ts';
import {
  listOf,
  oneOf,
  refuseFilter,
  resourceTypes,
  schemas,
  serviceProviderConfig,
} from './scim/discovery.ts';
import type { Peer } from './scim/certificates.ts';
import { type Cursors, sealedCursors } from './scim/cursor.ts';
import { etag, isAmong, versionsIn } from './scim/etag.ts';
import { type ListParameters, list } from './scim/list.ts';
import { recordWithGroups, recordWithMembers } from './scim/members.ts';
import { methodsAt } from './scim/methods.ts';
import { originOf } from './scim/origin.ts';
import { isRequested, isWanted, projected, projectionOf, resourceOf } from './scim/render.ts';
import type { ServedSystem, ServedType } from './scim/served.ts';
import { attributesWanted } from './scim/wanted.ts';
import { create, patch, remove, replace, type WriteContext } from './scim/write.ts';

export interface Caller {
  readonly tenant: Tenant;
  readonly system: SystemName;
  /** Everything when absent. */
  readonly rights?: 'read' | 'write';
}

export interface ScimServiceOptions {
  /** Where it is mounted; `:system` in it has to be the system of the token. */
  readonly basePath: string;
  /**
   * @param system What the address names: a token of somebody else may be good for several.
   * @returns Undefined for a token that is not, or no longer, valid.
   */
  authenticate(token: string, system: SystemName | undefined): Promise<Caller | undefined>;
  /** Of somebody who shows a certificate and no token. */
  recognise?(peer: Peer, system: SystemName): Promise<Caller | undefined>;
  /** @returns Undefined when the tenant serves no system of that name. */
  open(caller: Caller): Promise<ServedSystem | undefined>;
  /** Of systems that say nothing of their clients; strict when absent. */
  readonly leniency?: Leniency;
  readonly maxBodyBytes?: number;
  /** 32 bytes that seal cursors, the same in all processes that answer for one another; drawn when absent. */
  readonly cursorKey?: Uint8Array;
  readonly now?: () => Date;
  /** Told of what is a mistake of ours and answered with 500. */
  readonly onBug?: (error: unknown) => void;
}

interface Door {
  readonly served: ServedSystem;
  readonly base: string;
  readonly mayWrite: boolean;
  readonly owner: Tenant;
  readonly cursors: Cursors;
}

type ScimEnvironment = {
  Variables: { door: Door };
  /** What is known of the connection a request came by. */
  Bindings: { readonly peer?: Peer };
};

type ScimContext = Context<ScimEnvironment>;

export function scimService(options: ScimServiceOptions): Hono<ScimEnvironment> {
  const { basePath, maxBodyBytes = 1_048_576 } = options;
  const app = new Hono<ScimEnvironment>();
  const { cursorKey = randomBytes(32), now = () => new Date() } = options;
  const cursors = sealedCursors(cursorKey, now);
  const depth = basePath.split('/').length;
  const leniencyFor = (context: ScimContext): Leniency =>
    context.var.door.served.leniency ?? options.leniency ?? STRICT;

  app.onError((error) => errorAnswer(refusalOf(error, options.onBug)));
  app.notFound(() => errorAnswer(new ScimError(404, 'there is nothing here')));

  app.use(`${basePath}/*`, async (context, next) => {
    const door = { ...(await openDoor(context, options)), cursors };
    const allowed = methodsAt(door.served, context.req.path.split('/').slice(depth));
    // No database keeps U+0000, so nothing is called that.
    if (!allowed || context.req.path.includes('%00'))
      throw new ScimError(404, 'there is nothing here');
    const { method } = context.req;
    if (method === 'OPTIONS') return context.body(null, 204, { allow: allowHeader(allowed) });
    if (!allowed.includes(method)) return notAllowed(method, allowed);
    if (!door.mayWrite && !isReading(context.req))
      throw new ScimError(403, 'this token may read, and change nothing');
    context.set('door', door);
    return next();
  });

  app.get(`${basePath}/ServiceProviderConfig`, (context) => {
    refuseFilter(context.req.query('filter'));
    return scimJson(context, serviceProviderConfig(context.var.door, maxBodyBytes));
  });
  app.get(`${basePath}/ResourceTypes`, (context) => {
    const { served, base } = context.var.door;
    refuseFilter(context.req.query('filter'));
    return scimJson(context, listOf(resourceTypes(served, base)));
  });
  app.get(`${basePath}/ResourceTypes/:name`, (context) => {
    const { served, base } = context.var.door;
    return scimJson(context, oneOf(resourceTypes(served, base), context.req.param('name')));
  });
  app.get(`${basePath}/Schemas`, (context) => {
    const { served, base } = context.var.door;
    refuseFilter(context.req.query('filter'));
    return scimJson(context, listOf(schemas(served, base)));
  });
  app.get(`${basePath}/Schemas/:id`, (context) => {
    const { served, base } = context.var.door;
    return scimJson(context, oneOf(schemas(served, base), context.req.param('id')));
  });

  app.post(`${basePath}/Bulk`, async (context) => {
    const { served, base } = context.var.door;
    const asked = {
      ...{ served, base, signal: context.req.raw.signal },
      acceptance: { system: served.name, leniency: leniencyFor(context) },
      refusal: (error: unknown) => refusalOf(error, options.onBug),
    };
    return scimJson(context, await bulk(asked, await readJson(context.req.raw, maxBodyBytes)));
  });

  // A token stands for a system, never for one of its users (RFC 7644 §3.11).
  app.all(`${basePath}/Me`, () => {
    throw new ScimError(501, 'the token stands for no user, so there is no /Me');
  });

  for (const root of [basePath, `${basePath}/`])
    app.get(root, (context) => answerList(context, leniencyFor(context), queryParameters(context)));
  app.post(`${basePath}/.search`, async (context) =>
    answerList(
      context,
      leniencyFor(context),
      searchParameters(await readJson(context.req.raw, maxBodyBytes)),
    ),
  );
  app.get(`${basePath}/:type`, (context) =>
    answerList(context, leniencyFor(context), queryParameters(context)),
  );
  app.post(`${basePath}/:type/.search`, async (context) =>
    answerList(
      context,
      leniencyFor(context),
      searchParameters(await readJson(context.req.raw, maxBodyBytes)),
    ),
  );
  app.post(`${basePath}/:type`, async (context) => {
    const write = writeContext(context, leniencyFor(context));
    const record = await create(write, await readJson(context.req.raw, maxBodyBytes));
    return answerRecord(context, write.type, record, 201);
  });

  app.get(`${basePath}/:type/:id`, async (context) => {
    const { type } = typeOf(context);
    return answerRecord(context, type, await readOne(context, type), 200);
  });
  app.put(`${basePath}/:type/:id`, async (context) => {
    const write = writeContext(context, leniencyFor(context));
    const body = await readJson(context.req.raw, maxBodyBytes);
    const record = await replace(write, context.req.param('id'), body);
    return answerRecord(context, write.type, record, 200);
  });
  app.patch(`${basePath}/:type/:id`, async (context) => {
    const write = writeContext(context, leniencyFor(context));
    const body = await readJson(context.req.raw, maxBodyBytes);
    const record = await patch(write, context.req.param('id'), body);
    // A group's members may be too many to be read for an answer nobody asked for.
    if (write.type.kind === 'group' && context.req.query('attributes') === undefined)
      return noContent(context, record);
    return answerRecord(context, write.type, record, 200);
  });
  app.delete(`${basePath}/:type/:id`, async (context) => {
    await remove(writeContext(context, leniencyFor(context)), context.req.param('id'));
    return context.body(null, 204);
  });

  return app;
}

async function openDoor(
  context: ScimContext,
  options: ScimServiceOptions,
): Promise<Omit<Door, 'cursors'>> {
  const asked = context.req.param('system');
  const caller = await callerOf(context, options, asked);
  if (!caller) throw new ScimError(401, 'a valid bearer token is needed');
  const served =
    asked === undefined || asked === caller.system ? await options.open(caller) : undefined;
  if (!served) throw new ScimError(404, 'there is nothing here');
  const path = options.basePath.replace(':system', encodeURIComponent(caller.system));
  const mayWrite = caller.rights !== 'read';
  return { served, base: originOf(context.req.raw) + path, mayWrite, owner: caller.tenant };
}

/** Whoever sends a token is whom the token says, whatever certificate it comes with. */
async function callerOf(
  context: ScimContext,
  options: ScimServiceOptions,
  system: SystemName | undefined,
): Promise<Caller | undefined> {
  const authorization = context.req.header('authorization');
  // Asked in process, there is no connection.
  const peer = context.env?.peer;
  if (authorization === undefined && peer && system !== undefined)
    return options.recognise?.(peer, system);
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : options.authenticate(token, system);
}

/** A search is a question, whatever its method (RFC 7644 §3.4.3). */
function isReading({ method, path }: ScimContext['req']): boolean {
  return method === 'GET' || method === 'HEAD' || path.endsWith('/.search');
}

function typeOf(context: ScimContext): { served: ServedSystem; type: ServedType } {
  const { served } = context.var.door;
  const type = served.types.get(context.req.param('type') ?? '');
  if (!type) throw new ScimError(404, 'there is nothing here');
  return { served, type };
}

function writeContext(context: ScimContext, leniency: Leniency): WriteContext {
  const { served, type } = typeOf(context);
  const ifMatch = versionsIn(context.req.header('if-match'));
  const ifNoneMatch = versionsIn(context.req.header('if-none-match'));
  return {
    served,
    type,
    acceptance: { system: served.name, leniency },
    signal: context.req.raw.signal,
    ...(ifMatch && ifMatch !== 'any' && { ifMatch }),
    ...(ifNoneMatch && { ifNoneMatch }),
  };
}

/** Of one type, or of all at the root (RFC 7644 §3.4.2.1). */
async function answerList(
  context: ScimContext,
  leniency: Leniency,
  parameters: ListParameters,
): Promise<Response> {
  const { served, base, cursors, owner } = context.var.door;
  const { signal } = context.req.raw;
  const types =
    context.req.param('type') === undefined ? [...served.types.values()] : [typeOf(context).type];
  const asked = { served, types, leniency, base, signal, cursors, owner };
  return scimJson(context, await list(asked, parameters));
}

function queryParameters(context: ScimContext): ListParameters {
  const { filter, sortBy, sortOrder, startIndex, count, cursor, attributes, excludedAttributes } =
    context.req.query();
  return {
    ...{ filter, sortBy, sortOrder, startIndex, count, cursor },
    ...{ attributes, excludedAttributes },
  };
}

function searchParameters(body: unknown): ListParameters {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'the body must be a JSON object');
  const text = (name: string) => {
    const value = body[name];
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

async function readOne(context: ScimContext, type: ServedType): Promise<IdentityRecord> {
  const { served } = context.var.door;
  const ref = { system: served.name, kind: type.kind, id: context.req.param('id') ?? '' };
  const { signal } = context.req.raw;
  const { attributes, excludedAttributes } = context.req.query();
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
  if (!record) throw new ScimError(404, `${type.name} ${ref.id} does not exist`);
  return record;
}

function answerRecord(
  context: ScimContext,
  type: ServedType,
  record: IdentityRecord,
  status: 200 | 201,
): Response {
  const { served, base } = context.var.door;
  const tag = record.version === undefined ? undefined : etag(record.version);
  const { attributes, excludedAttributes } = context.req.query();
  const projection = projectionOf(type, attributes, excludedAttributes);
  const known = versionsIn(context.req.header('if-none-match'));
  const isKnown = known === 'any' || (known !== undefined && isAmong(known, record.version));
  // Elsewhere a version is that of attributes alone: memberships come and go without it.
  const isWhole = !(type.kind === 'group'
    ? isWanted(projection, 'members') && !served.connector.traits?.versionsMembers
    : isRequested(projection, 'groups'));
  if (reads(context) && tag !== undefined && isKnown && isWhole)
    return context.body(null, 304, { etag: tag });
  const resource = resourceOf(served, type, record, base);
  return scimJson(context, projected(resource, projection), status, {
    ...(tag !== undefined && { etag: tag }),
    location: `${base}${type.endpoint}/${encodeURIComponent(record.ref.id)}`,
  });
}

function reads(context: ScimContext): boolean {
  return context.req.method === 'GET' || context.req.method === 'HEAD';
}

function noContent(context: ScimContext, { version }: IdentityRecord): Response {
  return context.body(null, 204, version === undefined ? {} : { etag: etag(version) });
}

function scimJson(
  context: ScimContext,
  body: unknown,
  status: 200 | 201 = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return context.body(JSON.stringify(body), status, { 'content-type': CONTENT_TYPE, ...headers });
}
