/** What the histories found, each as the shortest story that shows it. */

import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/sync/reconcile.ts';
import { release } from '../../src/sync/release.ts';
import { type Contoso, contoso } from '../runs/contoso.ts';

const LAG_SECONDS = 300;
const MAIL = 'emails[type eq "work"].value';

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
  it('that two are found by gives the account to whose lost create made it', async () => {
    await using company = await contoso({ uniqueness: false });
    const ada = company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'lose-answer', on: 'POST /Users' });
    await company.run();
    company.graph.control.act({
      act: 'update',
      id: ada,
      properties: { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' },
    });
    company.hire({ name: 'ada.lovelace', city: 'Paris' });
    for (let hour = 0; hour < 3; hour++) {
      company.clock.advance(3600);
      await company.run();
    }
    const users = await company.users();
    expect(users['ada.king']?.location).toBe('Zurich');
    expect(
      (await company.ramp.users()).filter(({ location }) => location === 'Paris'),
    ).toHaveLength(users['ada.lovelace'] === undefined ? 0 : 1);
  });

  it('that the target still shows for somebody renamed a moment ago gives her account to nobody else', async () => {
    await using company = await contoso({ visibilityLagSeconds: LAG_SECONDS, uniqueness: false });
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    company.graph.control.act({
      act: 'update',
      id: ada,
      properties: { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' },
    });
    await company.run();
    company.hire({ name: 'ada.lovelace', city: 'Paris' });
    const sent = company.ramp.counters()['PATCH /Users'];
    await company.run();
    expect(company.ramp.counters()['PATCH /Users']).toBe(sent);
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    const held = (await company.users())['ada.king'];
    expect(held).toMatchObject({ location: 'Zurich', attributes: { externalId: 'ada.lovelace' } });
  });

  it('that an account bears which nobody here knows is not given to somebody who is renamed', async () => {
    await using company = await contoso({ uniqueness: false });
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    await byHand(company, 'ada.king@contoso.com');
    company.graph.control.act({
      act: 'update',
      id: ada,
      properties: { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' },
    });
    const { targets } = await company.run();
    expect(targets).toMatchObject([{ omitted: { 'account-taken': 1 } }]);
    expect(Object.keys(await company.users())).toEqual(['ada.lovelace', 'ada.king']);
    const address = 'early.bird@contoso.com';
    await company.ramp.edit('ada.king@contoso.com', { userName: address, [MAIL]: address });
    await company.ramp.confirmEmail(address);
    company.clock.advance(3600);
    await company.run();
    expect(Object.keys(await company.users())).toEqual(['ada.king', 'early.bird']);
  });

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

describe('an account that was released while it was on', () => {
  it.each([
    ['nothing was to be done', false],
    ['what was to be done failed', true],
  ])('stays off when somebody turns it off later, where %s', async (_, fails) => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    const move = (city: string) =>
      company.graph.control.act({ act: 'update', id: ada, properties: { city } });
    await company.run();
    if (fails) {
      move('London');
      company.ramp.fault({ type: 'fail', on: 'PATCH /Users', times: 8 });
    }
    const person = 'ada.lovelace@contoso.com';
    await release(company.engine, { type: 'person', person }, company.watch);
    company.ramp.clearFaults();
    await company.ramp.edit(person, { active: false });
    company.clock.advance(90_000);
    await reconcile(company.engine, { system: 'ramp', trigger: 'command' }, company.watch);
    move('Paris');
    await company.run();
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
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

describe('a create that was delivered twice and refused the second time', () => {
  const setting = { visibilityLagSeconds: LAG_SECONDS };
  const twice = { type: 'deliver-twice', on: 'POST /Users' } as const;
  const renamed = { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' };

  it('leaves no account on to whoever left before it was shown', async () => {
    await using company = await contoso(setting);
    const ada = company.hire({ name: 'ada.lovelace' });
    company.ramp.fault(twice);
    await company.run();
    const properties = { accountEnabled: false };
    company.graph.control.act({ act: 'update', id: ada, properties });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
  });

  it('makes no second account for whoever is called something else before it is shown', async () => {
    await using company = await contoso(setting);
    const ada = company.hire({ name: 'ada.lovelace' });
    company.ramp.fault(twice);
    await company.run();
    company.graph.control.act({ act: 'update', id: ada, properties: renamed });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    expect(Object.keys(await company.users())).toEqual(['ada.king']);
  });

  it.each([
    ['left', { accountEnabled: false }],
    ['is called something else', renamed],
  ])('takes no account that somebody else made when she %s', async (_, properties) => {
    await using company = await contoso(setting);
    await byHand(company, 'ada.lovelace@contoso.com');
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.graph.control.act({ act: 'update', id: ada, properties });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    expect((await company.users())['ada.lovelace']).toMatchObject({
      status: 'INVITE_PENDING',
      location: 'Paris',
    });
  });
});

describe('an account that is taken over', () => {
  it('is known as theirs although the answer to the first change was lost', async () => {
    await using company = await contoso({ uniqueness: false });
    const { control } = company.graph;
    await byHand(company, 'ada.lovelace@contoso.com');
    const ada = company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'lose-answer', on: 'PATCH /Users', times: 2 });
    await company.run();
    const properties = { userPrincipalName: 'ada.king@contoso.com', mail: 'ada.king@contoso.com' };
    control.act({ act: 'update', id: ada, properties });
    company.clock.advance(3600);
    await company.run();
    expect(Object.keys(await company.users())).toEqual(['ada.king']);
    expect(await company.ramp.users()).toHaveLength(1);
  });

  it('is known as theirs although somebody turned it off before a lost create was found', async () => {
    await using company = await contoso({ visibilityLagSeconds: LAG_SECONDS });
    company.hire({ name: 'grace.hopper' });
    company.ramp.fault({ type: 'lose-answer', on: 'POST /Users' });
    await company.run();
    await company.ramp.edit('grace.hopper@contoso.com', { active: false });
    company.clock.advance(2 * LAG_SECONDS);
    company.hire({ name: 'ada.lovelace', manager: 'grace.hopper' });
    await company.run();
    company.clock.advance(2 * LAG_SECONDS);
    await company.run();
    const users = await company.users();
    expect(users['grace.hopper']?.status).toBe('USER_INACTIVE');
    expect(users['ada.lovelace']?.managerId).toBe(users['grace.hopper']?.id);
  });
});

/** Somebody made the account in Ramp itself. */
async function byHand({ ramp }: Contoso, userName: string): Promise<void> {
  const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const answer = await ramp.fetch(`${ramp.url}/Users`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${ramp.token}`,
      'Content-Type': 'application/scim+json',
    },
    body: JSON.stringify({
      schemas: [core, enterprise],
      userName,
      name: { givenName: 'Early', familyName: 'Bird' },
      emails: [{ type: 'work', value: userName, primary: true }],
      addresses: [{ type: 'work', locality: 'Paris' }],
      [enterprise]: { department: 'Founders' },
    }),
  });
  expect(answer.status).toBe(201);
}
