/** Members of groups that somebody changed in the application itself. */

import { describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import { type ReconcileRequest, reconcile } from '../../src/sync/reconcile.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { type GroupsSettings, type GroupsWorld, groupsWorld } from './groups-world.ts';

/** Engineering with Ada and Grace; Ada was taken out by hand, and Alan, who is nobody's member, put in. */
async function changedByHand(settings: GroupsSettings = {}): Promise<GroupsWorld> {
  const world = await groupsWorld(settings);
  const [ada, grace] = [world.hire('ada'), world.hire('grace')];
  world.hire('alan');
  world.group('Engineering', ada, grace);
  world.group('Sailing', grace);
  await world.run();
  await world.changeInApp('Engineering', 'remove', 'ada');
  await world.changeInApp('Engineering', 'add', 'alan');
  world.advance(600);
  world.done();
  return world;
}

function reconciled({ engine, watch }: GroupsWorld, request: Partial<ReconcileRequest> = {}) {
  return reconcile(engine, { system: 'app', trigger: 'command', ...request }, watch);
}

async function listed({ engine }: GroupsWorld): Promise<readonly string[]> {
  const rows = await Array.fromAsync(engine.drift.rows({ kind: 'group' }));
  return rows.map(({ type, label, person, state }) => `${type} ${label} ${person?.label} ${state}`);
}

const FOUND = [
  'member-added Engineering alan@contoso.com open',
  'member-removed Engineering ada@contoso.com open',
];

describe('members changed by hand', () => {
  it('are told, with who it is, and nobody else is', async () => {
    await using world = await changedByHand();
    const report = await reconciled(world);
    expect(report.verdict).toBe('held');
    expect(report.found).toEqual([
      { type: 'member-added', path: 'members', state: 'open', count: 1 },
      { type: 'member-removed', path: 'members', state: 'open', count: 1 },
    ]);
    expect(report.compared.map(({ members }) => members)).toContainEqual({ shown: 3 });
    expect((await listed(world)).toSorted()).toEqual(FOUND);
    expect(world.done()).toEqual([]);
    await world.changeInApp('Engineering', 'add', 'ada');
    await world.changeInApp('Engineering', 'remove', 'alan');
    expect(await reconciled(world)).toMatchObject({ verdict: 'done', found: [] });
  });

  it('are put back by an ordinary plan, where that is the policy of members', async () => {
    await using world = await changedByHand({
      group: '        drift: { attributes: { members: revert } }',
    });
    const report = await reconciled(world);
    expect(report).toMatchObject({ verdict: 'done', settled: { reverting: 2 } });
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'], Sailing: ['grace'] });
    expect(world.done()).toEqual([
      'remove-members Engineering: - 1 member: alan@contoso.com',
      'add-members Engineering: + 1 member: ada@contoso.com',
    ]);
    world.advance(600);
    expect(await reconciled(world)).toMatchObject({ verdict: 'done', found: [] });
    expect(await listed(world)).toEqual([]);
  });

  it('are adopted: neither fought nor told again, until the source says otherwise', async () => {
    await using world = await changedByHand();
    const report = await reconciled(world, { action: 'adopt' });
    expect(report).toMatchObject({ verdict: 'done', settled: { adopted: 2 } });
    world.advance(600);
    expect(await reconciled(world)).toMatchObject({ verdict: 'done' });
    await world.run();
    expect(await world.groups()).toMatchObject({ Engineering: ['alan', 'grace'] });
  });

  it('stay adopted while their group is not looked at, since it was written a moment ago', async () => {
    await using world = await groupsWorld({
      group: '        drift: { attributes: { members: revert } }',
    });
    const engineering = world.group('Engineering', world.hire('ada'), world.hire('grace'));
    const edsger = world.hire('edsger');
    world.hire('alan');
    await world.run();
    await world.changeInApp('Engineering', 'remove', 'ada');
    await world.changeInApp('Engineering', 'add', 'alan');
    world.advance(600);
    await reconciled(world, { action: 'adopt' });
    world.join(engineering, edsger);
    world.advance(60);
    await world.run();
    expect(await reconciled(world)).toMatchObject({ settled: { reverting: 0 } });
    world.advance(600);
    expect(await reconciled(world)).toMatchObject({ settled: { reverting: 0 } });
    expect(await world.groups()).toMatchObject({ Engineering: ['alan', 'edsger', 'grace'] });
  });

  it('can still be adopted when a guard holds what would put them back', async () => {
    await using world = await changedByHand({
      group: '        guard: { members: { share: 0%, count: 0 } }',
      user: '        guard: { members: { share: 0%, count: 0 } }',
    });
    const held = await reconciled(world, { action: 'revert' });
    expect(held).toMatchObject({
      verdict: 'held',
      run: { targets: [{ plan: { state: 'held' } }] },
    });
    expect(await world.groups()).toMatchObject({ Engineering: ['alan', 'grace'] });
    world.advance(600);
    expect(await reconciled(world, { action: 'adopt' })).toMatchObject({ settled: { adopted: 2 } });
    await world.run();
    expect(world.done()).toEqual([]);
    expect(await world.groups()).toMatchObject({ Engineering: ['alan', 'grace'] });
  });
});

describeWithPostgres('members changed by hand', (server) => {
  it('are put back on PostgreSQL as well', { timeout: 30_000 }, async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await using world = await changedByHand({ database });
    await reconciled(world);
    expect((await listed(world)).toSorted()).toEqual(FOUND);
    await reconciled(world, { action: 'revert' });
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'], Sailing: ['grace'] });
  });
});
