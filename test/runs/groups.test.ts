import { describe, expect, it } from 'vitest';
import { groupsWorld } from './groups-world.ts';

describe('groups of Entra ID in an application', () => {
  it('come empty, then their members do, in the same run', async () => {
    await using world = await groupsWorld();
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    world.group('Engineering', ada, grace);
    world.group('Idle');

    expect((await world.run()).verdict).toBe('done');
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'], Idle: [] });
    expect(world.done().at(-1)).toBe(
      'add-members Engineering: + 2 members: ada@contoso.com, grace@contoso.com',
    );
    await world.run();
    expect(world.done()).toEqual([]);
  });
});
