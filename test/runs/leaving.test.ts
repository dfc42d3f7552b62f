import { describe, expect, it } from 'vitest';
import { release } from '../../src/sync/release.ts';
import { contoso } from './contoso.ts';

describe('leaving', () => {
  it('an assigned group deactivates at once, invited or not, and returning reactivates', async () => {
    await using company = await contoso();
    const { control } = company.graph;
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    const group = control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: 'Cardholders',
        securityEnabled: true,
        mailEnabled: false,
        mailNickname: 'cards',
      },
    }).id;
    control.act({ act: 'add-member', group, member: ada });
    company.assign(group);
    await company.run();
    expect((await company.users())['ada.lovelace']?.status).toBe('INVITE_PENDING');
    const { id } = (await company.users())['ada.lovelace'] ?? {};

    control.act({ act: 'remove-member', group, member: ada });
    await company.run();
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');

    control.act({ act: 'add-member', group, member: ada });
    control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    const { targets } = await company.run();
    expect(targets[0]?.done).toEqual({ enable: 1 });
    expect(await company.ramp.users()).toMatchObject([{ id, location: 'London' }]);
    expect((await company.users())['ada.lovelace']?.status).not.toBe('USER_INACTIVE');
  });

  it.each(['disabled', 'deleted', 'unassigned'] as const)(
    'by being %s deactivates, never deletes, and is undone by a return',
    async (how) => {
      await using company = await contoso();
      const { control } = company.graph;
      company.hire({ name: 'grace.hopper' });
      const ada = company.hire({ name: 'ada.lovelace', assigned: how !== 'unassigned' });
      const assignment = how === 'unassigned' ? company.assign(ada) : '';
      await company.run();
      const leave = {
        disabled: () =>
          control.act({ act: 'update', id: ada, properties: { accountEnabled: false } }),
        deleted: () => control.act({ act: 'delete', id: ada }),
        unassigned: () => control.act({ act: 'unassign-app-role', id: assignment }),
      };
      leave[how]();
      const left = await company.run();
      expect(left.targets[0]?.done).toEqual({ disable: 1 });
      expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
      expect(company.ramp.counters()['DELETE /Users']).toBeUndefined();

      const again = await company.run();
      expect(again.targets[0]?.done).toEqual({});

      const comeBack = {
        disabled: () =>
          control.act({ act: 'update', id: ada, properties: { accountEnabled: true } }),
        deleted: () => control.act({ act: 'restore', id: ada }),
        unassigned: () => company.assign(ada),
      };
      comeBack[how]();
      const returned = await company.run();
      expect(returned.targets[0]?.done).toEqual({ enable: 1 });
      expect(await company.ramp.users()).toHaveLength(2);
    },
  );

  it('of many at once is held until a person releases it', async () => {
    await using company = await contoso({
      write: '        guard: { disable: { share: 20%, count: 1 } }',
    });
    const everybody = ['ada', 'grace', 'edsger', 'barbara'].map((name) => company.hire({ name }));
    await company.run();
    for (const id of everybody.slice(0, 3)) company.graph.control.act({ act: 'delete', id });
    const report = await company.run();
    expect(report).toMatchObject({
      verdict: 'held',
      targets: [
        {
          done: {},
          plan: {
            state: 'held',
            holds: [{ guard: 'disables', message: '3 of 4 accounts would be disabled' }],
          },
        },
      ],
    });
    const statuses = Object.values(await company.users()).map(({ status }) => status);
    expect(statuses).not.toContain('USER_INACTIVE');

    const released = await release(company.engine, { type: 'system' }, company.watch);
    expect(released).toMatchObject({ verdict: 'done', targets: [{ done: { disable: 3 } }] });
    await expect(release(company.engine, { type: 'system' }, company.watch)).rejects.toMatchObject({
      code: 'nothing-held',
    });
  });
});

describe('an account that somebody deactivated in Ramp by hand', () => {
  it('is not reactivated by a run, until a person releases it', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    await company.ramp.edit('ada.lovelace@contoso.com', { active: false });
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    // Ramp shows what is done there a while later, so it is noticed when Ramp answers.
    await company.run();
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'Paris' } });
    const second = await company.run();
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
    expect(second.targets[0]?.omitted).toEqual({ 'disabled-in-target': 1 });

    await release(
      company.engine,
      { type: 'person', person: 'ada.lovelace@contoso.com' },
      company.watch,
    );
    const { 'ada.lovelace': user } = await company.users();
    expect(user?.status).not.toBe('USER_INACTIVE');
    expect(user?.location).toBe('Paris');
  });
});
