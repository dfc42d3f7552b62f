/** Entra ID with groups, and an application that takes people and groups over SCIM; all in process. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcome } from '../../src/apply/outcome.ts';
import { connectorTypes, openEngine, openTrial, type World } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { createGraph, type GraphEmulator } from '../../src/emulators/graph/graph.ts';
import { registerRamp } from '../../src/emulators/graph/seed/ramp.ts';
import { whatMoves } from '../../src/plan/text.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import type { Database } from '../../src/store/database.ts';
import type { Engine, RunReport, Watch } from '../../src/sync/engine.ts';
import type { WithReport } from '../../src/sync/plan-with.ts';
import { runSync } from '../../src/sync/run.ts';

export interface GroupsSettings {
  /** Further lines of `systems.app.write.group`, as YAML, eight blanks in. */
  readonly group?: string;
  /** Of `systems.app.write.user`. */
  readonly user?: string;
  /** Instead of our own service provider: the address of a stranger's. */
  readonly provider?: { readonly url: string; readonly token: string };
  /** A store that is open already. */
  readonly database?: Database;
  /** Answers in place of the application where it wants to. */
  readonly app?: (request: Request) => Promise<Response | undefined>;
}

export interface GroupsWorld extends AsyncDisposable {
  readonly graph: GraphEmulator;
  readonly engine: Engine;
  readonly watch: Watch;
  /** Returns the object id. */
  hire(name: string): string;
  group(name: string, ...members: readonly string[]): string;
  join(group: string, member: string): void;
  leave(group: string, member: string): void;
  change(id: string, properties: Readonly<Record<string, unknown>>): void;
  remove(id: string): void;
  /** Of the application Ramp. */
  assign(principal: string): string;
  unassign(assignment: string): void;
  run(trigger?: 'command' | 'schedule'): Promise<RunReport>;
  /** What was done since the last call, as the log has it: `add-members Engineering: + 1 member: …`. */
  done(): readonly string[];
  outcomes(): readonly Outcome[];
  /** Members by group in the application; groups within groups in brackets. */
  groups(): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Requests to the application since the last call, as `PATCH /Groups`. */
  requests(): Readonly<Record<string, number>>;
  advance(seconds: number): void;
  /** Somebody deletes a group in the application itself. */
  deleteInApp(group: string): Promise<void>;
  /** Somebody changes the members of a group in the application itself. */
  changeInApp(group: string, change: 'add' | 'remove', name: string): Promise<void>;
  /** Of a person in the application. */
  accountId(name: string): Promise<string>;
  isActive(name: string): Promise<boolean>;
  entraId(name: string): string;
  /** The same systems, and a store that was lost. */
  startAnew(): Promise<GroupsWorld>;
  restart(settings?: GroupsSettings): Promise<GroupsWorld>;
  /** What the configuration would do with these further lines of `write.group`. */
  trial(group: string): Promise<WithReport>;
}

const SECRET = 'contoso-connector-secret';
const TOKEN = 'app_test';
const APP = 'https://app.contoso.com/scim/v2/app';

export async function groupsWorld(settings: GroupsSettings = {}): Promise<GroupsWorld> {
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const graph = createGraph({ now: () => time, domain: 'contoso.com' });
  const { appId = '' } = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    permissions: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
  });
  const ramp = registerRamp(graph.tenant);
  const storage = memoryStorage();
  const directory = openDirectory('app', directoryOptions.parse({}), storage, now);
  const served = await servedSystem('app', directory);
  const service = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (token) =>
      token === TOKEN ? { tenant: 'default', system: 'app' } : undefined,
    open: async () => served,
    leniency: ENTRA,
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-groups-'));
  const requests = new Map<string, number>();

  const open = async (chosen: GroupsSettings): Promise<GroupsWorld> => {
    const provider = chosen.provider ?? { url: APP, token: TOKEN };
    const read = async (name: string, settings: GroupsSettings): Promise<Configuration> => {
      const file = path.join(folder, name);
      await writeFile(file, document(graph.tenantId, appId, provider.url, settings));
      const loaded = await loadConfiguration(file, {
        env: { ENTRA_SECRET: SECRET, APP_TOKEN: provider.token },
        connectors: connectorTypes(),
        profiles: path.resolve(import.meta.dirname, '../../profiles'),
      });
      if (loaded.ok) return loaded.value;
      throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    };
    const fetch: World['fetch'] = async (input, init) => {
      const request = new Request(input, init);
      const isApp = request.url.startsWith(provider.url);
      if (!isApp) return graph.fetch(request);
      const [, resource = ''] = new URL(request.url).pathname
        .slice(new URL(provider.url).pathname.length)
        .split('/');
      const counter = `${request.method} /${resource}`;
      requests.set(counter, (requests.get(counter) ?? 0) + 1);
      const instead = await chosen.app?.(request.clone());
      if (instead !== undefined) return instead;
      return chosen.provider ? globalThis.fetch(request) : service.fetch(request);
    };
    const engine = await openEngine(await read('lockstep.yaml', chosen), {
      fetch,
      ...(chosen.database && { database: chosen.database }),
      now,
      random: () => 0.5,
      sleep: async (milliseconds) => {
        time += milliseconds;
      },
    });
    let outcomes: Outcome[] = [];
    const watch: Watch = {
      signal: new AbortController().signal,
      progress: (event) => {
        if (event.type === 'outcome') outcomes.push(event.outcome);
      },
    };
    const take = (): readonly Outcome[] => {
      const taken = outcomes;
      outcomes = [];
      return taken;
    };
    const { control } = graph;
    return {
      graph,
      engine,
      watch,
      hire: (name) => hire(name, graph),
      group: (name, ...members) => {
        const { id } = control.act({
          act: 'create',
          type: 'group',
          properties: {
            displayName: name,
            mailNickname: name,
            mailEnabled: false,
            securityEnabled: true,
          },
        });
        for (const member of members) control.act({ act: 'add-member', group: id, member });
        return id;
      },
      join: (group, member) => void control.act({ act: 'add-member', group, member }),
      leave: (group, member) => void control.act({ act: 'remove-member', group, member }),
      change: (id, properties) => void control.act({ act: 'update', id, properties }),
      remove: (id) => void control.act({ act: 'delete', id }),
      assign: (principal) =>
        control.act({ act: 'assign-app-role', principal, resource: ramp.servicePrincipalId }).id,
      unassign: (id) => void control.act({ act: 'unassign-app-role', id }),
      run: (trigger = 'command') => runSync(engine, { trigger }, watch),
      done: () =>
        take().map(({ type, operation }) => {
          const text = `${operation.action} ${operation.label}: ${whatMoves(operation)}`;
          return type === 'done' ? text : `${type}: ${text}`;
        }),
      outcomes: take,
      groups: async () => {
        const [groups, users] = await Promise.all([
          storage.search('group', { count: 1000 }),
          storage.search('user', { count: 100_000 }),
        ]);
        const names = new Map([
          ...users.objects.map(({ id, attributes }) => [id, String(attributes.userName)] as const),
          ...groups.objects.map(
            ({ id, attributes }) => [id, `[${String(attributes.displayName)}]`] as const,
          ),
        ]);
        const all: Record<string, readonly string[]> = {};
        for (const { id, attributes } of groups.objects) {
          const members = await storage.members(id);
          all[String(attributes.displayName)] = members
            .map((member) => names.get(member.id)?.replace('@contoso.com', '') ?? 'somebody gone')
            .toSorted();
        }
        return all;
      },
      requests: () => {
        const counts = Object.fromEntries(requests);
        requests.clear();
        return counts;
      },
      advance: (seconds) => {
        time += seconds * 1000;
      },
      deleteInApp: async (name) => {
        const { objects } = await storage.search('group', { count: 1000 });
        for (const { id, attributes, version } of objects) {
          if (attributes.displayName !== name) continue;
          await storage.write({
            type: 'remove',
            kind: 'group',
            id,
            expects: version,
            at: new Date(time).toISOString(),
          });
        }
      },
      changeInApp: async (group, change, name) => {
        const { objects } = await storage.search('group', { count: 1000 });
        const id = objects.find(({ attributes }) => attributes.displayName === group)?.id ?? '';
        const people = (await storage.search('user', { count: 100_000 })).objects;
        const member = people.find(
          ({ attributes }) => attributes.userName === `${name}@contoso.com`,
        );
        const refs = [{ system: 'app', kind: 'user', id: member?.id ?? '' }];
        const connector = await engine.connector('app');
        const of = { system: 'app', kind: 'group', id };
        const { signal } = watch;
        if (change === 'add') await connector.addMembers?.(of, refs, { signal });
        else await connector.removeMembers?.(of, refs, { signal });
      },
      isActive: async (name) => {
        const { objects } = await storage.search('user', { count: 100_000 });
        return objects.some(
          ({ attributes }) =>
            attributes.userName === `${name}@contoso.com` && attributes.active !== false,
        );
      },
      accountId: async (name) => {
        const { objects } = await storage.search('user', { count: 100_000 });
        const found = objects.find(
          ({ attributes }) => attributes.userName === `${name}@contoso.com`,
        );
        return found?.id ?? 'nobody';
      },
      entraId: (name) => graph.tenant.upns.get(`${name}@contoso.com`) ?? 'nobody',
      startAnew: async () => {
        await engine[Symbol.asyncDispose]();
        await rm(path.join(folder, 'data'), { recursive: true });
        return open(chosen);
      },
      trial: async (group) => {
        const next = await read('new.yaml', { ...chosen, group: `        ${group}` });
        await using trial = await openTrial(await read('lockstep.yaml', chosen), next, { now });
        return await trial.planWith({}, watch);
      },
      restart: async (changed = chosen) => {
        await engine[Symbol.asyncDispose]();
        return open(changed);
      },
      [Symbol.asyncDispose]: async () => {
        await engine[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
  return open(settings);
}

function document(
  tenant: string,
  clientId: string,
  url: string,
  { group = '', user = '' }: GroupsSettings,
): string {
  return `
store: ./data
systems:
  entra:
    connector: entra
    options: { tenant: ${tenant}, clientId: ${clientId}, secret: "\${env:ENTRA_SECRET}" }
    read: { user: {}, group: {} }
  app:
    connector: scim
    options: { url: "${url}", token: "\${env:APP_TOKEN}" }
    write:
      user:
        map: { externalId: "[objectId]" }
${user}
      group:
        match: [externalId, displayName]
${group}
`;
}

function hire(name: string, { control }: GraphEmulator): string {
  const address = `${name}@contoso.com`;
  return control.act({
    act: 'create',
    type: 'user',
    properties: {
      userPrincipalName: address,
      mail: address,
      mailNickname: name,
      displayName: name,
      accountEnabled: true,
    },
  }).id;
}
