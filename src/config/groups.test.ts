import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { loadConfiguration } from './load.ts';
import { describeProblem } from './text.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-config-groups-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function load(groups: string, more = '') {
  const file = path.join(folder, 'lockstep.yaml');
  const systems = `
systems:
  hr:
    connector: file
    options: { path: people.csv, id: number }
    read: { user: { map: { mail: "[mail]", department: "[dept]" } } }
${more}`;
  await writeFile(file, `groups:\n${groups}${systems}`);
  return loadConfiguration(file, {
    env: { TOKEN: 'a-token' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
}

async function problems(groups: string, more = ''): Promise<readonly string[]> {
  const result = await load(groups, more);
  const found = result.ok ? (result.warnings ?? []) : result.problems;
  return found.map((problem) => `${problem.code} ${describeProblem(problem).replace(folder, '')}`);
}

describe('groups', () => {
  it('are loaded with their exceptions, which hold through their last day', async () => {
    const loaded = await load(`  sales:
    title: Sales team
    members: department eq "Sales"
    exceptions:
      - { include: alan@contoso.com, until: 2027-01-31, reason: the fair }
      - { exclude: bob@contoso.com, reason: on loan }
`);
    expect(loaded.ok && loaded.value.groups).toEqual([
      {
        name: 'sales',
        title: 'Sales team',
        members: 'department eq "Sales"',
        exceptions: [
          {
            type: 'include',
            person: 'alan@contoso.com',
            until: new Date('2027-02-01T00:00:00Z'),
            reason: 'the fair',
          },
          { type: 'exclude', person: 'bob@contoso.com', reason: 'on loan' },
        ],
      },
    ]);
  });

  it('are refused with the place of what is wrong', async () => {
    expect(
      await problems(`  sales: { members: departmnt eq "Sales" and groups eq "x" }
  late: { members: department eq "now" and hired le "now+1y" }
  twice:
    members: department pr
    exceptions:
      - { include: ada@contoso.com, reason: a }
      - { exclude: ADA@contoso.com, reason: b }
`),
    ).toEqual([
      expect.stringMatching(/^unknown-attribute .*:2:21 .*did you mean "department"/),
      expect.stringMatching(/^nested-group .*:2:46 /),
      expect.stringMatching(/^scope-date .*"eq" never holds/),
      expect.stringMatching(/^scope-date .*"now\+1y" is no time/),
      expect.stringMatching(/^exception-twice .*:8:9 /),
    ]);
  });

  it('are known by name where a scope asks for them', async () => {
    const app = (scope: string) => `  app:
    connector: scim
    options: { url: "https://app.contoso.com/scim/v2", token: "\${env:TOKEN}" }
    write:
      user: { scope: '${scope}', match: [userName], map: { userName: "[mail]" } }
`;
    const sales = '  sales: { members: department eq "Sales" }\n';
    expect(await problems(sales, app('groups eq "sales"'))).toEqual([]);
    expect(await problems(sales, app('groups eq "sale"'))).toEqual([
      expect.stringMatching(/^unknown-group .*did you mean "sales"/),
    ]);
  });

  it('are decided by rules and supplied by nobody', async () => {
    const other = `  ad:
    connector: file
    options: { path: ad.csv, id: number }
    read: { user: { map: { groups: "[memberOf]" } } }
`;
    expect(await problems('  sales: { members: department pr }\n', other)).toEqual([
      expect.stringMatching(/^groups-supplied .*ad supplies "groups"/),
    ]);
  });

  it('are not disabled when they are out', async () => {
    const app = (group: string) => `  app:
    connector: scim
    options: { url: "https://app.contoso.com/scim/v2", token: "\${env:TOKEN}" }
    write:
      group: { match: [displayName], map: { displayName: "[displayName]" }, ${group} }
`;
    const sales = '  sales: { members: department pr }\n';
    expect(await problems(sales, app('leave: disable'))).toEqual([
      expect.stringMatching(/^leave-impossible /),
    ]);
    expect(await problems(sales, app('leave: { delete-after: 30d }'))).toEqual([]);
    expect(await problems(sales, app('leave: { delete-after: 30d }, do: [create]'))).toEqual([
      expect.stringMatching(/^action-not-allowed /),
    ]);
  });
});
