import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFile } from '../../emulators/graph/contract.ts';
import { createGraph, type GraphEmulator } from '../../emulators/graph/graph.ts';
import type { Filter } from '../../identity/filter.ts';
import type { Attributes, IdentityRecord } from '../../identity/record.ts';
import { filterMatches, parseFilter } from '../../scim/filter.ts';
import type { ConnectorError, Query } from '../spi/index.ts';
import { PROPERTIES } from './attributes.ts';
import { abilitiesOf } from './filter-support.ts';
import { pushedDown } from './pushdown.ts';
import { type Connected, connectedTo } from './testing.ts';

type Emulated = Connected<GraphEmulator>;

const { signal } = new AbortController();

function filter(text: string): Filter {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

describe('a filter becomes Graph’s own', () => {
  it.each([
    [
      'userPrincipalName eq "o\'neil@contoso.com"',
      "userPrincipalName eq 'o''neil@contoso.com'",
      false,
    ],
    [
      'DEPARTMENT sw "R&D" and accountEnabled eq true',
      "startsWith(department,'R&D') and accountEnabled eq true",
      false,
    ],
    ['city eq "Bern" or city eq "Basel"', "city in ('Bern','Basel')", false],
    [
      'givenName eq "Ada" and (city eq "Bern" or city eq "Basel")',
      "givenName eq 'Ada' and city in ('Bern','Basel')",
      false,
    ],
    ['not (department eq "R&D")', "not(department eq 'R&D')", true],
    [
      '(city eq "Bern" or state eq "BE") and accountEnabled eq true',
      "(city eq 'Bern' or state eq 'BE') and accountEnabled eq true",
      false,
    ],
    ['department ne "R&D"', "department ne 'R&D'", true],
    ['department pr', 'department ne null', true],
    ['mail ew "@contoso.com"', "endsWith(mail,'@contoso.com')", true],
    ['otherMails eq "a@x.org"', "otherMails/any(p:p eq 'a@x.org')", false],
    ['proxyAddresses pr', 'proxyAddresses/$count ne 0', true],
    ['employeeOrgData.costCenter eq "1"', "employeeOrgData/costCenter eq '1'", true],
    [
      'createdDateTime gt "2026-01-01T00:00:00Z"',
      'createdDateTime ge 2026-01-01T00:00:00.001Z',
      false,
    ],
  ])('%s', (text, expected, advanced) => {
    expect(pushedDown('user', filter(text))).toEqual({ text: expected, advanced });
  });

  it.each([
    'department co "R"',
    'aboutMe eq "x"',
    'state sw "Z"',
    'city gt "B"',
    'accountEnabled eq "maybe"',
    'emails[type eq "work"].value eq "x"',
    'city eq "Bern" or department co "R"',
    Array.from({ length: 16 }, (_, index) => `city eq "${index}"`).join(' or '),
  ])('unless Graph cannot: %s', (text) => {
    expect(pushedDown('user', filter(text))).toBeUndefined();
  });

  it('by nothing but what the published table allows', () => {
    const { filter: table } = JSON.parse(contractFile('graph-filter-support.json'));
    for (const kind of ['user', 'group'] as const) {
      const rows = new Map(
        Object.entries<Record<string, string>>(table[kind]).map(([row, codes]) => [
          row.replace(/\/any\(p:p\)$/, '').replace(/1-15$/, ''),
          codes,
        ]),
      );
      for (const name of [
        ...Object.keys(PROPERTIES[kind]),
        'onPremisesExtensionAttributes/extensionAttribute',
      ]) {
        for (const [ability, how] of Object.entries(abilitiesOf(kind, name))) {
          if (name === 'id' || ability === 'endsWith' || ability === '/$count') continue;
          expect([name, ability, rows.get(name)?.[ability]]).toEqual([
            name,
            ability,
            how === 'default' ? 'D' : 'A',
          ]);
        }
      }
    }
  });
});

const CITIES = ['Bern', 'Basel', 'bern am Rhein'];

async function populated(count = 9): Promise<Emulated> {
  const tenant = await connectedTo(createGraph());
  const { act } = tenant.graph.control;
  const ids: string[] = [];
  for (let index = 0; index < count; index++)
    ids.push(
      act({
        act: 'create',
        type: 'user',
        properties: {
          accountEnabled: index % 2 === 0,
          displayName: `Person ${index}`,
          mailNickname: `p${index}`,
          userPrincipalName: `p${index}@contoso.com`,
          employeeId: String(index),
          ...(index % 3 > 0 && { department: index % 3 === 1 ? 'R&D' : 'Sales' }),
          city: CITIES[index % CITIES.length],
        },
      }).id,
    );
  for (const id of ids.slice(1)) act({ act: 'set-manager', id, manager: ids[0] ?? '' });
  const team = act({
    act: 'create',
    type: 'group',
    properties: {
      displayName: 'Team',
      mailEnabled: false,
      mailNickname: 't',
      securityEnabled: true,
    },
  }).id;
  for (const id of ids.slice(0, 3)) act({ act: 'add-member', group: team, member: id });
  return tenant;
}

async function all(
  tenant: Emulated,
  query: Partial<Query>,
  kind = 'user',
): Promise<IdentityRecord[]> {
  const records: IdentityRecord[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await tenant.connector.search?.(kind, {
      signal,
      count: 4,
      ...query,
      ...(cursor !== undefined && { cursor }),
    });
    records.push(...(page?.records ?? []));
    cursor = page?.nextCursor;
  }
  return records;
}

const name = ({ attributes }: { readonly attributes: Attributes }): unknown =>
  attributes.displayName;

describe('a search', () => {
  it('pages by a cursor, tells how many there are, and shows managers', async () => {
    const tenant = await populated();
    const first = await tenant.connector.search?.('user', { signal, count: 4 });
    expect(first).toMatchObject({ total: 9, nextCursor: expect.stringMatching(/^[!-~]+$/) });
    const records = await all(tenant, {});
    expect(records.map(name).toSorted()).toEqual(
      Array.from({ length: 9 }, (_, index) => `Person ${index}`),
    );
    expect(records.filter(({ attributes }) => attributes.manager !== undefined)).toHaveLength(8);
    expect(tenant.graph.control.findings()).toEqual([]);
  });

  it('that needs the index shows the same, managers included', async () => {
    const tenant = await populated();
    const found = await all(tenant, { filter: filter('not (department eq "R&D")') });
    expect(found.map(name).toSorted()).toEqual(
      [0, 2, 3, 5, 6, 8].map((index) => `Person ${index}`),
    );
    expect(found.filter(({ attributes }) => attributes.manager !== undefined)).toHaveLength(5);
  });

  it('finds who is in a group, whose manager somebody is, and the groups of a person', async () => {
    const tenant = await populated();
    const [team] = await all(tenant, { attributes: ['members'] }, 'group');
    const boss = await tenant.connector.find?.('user', 'employeeId', '0', { signal });
    const by = (path: string, id = '') => filter(`${path} eq "${id}"`);
    const members = await all(tenant, { filter: by('groups.value', team?.ref.id) });
    expect(members.map(name).toSorted()).toEqual(['Person 0', 'Person 1', 'Person 2']);
    expect(team?.attributes.members).toHaveLength(3);
    const reports = await all(tenant, { filter: by('manager', boss?.ref.id) });
    expect(reports).toHaveLength(8);
    const groups = await all(tenant, { filter: by('members', boss?.ref.id) }, 'group');
    expect(groups.map(name)).toEqual(['Team']);
    expect(await all(tenant, { filter: by('groups', 'nobody') })).toEqual([]);
    const [own] = await all(tenant, { filter: by('id', boss?.ref.id), attributes: ['groups'] });
    expect(own?.attributes.groups).toEqual([
      { value: team?.ref.id, display: 'Team', type: 'direct' },
    ]);
  });

  it('shows what is wanted, and of that nothing else', async () => {
    const tenant = await populated(1);
    const [record] = await all(tenant, { attributes: ['displayName'] });
    expect(Object.keys(record?.attributes ?? {}).toSorted()).toEqual([
      'createdDateTime',
      'displayName',
      'id',
    ]);
  });

  it('refuses what would read everybody, and a cursor that is none', async () => {
    const tenant = await populated(1);
    const refused = async (query: Partial<Query>): Promise<ConnectorError> =>
      (await tenant.connector
        .search?.('user', { signal, ...query })
        .catch((error: unknown) => error)) as ConnectorError;
    const unsupported = { kind: 'invalid', code: 'filter-unsupported' };
    const question = filter('department co "R"');
    expect(tenant.connector.filters?.('user', question)).toBe(false);
    expect(await refused({ filter: question })).toMatchObject(unsupported);
    expect(await refused({ offset: 10 })).toMatchObject(unsupported);
    expect(await refused({ cursor: '$select=id' })).toMatchObject({ kind: 'invalid' });
    expect(await refused({ cursor: '$skiptoken=made-up' })).toMatchObject({
      kind: 'watermark-expired',
    });
  });

  it('finds whom the same filter finds, asked of each record', async () => {
    const tenant = await populated();
    const everybody = await all(tenant, {});
    const word = (list: readonly string[]) => fc.constantFrom(...list);
    const leaf = fc.oneof(
      fc
        .tuple(
          word(['city', 'department', 'displayName']),
          word(['eq', 'ne', 'sw']),
          word(['"Bern"', '"R&D"', '"person"']),
        )
        .map((parts) => parts.join(' ')),
      fc.boolean().map((value) => `accountEnabled eq ${value}`),
      word(['department', 'city', 'mail']).map((path) => `${path} pr`),
    );
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc
          .tuple(tie('tree'), word(['and', 'or']), tie('tree'))
          .map(([a, op, b]) => `(${a}) ${op} (${b})`),
        tie('tree').map((inner) => `not (${inner})`),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (text) => {
        const asked = filter(text);
        if (pushedDown('user', asked) === undefined) return;
        const found = await all(tenant, { filter: asked });
        const held = everybody.filter(({ attributes }) => filterMatches(asked, attributes));
        expect(found.map(name).toSorted()).toEqual(held.map(name).toSorted());
      }),
      { numRuns: 40 },
    );
  });
});
