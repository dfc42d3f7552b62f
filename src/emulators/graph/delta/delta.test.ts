import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Act } from '../acts/act.ts';
import { createGraph, type GraphEmulator } from '../graph.ts';
import { Refused, type Session, signIn } from '../testing.ts';

const SELECT = '$select=displayName,department,jobTitle';

function user(name: string): Act {
  return {
    act: 'create',
    type: 'user',
    properties: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@contoso.com`,
      department: 'Engineering',
    },
  };
}

function group(displayName: string): Act {
  return {
    act: 'create',
    type: 'group',
    properties: {
      displayName,
      mailEnabled: false,
      mailNickname: displayName,
      securityEnabled: true,
    },
  };
}

describe('a delta round', () => {
  it('repeats all selected properties of a changed user, or only what changed when asked to', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    const { deltaLink } = await reader.all(`users/delta?${SELECT}`);
    graph.control.act({ act: 'update', id, properties: { department: null } });

    expect((await reader.all(deltaLink)).value).toEqual([
      { id, displayName: 'ada', department: null },
    ]);
    expect((await reader.all(deltaLink, { prefer: 'return=minimal' })).value).toEqual([
      { id, department: null },
    ]);
  });

  it('is silent about changes of properties that were not selected', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    const { deltaLink } = await reader.all(`users/delta?${SELECT}`);
    graph.control.act({ act: 'update', id, properties: { city: 'London' } });
    expect((await reader.all(deltaLink)).value).toEqual([]);
  });

  it('tells a soft deletion from a final one, and shows a restored user whole', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    const first = await reader.all(`users/delta?${SELECT}`);

    graph.control.act({ act: 'delete', id });
    const second = await reader.all(first.deltaLink);
    expect(second.value).toEqual([{ id, '@removed': { reason: 'changed' } }]);

    graph.control.act({ act: 'restore', id });
    const third = await reader.all(second.deltaLink, { prefer: 'return=minimal' });
    expect(third.value).toEqual([{ id, displayName: 'ada', department: 'Engineering' }]);
  });

  it('empties the recycle bin after thirty days, not before, and says so', async () => {
    const graph = createGraph();
    graph.control.tokenLife(90 * 24 * 3600);
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    graph.control.act({ act: 'delete', id });
    graph.control.advance(29 * 24 * 3600);
    const { deltaLink, value } = await reader.all(`users/delta?${SELECT}`);
    expect(value).toEqual([{ id, '@removed': { reason: 'changed' } }]);
    expect((await reader.all(deltaLink)).value).toEqual([]);
    graph.control.advance(2 * 24 * 3600);
    expect((await reader.all(deltaLink)).value).toEqual([
      { id, '@removed': { reason: 'deleted' } },
    ]);
    expect(() => graph.control.act({ act: 'restore', id })).toThrow('does not exist');
  });

  it('gives a group of many members in parts, each with the properties again', async () => {
    const graph = createGraph();
    graph.control.profile({ deltaLinks: 3 });
    const reader = await signIn(graph);
    const { id } = graph.control.act(group('everybody'));
    for (const name of ['ada', 'grace', 'alan', 'edsger', 'barbara'])
      graph.control.act({
        act: 'add-member',
        group: id,
        member: graph.control.act(user(name)).id,
      });
    const { value, pages } = await reader.all('groups/delta?$select=displayName,members');
    expect(pages).toBe(2);
    expect(value.map((part) => [part.displayName, part['members@delta']])).toEqual([
      ['everybody', [expect.anything(), expect.anything(), expect.anything()]],
      ['everybody', [expect.anything(), expect.anything()]],
    ]);
  });

  it('reports who joined and who left, and nothing of members in the recycle bin', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(group('team'));
    const [ada, grace, alan] = ['ada', 'grace', 'alan'].map(
      (name) => graph.control.act(user(name)).id,
    );
    for (const member of [ada, grace])
      graph.control.act({ act: 'add-member', group: id, member: member ?? '' });
    const { deltaLink } = await reader.all('groups/delta?$select=displayName,members');
    graph.control.act({ act: 'remove-member', group: id, member: ada ?? '' });
    graph.control.act({ act: 'add-member', group: id, member: alan ?? '' });
    graph.control.act({ act: 'delete', id: grace ?? '' });
    const [change] = (await reader.all(deltaLink, { prefer: 'return=minimal' })).value;
    const type = '#microsoft.graph.user';
    expect(change).toEqual({
      id,
      'members@delta': expect.arrayContaining([
        { '@odata.type': type, id: alan },
        { '@odata.type': type, id: ada, '@removed': { reason: 'deleted' } },
      ]),
    });
  });

  it('makes a restored member news of her group, for whoever read it meanwhile', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const team = graph.control.act(group('team')).id;
    const { id } = graph.control.act(user('ada'));
    graph.control.act({ act: 'add-member', group: team, member: id });
    graph.control.act({ act: 'delete', id });
    const first = await reader.all('groups/delta?$select=members');
    expect(first.value).toEqual([{ id: team }]);
    graph.control.act({ act: 'restore', id });
    expect((await reader.all(first.deltaLink)).value).toEqual([
      { id: team, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id }] },
    ]);
  });

  it('shows a restored group whole, and what it lost before it was deleted', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const team = graph.control.act(group('team')).id;
    const { id } = graph.control.act(user('ada'));
    graph.control.act({ act: 'add-member', group: team, member: id });
    const first = await reader.all('groups/delta?$select=displayName,members');
    graph.control.act({ act: 'remove-member', group: team, member: id });
    graph.control.act({ act: 'delete', id: team });
    graph.control.act({ act: 'restore', id: team });
    const type = '#microsoft.graph.user';
    expect((await reader.all(first.deltaLink)).value).toEqual([
      {
        id: team,
        displayName: 'team',
        'members@delta': [{ '@odata.type': type, id, '@removed': { reason: 'deleted' } }],
      },
    ]);
  });

  it('begins with what is there from now on when asked for the latest token', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    graph.control.act(user('ada'));
    const latest = await reader.all('users/delta?$select=displayName&$deltatoken=latest');
    expect(latest.value).toEqual([]);
    const { id } = graph.control.act(user('grace'));
    expect((await reader.all(latest.deltaLink)).value).toEqual([{ id, displayName: 'grace' }]);
  });

  it('refuses options of other queries, foreign tokens and altered ones', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { deltaLink } = await reader.all('users/delta');
    const altered = deltaLink.slice(0, -1) + (deltaLink.endsWith('A') ? 'B' : 'A');
    for (const url of [
      'users/delta?$top=5',
      "users/delta?$filter=displayName eq 'ada'",
      'users/delta?$select=shoeSize',
      altered,
      deltaLink.replace('users', 'groups'),
    ])
      expect((await reader.get(url)).status, url).toBe(400);
  });
});

describe('a delta token', () => {
  const week = 7 * 24 * 3600;

  it.each([
    ['410-location', 410, true],
    ['400-sync-state', 400, false],
    ['410-sync-state', 410, false],
  ] as const)('of more than seven days is answered %s', async (position, status, location) => {
    const graph = createGraph();
    graph.control.freeze();
    graph.control.switches({ 'delta.expired': position });
    graph.control.tokenLife(3 * week);
    const reader = await signIn(graph);
    const { deltaLink } = await reader.all(`users/delta?${SELECT}`);
    graph.control.advance(week);
    expect((await reader.get(deltaLink)).status).toBe(200);
    graph.control.advance(60);
    const reply = await reader.get(deltaLink);
    expect(reply).toMatchObject({ status, body: { error: { code: 'syncStateNotFound' } } });
    expect(reply.headers.has('location')).toBe(location);
  });

  it('is worth nothing after the tenant moved; the answer says where to begin again', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    const { deltaLink } = await reader.all(`users/delta?${SELECT}`);
    graph.control.raiseDeltaGeneration();
    const reply = await reader.get(deltaLink);
    expect(reply.status).toBe(410);
    const again = await reader.all(reply.headers.get('location') ?? '');
    expect(again.value).toEqual([{ id, displayName: 'ada', department: 'Engineering' }]);
  });
});

const NAMES = ['ada', 'grace', 'alan'];
const GROUPS = ['team', 'board'];

type Step =
  | { readonly type: 'act'; readonly who: number; readonly other: number; readonly what: number }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'read' };

/** What may be tried on the directory at any time; much of it is refused, as in life. */
const ACTS: readonly ((one: string, other: string, team: string, number: number) => Act)[] = [
  (id, _, __, number) => ({ act: 'update', id, properties: { department: `D${number}` } }),
  (id) => ({ act: 'update', id, properties: { department: null } }),
  (id, _, __, number) => ({ act: 'update', id, properties: { jobTitle: `T${number}` } }),
  (id) => ({ act: 'delete', id }),
  (id) => ({ act: 'restore', id }),
  (id) => ({ act: 'purge', id }),
  (id, manager) => ({ act: 'set-manager', id, manager }),
  (id) => ({ act: 'clear-manager', id }),
  (member, _, team) => ({ act: 'add-member', group: team, member }),
  (member, _, team) => ({ act: 'remove-member', group: team, member }),
  (_, __, team) => ({ act: 'delete', id: team }),
  (_, __, team) => ({ act: 'restore', id: team }),
  (_, __, team, number) => ({ act: 'update', id: team, properties: { description: `${number}` } }),
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('act' as const),
      who: fc.nat(NAMES.length - 1),
      other: fc.nat(NAMES.length - 1),
      what: fc.nat(ACTS.length - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      seconds: fc.integer({ min: 1, max: 120 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'read' as const }) },
);

describe('a reader that merges by id', () => {
  it('ends with what the primary holds, whatever happened, lagged and was repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.constantFrom('instant' as const, 'hostile' as const),
        fc.boolean(),
        fc.nat(),
        async (steps, profile, minimal, seed) => {
          const graph = createGraph({ profile, seed: String(seed) });
          graph.control.profile({ deltaResets: profile === 'hostile' ? 0.1 : 0, deltaPageSize: 2 });
          graph.control.freeze();
          graph.control.tokenLife(1e6);
          const session = await signIn(graph);
          const users = NAMES.map((name) => graph.control.act(user(name)).id);
          const teams = GROUPS.map((name) => graph.control.act(group(name)).id);
          const readers = ['users', 'groups'].map((set) => mirror(session, set, minimal));
          let number = 0;
          for (const each of steps) {
            if (each.type === 'wait') graph.control.advance(each.seconds);
            else if (each.type === 'read') for (const reader of readers) await reader.read();
            else attempt(graph, each, users, teams, number++);
          }
          graph.control.settle();
          for (const reader of readers) await reader.read();
          expect(readers.map((reader) => reader.held(graph))).toEqual([
            truth(graph, users),
            truth(graph, teams),
          ]);
          expect(graph.control.findings().filter(({ kind }) => kind === 'contract')).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});

function attempt(
  graph: GraphEmulator,
  { who, other, what }: Extract<Step, { readonly type: 'act' }>,
  users: readonly string[],
  teams: readonly string[],
  number: number,
): void {
  const act = ACTS[what]?.(
    users[who] ?? '',
    users[other] ?? '',
    teams[other % teams.length] ?? '',
    number,
  );
  try {
    if (act !== undefined) graph.control.act(act);
  } catch {
    // Refused: nothing happened.
  }
}

interface Held {
  readonly properties: Record<string, unknown>;
  readonly links: Set<string>;
}

/** Reads rounds and merges them by id; begins anew after a reset, and knows nothing else. */
function mirror(
  session: Session,
  set: string,
  minimal: boolean,
): { read(): Promise<void>; held(graph: GraphEmulator): unknown } {
  const names = set === 'users' ? 'department,jobTitle,manager' : 'description,members';
  const first = `${set}/delta?$select=displayName,${names}`;
  const headers: Record<string, string> = minimal ? { prefer: 'return=minimal' } : {};
  const objects = new Map<string, Held>();
  let link = first;
  const read = async (): Promise<void> => {
    try {
      const { value, deltaLink } = await session.all(link, headers);
      for (const entry of value) merge(objects, entry);
      link = deltaLink;
    } catch (error) {
      if (!(error instanceof Refused) || error.reply.status !== 410) throw error;
      objects.clear();
      link = error.reply.headers.get('location') ?? first;
      await read();
    }
  };
  return {
    read,
    held: (graph) =>
      Object.fromEntries(
        [...objects].map(([id, { properties, links }]) => [
          id,
          { properties: withoutNulls(properties), links: live(graph, [...links]) },
        ]),
      ),
  };
}

function merge(objects: Map<string, Held>, entry: Readonly<Record<string, unknown>>): void {
  const { id, '@removed': removed, ...rest } = entry;
  if (removed !== undefined) {
    objects.delete(String(id));
    return;
  }
  const held = objects.get(String(id)) ?? { properties: {}, links: new Set() };
  objects.set(String(id), held);
  for (const [name, value] of Object.entries(rest)) {
    if (!name.endsWith('@delta')) held.properties[name] = value;
    else if (Array.isArray(value))
      for (const link of value)
        if ('@removed' in link) held.links.delete(link.id);
        else held.links.add(link.id);
  }
}

function truth(graph: GraphEmulator, ids: readonly string[]): unknown {
  return Object.fromEntries(
    ids.flatMap((id) => {
      const found = graph.control.truth(id);
      if (found?.life !== 'live') return [];
      const { displayName, department, jobTitle, description } = found.properties;
      const links = [...found.members, ...(found.manager === undefined ? [] : [found.manager])];
      const properties = withoutNulls({ displayName, department, jobTitle, description });
      return [[id, { properties, links: live(graph, links) }]];
    }),
  );
}

function live(graph: GraphEmulator, ids: readonly string[]): readonly string[] {
  return ids.filter((id) => graph.control.truth(id)?.life === 'live').toSorted();
}

function withoutNulls(properties: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== null && value !== undefined),
  );
}
