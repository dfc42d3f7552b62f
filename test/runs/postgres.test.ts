import { expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { contoso } from './contoso.ts';

describeWithPostgres('a run', (server) => {
  it('does the same on PostgreSQL: managers, leavers, returners', async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await using company = await contoso({ world: { database } });
    const { control } = company.graph;
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    const grace = company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    company.hire({ name: 'no.city', city: null });
    const first = await company.run();
    expect(first.targets[0]).toMatchObject({
      done: { create: 1 },
      omitted: { 'missing-required': 1, 'not-assigned': 1 },
    });
    company.assign(ada);
    expect((await company.run()).targets[0]?.done).toEqual({ create: 1, update: 1 });
    const users = await company.users();
    expect(users['grace.hopper']?.managerId).toBe(users['ada.lovelace']?.id);

    control.act({ act: 'update', id: grace, properties: { accountEnabled: false } });
    expect((await company.run()).targets[0]?.done).toEqual({ disable: 1 });
    control.act({ act: 'update', id: grace, properties: { accountEnabled: true, city: 'London' } });
    expect((await company.run()).targets[0]?.done).toEqual({ enable: 1 });
    expect((await company.run({ full: true })).targets[0]?.done).toEqual({});
  });
});
