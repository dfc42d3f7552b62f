/** One request to Graph, in the service's own order of work, which decides the error that wins. */

import { answerBatch } from './batch.ts';
import type { Chance } from './chance.ts';
import { isObject, problemsOf } from './contract.ts';
import type { EventLog } from './control/events.ts';
import type { DeltaService } from './delta/delta.ts';
import { badRequest, GraphFailure } from './failure.ts';
import type { FaultBook } from './faults.ts';
import type { OpaqueTokens } from './opaque.ts';
import { type QueryOptions, queryOptions } from './query/options.ts';
import type { Answer, Call, WireAnswer } from './reads/call.ts';
import { matchRoute, segmentsOf } from './reads/routes.ts';
import { faultBody } from './spoil.ts';
import type { Tenant } from './tenant.ts';
import { type Throttle, unitsOf } from './throttle.ts';
import type { AccessTokens } from './tokens/access.ts';
import { demandPermission, demandReading } from './writes/permissions.ts';

export interface GraphService {
  readonly tenant: Tenant;
  readonly base: string;
  /** Accepted as `aud` of an access token. */
  readonly audiences: readonly string[];
  readonly tokens: AccessTokens;
  readonly opaque: OpaqueTokens;
  readonly delta: DeltaService;
  readonly throttle: Throttle;
  readonly events: EventLog;
  readonly faults: FaultBook;
  readonly chance: Chance;
  readonly checkBodies: boolean;
}

export async function answerGraph(service: GraphService, request: Request): Promise<WireAnswer> {
  const url = new URL(request.url);
  const ids = {
    'request-id': service.chance.guid(),
    'client-request-id': request.headers.get('client-request-id') ?? service.chance.guid(),
  };
  const shared = { ...commonHeaders(service), ...ids };
  try {
    const { answer, charged } = await answered(service, request, url);
    if (service.checkBodies) checkBody(service, url.pathname, answer);
    return {
      status: answer.status,
      headers: {
        ...shared,
        ...charged,
        ...typed(answer.body, request.headers.get('accept')),
        ...answer.headers,
      },
      body: quiet(request.headers.get('accept'), answer.body),
    };
  } catch (error) {
    if (!(error instanceof GraphFailure)) throw error;
    return {
      status: error.status,
      headers: { ...shared, 'Content-Type': 'application/json', ...error.headers },
      body: failureBody(error, ids, new Date(service.tenant.clock.now())),
    };
  }
}

async function answered(
  service: GraphService,
  request: Request,
  url: URL,
): Promise<{ readonly answer: Answer; readonly charged: Readonly<Record<string, string>> }> {
  const { tenant } = service;
  const caller = await service.tokens.verify(
    request.headers.get('authorization'),
    service.audiences,
  );
  const [version, ...path] = segmentsOf(url.pathname);
  if (version !== 'v1.0') throw badVersion(version ?? '');
  if (path[0] === '$batch' && path.length === 1 && request.method === 'POST')
    return { answer: await batch(service, request), charged: {} };
  const options = queryOptions(url);
  const { method } = request;
  const route = matchRoute(method, path);
  const low = request.headers.get('x-ms-throttle-priority')?.toLowerCase() === 'low';
  const units = unitsOf(method, route.pattern, options);
  const charge = service.throttle.charge(caller.appId, units, low, isWrite(method, route.pattern));
  const eventual = request.headers.get('consistencylevel')?.toLowerCase() === 'eventual';
  const counts = options.count || path.at(-1) === '$count';
  const advanced = eventual && (counts || options.search !== undefined);
  const replica = tenant.replicas.draw();
  const roles = tenant.permissioned.has(caller.appId) ? caller.roles : undefined;
  demandPermission(roles, method, route.permission ?? route.pattern);
  if (PEOPLE.has(route.pattern)) demandReading(roles, options.select ?? []);
  const call: Call = {
    tenant,
    base: service.base,
    path: url.pathname.replace(/^\/v1\.0\//, ''),
    captured: route.captured,
    options,
    headers: request.headers,
    body: method === 'GET' ? undefined : await bodyOf(request),
    ...(roles !== undefined && { roles }),
    number: numberFor(tenant, method, advanced, replica),
    mode: { advanced, unknown: tenant.switches['query.unknownProperty'] },
    eventual,
    tokens: service.opaque,
    delta: service.delta,
    chance: service.chance,
    events: service.events,
  };
  service.events.served({ appId: caller.appId, units, replica });
  if (method === 'GET' && SELECTABLE.has(route.pattern) && isUnselected(options))
    service.events.find('missing-select', `${method} ${route.pattern} without $select`);
  return {
    answer: route.answer(call),
    charged: {
      'x-ms-resource-unit': String(units),
      ...(charge.percentage !== undefined && {
        'x-ms-throttle-limit-percentage': String(charge.percentage),
      }),
    },
  };
}

const PEOPLE = new Set(['users', 'users/{}', 'users/delta']);
const SELECTABLE = new Set(['users', 'users/delta', 'groups', 'groups/delta']);

function isUnselected({ select, skiptoken, deltatoken }: QueryOptions): boolean {
  return select === undefined && skiptoken === undefined && deltatoken === undefined;
}

function badVersion(version: string): GraphFailure {
  return new GraphFailure(404, 'BadRequest', `Invalid version: ${version}`);
}

/** Questions that are too long for an address are asked with POST. */
function isWrite(method: string, pattern: string): boolean {
  return method !== 'GET' && pattern !== 'directoryObjects/getByIds';
}

/** Up to which change whoever serves the call has come. */
function numberFor(tenant: Tenant, method: string, advanced: boolean, replica: number): number {
  if (method !== 'GET' && tenant.switches['writes.lookup'] === 'primary')
    return tenant.directory.last;
  return advanced ? tenant.replicas.indexReached() : tenant.replicas.reached(replica);
}

async function bodyOf(request: Request): Promise<unknown> {
  if (request.headers.get('content-type')?.startsWith('image/') === true)
    return new Uint8Array(await request.arrayBuffer());
  const text = await request.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('Unable to read JSON request payload.');
  }
}

async function batch(service: GraphService, request: Request): Promise<Answer> {
  const { faults, events, tenant } = service;
  return answerBatch(await bodyOf(request), {
    base: service.base,
    headers: request.headers,
    chance: service.chance,
    send: async (item) => {
      const { pathname } = new URL(item.url);
      const effect = faults.due(item.method, pathname);
      const answer =
        effect?.type === 'answer'
          ? {
              status: effect.status,
              headers: effect.headers ?? {},
              body: effect.body ?? faultBody(effect.status),
            }
          : await answerGraph(service, item);
      const at = new Date(tenant.clock.now());
      events.record({ at, method: item.method, path: pathname, status: answer.status });
      return answer;
    },
  });
}

function checkBody({ events }: GraphService, path: string, { type, body }: Answer): void {
  if (type === undefined || !isObject(body)) return;
  const elements = Array.isArray(body.value) ? body.value : [body];
  for (const element of elements) {
    const named = isObject(element) ? element['@odata.type'] : undefined;
    const actual = typeof named === 'string' ? named.replace('#microsoft.graph.', '') : type;
    for (const problem of problemsOf(actual, element))
      events.find('contract', `${path}: ${problem}`);
  }
}

function commonHeaders({ tenant }: GraphService): Readonly<Record<string, string>> {
  return {
    Date: new Date(tenant.clock.now()).toUTCString(),
    'OData-Version': '4.0',
    'Cache-Control': 'no-cache',
    'x-ms-ags-diagnostic':
      '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"000","RoleInstance":"AM1PEPF00000001"}}',
  };
}

/** What has no body is of no type either. */
function typed(body: unknown, accept: string | null): Readonly<Record<string, string>> {
  if (body === undefined) return {};
  return { 'Content-Type': typeof body === 'string' ? 'text/plain' : contentType(accept) };
}

function contentType(accept: string | null): string {
  const metadata = /odata\.metadata=(none|minimal|full)/.exec(accept ?? '')?.[1] ?? 'minimal';
  return `application/json;odata.metadata=${metadata};odata.streaming=true;IEEE754Compatible=false;charset=utf-8`;
}

const KEPT = new Set(['@odata.nextLink', '@odata.deltaLink', '@odata.count']);

/** Without metadata only the annotations that paging needs stay. */
function quiet(accept: string | null, body: unknown): unknown {
  if (!accept?.includes('odata.metadata=none') || !isObject(body)) return body;
  const stripped = (value: unknown): unknown =>
    isObject(value)
      ? Object.fromEntries(
          Object.entries(value).filter(([name]) => !name.startsWith('@odata.') || KEPT.has(name)),
        )
      : value;
  const outer = stripped(body);
  if (!isObject(outer) || !Array.isArray(outer.value)) return outer;
  return { ...outer, value: outer.value.map(stripped) };
}

function failureBody(
  failure: GraphFailure,
  ids: Readonly<Record<string, string>>,
  now: Date,
): unknown {
  return {
    error: {
      code: failure.code,
      message: failure.message,
      ...(failure.details.length > 0 && { details: failure.details }),
      innerError: {
        ...(failure.innerCode !== undefined && { code: failure.innerCode }),
        date: now.toISOString().slice(0, 19),
        ...ids,
      },
    },
  };
}
