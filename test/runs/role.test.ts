import { describe, expect, it } from 'vitest';
import { contoso } from './contoso.ts';

describe('without role sync', () => {
  it('the role is decided once, at the invite, and later edits in Ramp are no drift', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    await company.run();
    expect((await company.users())['grace.hopper']?.roleName).toBe('Employee');

    await company.ramp.edit('ada.lovelace@contoso.com', {
      'roles[type eq "rampUserRole"].value': 'BUSINESS_ADMIN',
    });
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    const { targets } = await company.run({ full: true });
    expect(targets[0]?.done).toEqual({ update: 1 });
    expect((await company.users())['ada.lovelace']).toMatchObject({
      role: 'BUSINESS_ADMIN',
      location: 'London',
    });
  });
});

describe('with role sync', () => {
  const write = `
        map:
          'roles[type eq "rampUserRole"].value': "SingleAppRoleAssignment([appRoleAssignments])"`;

  it('the role follows the app role in Entra ID', async () => {
    await using company = await contoso({ roleSync: true, write });
    const { control } = company.graph;
    company.hire({ name: 'grace.hopper' });
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    const bookkeeper = company.assign(ada, 'BUSINESS_BOOKKEEPER');
    await company.run();
    expect((await company.users())['ada.lovelace']?.role).toBe('BUSINESS_BOOKKEEPER');

    control.act({ act: 'unassign-app-role', id: bookkeeper });
    company.assign(ada, 'BUSINESS_ADMIN');
    const { targets } = await company.run();
    expect(targets[0]?.done).toEqual({ update: 1 });
    expect((await company.users())['ada.lovelace']?.role).toBe('BUSINESS_ADMIN');
  });
});
