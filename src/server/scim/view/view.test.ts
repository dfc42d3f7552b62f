import { expect, it } from 'vitest';
import type {
  AttributeChange,
  Connector,
  GetOptions,
  KindSchema,
  Query,
  ServeMap,
} from '../../../connectors/spi/index.ts';
import type { Attributes } from '../../../identity/record.ts';
import { formatFilter, parseFilter } from '../../../scim/filter.ts';
import { viewed } from './view.ts';

const { signal } = new AbortController();
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ada = { system: 'ad', kind: 'user', id: '7' };

const SCHEMA: KindSchema = {
  kind: 'user',
  enabledPath: 'enabled',
  attributes: [
    { path: 'upn', type: 'string', uniqueness: 'global' },
    { path: 'enabled', type: 'boolean' },
    { path: 'mail', type: 'string', mutability: 'readOnly' },
    { path: 'phones', type: 'string', multiValued: true },
    { path: 'mobile', type: 'string' },
    { path: 'city', type: 'string' },
    { path: 'boss', type: 'reference' },
    { path: 'org', type: 'complex' },
    { path: 'org.cost', type: 'string' },
    { path: 'picture', type: 'string', returned: 'request' },
  ],
};

const MAP: ServeMap = {
  user: {
    userName: 'upn',
    active: 'enabled',
    'emails[type eq "work"].value': 'mail',
    'phoneNumbers[type eq "work"].value': 'phones',
    'phoneNumbers[type eq "mobile"].value': 'mobile',
    city: 'city',
    'addresses[type eq "work"].locality': 'city',
    [`${ENTERPRISE}:manager`]: 'boss',
    [`${ENTERPRISE}:costCenter`]: 'org.cost',
    'photos[type eq "work"].value': 'picture',
  },
};

const OWN: Attributes = {
  upn: 'ada@contoso.com',
  enabled: true,
  phones: ['1'],
  mobile: '2',
  city: 'London',
  boss: { $ref: { system: 'ad', kind: 'user', id: '8' } },
  org: { cost: '007' },
};

const SERVED: Attributes = {
  userName: 'ada@contoso.com',
  active: true,
  phoneNumbers: [
    { type: 'work', value: '1' },
    { type: 'mobile', value: '2' },
  ],
  city: 'London',
  addresses: [{ type: 'work', locality: 'London' }],
  [ENTERPRISE]: { manager: { $ref: { system: 'ad', kind: 'user', id: '8' } }, costCenter: '007' },
};

interface Told {
  readonly asked: (readonly string[])[];
  readonly queries: Query[];
  readonly changes: (readonly AttributeChange[])[];
  readonly created: Attributes[];
}

async function view(own: Attributes = OWN, map: ServeMap = MAP) {
  const told: Told = { asked: [], queries: [], changes: [], created: [] };
  const record = { ref: ada, attributes: own };
  const connector = {
    check: async () => [],
    describe: async () => ({ kinds: [SCHEMA] }),
    get: async (_: unknown, { attributes }: GetOptions) => {
      if (attributes) told.asked.push(attributes);
      return record;
    },
    search: async (_: string, query: Query) => {
      told.queries.push(query);
      return { records: [record] };
    },
    create: async (_: string, attributes: Attributes) => {
      told.created.push(attributes);
      return record;
    },
    update: async (_: unknown, changes: readonly AttributeChange[]) => {
      told.changes.push(changes);
      return record;
    },
    servedAs: map,
    [Symbol.asyncDispose]: async () => {},
  } satisfies Connector;
  return { ...(await viewed(connector)), told };
}

it('shows a record under the names of SCIM', async () => {
  const { get } = await view();
  expect((await get(ada, { signal }))?.attributes).toEqual(SERVED);
});

it('describes what there is, and what of it can be written', async () => {
  const { describe } = await view();
  const [kind] = (await describe({ signal })).kinds;
  expect(kind?.enabledPath).toBe('active');
  const told = new Map(kind?.attributes.map(({ path, ...one }) => [path, one]));
  expect(told.get('userName')).toEqual({ type: 'string', uniqueness: 'global' });
  expect(told.get('emails.value')).toEqual({ type: 'string', mutability: 'readOnly' });
  expect(told.get('phoneNumbers')).toEqual({ type: 'complex', multiValued: true });
  expect(told.get('phoneNumbers.type')).toEqual({ type: 'string' });
  expect(told.get('photos')).toMatchObject({ returned: 'request' });
  expect(told.get(`${ENTERPRISE}:manager`)).toEqual({ type: 'reference' });
});

it('asks for attributes under their own names', async () => {
  const { get, told } = await view();
  await get(ada, { signal, attributes: ['phoneNumbers', `${ENTERPRISE}:manager`, 'groups'] });
  expect(told.asked).toEqual([['phones', 'mobile', 'boss', 'groups']]);
});

it('makes an account of what SCIM says', async () => {
  const { create, told } = await view();
  await create?.('user', SERVED, { signal });
  expect(told.created).toEqual([
    {
      upn: 'ada@contoso.com',
      enabled: true,
      phones: ['1'],
      mobile: '2',
      city: 'London',
      boss: { $ref: { system: 'ad', kind: 'user', id: '8' } },
      'org.cost': '007',
    },
  ]);
});

const LOCALITY = [{ type: 'work', locality: 'Turin' }];

it.each<[string, AttributeChange[], AttributeChange[]]>([
  [
    'one of several elements',
    [
      {
        path: 'phoneNumbers',
        before: SERVED.phoneNumbers ?? '',
        after: [
          { type: 'work', value: '1' },
          { type: 'mobile', value: '3' },
        ],
      },
    ],
    [{ path: 'mobile', before: '2', after: '3' }],
  ],
  [
    'an element that is gone',
    [
      {
        path: 'phoneNumbers',
        before: SERVED.phoneNumbers ?? '',
        after: [{ type: 'mobile', value: '2' }],
      },
    ],
    [{ path: 'phones', before: ['1'] }],
  ],
  [
    'one of two names',
    [
      { path: 'city', before: 'London', after: 'London' },
      { path: 'addresses', before: [{ type: 'work', locality: 'London' }], after: LOCALITY },
    ],
    [{ path: 'city', before: 'London', after: 'Turin' }],
  ],
  [
    'the only name a client knows, in a whole resource',
    [
      { path: 'city', before: 'London', after: 'London' },
      { path: 'addresses', before: [{ type: 'work', locality: 'London' }] },
    ],
    [],
  ],
  [
    'a name that is taken away',
    [{ path: 'city', before: 'London' }],
    [{ path: 'city', before: 'London' }],
  ],
  [
    'an element that does not say what it is for',
    [{ path: 'phoneNumbers', after: [{ value: '4' }] }],
    [{ path: 'phones', after: ['4'] }],
  ],
])('changes %s', async (_, asked, expected) => {
  const { update, told } = await view();
  await update?.(ada, asked, { signal });
  expect(told.changes).toEqual([expected]);
});

it.each<[string, AttributeChange[], string]>([
  [
    'a value there is no place for',
    [{ path: 'emails', after: [{ type: 'home', value: 'ada@home.test' }] }],
    'value-not-kept',
  ],
  [
    'a part there is no place for',
    [{ path: 'addresses', after: [{ type: 'work', locality: 'Turin', country: 'IT' }] }],
    'value-not-kept',
  ],
  [
    'two values for one attribute',
    [
      { path: 'city', before: 'London', after: 'Milan' },
      { path: 'addresses', before: [{ type: 'work', locality: 'London' }], after: LOCALITY },
    ],
    'served-names-differ',
  ],
])('refuses %s', async (_, asked, code) => {
  const { update, told } = await view();
  await expect((async () => update?.(ada, asked, { signal }))()).rejects.toMatchObject({ code });
  expect(told.changes).toEqual([]);
});

it.each([
  ['userName eq "Ada"', 'upn eq "Ada"'],
  ['active eq "True"', 'enabled eq true'],
  ['emails eq "a"', 'mail eq "a"'],
  ['emails.value sw "a"', 'mail sw "a"'],
  ['emails[type eq "work"].value eq "a"', 'mail eq "a"'],
  ['emails[type eq "WORK" and value eq "a"]', 'mail eq "a"'],
  ['phoneNumbers.value eq "1"', 'phones eq "1" or mobile eq "1"'],
  ['phoneNumbers[value eq "1" and type ne "work"]', 'mobile eq "1"'],
  ['phoneNumbers[type eq "work" or value pr]', 'phones pr or mobile pr'],
  ['emails[type eq "work"]', 'mail pr'],
  ['phoneNumbers[type eq "mobile" and value ne "1"]', 'mobile pr and mobile ne "1"'],
  ['not (addresses.locality pr) and id eq "7"', 'not (city pr) and id eq "7"'],
  [`${ENTERPRISE}:manager.value eq "8"`, 'boss eq "8"'],
  [`${ENTERPRISE}:costCenter gt "1"`, 'org.cost gt "1"'],
])('asks for %s as %s', async (asked, own) => {
  const { search, told } = await view();
  const parsed = parseFilter(asked);
  if (!parsed.ok) throw new Error(asked);
  await search('user', { signal, filter: parsed.value });
  expect(told.queries.map(({ filter }) => filter && formatFilter(filter))).toEqual([own]);
});

it('asks nobody for what cannot be', async () => {
  const { search, told } = await view();
  const parsed = parseFilter('emails[type eq "home" and value pr]');
  if (!parsed.ok) throw new Error();
  expect(await search('user', { signal, filter: parsed.value })).toEqual({ records: [], total: 0 });
  expect(told.queries).toEqual([]);
});

it('has no words for what is nowhere, and says so', async () => {
  const { filters } = await view();
  for (const text of [
    'nickName eq "Ada"',
    'emails[primary eq true]',
    'phoneNumbers.value ne "1"',
    'meta.created pr',
  ]) {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(text);
    expect([text, filters?.('user', parsed.value)]).toEqual([text, false]);
  }
});
