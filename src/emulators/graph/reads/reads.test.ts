import { beforeAll, describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from '../graph.ts';
import { type Session, signIn } from '../testing.ts';

let graph: GraphEmulator;
let reader: Session;
const ids: Record<string, string> = {};

const PEOPLE = [
  { displayName: 'Ada Lovelace', department: 'Engineering', city: 'London' },
  { displayName: "Grace O'Hopper", department: 'Engineering', employeeType: 'Contractor' },
  { displayName: 'Alan Turing', department: 'Research', accountEnabled: false },
  { displayName: 'Barbara Liskov', userType: 'Guest' },
];

beforeAll(async () => {
  graph = createGraph();
  for (const person of PEOPLE) {
    const name = person.displayName.split(' ')[0]?.toLowerCase() ?? '';
    ids[name] = graph.control.act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        mailNickname: name,
        userPrincipalName: `${name}@contoso.com`,
        mail: `${name}@contoso.com`,
        ...person,
      },
    }).id;
  }
  for (const [name, member] of [
    ['team', 'ada'],
    ['lab', 'alan'],
  ] as const) {
    ids[name] = graph.control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: name,
        mailEnabled: false,
        mailNickname: name,
        securityEnabled: true,
      },
    }).id;
    graph.control.act({ act: 'add-member', group: ids[name] ?? '', member: ids[member] ?? '' });
  }
  graph.control.act({ act: 'add-member', group: ids.team ?? '', member: ids.lab ?? '' });
  graph.control.act({ act: 'set-manager', id: ids.ada ?? '', manager: ids.grace ?? '' });
  reader = await signIn(graph);
});

const ADVANCED = { consistencylevel: 'eventual' };

async function names(url: string, headers?: Record<string, string>): Promise<unknown> {
  const { value } = await reader.all(url, headers);
  return value.map(({ displayName }) => displayName).toSorted();
}

async function code(url: string, headers?: Record<string, string>): Promise<unknown> {
  const { status, body } = await reader.get(url, headers);
  return [status, JSON.parse(JSON.stringify(body)).error?.code];
}

describe('a read', () => {
  it('shows the default properties without a selection, and a missing value as null', async () => {
    const { body } = await reader.get('users/ada@contoso.com');
    expect(Object.keys(body as object).toSorted()).toEqual(
      [
        '@odata.context',
        'businessPhones',
        'displayName',
        'givenName',
        'id',
        'jobTitle',
        'mail',
        'mobilePhone',
        'officeLocation',
        'preferredLanguage',
        'surname',
        'userPrincipalName',
      ].toSorted(),
    );
    expect(body).toMatchObject({ displayName: 'Ada Lovelace', jobTitle: null, businessPhones: [] });
  });

  it('shows what is kept elsewhere on a single person', async () => {
    const { status, body } = await reader.get('users/ada@contoso.com?$select=id,aboutMe');
    expect([status, body]).toEqual([200, expect.objectContaining({ aboutMe: null })]);
  });

  it('carries the headers of the service, and echoes the id of the client', async () => {
    const { headers } = await reader.get('users?$select=id', { 'client-request-id': 'mine' });
    expect(headers.get('client-request-id')).toBe('mine');
    expect(headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('odata-version')).toBe('4.0');
    expect(headers.get('x-ms-resource-unit')).toBe('1');
    expect(headers.get('content-type')).toContain('odata.metadata=minimal');
  });

  it('drops annotations when the client wants none', async () => {
    const { body } = await reader.get('users?$select=id&$top=1', {
      accept: 'application/json;odata.metadata=none',
    });
    expect(Object.keys(body as object)).toEqual(['@odata.nextLink', 'value']);
  });

  it.each([
    ['users/nobody', 404, 'Request_ResourceNotFound'],
    ['shoes', 404, 'Request_BadRequest'],
    ['users?$skip=1', 400, 'Request_BadRequest'],
    ['users?$top=1000', 400, 'Request_UnsupportedQuery'],
    ['users?$select=shoeSize', 400, 'Request_BadRequest'],
    ['users?$select=id,skills', 501, 'NotImplemented'],
    ['users?$made=up', 400, 'Request_BadRequest'],
    ['users?$skiptoken=made-up', 400, 'Directory_ExpiredPageToken'],
    ["users?$filter=displayName eq 'Ada", 400, 'Request_BadRequest'],
    ["users?$filter=contains(displayName,'a')", 400, 'Request_UnsupportedQuery'],
    ['directory/deletedItems', 400, 'Request_BadRequest'],
  ])('of %s fails with %i %s', async (url, status, expected) => {
    expect(await code(url)).toEqual([status, expected]);
  });
});

describe('a list', () => {
  it('pages to the end by opaque links', async () => {
    const { value, pages } = await reader.all('users?$select=displayName&$top=1');
    expect([value.length, pages]).toEqual([4, 4]);
  });

  it('puts an empty page with a next link before the others, when told to', async () => {
    graph.control.profile({ emptyPages: 1 });
    const { value, pages } = await reader.all('users?$select=displayName');
    graph.control.profile('instant');
    expect([value.length, pages]).toEqual([4, 2]);
  });

  it.each([
    ["displayName eq 'ADA lovelace'", ['Ada Lovelace']],
    ["displayName eq 'Grace O''Hopper'", ["Grace O'Hopper"]],
    ["startsWith(displayName,'a')", ['Ada Lovelace', 'Alan Turing']],
    ["department in ('Research','Sales')", ['Alan Turing']],
    ['accountEnabled eq false', ['Alan Turing']],
    ["department eq 'Engineering' and city eq 'London'", ['Ada Lovelace']],
    ["city eq 'London' or department eq 'Research'", ['Ada Lovelace', 'Alan Turing']],
    ["proxyAddresses/any(p:p eq 'SMTP:ada@contoso.com')", ['Ada Lovelace']],
  ])('filters by %s', async (filter, expected) => {
    expect(await names(`users?$select=displayName&$filter=${encodeURIComponent(filter)}`)).toEqual(
      expected,
    );
  });

  it.each([
    ['$filter=department eq null', ['Barbara Liskov']],
    ["$filter=department ne 'Engineering'", ['Alan Turing', 'Barbara Liskov']],
    ["$filter=not(startsWith(displayName,'A'))", ['Barbara Liskov', "Grace O'Hopper"]],
    ["$filter=endsWith(mail,'a@contoso.com')", ['Ada Lovelace', 'Barbara Liskov']],
    ["$filter=employeeType eq 'Contractor'", ["Grace O'Hopper"]],
    ['$search="displayName:love"', ['Ada Lovelace']],
  ])('answers %s as an advanced query only', async (query, expected) => {
    const url = `users?$select=displayName&${query}`;
    expect(await code(url)).toEqual([400, 'Request_UnsupportedQuery']);
    expect(await names(`${url}&$count=true`, ADVANCED)).toEqual(expected);
  });

  it('orders by a name alone, or with a filter as an advanced query', async () => {
    const { value } = await reader.all(
      'users?$select=displayName&$orderby=displayName desc&$top=3',
    );
    expect(value.map(({ displayName }) => displayName)).toEqual([
      "Grace O'Hopper",
      'Barbara Liskov',
      'Alan Turing',
      'Ada Lovelace',
    ]);
    const both =
      "users?$select=displayName&$orderby=displayName&$filter=startsWith(displayName,'A')";
    expect(await code(both)).toEqual([400, 'Request_UnsupportedQuery']);
    expect(await code(`${both}&$count=true`, ADVANCED)).toEqual([200, undefined]);
  });

  it('counts on the first page, silently not at all without the header', async () => {
    const counted = await reader.get('users?$select=id&$count=true&$top=1', ADVANCED);
    expect(counted.body).toMatchObject({ '@odata.count': 4 });
    expect((await reader.get('users?$select=id&$count=true')).body).not.toHaveProperty(
      '@odata.count',
    );
    expect((await reader.get('users/$count', ADVANCED)).body).toBe('4');
    expect(await code('users/$count')).toEqual([400, 'Request_BadRequest']);
  });

  it('expands managers with the properties asked for', async () => {
    const { value } = await reader.all(
      "users?$select=displayName&$expand=manager($select=id)&$filter=city eq 'London'",
    );
    expect(value).toEqual([
      {
        id: ids.ada,
        displayName: 'Ada Lovelace',
        manager: { '@odata.type': '#microsoft.graph.user', id: ids.grace },
      },
    ]);
  });
});

describe('a relationship', () => {
  it('lists members of all types, or those of one', async () => {
    expect(await names(`groups/${ids.team}/members`)).toEqual(['Ada Lovelace', 'lab']);
    expect(await names(`groups/${ids.team}/members/microsoft.graph.user`)).toEqual([
      'Ada Lovelace',
    ]);
    expect(await names(`groups/${ids.team}/transitiveMembers`)).toEqual([
      'Ada Lovelace',
      'Alan Turing',
      'lab',
    ]);
    expect(await names(`users/${ids.alan}/transitiveMemberOf`)).toEqual(['lab', 'team']);
  });

  it('knows managers and their reports', async () => {
    expect((await reader.get(`users/${ids.ada}/manager?$select=displayName`)).body).toMatchObject({
      displayName: "Grace O'Hopper",
    });
    expect(await code(`users/${ids.grace}/manager`)).toEqual([404, 'Request_ResourceNotFound']);
    expect(await names(`users/${ids.grace}/directReports`)).toEqual(['Ada Lovelace']);
  });

  it('shows a user the assignments of the groups she is directly in, and of no others', async () => {
    const { servicePrincipalId = '' } = graph.control.act({
      act: 'register-application',
      displayName: 'Ramp',
    });
    graph.control.act({
      act: 'assign-app-role',
      principal: ids.team ?? '',
      resource: servicePrincipalId,
    });
    const { value } = await reader.all(`users/${ids.ada}/appRoleAssignments`);
    expect(value).toMatchObject([{ principalId: ids.team, principalType: 'Group' }]);
    expect((await reader.all(`users/${ids.alan}/appRoleAssignments`)).value).toEqual([]);
    const found = await reader.all(
      "servicePrincipals?$filter=displayName eq 'Ramp'&$select=id,displayName",
    );
    expect(found.value).toEqual([{ id: servicePrincipalId, displayName: 'Ramp' }]);
    const to = await reader.all(`servicePrincipals/${servicePrincipalId}/appRoleAssignedTo`);
    expect(to.value).toEqual(value);
  });

  it('resolves many ids of several types at once', async () => {
    const { body } = await reader.post('directoryObjects/getByIds?$select=id,displayName', {
      ids: [ids.ada, ids.team, 'gone'],
    });
    expect(body).toMatchObject({
      value: [
        { '@odata.type': '#microsoft.graph.user', id: ids.ada },
        { '@odata.type': '#microsoft.graph.group', id: ids.team },
      ],
    });
  });
});

it('sends nothing that the published contract does not have', () => {
  expect(graph.control.findings().filter(({ kind }) => kind === 'contract')).toEqual([]);
});
