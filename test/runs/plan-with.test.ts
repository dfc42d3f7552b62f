import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes, openTrial } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { type Contoso, contoso } from './contoso.ts';
import { groupsWorld } from './groups-world.ts';

const SYSTEMS = `
  archive:
    connector: directory
    write:
      user:
        match: [userName]
        map: { userName: "[userPrincipalName]", displayName: "[displayName]" }`;

/** What the configuration would do with one of its texts replaced. */
async function trial(company: Contoso, text: string, replaced: string) {
  const current = await company.configuration();
  const changed = current.text.replace(text, replaced);
  expect(changed).not.toBe(current.text);
  await company.writeFile('new.yaml', changed);
  const world = {
    env: current.env,
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  };
  const [before, next] = await Promise.all(
    ['lockstep.yaml', 'new.yaml'].map((name) => loadConfiguration(current.file(name), world)),
  );
  if (!before?.ok || !next?.ok) throw new Error('the configuration does not load');
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    throw new Error('nobody is asked');
  };
  await using opened = await openTrial(before.value, next.value, { fetch, now: company.clock.now });
  const report = await opened.planWith({}, company.watch);
  expect(asked).toEqual([]);
  return report;
}

async function companyOf(names: readonly string[]): Promise<Contoso> {
  const company = await contoso({ systems: SYSTEMS });
  for (const name of names) company.hire({ name });
  await company.run();
  return company;
}

describe('a change of the configuration', () => {
  it('is told as people and systems, with what would change for whom, and writes nothing', async () => {
    await using company = await companyOf(['ada.lovelace', 'grace.hopper', 'edsger.dijkstra']);
    const report = await trial(
      company,
      'displayName: "[displayName]"',
      'displayName: "ToUpper([displayName])"',
    );
    expect(report).toMatchObject({
      verdict: 'done',
      people: 3,
      targets: [
        { target: 'archive', kind: 'user', considered: 3, people: 3, counts: { update: 3 } },
        { target: 'ramp', kind: 'user', considered: 3, people: 0, counts: {} },
      ],
    });
    expect(
      report.targets[0]?.samples.map((sample) => 'changes' in sample && sample.changes),
    ).toContainEqual([{ path: 'displayName', before: 'Ada Lovelace', after: 'ADA LOVELACE' }]);
    const next = await company.run();
    expect(next.targets.every(({ done }) => Object.keys(done).length === 0)).toBe(true);
    expect(await company.engine.warehouse.dueCount('archive', company.clock.now())).toBe(0);
  });

  it('that would take many away says that it would be held', async () => {
    await using company = await companyOf(
      Array.from({ length: 24 }, (_, n) => `person${n}.example`),
    );
    const report = await trial(
      company,
      'assigned: { entra: Ramp }',
      'assigned: { entra: Ramp }\n        scope: department eq "Nobody"',
    );
    expect(report).toMatchObject({
      verdict: 'held',
      people: 24,
      targets: [
        { target: 'archive', people: 0 },
        { target: 'ramp', counts: { disable: 24 }, holds: [{ guard: 'disables' }] },
      ],
    });
  });

  it('of a read map is seen through everything that depends on it', async () => {
    await using company = await companyOf(['ada.lovelace']);
    const report = await trial(
      company,
      'user: {}',
      `user: { map: { displayName: 'Join(" ", [surname], [givenName])' } }`,
    );
    expect(report.people).toBe(1);
    expect(report.targets[0]).toMatchObject({ target: 'archive', counts: { update: 1 } });
  });

  it('tells which records of nobody would belong to somebody', async () => {
    const badges = `
  badges:
    connector: file
    options: { path: badges.csv, id: badge }
    read: { user: { join: [employeeId], creates: false, map: { employeeId: "[badge]", mail: "[address]" } } }`;
    await using company = await contoso({
      systems: badges,
      files: {
        'badges.csv': 'badge,address\nB1,ada.lovelace@contoso.com\nB2,nobody@contoso.com\n',
      },
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const report = await trial(company, 'join: [employeeId]', 'join: [mail]');
    expect(report.joins).toEqual([
      { system: 'badges', kind: 'user', joining: 1, creating: 0, undecided: 0 },
    ]);
  });
});

describe('a change of who is a member of groups', () => {
  it('is told in members to be added and removed', async () => {
    await using world = await groupsWorld();
    const [ada, grace] = [world.hire('ada'), world.hire('grace')];
    const compilers = world.group('Compilers', grace);
    world.group('Engineering', ada, compilers);
    await world.run();
    const report = await world.trial('members: flattened');
    expect(report.targets.find(({ kind }) => kind === 'group')).toMatchObject({
      members: { added: 1, removed: 1 },
    });
  });
});
