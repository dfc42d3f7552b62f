/** Against the Graph emulator: whatever happened there, what was reported adds up to what is there. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from '../../emulators/graph/graph.ts';
import { type Attributes, type Change, isReference } from '../../identity/record.ts';
import { type ChangePage, type Connector, ConnectorError } from '../spi/index.ts';
import { entra } from './connector.ts';
import { entraOptions } from './options.ts';

type Profile = 'instant' | 'typical' | 'hostile';

const { signal } = new AbortController();
const DEPARTMENTS = ['Engineering', 'Sales', 'R&D'];
const USERS = 12;
const GROUPS = 3;

interface Tenant {
  readonly graph: GraphEmulator;
  readonly connector: Connector;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

async function tenantWith(profile: Profile, seed = 'contoso'): Promise<Tenant> {
  const graph = createGraph({ profile, seed });
  const registered = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: 'correct horse battery staple',
    permissions: ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'],
  });
  const users = Array.from(
    { length: USERS },
    (_, index) =>
      graph.control.act({
        act: 'create',
        type: 'user',
        properties: {
          accountEnabled: true,
          displayName: `Person ${index}`,
          mailNickname: `person${index}`,
          userPrincipalName: `person${index}@contoso.onmicrosoft.com`,
          department: DEPARTMENTS[index % 3],
        },
      }).id,
  );
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const { id } = graph.control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: `Group ${index}`,
        mailEnabled: false,
        mailNickname: `group${index}`,
        securityEnabled: true,
      },
    });
    for (const member of users.slice(index * 3, index * 3 + 8))
      graph.control.act({ act: 'add-member', group: id, member });
    return id;
  });
  graph.control.settle();
  const options = entraOptions.parse({
    tenant: graph.tenantId,
    clientId: registered.appId,
    secret: 'correct horse battery staple',
  });
  const connector = await entra.connect(options, {
    system: 'entra',
    fetch: graph.fetch,
    now: graph.control.now,
    baseDirectory: '.',
  });
  return { graph, connector, users, groups };
}

/** What the reports add up to: a warehouse in two maps. */
class Known {
  readonly records = new Map<string, Attributes>();
  readonly members = new Map<string, Set<string>>();
  watermark: string | undefined;

  apply(change: Change): void {
    switch (change.type) {
      case 'present':
        this.records.set(change.record.ref.id, change.record.attributes);
        break;
      case 'patch': {
        const before = this.records.get(change.ref.id) ?? {};
        const kept = Object.entries(before).filter(([name]) => !change.cleared.includes(name));
        this.records.set(change.ref.id, { ...Object.fromEntries(kept), ...change.set });
        break;
      }
      case 'members': {
        const members = this.members.get(change.group.id) ?? new Set();
        this.members.set(change.group.id, members);
        for (const { id } of change.added) members.add(id);
        for (const { id } of change.removed) members.delete(id);
        break;
      }
      case 'absent':
        this.records.delete(change.ref.id);
        this.members.delete(change.ref.id);
        break;
      case 'assignments':
        throw new Error('none were asked for');
    }
  }

  async absorb(pages: AsyncIterable<ChangePage> | undefined): Promise<void> {
    for await (const { changes, watermark } of pages ?? []) {
      for (const change of changes) this.apply(change);
      this.watermark = watermark ?? this.watermark;
    }
  }

  forget(): void {
    this.records.clear();
    this.members.clear();
    this.watermark = undefined;
  }
}

/** One round, as a run would do it: changes where they are to be had, everything where not. */
async function catchUp(
  connector: Connector,
  kind: 'user' | 'group',
  known: Known,
  attributes: readonly string[],
): Promise<void> {
  const options = { signal, attributes };
  try {
    if (known.watermark !== undefined) {
      await known.absorb(connector.readChanges?.(kind, known.watermark, options));
      return;
    }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'watermark-expired') throw error;
  }
  known.forget();
  await known.absorb(connector.read?.(kind, options));
}

type Act = Parameters<GraphEmulator['control']['act']>[0];

/** Something somebody does; what the tenant refuses in its present state does not happen. */
function somebody(tenant: Tenant, dice: readonly [number, number, number]): void {
  const [what, first, second] = dice;
  const user = tenant.users[first % USERS] ?? '';
  const other = tenant.users[second % USERS] ?? '';
  const group = tenant.groups[second % GROUPS] ?? '';
  const acts: readonly Act[] = [
    { act: 'update', id: user, properties: { department: DEPARTMENTS[second % 3] } },
    { act: 'update', id: user, properties: { department: null } },
    { act: 'delete', id: user },
    { act: 'restore', id: user },
    { act: 'set-manager', id: user, manager: other },
    { act: 'clear-manager', id: user },
    { act: 'add-member', group, member: user },
    { act: 'remove-member', group, member: user },
    { act: 'update', id: group, properties: { displayName: `Group ${first}` } },
  ];
  const act = acts[what % acts.length];
  if (act === undefined) return;
  try {
    tenant.graph.control.act(act);
  } catch {
    // A manager of oneself, a restore of somebody who is there: the portal would say no.
  }
}

function trueUsers({ graph, users }: Tenant): ReadonlyMap<string, unknown> {
  const truth = new Map<string, unknown>();
  for (const id of users) {
    const found = graph.control.truth(id);
    if (found?.life !== 'live') continue;
    const { displayName, department, createdDateTime } = found.properties;
    const manager = found.manager;
    const managed = manager !== undefined && isLive(graph)(manager);
    truth.set(id, {
      id,
      displayName,
      createdDateTime,
      ...(department ? { department } : {}),
      ...(managed ? { manager: { $ref: { system: 'entra', kind: 'user', id: manager } } } : {}),
    });
  }
  return truth;
}

/** A link to somebody in the recycle bin shows or does not: the link's end is what is reported. */
function withoutGoneManager(attributes: Attributes, graph: GraphEmulator): Attributes {
  const { manager, ...others } = attributes;
  if (!isReference(manager) || !('id' in manager.$ref)) return others;
  return isLive(graph)(manager.$ref.id) ? attributes : others;
}

function trueMembers({ graph, groups }: Tenant): ReadonlyMap<string, readonly string[]> {
  return new Map(
    groups.map((id) => [id, (graph.control.truth(id)?.members ?? []).filter(isLive(graph)).sort()]),
  );
}

function isLive(graph: GraphEmulator): (id: string) => boolean {
  return (id) => graph.control.truth(id)?.life === 'live';
}

const history = fc.array(
  fc.array(fc.tuple(fc.nat(8), fc.nat(USERS - 1), fc.nat(USERS - 1)), { maxLength: 8 }),
  { minLength: 1, maxLength: 5 },
);

describe.each<Profile>(['instant', 'typical', 'hostile'])('a tenant that is %s', (profile) => {
  it('ends as it is, whatever happened and however it was reported', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.string({ maxLength: 4 }), async (rounds, seed) => {
        const tenant = await tenantWith(profile, `seed-${seed}`);
        const people = new Known();
        const teams = new Known();
        const both = async (): Promise<void> => {
          await catchUp(tenant.connector, 'user', people, ['displayName', 'department', 'manager']);
          await catchUp(tenant.connector, 'group', teams, ['displayName']);
        };
        await both();
        for (const acts of rounds) {
          for (const act of acts) somebody(tenant, act);
          tenant.graph.control.advance(1);
          await both();
        }
        tenant.graph.control.settle();
        await both();
        const truth = trueUsers(tenant);
        const reported = [...people.records].map(
          ([id, attributes]) => [id, withoutGoneManager(attributes, tenant.graph)] as const,
        );
        expect(Object.fromEntries(reported)).toEqual(Object.fromEntries(truth));
        const members = [...teams.members].map(
          ([id, ids]) => [id, [...ids].filter(isLive(tenant.graph)).sort()] as const,
        );
        expect(Object.fromEntries(members)).toEqual(Object.fromEntries(trueMembers(tenant)));
      }),
      { numRuns: profile === 'hostile' ? 25 : 8 },
    );
  });
});

describe('a watermark', () => {
  const attributes = ['displayName', 'department'];

  async function read(): Promise<{ readonly tenant: Tenant; readonly known: Known }> {
    const tenant = await tenantWith('instant');
    const known = new Known();
    await known.absorb(tenant.connector.read?.('user', { signal, attributes }));
    return { tenant, known };
  }

  type Positions = Parameters<GraphEmulator['control']['switches']>[0];

  it.each<[string, Positions, (graph: GraphEmulator) => void]>([
    [
      'seven days later',
      { 'delta.expired': '410-location' },
      (graph) => graph.control.advance(700_000),
    ],
    [
      'seven days later',
      { 'delta.expired': '400-sync-state' },
      (graph) => graph.control.advance(700_000),
    ],
    [
      'seven days later',
      { 'delta.expired': '410-sync-state' },
      (graph) => graph.control.advance(700_000),
    ],
    [
      'after the tenant moved',
      { 'delta.reset': '410-location' },
      (graph) => graph.control.raiseDeltaGeneration(),
    ],
    [
      'after the tenant moved',
      { 'delta.reset': '410-resync' },
      (graph) => graph.control.raiseDeltaGeneration(),
    ],
  ])('expires %s (%j), and everything is read again', async (_, positions, happen) => {
    const { tenant, known } = await read();
    tenant.graph.control.switches(positions);
    happen(tenant.graph);
    const changes = tenant.connector.readChanges?.('user', known.watermark ?? '', {
      signal,
      attributes,
    });
    await expect(known.absorb(changes)).rejects.toMatchObject({ kind: 'watermark-expired' });
    await catchUp(tenant.connector, 'user', known, attributes);
    expect(known.records.size).toBe(USERS);
  });

  it('leads on from where throttling stopped a listing, in every style of waiting', async () => {
    for (const style of ['integer', 'fraction', 'always-one', 'absent'] as const) {
      const { graph, connector } = await tenantWith('hostile', `throttled ${style}`);
      graph.control.switches({ 'throttle.retryAfter': style });
      const known = new Known();
      await known.absorb(oneAfterTheOther(connector, graph, attributes));
      expect(known.records.size).toBe(USERS);
    }
  });
});

/** Reads on after each refusal, as a run does; every other page is refused. */
async function* oneAfterTheOther(
  connector: Connector,
  graph: GraphEmulator,
  attributes: readonly string[],
): AsyncGenerator<ChangePage> {
  let pages = connector.read?.('user', { signal, attributes });
  for (let complete = false; !complete; ) {
    let watermark = '';
    try {
      for await (const page of pages ?? []) {
        yield page;
        watermark = page.watermark ?? watermark;
        complete = page.complete ?? false;
        if (!complete) graph.control.throttle('fill');
      }
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'throttled') throw error;
      graph.control.throttle('empty');
      pages = connector.readChanges?.('user', watermark, { signal, attributes, continues: true });
    }
  }
}
