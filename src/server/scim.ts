/**
 * A SCIM 2.0 service provider (RFC 7644) over any system. Whoever has no valid token learns
 * nothing, whoever has one reaches the system it was made for, and every refusal is a SCIM error.
 */

import { randomBytes } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { type Leniency, STRICT } from '../scim/clients.ts';
import { ScimError } from '../scim/error.ts';
import { allowHeader, bare, errorAnswer, notAllowed, refusalOf } from './scim/answer.ts';
import type { Peer } from './scim/certificates.ts';
import { sealedCursors } from './scim/cursor.ts';
import { methodsAt, stepsMeant } from './scim/methods.ts';
import { originOf } from './scim/origin.ts';
import { answered, type Door } from './scim/requests.ts';
import type { ServedSystem } from './scim/served.ts';

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
  /** Told of what a client with a token was refused: it may show the reason to nobody. */
  readonly onRefused?: (refused: Refused) => void;
}

export interface Refused {
  readonly method: string;
  readonly path: string;
  readonly refusal: ScimError;
}

type ScimEnvironment = {
  /** What is known of the connection a request came by. */
  Bindings: { readonly peer?: Peer };
  /** Once it is clear which system is asked. */
  Variables: { leniency?: Leniency };
};

type ScimContext = Context<ScimEnvironment>;

export function scimService(options: ScimServiceOptions): Hono<ScimEnvironment> {
  const { basePath, maxBodyBytes = 1_048_576, leniency = STRICT, onBug, onRefused } = options;
  const app = new Hono<ScimEnvironment>();
  const { cursorKey = randomBytes(32), now = () => new Date() } = options;
  const cursors = sealedCursors(cursorKey, now);
  const depth = basePath.split('/').length;
  const refusal = (error: unknown): ScimError => refusalOf(error, onBug);

  app.onError((error, context) => {
    const refused = refusal(error);
    const { method, path } = context.req;
    if (TOLD.has(refused.status)) onRefused?.({ method, path, refusal: refused });
    return errorAnswer(refused, context.get('leniency'));
  });
  app.notFound(() => errorAnswer(new ScimError(404, 'there is nothing here')));

  // One address for all: looking it up among many costs more than answering some of them.
  app.all(`${basePath}/*`, async (context) => {
    const { req: request } = context;
    const { mayWrite, ...door } = await openDoor(context, options);
    const asked = door.served.leniency ?? leniency;
    context.set('leniency', asked);
    const steps = stepsOf(request.path).slice(depth);
    const path = asked.looseAddresses ? stepsMeant(door.served, steps) : steps;
    const allowed = methodsAt(door.served, path);
    // No database keeps U+0000, so nothing is called that.
    if (!allowed || namesNobody(request.path)) throw new ScimError(404, 'there is nothing here');
    const { method } = request;
    if (method === 'OPTIONS') return bare(204, { allow: allowHeader(allowed) });
    if (!allowed.includes(method)) return notAllowed(method, allowed);
    if (!mayWrite && !isReading(request))
      throw new ScimError(403, 'this token may read, and change nothing');
    return answered({
      ...door,
      ...{ request, cursors, maxBodyBytes, refusal, steps: path.map(decoded) },
      leniency: asked,
    });
  });

  return app;
}

/** `/Users/` is `/Users`: nobody's id is empty, and clients write it so before a query. */
function stepsOf(path: string): readonly string[] {
  const steps = path.split('/');
  return steps.at(-1) === '' ? steps.slice(0, -1) : steps;
}

/** As the router does it: what is no encoding stays as it is. */
function decoded(step: string): string {
  try {
    return step.includes('%') ? decodeURIComponent(step) : step;
  } catch {
    return step;
  }
}

interface OpenDoor extends Pick<Door, 'served' | 'base' | 'owner'> {
  readonly mayWrite: boolean;
}

/** What a person may have to mend. Who has no token, and what is not there, is the order of the day. */
const TOLD: ReadonlySet<number> = new Set([400, 403, 409, 413, 415]);

/** A path as it was sent, or decoded already. */
function namesNobody(path: string): boolean {
  return path.includes('%00') || path.includes('\0');
}

async function openDoor(context: ScimContext, options: ScimServiceOptions): Promise<OpenDoor> {
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
