import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { explain } from '../../src/sync/explain.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { release } from '../../src/sync/release.ts';
import { undo } from '../../src/sync/undo.ts';
import { resumeRun } from '../../src/sync/undo-pause.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { type Contoso, contoso } from './contoso.ts';

const ADA = 'ada.lovelace@contoso.com';

async function settledCompany(): Promise<Contoso> {
  const company = await contoso();
  for (const name of ['ada.lovelace', 'grace.hopper', 'alan.turing']) company.hire({ name });
  await company.run();
  company.clock.advance(600);
  return company;
}

function change(company: Contoso, upn: string, properties: Readonly<Record<string, unknown>>) {
  const id = company.graph.tenant.upns.get(upn) ?? '';
  company.graph.control.act({ act: 'update', id, properties } as never);
}

/** Plans the inverse of a run and lets it go; returns the run that did it. */
async function undone(company: Contoso, run: string): Promise<string> {
  const report = await undo(company.engine, { run }, company.watch);
  const plan = report.targets[0]?.plan?.id ?? '';
  return (await release(company.engine, { type: 'plan', plan }, company.watch)).run;
}

async function shown(company: Contoso): Promise<unknown> {
  return Object.entries(await company.users()).map(([name, user]) => ({
    name,
    department: user.department,
    location: user.location,
    off: user.status === 'USER_INACTIVE',
  }));
}

describe('undoing a run', () => {
  it('is planned, waits for a person, and puts back what the accounts held', async () => {
    await using company = await settledCompany();
    const before = await shown(company);
    change(company, ADA, { department: 'Sales', city: 'London' });
    change(company, 'alan.turing@contoso.com', { accountEnabled: false });
    const { run } = await company.run();
    company.clock.advance(600);

    const report = await undo(company.engine, { run: run.slice(0, 8) }, company.watch);
    expect(report).toMatchObject({
      verdict: 'held',
      run,
      targets: [
        {
          target: 'ramp',
          plan: { state: 'held', counts: { update: 1, enable: 1 }, holds: [{ guard: 'undo' }] },
          left: {},
        },
      ],
    });
    expect(await shown(company)).not.toEqual(before);
    const plan = report.targets[0]?.plan?.id ?? '';
    const released = await release(company.engine, { type: 'plan', plan }, company.watch);
    expect(released).toMatchObject({
      verdict: 'done',
      targets: [{ done: { update: 1, enable: 1 } }],
    });
    expect(await shown(company)).toEqual(before);
  });

  it('is not undone by the next run, until a person resumes it', async () => {
    await using company = await settledCompany();
    const before = await shown(company);
    change(company, ADA, { department: 'Sales' });
    const { run } = await company.run();
    company.clock.advance(600);
    await undone(company, run);
    await company.engine.warehouse.makeEverybodyDue('ramp', 'requested');
    const next = await company.run({ full: true });
    expect(next.targets[0]).toMatchObject({ done: {}, omitted: { paused: 1 } });
    expect(await shown(company)).toEqual(before);
    const { targets } = await explain(company.engine, { person: ADA }, company.watch);
    expect(targets[0]?.decision).toMatchObject({ code: 'paused' });

    await resumeRun(company.engine, run, company.watch);
    expect((await company.users())['ada.lovelace']?.department).toBe('Sales');
    await expect(resumeRun(company.engine, run, company.watch)).rejects.toMatchObject({
      code: 'nothing-to-undo',
    });
  });

  it('lasts until one person is released', async () => {
    await using company = await settledCompany();
    change(company, ADA, { department: 'Sales' });
    const { run } = await company.run();
    company.clock.advance(600);
    await undone(company, run);
    await release(company.engine, { type: 'person', person: ADA, system: 'ramp' }, company.watch);
    expect((await company.users())['ada.lovelace']?.department).toBe('Sales');
  });

  it('ends when the configuration changes', async () => {
    let company = await settledCompany();
    change(company, ADA, { department: 'Sales' });
    const { run } = await company.run();
    company.clock.advance(600);
    await undone(company, run);
    company = await company.restart(undefined, '        firstRun: go');
    await using _ = company;
    await company.run();
    expect((await company.users())['ada.lovelace']?.department).toBe('Sales');
  });

  it('leaves alone what somebody changed since, by name', async () => {
    await using company = await settledCompany();
    change(company, ADA, { department: 'Sales', city: 'London' });
    const { run } = await company.run();
    company.clock.advance(600);
    change(company, ADA, { city: 'Paris' });
    await company.run();
    company.clock.advance(600);
    const report = await undo(company.engine, { run }, company.watch);
    expect(report.targets[0]).toMatchObject({
      plan: { counts: { update: 1 } },
      left: { 'moved-since': 1 },
      leftPeople: [{ label: ADA, message: expect.stringContaining('locality') }],
    });
    const plan = report.targets[0]?.plan?.id ?? '';
    await release(company.engine, { type: 'plan', plan }, company.watch);
    expect((await company.users())['ada.lovelace']).toMatchObject({
      department: 'R&D',
      location: 'Paris',
    });
  });

  it('disables whom the run created, and tells that invitations are not called back', async () => {
    await using company = await settledCompany();
    company.hire({ name: 'barbara.liskov' });
    const { run } = await company.run();
    company.clock.advance(600);
    const report = await undo(company.engine, { run }, company.watch);
    expect(report.targets[0]).toMatchObject({
      plan: { counts: { disable: 1 } },
      remarks: [expect.stringContaining('invitations')],
    });
    const plan = report.targets[0]?.plan?.id ?? '';
    await release(company.engine, { type: 'plan', plan }, company.watch);
    expect((await company.users())['barbara.liskov']?.status).toBe('USER_INACTIVE');
    await company.run({ full: true });
    expect((await company.users())['barbara.liskov']?.status).toBe('USER_INACTIVE');
  });

  it('of an undo works, and ends the pause', async () => {
    await using company = await settledCompany();
    change(company, ADA, { department: 'Sales' });
    const { run } = await company.run();
    company.clock.advance(600);
    const after = await shown(company);
    const second = await undone(company, run);
    company.clock.advance(600);
    expect(await shown(company)).not.toEqual(after);
    await undone(company, second);
    expect(await shown(company)).toEqual(after);
    await company.engine.warehouse.makeEverybodyDue('ramp', 'requested');
    expect((await company.run()).targets[0]).toMatchObject({ done: {}, omitted: { 'in-sync': 3 } });
  });

  it('gives back an account that was taken over', async () => {
    const storage = memoryStorage();
    await using earlier = await contoso({ storage });
    earlier.hire({ name: 'ada.lovelace', department: 'Old' });
    await earlier.run();
    await using company = await contoso({ storage });
    company.hire({ name: 'ada.lovelace', department: 'New' });
    const { run, targets } = await company.run();
    expect(targets[0]?.done).toEqual({ update: 1 });
    company.clock.advance(600);
    await undone(company, run);
    expect((await company.users())['ada.lovelace']?.department).toBe('Old');
    expect(await company.engine.warehouse.managed('ramp')).toBe(0);
    expect((await company.run({ full: true })).targets[0]?.done).toEqual({});
    await resumeRun(company.engine, run, company.watch);
    expect((await company.users())['ada.lovelace']?.department).toBe('New');
  });

  it('of a run that is not there, or that wrote nothing, is refused', async () => {
    await using company = await settledCompany();
    const { run } = await company.run();
    await expect(undo(company.engine, { run }, company.watch)).rejects.toMatchObject({
      code: 'nothing-to-undo',
    });
    await expect(undo(company.engine, { run: 'nope' }, company.watch)).rejects.toMatchObject({
      code: 'no-such-run',
    });
  });
});

describeWithPostgres('reconciling and undoing', (server) => {
  it('do the same on PostgreSQL', { timeout: 30_000 }, async () => {
    await using database = await openPostgres(await server().database(), 'default');
    await using company = await contoso({ world: { database } });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(600);
    const before = await shown(company);
    await company.ramp.edit(ADA, { 'name.familyName': 'King', title: 'Countess' });
    const request = { system: 'ramp', trigger: 'command', action: 'revert' } as const;
    expect(await reconcile(company.engine, request, company.watch)).toMatchObject({
      verdict: 'done',
      settled: { reverting: 1 },
    });
    change(company, ADA, { department: 'Sales' });
    const { run } = await company.run();
    company.clock.advance(600);
    await undone(company, run);
    expect(await shown(company)).toEqual(before);
    expect((await company.run({ full: true })).targets[0]?.done).toEqual({});
  });
});
