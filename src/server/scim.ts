/**
 * A SCIM 2.0 service provider (RFC 7644) over any system. Whoever has no valid token learns
 * nothing, whoever has one reaches the system it was made for, and every refusal is a SCIM error.
 */

import { randomBytes } from 'node:crypto';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { type Leniency, STRICT } from '../scim/clients.ts';
import { ScimError } from '../scim/error.ts';
import { type Address, addressOf, decoded } from './scim/address.ts';
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

/** What is known of the connection a request came by. */
export interface ScimEnvironment {
  readonly peer?: Peer;
}

export interface ScimService {
  fetch(request: Request, environment?: ScimEnvironment): Promise<Response>;
}

export function scimService(options: ScimServiceOptions): ScimService {
  const { maxBodyBytes = 1_048_576, onBug, onRefused } = options;
  const { cursorKey = randomBytes(32), now = () => new Date() } = options;
  const cursors = sealedCursors(cursorKey, now);
  const base = options.basePath.split('/');
  const refusal = (error: unknown): ScimError => refusalOf(error, onBug);

  async function answer(asked: Request, heard: Heard): Promise<Response> {
    const { method } = asked;
    const { path, query } = heard.address;
    const all = stepsOf(path);
    const system = systemIn(all, base);
    if (system === undefined) throw nothingHere();
    const { mayWrite, ...door } = await openDoor(asked, heard, options, system);
    const { leniency } = heard;
    const sent = all.slice(base.length);
    const steps = leniency.looseAddresses ? stepsMeant(door.served, sent) : sent;
    const allowed = methodsAt(door.served, steps);
    // No database keeps U+0000, so nothing is called that.
    if (!allowed || path.includes('%00')) throw nothingHere();
    if (method === 'OPTIONS') return bare(204, { allow: allowHeader(allowed) });
    if (!allowed.includes(method)) return notAllowed(method, allowed);
    if (!mayWrite && !isReading(method, path))
      throw new ScimError(403, 'this token may read, and change nothing');
    return answered({
      ...door,
      ...{ request: asked, query, cursors, maxBodyBytes, refusal, leniency },
      steps: path.includes('%') ? steps.map(decoded) : steps,
    });
  }

  return {
    fetch: async (request, environment) => {
      const { leniency = STRICT } = options;
      const heard: Heard = { address: addressOf(request.url), environment, leniency };
      const response = await answer(request, heard).catch((error: unknown) => {
        const refused = refusal(error);
        const { method } = request;
        if (TOLD.has(refused.status))
          onRefused?.({ method, path: decoded(heard.address.path), refusal: refused });
        return errorAnswer(refused, heard.leniency);
      });
      return request.method === 'HEAD' ? new Response(null, response) : response;
    },
  };
}

/** What is known of a request before it is clear who asks. */
interface Heard {
  readonly address: Address;
  readonly environment: ScimEnvironment | undefined;
  /** That of the system, once it is clear which one is asked. */
  leniency: Leniency;
}

/** `/Users/` is `/Users`: nobody's id is empty, and clients write it so before a query. */
function stepsOf(path: string): readonly string[] {
  const steps = path.split('/');
  return steps.at(-1) === '' ? steps.slice(0, -1) : steps;
}

const NAMED = ':system';

/** @returns Which system an address names, empty where none has to be; undefined for an address elsewhere. */
function systemIn(steps: readonly string[], base: readonly string[]): string | undefined {
  let system = '';
  for (const [at, step] of base.entries()) {
    const here = steps[at];
    if (step === NAMED && here) system = decoded(here);
    else if (step !== here) return undefined;
  }
  return system;
}

function nothingHere(): ScimError {
  return new ScimError(404, 'there is nothing here');
}

interface OpenDoor extends Pick<Door, 'served' | 'base' | 'owner'> {
  readonly mayWrite: boolean;
}

/** What a person may have to mend. Who has no token, and what is not there, is the order of the day. */
const TOLD: ReadonlySet<number> = new Set([400, 403, 409, 413, 415]);

async function openDoor(
  request: Request,
  heard: Heard,
  options: ScimServiceOptions,
  asked: string,
): Promise<OpenDoor> {
  const caller = await callerOf(request, heard, options, asked);
  if (!caller) throw new ScimError(401, 'a valid bearer token is needed');
  const served = asked === '' || asked === caller.system ? await options.open(caller) : undefined;
  if (!served) throw nothingHere();
  heard.leniency = served.leniency ?? heard.leniency;
  const path = options.basePath.replace(NAMED, encodeURIComponent(caller.system));
  const mayWrite = caller.rights !== 'read';
  return { served, base: originOf(request) + path, mayWrite, owner: caller.tenant };
}

const BEARER = /^Bearer +(\S+)$/i;

/** Whoever sends a token is whom the token says, whatever certificate it comes with. */
function callerOf(
  { headers }: Request,
  { environment }: Heard,
  options: ScimServiceOptions,
  system: string,
): Promise<Caller | undefined> | undefined {
  const authorization = headers.get('authorization');
  // Asked in process, there is no connection.
  const peer = environment?.peer;
  if (authorization === null && peer && system !== '') return options.recognise?.(peer, system);
  const token = BEARER.exec(authorization ?? '')?.[1];
  return token === undefined
    ? undefined
    : options.authenticate(token, system === '' ? undefined : system);
}

/** A search is a question, whatever its method (RFC 7644 §3.4.3). */
function isReading(method: string, path: string): boolean {
  return method === 'GET' || method === 'HEAD' || path.endsWith('/.search');
}
