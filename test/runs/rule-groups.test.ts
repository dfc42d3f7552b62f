/** People of a file in groups made by rule: a group of one application, and the scope of another. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes, openEngine, openTrial } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { Attributes } from '../../src/identity/record.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Engine, RunReport } from '../../src/sync/engine.ts';
import type { WithReport } from '../../src/sync/plan-with.ts';

const DAY = 86_400_000;
const watch = { signal: new AbortController().signal, progress: () => {} };

const SALES = `
  sales:
    title: Sales team
    description: Whoever sells
    owner: grace@contoso.com
    members: department eq "Sales" and employeeHireDate le "now"
    exceptions:
      - { include: alan@contoso.com, until: 2026-03-04, reason: helps with the fair }
      - { include: edsgar@contoso.com, reason: is not spelled so }
`;

interface Company extends AsyncDisposable {
  readonly engine: Engine;
  people(...rows: readonly string[]): Promise<void>;
  run(): Promise<RunReport>;
  advance(milliseconds: number): void;
  /** Members by group in the wiki. */
  teams(): Promise<Readonly<Record<string, readonly string[]>>>;
  groupAttributes(): Promise<readonly Attributes[]>;
  /** Who has an account that is on, by application. */
  accounts(app: 'wiki' | 'crm'): Promise<readonly string[]>;
  reopen(groups: string): Promise<void>;
  trial(groups: string, at?: Date): Promise<WithReport>;
}

async function company(groups = SALES, leave = 'delete'): Promise<Company> {
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-rule-groups-'));
  const apps = { wiki: await application('wiki', now), crm: await application('crm', now) };
  const read = async (text: string): Promise<Configuration> => {
    const file = path.join(folder, 'lockstep.yaml');
    await writeFile(file, document(text, leave));
    const loaded = await loadConfiguration(file, {
      env: { TOKEN: 'secret' },
      connectors: connectorTypes(),
      profiles: path.resolve(import.meta.dirname, '../../profiles'),
    });
    if (loaded.ok) return loaded.value;
    throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const name = new URL(request.url).pathname.split('/')[3] === 'crm' ? 'crm' : 'wiki';
    return apps[name].service.fetch(request);
  };
  const world = { fetch, now, random: () => 0.5, sleep: async () => {} };
  let engine = await openEngine(await read(groups), world);
  return {
    get engine() {
      return engine;
    },
    people: (...rows) =>
      writeFile(
        path.join(folder, 'people.csv'),
        ['employeeId,mail,department,employeeHireDate', ...rows, ''].join('\n'),
      ),
    run: () => verbsOf(engine).run({ trigger: 'command' }, watch),
    advance: (milliseconds) => {
      time += milliseconds;
    },
    teams: async () => {
      const { storage } = apps.wiki;
      const users = (await storage.search('user', { count: 100 })).objects;
      const name = new Map(users.map(({ id, attributes }) => [id, String(attributes.userName)]));
      const all: Record<string, readonly string[]> = {};
      for (const { id, attributes } of (await storage.search('group', { count: 100 })).objects) {
        const members = await storage.members(id);
        all[String(attributes.displayName)] = members
          .map((member) => String(name.get(member.id)).replace('@contoso.com', ''))
          .toSorted();
      }
      return all;
    },
    groupAttributes: async () =>
      (await apps.wiki.storage.search('group', { count: 100 })).objects.map(
        ({ attributes }) => attributes,
      ),
    accounts: async (app) =>
      (await apps[app].storage.search('user', { count: 100 })).objects
        .filter(({ attributes }) => attributes.active !== false)
        .map(({ attributes }) => String(attributes.userName).replace('@contoso.com', ''))
        .toSorted(),
    reopen: async (text) => {
      await engine[Symbol.asyncDispose]();
      engine = await openEngine(await read(text), world);
    },
    trial: async (text, at) => {
      const current = await read(groups);
      const next = text === groups ? current : await read(text);
      await using trial = await openTrial(current, next, world);
      return await trial.planWith(at === undefined ? {} : { at }, watch);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function application(name: string, now: () => Date) {
  const storage = memoryStorage();
  const served = await servedSystem(
    name,
    openDirectory(name, directoryOptions.parse({}), storage, now),
  );
  const service = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async () => ({ tenant: 'default', system: name }),
    open: async () => served,
    leniency: ENTRA,
  });
  return { storage, service };
}

function document(groups: string, leave: string): string {
  return `
groups:${groups.trim() === '' ? ' {}' : groups}
systems:
  hr:
    connector: file
    options: { path: people.csv, id: employeeId }
    read: { user: { map: { userPrincipalName: "[mail]" } } }
  wiki:
    connector: scim
    options: { url: "https://apps.contoso.com/scim/v2/wiki", token: "\${env:TOKEN}" }
    write:
      user:
        map: { userName: "[mail]", active: "Not([IsSoftDeleted])" }
        match: [userName]
      group:
        scope: ruleGroup pr
        match: [externalId, displayName]
        map: { displayName: "[displayName]", externalId: "[ruleGroup]" }
        leave: ${leave}
  crm:
    connector: scim
    options: { url: "https://apps.contoso.com/scim/v2/crm", token: "\${env:TOKEN}" }
    write:
      user:
        scope: ${groups.includes('sales:') ? 'groups eq "sales"' : 'employeeId eq "0"'}
        map: { userName: "[mail]", active: "Not([IsSoftDeleted])" }
        match: [userName]
`;
}

const ADA = '1,ada@contoso.com,Sales,2020-01-01';
const GRACE = '2,grace@contoso.com,Sales,2026-03-06';
const ALAN = '3,alan@contoso.com,Research,2020-01-01';

describe('a group made by rule', () => {
  it('is a group of an application, and decides who has an account in another', async () => {
    await using contoso = await company();
    await contoso.people(ADA, GRACE, ALAN);
    expect((await contoso.run()).verdict).toBe('done');
    expect(await contoso.teams()).toEqual({ 'Sales team': ['ada', 'alan'] });
    expect(await contoso.groupAttributes()).toMatchObject([{ externalId: 'sales' }]);
    expect(await contoso.accounts('wiki')).toEqual(['ada', 'alan', 'grace']);
    expect(await contoso.accounts('crm')).toEqual(['ada', 'alan']);
  });

  it('follows whoever moves', async () => {
    await using contoso = await company();
    await contoso.people(ADA, ALAN);
    await contoso.run();
    await contoso.people(ADA.replace('Sales', 'Legal'), ALAN.replace('Research', 'Sales'));
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': ['alan'] });
    expect(await contoso.accounts('crm')).toEqual(['alan']);
  });

  it('loses who is excepted, and gains who is hired, on the day', async () => {
    await using contoso = await company();
    await contoso.people(GRACE, ALAN);
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': ['alan'] });
    contoso.advance(2 * DAY);
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': ['alan'] });
    contoso.advance(DAY);
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': [] });
    contoso.advance(DAY);
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': ['grace'] });
    expect(await contoso.accounts('crm')).toEqual(['grace']);
  });

  it('goes with its rule, and takes in others under another', async () => {
    await using contoso = await company();
    await contoso.people(ADA, ALAN);
    await contoso.run();
    await contoso.reopen(
      '\n  research: { members: department eq "Research" }\n  sales: { members: department eq "Legal" }\n',
    );
    await contoso.run();
    expect(await contoso.teams()).toEqual({ research: ['alan'], sales: [] });
    expect(await contoso.accounts('crm')).toEqual([]);
  });

  it('says of everybody why they are in it, or not', async () => {
    await using contoso = await company();
    await contoso.people(ADA, GRACE, ALAN);
    await contoso.run();
    const verbs = verbsOf(contoso.engine);
    const members = await Array.fromAsync(verbs.groupMembers('sales'));
    expect(
      members.map(({ label, exception, until }) => [label, exception?.reason, until]).toSorted(),
    ).toEqual([
      ['ada@contoso.com', undefined, undefined],
      ['alan@contoso.com', 'helps with the fair', new Date('2026-03-05T00:00:00Z')],
    ]);
    const [sales] = await verbs.groups();
    expect(sales?.exceptions).toMatchObject([
      { person: 'alan@contoso.com', known: true },
      { person: 'edsgar@contoso.com', known: false },
    ]);
    const { ruleGroups } = await verbs.explain({ person: 'grace@contoso.com' }, watch);
    expect(ruleGroups).toMatchObject([
      {
        group: 'sales',
        member: false,
        clauses: [
          { clause: 'department eq "Sales"', verdict: true },
          { clause: 'employeeHireDate le "now"', verdict: false },
        ],
        until: new Date('2026-03-06T00:00:00Z'),
      },
    ]);
    await expect(Array.fromAsync(verbs.groupMembers('sale'))).rejects.toThrow('did you mean');
  });

  it('answers what would be with another value, and on a day to come', async () => {
    await using contoso = await company();
    await contoso.people(GRACE, ALAN);
    await contoso.run();
    const verbs = verbsOf(contoso.engine);
    const wouldBe = async (ask: object): Promise<unknown> => {
      const { targets } = await verbs.explain({ person: '2', system: 'crm', ...ask }, watch);
      const decision = targets[0]?.decision;
      return decision && 'action' in decision ? decision.action : decision?.code;
    };
    expect(await wouldBe({})).toBe('out-of-scope');
    const { targets } = await verbs.explain({ person: '2', system: 'crm' }, watch);
    expect(targets[0]?.fact?.message).toBe('not in crm: no rule puts the person into a group');
    expect(await wouldBe({ at: new Date('2026-03-06T00:00:00Z') })).toBe('create');
    expect(await wouldBe({ set: { employeeHireDate: '2026-03-01' } })).toBe('create');
  });

  it('says who will have joined and left by a day to come', async () => {
    await using contoso = await company();
    await contoso.people(GRACE, ALAN);
    await contoso.run();
    const before = await contoso.trial(SALES, new Date('2026-03-03T00:00:00Z'));
    expect(before).toMatchObject({ groups: [], people: 0 });
    const { groups, targets } = await contoso.trial(SALES, new Date('2026-03-06T00:00:00Z'));
    expect(groups).toMatchObject([
      { name: 'sales', state: 'kept', joins: ['grace@contoso.com'], leaves: ['alan@contoso.com'] },
    ]);
    expect(targets.map(({ target, kind, counts }) => ({ target, kind, counts }))).toContainEqual({
      target: 'crm',
      kind: 'user',
      counts: { create: 1, disable: 1 },
    });
    expect(await contoso.teams()).toEqual({ 'Sales team': ['alan'] });
  });

  it('says who would join and leave under other rules, before they are in force', async () => {
    await using contoso = await company();
    await contoso.people(ADA, GRACE, ALAN);
    await contoso.run();
    const report = await contoso.trial(`
  sales: { members: department eq "Sales" }
  research: { members: department eq "Research" }
`);
    expect(report.groups).toEqual([
      {
        name: 'research',
        state: 'made',
        joining: 1,
        leaving: 0,
        joins: ['alan@contoso.com'],
        leaves: [],
      },
      {
        name: 'sales',
        state: 'kept',
        joining: 1,
        leaving: 1,
        joins: ['grace@contoso.com'],
        leaves: ['alan@contoso.com'],
      },
    ]);
    const [, teams, crm] = report.targets;
    expect(teams).toMatchObject({ kind: 'group', members: { added: 1, removed: 1 } });
    expect(crm).toMatchObject({ target: 'crm', counts: { create: 1, disable: 1 } });
    await contoso.run();
    expect(await contoso.teams()).toEqual({ 'Sales team': ['ada', 'alan'] });
  });
});

describe('a group that is out of a target', () => {
  const NONE = '\n  other: { members: department eq "None" }\n';
  const named = async (contoso: Company) => Object.keys(await contoso.teams());

  it('waits for its days, with its members, and is deleted then', async () => {
    await using contoso = await company(SALES, '{ delete-after: 30d }');
    await contoso.people(ADA);
    await contoso.run();
    await contoso.reopen(NONE);
    await contoso.run();
    contoso.advance(29 * DAY);
    await contoso.run();
    expect(await contoso.teams()).toMatchObject({ 'Sales team': ['ada'] });
    contoso.advance(DAY);
    await contoso.run();
    expect(await named(contoso)).toEqual(['other']);
  });

  it('begins to wait anew when it was back meanwhile', async () => {
    await using contoso = await company(SALES, '{ delete-after: 30d }');
    await contoso.people(ADA);
    await contoso.run();
    await contoso.reopen(NONE);
    await contoso.run();
    contoso.advance(29 * DAY);
    await contoso.reopen(SALES);
    await contoso.run();
    await contoso.reopen(NONE);
    contoso.advance(10 * DAY);
    await contoso.run();
    expect((await named(contoso)).toSorted()).toEqual(['Sales team', 'other']);
  });

  it('stays where it is kept', async () => {
    await using contoso = await company(SALES, 'keep');
    await contoso.people(ADA);
    await contoso.run();
    await contoso.reopen(NONE);
    await contoso.run();
    contoso.advance(400 * DAY);
    await contoso.run();
    expect(await contoso.teams()).toMatchObject({ 'Sales team': ['ada'] });
  });

  it('cannot be disabled, and the configuration says so', async () => {
    await expect(company(SALES, 'disable')).rejects.toThrow('a group cannot be disabled');
  });
});
