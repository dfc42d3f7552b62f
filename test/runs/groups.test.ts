import { describe, expect, it } from 'vitest';
import { explain } from '../../src/sync/explain.ts';
import { provision } from '../../src/sync/provision.ts';
import { type GroupsWorld, groupsWorld } from './groups-world.ts';

describe('groups of Entra ID in an application', () => {
  it('come empty, then their members do, in the same run', async () => {
    await using world = await groupsWorld();
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    world.group('Engineering', ada, grace);
    world.group('Idle');

    expect((await world.run()).verdict).toBe('done');
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'], Idle: [] });
    expect(world.done().at(-1)).toBe(
      'add-members Engineering: + 2 members: ada@contoso.com, grace@contoso.com',
    );
    await world.run();
    expect(world.done()).toEqual([]);
  });

  it('take and lose single members, one operation each', async () => {
    await using world = await groupsWorld();
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    const engineering = world.group('Engineering', ada);
    await world.run();
    world.done();
    world.requests();

    world.join(engineering, grace);
    world.leave(engineering, ada);
    await world.run();
    expect(world.done()).toEqual([
      'remove-members Engineering: - 1 member: ada@contoso.com',
      'add-members Engineering: + 1 member: grace@contoso.com',
    ]);
    expect(world.requests()).toEqual({ 'PATCH /Groups': 2 });
    expect(await world.groups()).toEqual({ Engineering: ['grace'] });
  });

  it('keep their link through a renaming, and their members', async () => {
    await using world = await groupsWorld();
    const engineering = world.group('Engineering', world.hire('ada'));
    await world.run();
    world.done();
    world.change(engineering, { displayName: 'R&D' });
    await world.run();
    expect(world.done()).toEqual(['update R&D: displayName: "Engineering" → "R&D"']);
    expect(await world.groups()).toEqual({ 'R&D': ['ada'] });
  });

  it('go when the source deletes them', async () => {
    await using world = await groupsWorld();
    const engineering = world.group('Engineering', world.hire('ada'));
    await world.run();
    world.remove(engineering);
    await world.run();
    expect(await world.groups()).toEqual({});
    world.done();
    await world.run();
    expect(world.done()).toEqual([]);
  });

  it('are made anew with everybody when somebody deletes one in the application', async () => {
    await using world = await groupsWorld();
    const engineering = world.group('Engineering', world.hire('ada'), world.hire('grace'));
    await world.run();
    await world.deleteInApp('Engineering');
    world.join(engineering, world.hire('alan'));
    await world.run();
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'alan', 'grace'] });
  });

  it('go to assigned groups alone, where the application is assigned', async () => {
    await using world = await groupsWorld({ group: '        assigned: { entra: Ramp }' });
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    const engineering = world.group('Engineering', ada);
    world.group('Sailing', grace);
    const assignment = world.assign(engineering);
    world.assign(world.group('Compilers'));
    await world.run();
    expect(await world.groups()).toEqual({ Compilers: [], Engineering: ['ada'] });
    world.unassign(assignment);
    await world.run();
    expect(await world.groups()).toEqual({ Compilers: [] });
  });

  it('that are out of scope and kept are left alone until they are back', async () => {
    await using world = await groupsWorld({
      group: `        scope: displayName sw "E"
        leave: keep`,
    });
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    const engineering = world.group('Engineering', ada);
    await world.run();
    world.change(engineering, { displayName: 'Old engineering' });
    await world.run();
    world.join(engineering, grace);
    world.done();
    await world.run();
    expect(world.done()).toEqual([]);
    expect(await world.groups()).toEqual({ Engineering: ['ada'] });
    world.change(engineering, { displayName: 'Engineers' });
    await world.run();
    expect(await world.groups()).toEqual({ Engineers: ['ada', 'grace'] });
  });

  it('are found again by their identifier when the store was lost', async () => {
    await using world = await groupsWorld();
    const engineering = world.group('Engineering', world.hire('ada'));
    await world.run();
    await using again = await world.startAnew();
    again.change(engineering, { displayName: 'R&D' });
    again.done();
    await again.run();
    expect(await again.groups()).toEqual({ 'R&D': ['ada'] });
    await again.run();
    again.done();
    await again.run();
    expect(again.done()).toEqual([]);
  });
});

describe('a member', () => {
  it('who gets an account later joins as soon as it is there', async () => {
    await using world = await groupsWorld({ user: '        scope: not (jobTitle eq "Guest")' });
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    world.change(grace, { jobTitle: 'Guest' });
    world.group('Engineering', ada, grace);
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada'] });
    world.done();
    world.change(grace, { jobTitle: 'Admiral' });
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'] });
    expect(world.done().at(-1)).toBe('add-members Engineering: + 1 member: grace@contoso.com');
  });

  it('who is asked for gets the account and its groups at once', async () => {
    await using world = await groupsWorld({ user: '        scope: not (jobTitle eq "Guest")' });
    const grace = world.hire('grace');
    world.change(grace, { jobTitle: 'Guest' });
    world.group('Engineering', world.hire('ada'), grace);
    await world.run();
    world.change(grace, { jobTitle: 'Admiral' });
    world.done();

    const asked = { person: 'grace@contoso.com' };
    const report = await provision(world.engine, asked, world.watch);
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'] });
    expect(world.done().map((line) => line.split(':')[0])).toEqual([
      'create grace@contoso.com',
      'add-members Engineering',
    ]);
    expect(report.targets[0]?.outcomes.map(({ operation }) => operation.action)).toEqual([
      'create',
      'add-members',
    ]);

    world.change(grace, { accountEnabled: false });
    await provision(world.engine, asked, world.watch);
    expect(await world.groups()).toEqual({ Engineering: ['ada'] });
  });

  it('who is hired into a group later joins it', async () => {
    await using world = await groupsWorld();
    const engineering = world.group('Engineering');
    await world.run();
    world.join(engineering, world.hire('ada'));
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada'] });
  });

  it('who leaves the scope leaves the group, and is pushed again when she returns', async () => {
    await using world = await groupsWorld();
    const ada = world.hire('ada');
    world.group('Engineering', ada, world.hire('grace'));
    await world.run();
    world.change(ada, { accountEnabled: false });
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['grace'] });
    world.change(ada, { accountEnabled: true });
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'grace'] });
  });

  it('whose account is deleted is gone from the group, and nothing is asked twice', async () => {
    await using world = await groupsWorld({ user: '        leave: delete' });
    const ada = world.hire('ada');
    world.group('Engineering', ada, world.hire('grace'));
    await world.run();
    world.remove(ada);
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['grace'] });
    world.done();
    world.requests();
    await world.run();
    expect([world.done(), world.requests()]).toEqual([[], {}]);
  });

  it('that the application refuses holds up nobody else', async () => {
    let bad = '';
    await using world = await groupsWorld({
      app: async (request) => {
        if (request.method !== 'PATCH' || bad === '') return undefined;
        const refused = (await request.text()).includes(bad);
        return refused
          ? Response.json({ detail: 'no seat left', status: '400' }, { status: 400 })
          : undefined;
      },
    });
    const names = ['ada', 'alan', 'barbara', 'edsger', 'grace'];
    const people = names.map((name) => world.hire(name));
    const engineering = world.group('Engineering');
    await world.run();
    world.done();
    bad = await world.accountId('edsger');
    for (const person of people) world.join(engineering, person);
    const { verdict } = await world.run();
    expect(verdict).toBe('failed');
    expect(await world.groups()).toEqual({ Engineering: ['ada', 'alan', 'barbara', 'grace'] });
    const failed = world.outcomes().filter(({ type }) => type === 'failed');
    expect(failed).toMatchObject([
      {
        failure: {
          code: 'refused-by-target',
          message: expect.stringMatching(/^edsger@contoso\.com: .*no seat left$/),
        },
      },
    ]);
    // It rests until something changes, and is then tried again.
    bad = '';
    await world.run();
    expect(world.done()).toEqual([]);
    world.leave(engineering, people[3] ?? '');
    await world.run();
    world.join(engineering, people[3] ?? '');
    await world.run();
    expect((await world.groups()).Engineering).toEqual(names);
  });

  it('is taken away from many only when a person has looked', async () => {
    await using world = await groupsWorld({
      group: '        guard: { members: { count: 2, share: 20% } }',
    });
    const people = ['ada', 'alan', 'barbara', 'grace'].map((name) => world.hire(name));
    const engineering = world.group('Engineering', ...people);
    await world.run();
    for (const person of people.slice(1)) world.leave(engineering, person);
    const { verdict, targets } = await world.run();
    expect(verdict).toBe('held');
    expect(targets[0]?.plan?.holds).toMatchObject([
      { guard: 'memberships', message: '3 of 4 memberships of groups would be taken away' },
    ]);
    expect((await world.groups()).Engineering).toHaveLength(4);
  });
});

describe('a group within a group', () => {
  const nested = async (world: GroupsWorld) => {
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    const compilers = world.group('Compilers', grace);
    const engineering = world.group('Engineering', ada, compilers);
    await world.run();
    return { ada, grace, compilers, engineering };
  };

  it('is kept as a member', async () => {
    await using world = await groupsWorld();
    const { compilers, engineering } = await nested(world);
    expect(await world.groups()).toEqual({
      Compilers: ['grace'],
      Engineering: ['[Compilers]', 'ada'],
    });
    world.leave(engineering, compilers);
    await world.run();
    expect(await world.groups()).toEqual({ Compilers: ['grace'], Engineering: ['ada'] });
  });

  it('is refused', async () => {
    await using world = await groupsWorld({ group: '        nested: refused' });
    await nested(world);
    expect(await world.groups()).toEqual({ Compilers: ['grace'], Engineering: ['ada'] });
    world.done();
    await world.run();
    expect(world.done()).toEqual([]);
  });

  it('is flattened, and kept so when anything below changes', async () => {
    await using world = await groupsWorld({ group: '        members: flattened' });
    const { grace, compilers, engineering } = await nested(world);
    expect(await world.groups()).toEqual({ Compilers: ['grace'], Engineering: ['ada', 'grace'] });

    const parsers = world.group('Parsers', world.hire('alan'));
    world.join(compilers, parsers);
    await world.run();
    expect(await world.groups()).toMatchObject({
      Compilers: ['alan', 'grace'],
      Engineering: ['ada', 'alan', 'grace'],
    });

    world.leave(compilers, grace);
    await world.run();
    expect((await world.groups()).Engineering).toEqual(['ada', 'alan']);

    // The link goes, and somebody leaves below it at the same moment.
    world.leave(engineering, compilers);
    world.leave(parsers, (await world.entraId('alan')) ?? '');
    await world.run();
    expect(await world.groups()).toEqual({ Compilers: [], Engineering: ['ada'], Parsers: [] });
  });

  it('may be above itself', async () => {
    await using world = await groupsWorld({ group: '        members: flattened' });
    const { compilers, engineering } = await nested(world);
    world.join(compilers, engineering);
    await world.run();
    expect(await world.groups()).toEqual({
      Compilers: ['ada', 'grace'],
      Engineering: ['ada', 'grace'],
    });
    world.leave(engineering, compilers);
    await world.run();
    expect(await world.groups()).toEqual({ Compilers: ['ada', 'grace'], Engineering: ['ada'] });
  });

  it('that is deleted takes along whoever was there through it alone', async () => {
    await using world = await groupsWorld({ group: '        members: flattened' });
    const { compilers } = await nested(world);
    world.remove(compilers);
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada'] });
  });

  it('changes its meaning with the configuration', async () => {
    await using world = await groupsWorld();
    await nested(world);
    await using again = await world.restart({ group: '        members: flattened' });
    await again.run();
    expect(await again.groups()).toEqual({ Compilers: ['grace'], Engineering: ['ada', 'grace'] });
  });
});

describe('assignment by groups within groups', () => {
  const company = async (nested: string) => {
    const assigned = `        assigned: { entra: Ramp${nested} }`;
    const world = await groupsWorld({ user: assigned, group: assigned });
    const [ada, grace, alan] = [world.hire('ada'), world.hire('grace'), world.hire('alan')];
    const parsers = world.group('Parsers', alan);
    const compilers = world.group('Compilers', grace, parsers);
    const engineering = world.group('Engineering', ada, compilers);
    world.assign(engineering);
    world.assign(world.group('Others', world.hire('barbara')));
    await world.run();
    return { world, grace, alan, parsers, compilers, engineering };
  };

  it('does not reach anybody unless it is asked for, as in Entra ID', async () => {
    const { world } = await company('');
    await using _ = world;
    expect(await world.groups()).toEqual({ Engineering: ['ada'], Others: ['barbara'] });
    expect(await world.accountId('grace')).toBe('nobody');
  });

  it('reaches people and groups below, follows every change, and ends where groups are in a circle', async () => {
    const { world, alan, parsers, compilers, engineering } = await company(', nested: true');
    await using _ = world;
    const all = {
      Compilers: ['[Parsers]', 'grace'],
      Engineering: ['[Compilers]', 'ada'],
      Others: ['barbara'],
      Parsers: ['alan'],
    };
    expect(await world.groups()).toEqual(all);
    world.join(parsers, engineering);
    world.join(parsers, world.hire('edsger'));
    await world.run();
    expect(await world.groups()).toEqual({ ...all, Parsers: ['[Engineering]', 'alan', 'edsger'] });

    // The link goes, and somebody leaves below it at the same moment.
    world.leave(engineering, compilers);
    world.leave(parsers, alan);
    await world.run();
    expect(await world.groups()).toEqual({ Engineering: ['ada'], Others: ['barbara'] });
    const off = await Promise.all(['alan', 'edsger', 'grace', 'ada'].map(world.isActive));
    expect(off).toEqual([false, false, false, true]);
  });
});

describe('explaining', () => {
  it('says why somebody is in a group of the application, and why not', async () => {
    await using world = await groupsWorld({
      user: '        scope: not (jobTitle eq "Guest")',
      group: `        scope: not (displayName sw "Old")`,
    });
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    world.change(grace, { jobTitle: 'Guest' });
    const compilers = world.group('Compilers', ada);
    world.group('Engineering', ada, grace, compilers);
    world.group('Old friends', ada);
    await world.run();
    const memberships = async (person: string, group?: string) => {
      const request = { person, ...(group !== undefined && { group }) };
      const { targets } = await explain(world.engine, request, world.watch);
      const found = targets[0]?.memberships ?? [];
      return found.toSorted((a, b) => (a.group < b.group ? -1 : 1));
    };
    expect(await memberships('ada@contoso.com')).toEqual([
      { group: 'Compilers', verdict: 'member', why: 'as at the source' },
      { group: 'Engineering', verdict: 'member', why: 'as at the source' },
      {
        group: 'Old friends',
        verdict: 'waits',
        why: 'the group is left alone: out of scope: not (displayName sw "Old")',
      },
    ]);
    expect(await memberships('grace@contoso.com')).toEqual([
      {
        group: 'Engineering',
        verdict: 'waits',
        why: 'there is no account in app that could be a member',
      },
    ]);
    expect(await memberships('grace@contoso.com', 'Compilers')).toEqual([
      { group: 'Compilers', verdict: 'not', why: 'no source has it in the group' },
    ]);
    world.leave(compilers, ada);
    const [only] = await memberships('ada@contoso.com', 'Compilers');
    expect(only?.verdict).toBe('member');
  });

  it('shows a group in numbers, and who waits for an account', async () => {
    await using world = await groupsWorld({ user: '        scope: not (jobTitle eq "Guest")' });
    const grace = world.hire('grace');
    world.change(grace, { jobTitle: 'Guest' });
    world.group('Engineering', world.hire('ada'), grace);
    await world.run();
    const { targets } = await explain(world.engine, { person: 'Engineering' }, world.watch);
    expect(targets[0]?.members).toEqual({
      atSources: 2,
      held: 1,
      due: 0,
      failed: 0,
      failures: [],
      withoutAccount: ['grace@contoso.com'],
    });
  });
});
