import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { planSync } from '../../src/sync/plan-verb.ts';
import { type ReconcileRequest, reconcile } from '../../src/sync/reconcile.ts';
import { release } from '../../src/sync/release.ts';
import { type Contoso, type ContosoSettings, contoso, typedByHand } from './contoso.ts';

const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

const ADA = 'ada.lovelace@contoso.com';
const ALAN = 'alan.turing@contoso.com';

async function settledCompany(settings: ContosoSettings = {}): Promise<Contoso> {
  const company = await contoso(settings);
  for (const name of ['ada.lovelace', 'grace.hopper', 'alan.turing']) company.hire({ name });
  await company.run();
  company.clock.advance(600);
  return company;
}

function reconciled(company: Contoso, request: Partial<ReconcileRequest> = {}) {
  return reconcile(
    company.engine,
    { system: 'ramp', trigger: 'command', ...request },
    company.watch,
  );
}

async function listed(company: Contoso): Promise<readonly unknown[]> {
  return (await Array.fromAsync(company.engine.drift.rows({}))).map(
    ({ type, label, path, answered, current, state, person, note }) =>
      Object.fromEntries(
        Object.entries({ type, label, path, answered, current, state, person, note }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
  );
}

describe('reconciling', () => {
  it('tells what was changed by hand, and when, and nothing that is not ours', async () => {
    await using company = await settledCompany();
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'Sales', nickName: 'Countess' });
    const report = await reconciled(company);
    expect(report).toMatchObject({
      verdict: 'held',
      compared: [{ accounts: 3 }],
      found: [{ type: 'changed', path: DEPARTMENT, state: 'open', count: 1 }],
    });
    expect(await listed(company)).toEqual([
      {
        type: 'changed',
        label: ADA,
        path: DEPARTMENT,
        answered: 'R&D',
        current: 'Sales',
        state: 'open',
      },
    ]);
    const [row] = await Array.fromAsync(company.engine.drift.rows({}));
    expect(row?.changedAt).toBe(company.clock.now().toISOString());
  });

  it('forgets a difference that was taken back', async () => {
    await using company = await settledCompany();
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'Sales' });
    await reconciled(company);
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'R&D' });
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });
  });

  it('with --revert writes what should be there, by an ordinary plan', async () => {
    await using company = await settledCompany();
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'Sales', userName: 'countess@contoso.com' });
    await company.ramp.edit(ALAN, { 'name.givenName': 'Al' });
    const report = await reconciled(company, { action: 'revert' });
    expect(report).toMatchObject({
      verdict: 'done',
      settled: { reverting: 2 },
      run: { targets: [{ done: { update: 2 }, plan: { counts: { update: 2 } } }] },
    });
    const users = await company.users();
    expect(users['ada.lovelace']).toMatchObject({ department: 'R&D' });
    expect(users['alan.turing']?.attributes.name).toMatchObject({ givenName: 'Alan' });
    company.clock.advance(600);
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });
    expect(await listed(company)).toEqual([]);
  });

  it('holds a revert that guards would hold, and can still adopt instead', async () => {
    const write = '        guard: { update: { share: 0%, count: 1 } }';
    await using company = await settledCompany({ write });
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'Sales' });
    await company.ramp.edit(ALAN, { [DEPARTMENT]: 'Sales' });
    const held = await reconciled(company, { action: 'revert' });
    expect(held).toMatchObject({
      verdict: 'held',
      run: { targets: [{ plan: { state: 'held', counts: { update: 2 } } }] },
    });
    expect((await company.users())['ada.lovelace']?.department).toBe('Sales');

    const adopted = await reconciled(company, { action: 'adopt' });
    expect(adopted).toMatchObject({ settled: { adopted: 2 }, found: [] });
    const { targets } = await planSync(company.engine, {}, company.watch);
    expect(targets[0]?.plan?.counts ?? {}).toEqual({});
  });

  it('with --adopt fights nothing, until the source changes', async () => {
    await using company = await settledCompany();
    await company.ramp.edit(ADA, { [DEPARTMENT]: 'Sales' });
    expect(await reconciled(company, { action: 'adopt' })).toMatchObject({
      verdict: 'done',
      settled: { adopted: 1 },
    });
    await company.engine.warehouse.makeEverybodyDue('ramp', 'requested');
    expect((await company.run()).targets[0]?.done).toEqual({});
    expect((await company.users())['ada.lovelace']?.department).toBe('Sales');
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });

    const id = company.graph.tenant.upns.get(ADA) ?? '';
    company.graph.control.act({ act: 'update', id, properties: { department: 'Finance' } });
    await company.run();
    expect((await company.users())['ada.lovelace']?.department).toBe('Finance');
  });

  it('takes each attribute as the configuration has it', async () => {
    const write = `        drift: { default: revert, attributes: { "name.givenName": adopt, "${DEPARTMENT}": report } }`;
    await using company = await settledCompany({ write });
    await company.ramp.edit(ADA, {
      [DEPARTMENT]: 'Sales',
      'name.givenName': 'Augusta',
      'name.familyName': 'King',
    });
    const report = await reconciled(company);
    expect(report).toMatchObject({
      settled: { reverting: 1, adopted: 1 },
      run: { targets: [{ done: { update: 1 } }] },
    });
    expect((await company.users())['ada.lovelace']).toMatchObject({
      department: 'Sales',
      attributes: { name: { givenName: 'Augusta', familyName: 'Lovelace' } },
    });
  });

  it('does not turn on what somebody turned off, without a release', async () => {
    await using company = await settledCompany();
    await company.ramp.edit(ADA, { active: false });
    const report = await reconciled(company, { action: 'revert' });
    expect(report).toMatchObject({
      verdict: 'held',
      run: { targets: [{ done: {}, omitted: { 'disabled-in-target': 1 } }] },
      found: [{ type: 'disabled', path: 'active', count: 1 }],
    });
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
    await release(company.engine, { type: 'person', person: ADA }, company.watch);
    expect((await company.users())['ada.lovelace']?.status).not.toBe('USER_INACTIVE');
  });

  it('turns off what somebody turned on for a leaver', async () => {
    await using company = await settledCompany();
    const id = company.graph.tenant.upns.get(ADA) ?? '';
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
    await company.run();
    company.clock.advance(600);
    await company.ramp.edit(ADA, { active: true });
    expect(await reconciled(company, { action: 'adopt' })).toMatchObject({
      verdict: 'held',
      found: [{ type: 'enabled', count: 1 }],
    });
    await reconciled(company, { action: 'revert' });
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
  });

  it('calls no own change drift that the target does not show yet, nor one to be confirmed', async () => {
    await using company = await settledCompany({ visibilityLagSeconds: 300 });
    const id = company.graph.tenant.upns.get(ADA) ?? '';
    const properties = { department: 'Finance', mail: 'ada@contoso.com' };
    company.graph.control.act({ act: 'update', id, properties });
    company.hire({ name: 'barbara.liskov' });
    await company.run();
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });
    // Whoever is not shown yet was not taken for gone.
    expect((await company.run()).targets[0]?.done).toEqual({});
    company.clock.advance(600);
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });
    await company.ramp.confirmEmail(ADA);
    company.clock.advance(600);
    expect(await reconciled(company)).toMatchObject({ verdict: 'done', found: [] });
  });
});

describe('an account of nobody', () => {
  it('is told, with the person who would match it', async () => {
    await using company = await settledCompany();
    company.hire({ name: 'barbara.liskov', assigned: false });
    await company.run();
    await typedByHand(company, 'barbara.liskov@contoso.com');
    await typedByHand(company, 'stranger@fabrikam.com');
    const report = await reconciled(company);
    expect(report).toMatchObject({ verdict: 'held', found: [{ type: 'orphan', count: 2 }] });
    expect(await listed(company)).toEqual(
      expect.arrayContaining([
        {
          type: 'orphan',
          label: 'barbara.liskov@contoso.com',
          state: 'open',
          person: { id: expect.any(String), label: 'barbara.liskov@contoso.com' },
        },
        { type: 'orphan', label: 'stranger@fabrikam.com', state: 'open' },
      ]),
    );
  });

  it('is linked to whom it matches, and follows her from then on', async () => {
    await using company = await settledCompany();
    company.hire({ name: 'barbara.liskov', assigned: false });
    await company.run();
    await typedByHand(company, 'barbara.liskov@contoso.com');
    await typedByHand(company, 'stranger@fabrikam.com');
    const report = await reconciled(company, { orphans: 'link' });
    expect(report).toMatchObject({
      settled: { linked: 1, refused: [{ message: expect.stringContaining('--to') }] },
      run: { targets: [{ done: { disable: 1 } }] },
    });
    expect((await company.users())['barbara.liskov']?.status).toBe('USER_INACTIVE');
    const [row] = await Array.fromAsync(company.engine.drift.rows({ types: ['orphan'] }));
    const linked = await reconciled(company, {
      orphans: 'link',
      account: row?.account ?? '',
      to: 'barbara.liskov@contoso.com',
    }).catch((error: unknown) => error);
    expect(linked).toMatchObject({ code: 'account-taken' });
  });

  it('is linked to nobody who would match another one as well', async () => {
    await using company = await settledCompany({ uniqueness: false });
    company.hire({ name: 'barbara.liskov', assigned: false });
    await company.run();
    await typedByHand(company, 'barbara.liskov@contoso.com');
    await typedByHand(company, 'barbara.liskov@contoso.com');
    const note = 'several accounts of nobody would match barbara.liskov@contoso.com';
    const refused = { message: `${note}; say whose it is with --to` };
    expect(await reconciled(company, { orphans: 'link' })).toMatchObject({
      settled: { linked: 0, refused: [refused, refused] },
    });
    const [row] = await Array.fromAsync(company.engine.drift.rows({ types: ['orphan'] }));
    const told = { orphans: 'link', account: row?.account ?? '', to: 'barbara.liskov@contoso.com' };
    expect(await reconciled(company, told as Partial<ReconcileRequest>)).toMatchObject({
      settled: { linked: 1 },
    });
    expect(await reconciled(company, { orphans: 'link' })).toMatchObject({
      settled: { linked: 0, refused: [{ message: expect.stringContaining('another account') }] },
    });
  });

  it('is disabled by a guarded plan, or left and not told again', async () => {
    const write = '        guard: { disable: { share: 0%, count: 1 } }';
    await using company = await settledCompany({ write });
    for (const name of ['one', 'two', 'three']) await typedByHand(company, `${name}@fabrikam.com`);
    await reconciled(company);
    const rows = await Array.fromAsync(company.engine.drift.rows({ types: ['orphan'] }));
    const one = rows.find(({ label }) => label.startsWith('one'))?.account ?? '';
    expect(await reconciled(company, { orphans: 'leave', account: one })).toMatchObject({
      settled: { accepted: 1 },
    });
    const held = await reconciled(company, { orphans: 'disable' });
    expect(held).toMatchObject({
      verdict: 'held',
      settled: { disabling: { plan: { state: 'held', counts: { disable: 2 } } } },
    });
    // An ordinary run does not take its place.
    await company.run();
    const plan = held.settled.disabling?.plan.id ?? '';
    const done = await release(company.engine, { type: 'plan', plan }, company.watch);
    expect(done).toMatchObject({ verdict: 'done', targets: [{ done: { disable: 2 } }] });
    const { one: first, two, three } = await company.users();
    expect([two?.status, three?.status]).toEqual(['USER_INACTIVE', 'USER_INACTIVE']);
    expect(first?.status).not.toBe('USER_INACTIVE');
    company.clock.advance(600);
    expect((await reconciled(company, { orphans: 'disable' })).settled.disabling).toBeUndefined();
  });

  it('is imported as an identity where its system vouches for people', async () => {
    const write =
      '    read: { user: { authority: true, creates: false, join: [userPrincipalName] } }';
    await using company = await settledCompany({ write });
    await typedByHand(company, 'stranger@fabrikam.com');
    const report = await reconciled(company, { orphans: 'import' });
    expect(report.settled).toMatchObject({ imported: 1 });
    const found = await company.engine.warehouse.findPerson('stranger@fabrikam.com');
    expect(found).toMatchObject([{ present: true, attributes: { givenName: 'By' } }]);
    expect(await listed(company)).toEqual([]);
  });

  it('is not imported where its system vouches for nobody', async () => {
    await using company = await settledCompany();
    await typedByHand(company, 'stranger@fabrikam.com');
    await expect(reconciled(company, { orphans: 'import' })).rejects.toMatchObject({
      code: 'import-needs-authority',
    });
  });
});

it('nobody is taken for gone whom a late target does not show yet, and nobody is made twice', async () => {
  await using company = await contoso({ visibilityLagSeconds: 300, uniqueness: false });
  for (let number = 0; number < 30; number++) company.hire({ name: `early.${number}` });
  await company.run();
  company.clock.advance(600);
  company.hire({ name: 'ada.lovelace' });
  await company.run();
  company.clock.advance(60);
  // So many without an account that the target is listed for them.
  for (let number = 0; number < 25; number++) company.hire({ name: `late.${number}` });
  expect((await company.run()).targets[0]?.done).toEqual({ create: 25 });
  expect(await company.ramp.users()).toHaveLength(56);
});

it('an account that vanished is told, and made again by the next run', async () => {
  const storage = memoryStorage();
  await using company = await settledCompany({ storage });
  const { 'ada.lovelace': ada } = await company.users();
  const id = ada?.id ?? '';
  const { version } = (await storage.get('user', id)) ?? { version: 0 };
  await storage.write({
    type: 'remove',
    kind: 'user',
    id,
    expects: version,
    at: '2026-03-01T08:00:00.000Z',
  });
  const report = await reconciled(company);
  expect(report.found).toEqual([{ type: 'gone', state: 'open', count: 1 }]);
  expect((await company.run()).targets[0]?.done).toEqual({ create: 1 });
  company.clock.advance(600);
  expect((await reconciled(company)).found).toEqual([]);
});
