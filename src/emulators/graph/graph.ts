/**
 * A stand-in for Microsoft Entra ID and Microsoft Graph v1.0, in memory, in process. Hand its
 * `fetch` to whatever calls the service; `startGraph` puts the same behind ports.
 */

import { emptyBin } from './acts/objects.ts';
import { movableClock } from './clock.ts';
import { type Control, controlOf } from './control/control.ts';
import { eventLog } from './control/events.ts';
import type { Parts } from './control/parts.ts';
import { deltaService } from './delta/delta.ts';
import { type FaultEffect, faultBook } from './faults.ts';
import { opaqueTokens } from './opaque.ts';
import type { WireAnswer } from './reads/call.ts';
import { seedMicrosoftGraph } from './seed/microsoft.ts';
import { answerGraph, type GraphService } from './service.ts';
import { PROFILES, type ProfileName } from './settings.ts';
import { ConnectionCut, halfOf, insteadOfAnswer, spoiledBody } from './spoil.ts';
import { createTenant, hashed, type Tenant } from './tenant.ts';
import { throttle } from './throttle.ts';
import { accessTokens } from './tokens/access.ts';
import { type AuthorityOptions, answerAuthority } from './tokens/authority.ts';
import { answerIdentity, type IdentityOptions, type ManagedIdentity } from './tokens/identity.ts';
import { outsideIssuers } from './tokens/issuers.ts';

export interface GraphOptions {
  /** How much the service lags and how hard its delta rounds are. `instant` by default. */
  readonly profile?: ProfileName;
  /** All chance follows from it: the same seed and the same requests give the same answers. */
  readonly seed?: string;
  readonly tenantId?: string;
  /** Initial domain of the tenant. */
  readonly domain?: string;
  readonly displayName?: string;
  /** External base URLs; those of the global cloud by default. */
  readonly authority?: string;
  readonly graph?: string;
  /** Where managed identities get their tokens; the address of virtual machines by default. */
  readonly identity?: string;
  /** The real time; the emulator's clock starts from it. */
  readonly now?: () => number;
  /** Checks every body against the published contract; on by default, costs little. */
  readonly checkBodies?: boolean;
}

export interface GraphEmulator {
  readonly tenantId: string;
  readonly domain: string;
  readonly authority: string;
  readonly graph: string;
  readonly identity: string;
  /** Value of the header that App Service demands of its identities. */
  readonly identityHeader: string;
  readonly control: Control;
  /** Answers a request to any of the three base URLs. */
  handle(request: Request): Promise<Response>;
  readonly fetch: typeof globalThis.fetch;
  /** For the seeds of this room; tests use `control`. */
  readonly tenant: Tenant;
}

const GRAPH = 'https://graph.microsoft.com';
const AUTHORITY = 'https://login.microsoftonline.com';
const IMDS = 'http://169.254.169.254';
const YEAR = 365 * 86_400_000;

export function createGraph(options: GraphOptions = {}): GraphEmulator {
  const seed = options.seed ?? 'contoso';
  const addresses = {
    authority: options.authority ?? AUTHORITY,
    graph: options.graph ?? GRAPH,
    identity: options.identity ?? IMDS,
  };
  let built = build(options, seed, addresses);
  const control = controlOf(
    () => built.parts,
    () => {
      built = build(options, seed, addresses);
    },
  );
  const handle = (request: Request): Promise<Response> => answer(built, addresses, request);
  return {
    get tenant() {
      return built.parts.tenant;
    },
    tenantId: built.parts.tenant.id,
    domain: built.parts.tenant.domain,
    ...addresses,
    identityHeader: built.identity.header,
    control,
    handle,
    fetch: (input, init) => handle(new Request(input, init)),
  };
}

type Addresses = Pick<GraphEmulator, 'authority' | 'graph' | 'identity'>;

interface Built {
  readonly parts: Parts;
  readonly service: GraphService;
  readonly authority: AuthorityOptions;
  readonly identity: IdentityOptions;
}

function build(options: GraphOptions, seed: string, addresses: Addresses): Built {
  const realNow = options.now ?? Date.now;
  const clock = movableClock(realNow);
  const tenant = createTenant({
    id: options.tenantId ?? '8d1f6c1e-5c0a-4a2b-9d0e-3f5b7a9c1e24',
    domain: options.domain ?? 'contoso.onmicrosoft.com',
    displayName: options.displayName ?? 'Contoso',
    seed,
    clock,
    settings: PROFILES[options.profile ?? 'instant'],
  });
  seedMicrosoftGraph(tenant);
  tenant.replicas.settle();
  const tokens = accessTokens(tenant);
  const issuers = outsideIssuers(globalThis.fetch);
  const identities: ManagedIdentity[] = [];
  const opaque = opaqueTokens(`${seed}/${tenant.id}`);
  const events = eventLog();
  const graphResources = [addresses.graph, GRAPH];
  const faults = faultBook(tenant.chance.stream('faults'));
  const quotas = throttle({
    clock,
    tenantId: tenant.id,
    users: () => tenant.upns.size,
    switches: () => tenant.switches,
    early: (appId) =>
      events.find('retry-before-its-time', `${appId} came back before its Retry-After`),
  });
  return {
    parts: {
      tenant,
      tokens,
      throttle: quotas,
      faults,
      events,
      issuers,
      identities,
      addSecret: (appId, secret, endsAt) => {
        const ends = endsAt?.getTime() ?? clock.now() + YEAR;
        const secrets = tenant.secrets.get(appId) ?? [];
        tenant.secrets.set(appId, [
          ...secrets,
          { hash: hashed(secret), startsAt: 0, endsAt: ends },
        ]);
      },
    },
    service: {
      tenant,
      base: addresses.graph,
      audiences: [...graphResources, '00000003-0000-0000-c000-000000000000'],
      tokens,
      opaque,
      delta: deltaService(tenant, addresses.graph, opaque),
      throttle: quotas,
      events,
      faults,
      chance: tenant.chance.stream('requests'),
      checkBodies: options.checkBodies ?? true,
    },
    authority: {
      tenant,
      base: addresses.authority,
      aliases: [],
      graphResources,
      tokens,
      issuerKeys: (issuer, fresh) => issuers.keys(issuer, fresh),
      realNow,
    },
    identity: {
      tenant,
      tokens,
      identities,
      graphResources,
      header: tenant.chance.stream('identity').guid(),
    },
  };
}

async function answer(built: Built, addresses: Addresses, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { tenant, events, faults } = built.parts;
  const log = (status: number): void =>
    events.record({
      at: new Date(tenant.clock.now()),
      method: request.method,
      path: pathname,
      status,
    });
  const effect = faults.due(request.method, pathname);
  const instead = insteadOfAnswer(effect) ?? (await beforeAnswer(effect, request.signal));
  if (instead !== undefined) {
    log(instead.status);
    return instead;
  }
  emptyBin(tenant);
  const wire = await dispatch(built, addresses, request);
  log(effect?.type === 'answer-lost' ? 0 : wire.status);
  if (effect?.type === 'answer-lost') throw new ConnectionCut();
  return responseOf(wire, effect, request.url);
}

async function beforeAnswer(
  effect: FaultEffect | undefined,
  signal: AbortSignal,
): Promise<undefined> {
  if (effect?.type === 'connection-closed') throw new ConnectionCut();
  if (effect?.type === 'slow') await pause(effect.milliseconds, signal);
  if (effect?.type === 'silence') await pause(undefined, signal);
  return undefined;
}

/** Without a time it ends only when the caller gives up. */
function pause(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

async function dispatch(built: Built, addresses: Addresses, request: Request): Promise<WireAnswer> {
  const { origin } = new URL(request.url);
  if (origin === new URL(addresses.graph).origin) return answerGraph(built.service, request);
  const plain =
    origin === new URL(addresses.authority).origin
      ? await answerAuthority(built.authority, request)
      : origin === new URL(addresses.identity).origin
        ? await answerIdentity(built.identity, request)
        : undefined;
  const { status, body } = plain ?? { status: 404, body: { error: 'not_found' } };
  return { status, body, headers: { 'Content-Type': 'application/json; charset=utf-8' } };
}

function responseOf(wire: WireAnswer, effect: FaultEffect | undefined, url: string): Response {
  const { status, headers } = wire;
  const body = spoiledBody(effect, wire.body, url);
  if (body === undefined) return new Response(null, { status, headers });
  if (body instanceof Uint8Array) return new Response(Buffer.from(body), { status, headers });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(effect?.type === 'half-body' ? halfOf(text) : text, { status, headers });
}
