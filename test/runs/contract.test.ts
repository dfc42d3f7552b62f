import { describe, expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import { contoso } from './contoso.ts';

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe('a plan as a file', () => {
  it('is carried out exactly, once', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    const verbs = verbsOf(company.engine);
    const planned = await verbs.plan({}, company.watch);
    expect(await company.ramp.users()).toEqual([]);
    const lines = await Array.fromAsync(verbs.planFile(planned.targets[0]?.plan?.key ?? ''));

    // Somebody who comes later is not part of it.
    company.hire({ name: 'edsger.dijkstra' });
    const applied = await verbs.apply(linesOf(lines), company.watch);
    expect(applied).toMatchObject({ verdict: 'done', targets: [{ done: { create: 2 } }] });
    const users = await company.users();
    expect(Object.keys(users).toSorted()).toEqual(['ada.lovelace', 'grace.hopper']);
    expect(users['grace.hopper']?.managerId).toBe(users['ada.lovelace']?.id);

    const again = verbs.apply(linesOf(lines), company.watch);
    await expect(again).rejects.toMatchObject({ code: 'plan-applied' });
    expect(await company.ramp.users()).toHaveLength(2);
  });

  it('leaves out what moved since, and names the field', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    const verbs = verbsOf(company.engine);
    const planned = await verbs.plan({}, company.watch);
    const lines = await Array.fromAsync(verbs.planFile(planned.targets[0]?.plan?.key ?? ''));
    await company.ramp.edit('ada.lovelace@contoso.com', {
      'addresses[type eq "work"].locality': 'Paris',
    });
    const applied = await verbs.apply(linesOf(lines), company.watch);
    expect(applied.targets[0]?.skipped).toEqual({ moved: 1 });
    const [outcome] = await Array.fromAsync(verbs.log({ limit: 1 }));
    expect(outcome).toMatchObject({
      type: 'skipped',
      why: 'moved',
      fields: ['addresses[type eq "work"].locality'],
    });
    expect((await company.users())['ada.lovelace']?.location).toBe('Paris');
  });

  it('that was edited is refused before anything is written', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    const verbs = verbsOf(company.engine);
    const planned = await verbs.plan({}, company.watch);
    const lines = await Array.fromAsync(verbs.planFile(planned.targets[0]?.plan?.key ?? ''));
    const edited = lines.map((line) => line.replace('Zurich', 'Geneva'));
    await expect(verbs.apply(linesOf(edited), company.watch)).rejects.toMatchObject({
      code: 'plan-file-changed',
    });
    await expect(verbs.apply(linesOf(lines.slice(0, 1)), company.watch)).rejects.toMatchObject({
      code: 'plan-file-changed',
    });
    expect(await company.ramp.users()).toEqual([]);
  });
});

describe('a first run', () => {
  it('that nobody typed is held for a person to look at, and released', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    const verbs = verbsOf(company.engine);
    const report = await company.run({ trigger: 'schedule' });
    expect(report).toMatchObject({
      verdict: 'held',
      targets: [{ done: {}, plan: { holds: [{ guard: 'first-run' }] } }],
    });
    const [key, createdAt] = [report.targets[0]?.plan?.key, report.targets[0]?.plan?.createdAt];
    company.clock.advance(60);
    const again = await company.run({ trigger: 'schedule' });
    expect(again.targets[0]?.plan).toMatchObject({ key, createdAt });

    company.hire({ name: 'grace.hopper' });
    await company.run({ trigger: 'schedule' });
    await expect(
      verbs.release({ type: 'plan', plan: report.targets[0]?.plan?.id ?? '' }, company.watch),
    ).rejects.toMatchObject({ code: 'plan-superseded' });
    const released = await verbs.release({ type: 'system', system: 'ramp' }, company.watch);
    expect(released).toMatchObject({ verdict: 'done', targets: [{ done: { create: 2 } }] });
  });

  it('with a pilot writes nobody else', async () => {
    await using company = await contoso({ write: '        pilot: [ada.lovelace@contoso.com]' });
    company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper' });
    const { targets } = await company.run();
    expect(targets[0]).toMatchObject({ done: { create: 1 }, omitted: { 'not-in-pilot': 1 } });

    await using everybody = await company.restart({}, '');
    const next = await everybody.run();
    expect(next.targets[0]?.done).toEqual({ create: 1 });
  });
});

describe('explain', () => {
  it('shows the whole chain, and what would be with another value; it writes nothing', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace', department: null });
    await company.run();
    const verbs = verbsOf(company.engine);
    const why = await verbs.explain({ person: 'ada.lovelace@contoso.com' }, company.watch);
    expect(why.targets[0]?.decision).toMatchObject({ code: 'missing-required' });
    expect(why.targets[0]?.steps.map(({ type }) => type)).toEqual([
      'active',
      'assigned',
      'match',
      ...Array.from({ length: 10 }, () => 'mapping'),
      'required',
    ]);
    const whatIf = await verbs.explain(
      { person: 'ada.lovelace@contoso.com', set: { department: 'Sales' } },
      company.watch,
    );
    expect(whatIf.targets[0]?.decision).toMatchObject({ action: 'create' });
    expect(await company.ramp.users()).toEqual([]);
    expect(
      (await verbs.explain({ person: 'ada.lovelace@contoso.com' }, company.watch)).assumed,
    ).toEqual({});
  });
});

describe('what if', () => {
  it('answers for an attribute that a mapping or the scope looks at', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const { explain } = verbsOf(company.engine);
    const person = 'ada.lovelace@contoso.com';
    const { targets } = await explain({ person, set: { department: 'Sales' } }, company.watch);
    expect(targets[0]?.decision).toMatchObject({
      action: 'update',
      changes: [{ after: 'Sales', before: 'R&D' }],
    });
    expect((await company.users())['ada.lovelace']?.department).toBe('R&D');
  });

  it('refuses a name that nothing looks at, and suggests one', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const { explain } = verbsOf(company.engine);
    const person = 'ada.lovelace@contoso.com';
    await expect(
      explain({ person, set: { departmnet: 'Sales' } }, company.watch),
    ).rejects.toMatchObject({
      code: 'unknown-attribute',
      message: expect.stringContaining('did you mean "department"?'),
    });
  });
});
