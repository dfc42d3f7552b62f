/** What the histories found, each as the shortest story that shows it. */

import { describe, expect, it } from 'vitest';
import { contoso } from '../runs/contoso.ts';

const LAG_SECONDS = 300;

describe('somebody whose new account is not shown yet', () => {
  it('keeps it however often they change meanwhile', async () => {
    await using company = await contoso({ visibilityLagSeconds: LAG_SECONDS, uniqueness: false });
    const { control } = company.graph;
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    for (const city of ['London', 'Paris', 'Rome']) {
      control.act({ act: 'update', id: ada, properties: { city } });
      await company.run();
    }
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    const accounts = await company.ramp.users();
    expect(accounts.map(({ location }) => location)).toEqual(['Rome']);
  });
});

describe('somebody who was let in again a moment ago', () => {
  it('is not taken for switched off by hand because the target still shows them so', async () => {
    await using company = await contoso({ visibilityLagSeconds: LAG_SECONDS });
    const { control } = company.graph;
    const ada = company.hire({ name: 'ada.lovelace' });
    const set = (properties: Readonly<Record<string, unknown>>) =>
      control.act({ act: 'update', id: ada, properties });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    set({ accountEnabled: false });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    set({ accountEnabled: true });
    await company.run();
    set({ city: 'London' });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    expect((await company.users())['ada.lovelace']).toMatchObject({
      status: 'INVITE_PENDING',
      location: 'London',
    });
  });
});

describe('a manager', () => {
  it('who gets her account while a report of hers is changed is linked all the same', async () => {
    await using company = await contoso();
    const { control } = company.graph;
    company.hire({ name: 'grace.hopper', assigned: false });
    const ada = company.hire({ name: 'ada.lovelace', manager: 'grace.hopper' });
    await company.run();
    company.assign(company.graph.tenant.upns.get('grace.hopper@contoso.com') ?? '');
    control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    await company.run();
    const users = await company.users();
    expect(users['ada.lovelace']).toMatchObject({
      location: 'London',
      managerId: users['grace.hopper']?.id,
    });
  });
});

describe('a name', () => {
  it('that somebody gives up in the run in which somebody else gets it leaves nobody out', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.graph.control.act({
      act: 'update',
      id: ada,
      properties: { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' },
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    await company.ramp.confirmEmail('ada.king@contoso.com');
    company.clock.advance(3600);
    await company.run();
    expect(Object.keys(await company.users()).toSorted()).toEqual(['ada.king', 'ada.lovelace']);
  });
});

describe('a change whose answer was lost', () => {
  it('is taken back when the source takes it back', async () => {
    await using company = await contoso();
    const { control } = company.graph;
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    control.act({ act: 'update', id: ada, properties: { accountEnabled: false, city: 'London' } });
    company.ramp.fault({ type: 'lose-answer', on: 'PATCH /Users', times: 2 });
    await company.run();
    control.act({ act: 'update', id: ada, properties: { accountEnabled: true, city: 'Zurich' } });
    company.clock.advance(3600);
    await company.run();
    expect((await company.users())['ada.lovelace']).toMatchObject({
      status: 'INVITE_PENDING',
      location: 'Zurich',
    });
  });
});
