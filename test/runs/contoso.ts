/**
 * A small Contoso for runs: Entra ID and Ramp as stand-ins in process, a store in a temporary folder,
 * and a clock that only waiting moves.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes, openEngine, type World } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { createGraph, type GraphEmulator } from '../../src/emulators/graph/graph.ts';
import { registerRamp } from '../../src/emulators/graph/seed/ramp.ts';
import { type RampSettings, type RampStandIn, ramp } from '../../src/emulators/ramp/ramp.ts';
import type { Engine, Progress, RunReport, Watch } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';
import type { RunRequest } from '../../src/sync/verbs.ts';

export interface ContosoSettings extends RampSettings {
  /** Lines of `systems.ramp.write.user`, as YAML, eight blanks in. */
  readonly write?: string;
  /** Further systems, as YAML, two blanks in. */
  readonly systems?: string;
  /** Files beside the configuration. */
  readonly files?: Readonly<Record<string, string>>;
  readonly world?: Partial<World>;
  readonly profile?: string;
  /** Is told what would go to the webhook of `alerts`. */
  readonly told?: (alert: unknown) => void;
}

export interface Person {
  /** Before the @; the rest of the plausible person follows from it. */
  readonly name: string;
  readonly department?: string | null;
  readonly city?: string | null;
  readonly manager?: string;
  readonly enabled?: boolean;
  /** Assigned to Ramp directly unless told otherwise. */
  readonly assigned?: boolean;
  readonly role?: string;
}

export interface Contoso extends AsyncDisposable {
  readonly graph: GraphEmulator;
  readonly ramp: RampStandIn;
  readonly engine: Engine;
  readonly events: Progress[];
  readonly watch: Watch;
  readonly clock: Clock;
  /** Adds somebody to Entra ID; returns the object id. */
  hire(person: Person): string;
  /** Assigns a principal to Ramp; returns the assignment's id. */
  assign(principal: string, role?: string): string;
  /** A second engine over the same store, as another process has it. */
  another(): Promise<Engine>;
  /** The document that was loaded, and with what. */
  configuration(): Promise<{
    readonly text: string;
    readonly env: Readonly<Record<string, string>>;
    file(name: string): string;
  }>;
  /** Replaces a file beside the configuration. */
  writeFile(name: string, text: string): Promise<void>;
  run(request?: Partial<RunRequest>): Promise<RunReport>;
  /** Ramp's users by the part of their name before the @. */
  users(): Promise<Readonly<Record<string, Awaited<ReturnType<RampStandIn['users']>>[number]>>>;
  /** Opens the engine anew over the same store, as a process that was started again. */
  restart(world?: Partial<World>, write?: string): Promise<Contoso>;
  /** The same systems, and a store that was lost. */
  startedAnew(): Promise<Contoso>;
}

export interface Clock {
  now(): Date;
  /** Seconds. */
  advance(seconds: number): void;
}

const SECRET = 'contoso-connector-secret';
const DOMAIN = 'contoso.com';
const WEBHOOK = 'https://alerts.contoso.com/lockstep';

export async function contoso(settings: ContosoSettings = {}): Promise<Contoso> {
  const clock = movingClock();
  const graph = createGraph({ now: () => clock.now().getTime(), domain: DOMAIN });
  const app = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    permissions: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
  });
  const application = registerRamp(graph.tenant);
  const standIn = await ramp({ now: clock.now, token: 'ramp_test', ...settings });
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-'));
  for (const [name, text] of Object.entries(settings.files ?? {})) {
    await writeFile(path.join(folder, name), text);
  }
  const parts = { clock, graph, standIn, folder, application, clientId: app.appId ?? '', settings };
  return openContoso(parts, settings.world ?? {}, settings.write ?? '', async () => {
    await rm(folder, { recursive: true, force: true });
  });
}

interface Parts {
  readonly clock: Clock;
  readonly graph: GraphEmulator;
  readonly standIn: RampStandIn;
  readonly folder: string;
  readonly application: { readonly servicePrincipalId: string };
  readonly clientId: string;
  readonly settings: ContosoSettings;
}

async function openContoso(
  parts: Parts,
  world: Partial<World>,
  write: string,
  dispose: () => Promise<void>,
): Promise<Contoso> {
  const { clock, graph, standIn, folder, application, settings } = parts;
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, document(parts, write));
  const loaded = await loadConfiguration(file, {
    env: { ENTRA_SECRET: SECRET, RAMP_TOKEN: standIn.token },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url === WEBHOOK) {
      settings.told?.(await request.json());
      return new Response();
    }
    return request.url.startsWith(standIn.url) ? standIn.fetch(request) : graph.fetch(request);
  };
  const another = () =>
    openEngine(loaded.value, {
      fetch,
      now: clock.now,
      random: () => 0.5,
      sleep: async (milliseconds) => clock.advance(milliseconds / 1000),
      ...world,
    });
  const engine = await another();
  const events: Progress[] = [];
  const watch: Watch = {
    signal: new AbortController().signal,
    progress: (event) => void events.push(event),
  };
  const assign = (principal: string, role?: string): string =>
    graph.control.act({
      act: 'assign-app-role',
      principal,
      resource: application.servicePrincipalId,
      ...(role !== undefined && { role }),
    }).id;
  return {
    graph,
    ramp: standIn,
    engine,
    events,
    watch,
    clock,
    hire: (person) => hire(person, graph, assign),
    assign,
    another,
    configuration: async () => ({
      text: await readFile(file, 'utf8'),
      env: { ENTRA_SECRET: SECRET, RAMP_TOKEN: standIn.token },
      file: (name) => path.join(folder, name),
    }),
    writeFile: (name, text) => writeFile(path.join(folder, name), text),
    run: (request = {}) => runSync(engine, { trigger: 'command', ...request }, watch),
    users: async () =>
      Object.fromEntries(
        (await standIn.users()).map((user) => [user.userName.split('@')[0] ?? '', user]),
      ),
    restart: async (again = settings.world ?? {}, changed = write) => {
      await engine[Symbol.asyncDispose]();
      return openContoso(parts, again, changed, dispose);
    },
    startedAnew: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(path.join(folder, 'data'), { recursive: true });
      return openContoso(parts, settings.world ?? {}, write, dispose);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await dispose();
    },
  };
}

function document({ graph, standIn, clientId, settings }: Parts, write: string): string {
  return `
store: ./data
systems:
${settings.systems ?? ''}
  entra:
    connector: entra
    options:
      tenant: ${graph.tenantId}
      clientId: ${clientId}
      secret: "\${env:ENTRA_SECRET}"
    read:
      user: {}
  ramp:
    connector: scim
    profile: ${settings.profile ?? 'ramp'}
    options: { url: "${standIn.url}", token: "\${env:RAMP_TOKEN}" }
    write:
      user:
        assigned: { entra: Ramp }
${write}
alerts: [{ webhook: "${WEBHOOK}", on: [failed, held, quarantined, silent, drift, secret-expires] }]
`;
}

function hire(
  {
    name,
    department = 'R&D',
    city = 'Zurich',
    manager,
    enabled = true,
    assigned = true,
    role,
  }: Person,
  { control, tenant }: GraphEmulator,
  assign: (principal: string, role?: string) => string,
): string {
  const [given = name, family = 'Example'] = name.split('.').map(capitalised);
  const address = `${name}@${DOMAIN}`;
  const { id } = control.act({
    act: 'create',
    type: 'user',
    properties: {
      userPrincipalName: address,
      mail: address,
      mailNickname: name,
      givenName: given,
      surname: family,
      displayName: `${given} ${family}`,
      accountEnabled: enabled,
      department,
      city,
    },
  });
  if (manager !== undefined) {
    const boss = tenant.upns.get(`${manager}@${DOMAIN}`) ?? manager;
    control.act({ act: 'set-manager', id, manager: boss });
  }
  if (assigned) assign(id, role);
  return id;
}

/** An account that nobody here made, as somebody typed it into Ramp. */
export async function typedByHand(company: Contoso, userName: string): Promise<void> {
  const connector = await company.engine.connector('ramp');
  await connector.create?.(
    'user',
    {
      userName,
      active: true,
      'name.givenName': 'By',
      'name.familyName': 'Hand',
      'emails[type eq "work"].value': userName,
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department': 'Sales',
      'addresses[type eq "work"].locality': 'Zurich',
    },
    { signal: company.watch.signal },
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function movingClock(): Clock {
  let time = Date.parse('2026-03-02T08:00:00Z');
  return {
    now: () => new Date(time),
    advance: (seconds) => {
      time += seconds * 1000;
    },
  };
}
