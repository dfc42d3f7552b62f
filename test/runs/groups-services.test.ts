/** Groups where something is somebody else's: the service provider, or the database. */

import { expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { startScimmy } from '../services/scimmy.ts';
import { type GroupsSettings, type GroupsWorld, groupsWorld } from './groups-world.ts';

/** Hired, joined, left, renamed, nested, disabled, returned: what is in the groups after each. */
async function story(
  settings: GroupsSettings,
  groups: (world: GroupsWorld) => Promise<Readonly<Record<string, readonly string[]>>>,
): Promise<void> {
  await using world = await groupsWorld(settings);
  const [ada, grace] = [world.hire('ada'), world.hire('grace')];
  const compilers = world.group('Compilers', grace);
  const engineering = world.group('Engineering', ada, compilers);
  expect((await world.run()).verdict).toBe('done');
  expect(await groups(world)).toEqual({
    Compilers: ['grace'],
    Engineering: ['[Compilers]', 'ada'],
  });

  world.join(engineering, world.hire('alan'));
  world.leave(compilers, grace);
  world.change(engineering, { displayName: 'R&D' });
  await world.run();
  expect(await groups(world)).toEqual({ Compilers: [], 'R&D': ['[Compilers]', 'ada', 'alan'] });

  world.change(ada, { accountEnabled: false });
  await world.run();
  expect((await groups(world))['R&D']).toEqual(['[Compilers]', 'alan']);
  world.change(ada, { accountEnabled: true });
  await world.run();
  expect((await groups(world))['R&D']).toEqual(['[Compilers]', 'ada', 'alan']);

  await using flat = await world.restart({ ...settings, group: '        members: flattened' });
  flat.join(compilers, grace);
  await flat.run();
  expect(await groups(flat)).toEqual({ Compilers: ['grace'], 'R&D': ['ada', 'alan', 'grace'] });
  flat.remove(compilers);
  await flat.run();
  expect(await groups(flat)).toEqual({ 'R&D': ['ada', 'alan'] });
  flat.done();
  await flat.run();
  expect(flat.done()).toEqual([]);
}

it('a stranger’s service provider has the same groups and members', async () => {
  await using provider = await startScimmy('letmein');
  const name = (id: unknown): string => {
    const group = provider.groups.get(String(id));
    if (group !== undefined) return `[${String(group.displayName)}]`;
    return String(provider.users.get(String(id))?.userName).replace('@contoso.com', '');
  };
  await story({ provider: { url: provider.url, token: 'letmein' } }, async () =>
    Object.fromEntries(
      [...provider.groups.values()].map(({ displayName, members }) => {
        const values = Array.isArray(members) ? members : [];
        return [displayName, values.map(({ value }) => name(value)).toSorted()];
      }),
    ),
  );
});

describeWithPostgres('groups', (server) => {
  it('are the same on PostgreSQL', async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await story({ database }, (world) => world.groups());
  });
});
