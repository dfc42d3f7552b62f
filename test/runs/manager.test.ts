import { describe, expect, it } from 'vitest';
import { unsent } from '../../src/sync/status.ts';
import { contoso } from './contoso.ts';

describe('a manager', () => {
  it('is created before the report, and named by the account', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    await company.run();
    const { 'ada.lovelace': ada, 'grace.hopper': grace } = await company.users();
    expect(grace?.managerId).toBe(ada?.id);
  });

  it('who is not in Ramp refuses nobody', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace', assigned: false });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    const report = await company.run();
    expect(report).toMatchObject({ verdict: 'done', targets: [{ done: { create: 1 } }] });
    expect((await company.users())['grace.hopper']?.managerId).toBeUndefined();
  });

  it('who arrives later is linked without a restart', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    await company.run();
    company.assign(ada);
    const { targets } = await company.run();
    expect(targets[0]?.done).toEqual({ create: 1, update: 1 });
    const users = await company.users();
    expect(users['grace.hopper']?.managerId).toBe(users['ada.lovelace']?.id);
  });

  for (const last of ['POST /Users', 'PATCH /Users']) {
    it(`who is hired while her report is renamed is set in that run, when ${last} answers last`, async () => {
      await using company = await contoso();
      company.hire({ name: 'ada.lovelace' });
      const grace = company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
      await company.run();
      const barbara = company.hire({ name: 'barbara.liskov', manager: 'ada.lovelace' });
      company.graph.control.act({ act: 'set-manager', id: grace, manager: barbara });
      company.graph.control.act({ act: 'update', id: grace, properties: { surname: 'Murray' } });
      company.ramp.fault({ type: 'slow', on: last, milliseconds: 100 });
      const { targets } = await company.run();
      expect(targets[0]?.done).toEqual({ create: 1, update: 2 });
      const users = await company.users();
      expect(users['grace.hopper']?.managerId).toBe(users['barbara.liskov']?.id);
    });
  }

  it('of each other are both linked in the end', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    const grace = company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    company.graph.control.act({ act: 'set-manager', id: ada, manager: grace });
    await company.run();
    const users = await company.users();
    expect(users['grace.hopper']?.managerId).toBe(users['ada.lovelace']?.id);
    expect(users['ada.lovelace']?.managerId).toBe(users['grace.hopper']?.id);
  });

  it('with the role IT Admin is a data error for a person to mend, not an endless retry', async () => {
    await using company = await contoso({ roleSync: true });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    await company.ramp.edit('ada.lovelace@contoso.com', {
      'roles[type eq "rampUserRole"].value': 'IT_ADMIN',
    });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    const first = await company.run();
    expect(first.targets[0]?.done).toEqual({});
    expect(Object.keys(await company.users())).toEqual(['ada.lovelace']);
    const [refused] = await Array.fromAsync(unsent(company.engine));
    expect(refused).toMatchObject({ label: 'grace.hopper@contoso.com' });
    expect(refused?.message).toMatch(/manager/i);

    const before = company.ramp.counters()['POST /Users'];
    company.clock.advance(3 * 86_400);
    await company.run();
    expect(company.ramp.counters()['POST /Users']).toBe(before);
  });
});
