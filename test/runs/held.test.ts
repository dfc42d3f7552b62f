import { describe, expect, it } from 'vitest';
import { provision } from '../../src/sync/provision.ts';
import { release } from '../../src/sync/release.ts';
import { status } from '../../src/sync/status.ts';
import { type Contoso, contoso } from './contoso.ts';

const PEOPLE = ['ada', 'grace', 'edsger', 'barbara', 'alan', 'katherine'] as const;
const STRICT = 'guard: { disable: { share: 20%, count: 2 } }';

/** Six people in Ramp; four have left, one has moved, one is new. */
async function leaving(write: string): Promise<Contoso> {
  const company = await contoso({ write: `        ${write}` });
  const ids = PEOPLE.map((name) => company.hire({ name }));
  await company.run();
  for (const id of ids.slice(0, 4)) {
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
  }
  company.graph.control.act({ act: 'update', id: ids[4] ?? '', properties: { city: 'London' } });
  company.hire({ name: 'margaret' });
  company.clock.advance(3600);
  return company;
}

async function offIn(company: Contoso): Promise<readonly string[]> {
  const users = Object.entries(await company.users());
  return users.filter(([, { status }]) => status === 'USER_INACTIVE').map(([name]) => name);
}

describe('a held plan', () => {
  it('waits as a whole, and is let go as a whole', async () => {
    await using company = await leaving(STRICT);
    const report = await company.run();
    expect(report).toMatchObject({ verdict: 'held', targets: [{ done: {} }] });
    const released = await release(company.engine, { type: 'system' }, company.watch);
    expect(released.targets[0]).toMatchObject({
      done: { create: 1, update: 1, disable: 4 },
      plan: { state: 'applied' },
    });
  });

  it('lets the rest go on where that is configured, and keeps its age', async () => {
    await using company = await leaving(`${STRICT}
        holds: { rest: go }`);
    const report = await company.run();
    expect(report).toMatchObject({
      verdict: 'held',
      targets: [{ done: { create: 1, update: 1 }, plan: { holds: [{ guard: 'disables' }] } }],
    });
    expect(await offIn(company)).toEqual([]);
    const { createdAt } = (await company.engine.plans.current('ramp')) ?? {};
    company.clock.advance(3 * 3600);
    await company.run();
    await company.run({ full: true });
    const [ramp] = (await status(company.engine)).targets;
    expect(ramp).toMatchObject({
      plan: { state: 'held', createdAt, carried: { create: 1, update: 1 } },
      expiresAt: new Date((createdAt?.getTime() ?? 0) + 7 * 86_400_000),
    });
    const released = await release(company.engine, { type: 'system' }, company.watch);
    expect(released.targets[0]?.done).toEqual({ disable: 4 });
    expect(await company.engine.plans.current('ramp')).toMatchObject({ state: 'applied' });
  });

  it('is let go in parts: some people, all but some, some actions', async () => {
    await using company = await leaving(STRICT);
    await company.run();
    const part = async (of: object) => {
      const { targets } = await release(company.engine, { type: 'system', ...of }, company.watch);
      return targets[0]?.done;
    };
    expect(await part({ actions: ['create', 'update'] })).toEqual({ create: 1, update: 1 });
    expect(await part({ only: ['ada@contoso.com'] })).toEqual({ disable: 1 });
    expect(await offIn(company)).toEqual(['ada']);
    expect(await part({ except: ['grace@contoso.com'] })).toEqual({ disable: 2 });
    const plan = await company.engine.plans.current('ramp');
    expect(plan).toMatchObject({ state: 'held', carried: { create: 1, update: 1, disable: 3 } });
    expect(await part({})).toEqual({ disable: 1 });
    expect(await offIn(company)).toHaveLength(4);
  });

  it('expires: an older one is refused, and the next run asks anew', async () => {
    await using company = await leaving(`${STRICT}
        holds: { expires: 2h }`);
    await company.run();
    const first = await company.engine.plans.current('ramp');
    company.clock.advance(7200);
    const letGo = release(company.engine, { type: 'system' }, company.watch);
    await expect(letGo).rejects.toMatchObject({ code: 'plan-expired' });
    expect(await offIn(company)).toEqual([]);
    await company.run({ trigger: 'schedule' });
    const second = await company.engine.plans.current('ramp');
    expect(second).toMatchObject({ state: 'held', id: first?.id });
    expect(second?.key).not.toBe(first?.key);
  });

  it('that gave way to a newer one is refused with what the two say otherwise', async () => {
    await using company = await leaving(STRICT);
    await company.run();
    const old = await company.engine.plans.current('ramp');
    company.hire({ name: 'dorothy' });
    company.graph.control.act({
      act: 'update',
      id: company.graph.tenant.upns.get('ada@contoso.com') ?? '',
      properties: { accountEnabled: true },
    });
    await company.run();
    const request = { type: 'plan', plan: old?.id ?? '' } as const;
    const refused = await release(company.engine, request, company.watch).catch((error) => error);
    expect(refused).toMatchObject({ code: 'plan-superseded' });
    expect(refused.message).toContain('1 new, 1 gone, 0 otherwise');
    expect(refused.message).toContain('new: + dorothy@contoso.com: entered scope');
    expect(refused.message).toContain('gone: - ada@contoso.com');
    expect(await offIn(company)).toEqual([]);
  });
});

describe('what was done in the hours before', () => {
  it('counts: leavers one by one are held like leavers together', async () => {
    await using company = await contoso({ write: `        ${STRICT}` });
    const ids = PEOPLE.map((name) => company.hire({ name }));
    await company.run();
    const verdicts: string[] = [];
    for (const id of ids.slice(0, 4)) {
      company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
      company.clock.advance(3600);
      verdicts.push((await company.run()).verdict);
    }
    expect(verdicts).toEqual(['done', 'done', 'held', 'held']);
    expect(await company.engine.plans.current('ramp')).toMatchObject({
      holds: [{ message: '4 of 6 accounts would be disabled, 2 of them already' }],
    });
    // A day later it is forgotten, and what a person let go never counted.
    company.clock.advance(86_400);
    await company.run();
    expect(await offIn(company)).toHaveLength(4);
  });
});

describe('absences that were not believed', () => {
  it('are listed, and taken for true when a person says so', async () => {
    const people = (count: number) =>
      `employeeId,department\n${Array.from({ length: count }, (_, n) => `${n},R&D\n`).join('')}`;
    await using company = await contoso({
      systems: `
  hr:
    connector: file
    options: { path: people.csv, id: employeeId }
    read:
      user: { creates: true, authority: true, join: [employeeId] }`,
      files: { 'people.csv': people(60) },
    });
    await company.run();
    await company.writeFile('people.csv', people(3));
    expect((await company.run()).verdict).toBe('held');
    const withheld = async () =>
      (await status(company.engine)).sources.find(({ system }) => system === 'hr')?.withheld;
    expect(await withheld()).toEqual({ absent: 57, before: 60 });
    await release(company.engine, { type: 'absences', system: 'hr' }, company.watch);
    expect(await withheld()).toBeUndefined();
    const again = release(company.engine, { type: 'absences', system: 'hr' }, company.watch);
    await expect(again).rejects.toMatchObject({ code: 'nothing-held' });
  });
});

describe('a run in which much fails', () => {
  it('stops, and the rest is held until a person lets it go', async () => {
    let sent = 0;
    await using company = await contoso({
      world: {
        boundary: (name) => {
          if (name !== 'operation-sent' || ++sent % 2 === 0 || sent > 60) return;
          company.ramp.fault({ type: 'reject', on: 'POST /Users', attribute: 'userName' });
        },
      },
    });
    for (let n = 0; n < 90; n++) company.hire({ name: `person${n}.example` });
    const report = await company.run();
    expect(report).toMatchObject({
      verdict: 'failed',
      targets: [{ failure: { code: 'failure-rate' } }],
    });
    const made = report.targets[0]?.done.create ?? 0;
    expect(made).toBeLessThan(70);
    expect(await company.run()).toMatchObject({ verdict: 'held', targets: [{ done: {} }] });
    sent = 100;
    company.ramp.clearFaults();
    const released = await release(company.engine, { type: 'system' }, company.watch);
    expect(released.verdict).toBe('done');
    expect((await company.ramp.users()).length).toBeGreaterThan(made);
    expect((await company.engine.ledger.health('ramp')).stopped).toBeUndefined();
  });
});

describe('two people who exchange their names', () => {
  it('wait for a person, and nobody gets the account of the other', async () => {
    await using company = await contoso({
      systems: `
  archive:
    connector: directory
    write:
      user:
        match: [externalId, userName]
        map: { externalId: "[objectId]", userName: "[userPrincipalName]" }
        holds: { rest: go }`,
    });
    const ids = ['ada', 'grace', 'edsger'].map((name) => company.hire({ name }));
    await company.run();
    const names = ['swapped', 'ada', 'grace', 'edsger.new'];
    const [ada = '', grace = '', edsger = ''] = ids;
    const rename = (id: string, name = '') =>
      company.graph.control.act({
        act: 'update',
        id,
        properties: { userPrincipalName: `${name}@contoso.com` },
      });
    rename(ada, names[0]);
    rename(grace, names[1]);
    rename(ada, names[2]);
    rename(edsger, names[3]);
    const report = await company.run({ systems: ['entra', 'archive'] });
    expect(report.targets).toMatchObject([
      {
        target: 'archive',
        done: { update: 1 },
        plan: {
          holds: [{ guard: 'identifier-swap', people: [expect.any(String), expect.any(String)] }],
        },
      },
    ]);
    const [swapped] = report.targets[0]?.plan?.holds[0]?.people ?? [];
    const asked = { person: swapped ?? '', system: 'archive' };
    expect(await provision(company.engine, asked, company.watch)).toMatchObject({
      verdict: 'failed',
      targets: [{ failure: { code: 'identifier-swap' } }],
    });
  });
});
