/** The first run over a target in which people who are out already have accounts: the store was lost. */

import { describe, expect, it } from 'vitest';
import { explain } from '../../src/sync/explain.ts';
import { provision } from '../../src/sync/provision.ts';
import { release } from '../../src/sync/release.ts';
import { type Contoso, type ContosoSettings, contoso, typedByHand } from './contoso.ts';

/** Grace was disabled and Alan unassigned while nobody knew of their accounts any more. */
async function lostStore(others: number, settings: ContosoSettings = {}): Promise<Contoso> {
  const company = await contoso(settings);
  const { control, tenant } = company.graph;
  for (const name of ['ada.lovelace', 'grace.hopper', 'alan.turing']) company.hire({ name });
  for (let n = 0; n < others; n++) company.hire({ name: `person${n}.example` });
  await company.run();
  const idOf = (name: string) => tenant.upns.get(`${name}@contoso.com`) ?? '';
  control.act({
    act: 'update',
    id: idOf('grace.hopper'),
    properties: { accountEnabled: false },
  });
  for (const { target } of tenant.directory.linksFrom('appRoleAssignments', idOf('alan.turing'))) {
    control.act({ act: 'unassign-app-role', id: target });
  }
  company.clock.advance(600);
  return company.startedAnew();
}

async function offNow(company: Contoso): Promise<readonly string[]> {
  return Object.entries(await company.users())
    .filter(([, { status }]) => status === 'USER_INACTIVE')
    .map(([name]) => name)
    .toSorted();
}

describe('after the store was lost, the first run', () => {
  it.each([
    ['few people, who are asked for one by one', 0],
    ['many, for whom the target is listed', 30],
  ])('knows the accounts of leavers among %s, and waits for a person', async (_, others) => {
    await using company = await lostStore(others);
    const first = await company.run();
    expect(first).toMatchObject({
      verdict: 'held',
      targets: [{ plan: { counts: { disable: 2 }, holds: [{ guard: 'first-leavers' }] } }],
    });
    expect(await offNow(company)).toEqual([]);

    const { targets } = await explain(
      company.engine,
      { person: 'grace.hopper@contoso.com' },
      company.watch,
    );
    expect(targets[0]).toMatchObject({
      account: { asked: {} },
      decision: { action: 'disable', reason: 'disabled-in-source' },
    });

    await release(company.engine, { type: 'system' }, company.watch);
    expect(await offNow(company)).toEqual(['alan.turing', 'grace.hopper']);
    company.clock.advance(600);
    expect((await company.run()).targets[0]?.done).toEqual({});
  });

  it('takes neither of two accounts for that of the leaver who would match both', async () => {
    await using company = await lostStore(30, { uniqueness: false });
    await typedByHand(company, 'grace.hopper@contoso.com');
    company.clock.advance(600);
    const first = await company.run();
    expect(first.targets[0]?.plan).toMatchObject({ counts: { disable: 1 } });
    await release(company.engine, { type: 'system' }, company.watch);
    expect(await offNow(company)).toEqual(['alan.turing']);
  });

  it('lets the others go on, where it may', async () => {
    await using company = await lostStore(0, { write: '        holds: { rest: go }' });
    company.hire({ name: 'edsger.dijkstra' });
    const first = await company.run();
    expect(first.targets[0]).toMatchObject({ done: { create: 1, link: 1 } });
    expect(await offNow(company)).toEqual([]);
  });

  it.each(['what is to be created alone is let go', 'the rest may go on'])(
    'keeps the leavers waiting where %s, whatever changes afterwards',
    async (how) => {
      const write = how === 'the rest may go on' ? '        holds: { rest: go }' : '';
      await using company = await lostStore(0, { write });
      company.hire({ name: 'edsger.dijkstra' });
      await company.run();
      if (write === '') {
        const part = { type: 'system', actions: ['create', 'link'] } as const;
        const { targets } = await release(company.engine, part, company.watch);
        expect(targets[0]?.done).toEqual({ create: 1, link: 1 });
      }
      const ada = company.graph.tenant.upns.get('ada.lovelace@contoso.com') ?? '';
      company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
      company.clock.advance(600);
      const next = await company.run();
      expect(next.targets[0]?.plan).toMatchObject({
        counts: { update: 1, disable: 2 },
        holds: [{ guard: 'first-leavers' }],
      });
      expect(await offNow(company)).toEqual([]);
      await release(company.engine, { type: 'system' }, company.watch);
      expect(await offNow(company)).toEqual(['alan.turing', 'grace.hopper']);
    },
  );

  it('is the first still after one person was provisioned', async () => {
    await using company = await lostStore(0);
    await company.run({ targets: [] });
    const ada = { person: 'ada.lovelace@contoso.com' };
    expect(await provision(company.engine, ada, company.watch)).toMatchObject({ verdict: 'done' });
    const first = await company.run();
    expect(first.targets[0]?.plan).toMatchObject({
      counts: { disable: 2 },
      holds: [{ guard: 'first-leavers' }],
    });
    expect(await offNow(company)).toEqual([]);
  });

  it('takes no account for theirs by the e-mail address alone', async () => {
    await using company = await contoso({
      write: `        match: ['emails[type eq "work"].value']`,
    });
    const { control } = company.graph;
    const grace = company.hire({ name: 'grace.hopper' });
    await company.run();
    control.act({ act: 'update', id: grace, properties: { accountEnabled: false } });
    company.clock.advance(600);
    await using anew = await company.startedAnew();
    expect(await anew.run()).toMatchObject({ verdict: 'done' });
    expect(await offNow(anew)).toEqual([]);
  });
});
