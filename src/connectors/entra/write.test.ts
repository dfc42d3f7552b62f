import { describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from '../../emulators/graph/graph.ts';
import { type Attributes, type AttributeValue, isReference } from '../../identity/record.ts';
import type { ChangePage, ConnectorError, Exchange } from '../spi/index.ts';
import { type Connected, connectedTo } from './testing.ts';

type Emulated = Connected<GraphEmulator>;

const { signal } = new AbortController();

const ada = {
  userPrincipalName: 'ada@contoso.com',
  displayName: 'Ada Lovelace',
  givenName: 'Ada',
  surname: 'Lovelace',
  accountEnabled: true,
  department: 'R&D',
  businessPhones: '+41 44 123 45 67',
  'employeeOrgData.costCenter': '4711',
};

function user(id: string): { system: string; kind: string; id: string } {
  return { system: 'entra', kind: 'user', id };
}

function group(id: string): { system: string; kind: string; id: string } {
  return { system: 'entra', kind: 'group', id };
}

async function created(
  { connector }: Emulated,
  attributes: Attributes,
  kind = 'user',
): Promise<string> {
  const record = await connector.create?.(kind, attributes, { signal });
  return record?.ref.id ?? '';
}

function person(name: string, more: Attributes = {}): Attributes {
  return { ...ada, userPrincipalName: `${name}@contoso.com`, displayName: name, ...more };
}

async function failure(attempt: Promise<unknown> | undefined): Promise<ConnectorError> {
  return (await attempt?.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  )) as ConnectorError;
}

async function pages(reading: AsyncIterable<ChangePage> | undefined): Promise<ChangePage[]> {
  const read: ChangePage[] = [];
  if (reading !== undefined) for await (const one of reading) read.push(one);
  return read;
}

describe('a person', () => {
  it('is created in one trip, and told of by the next round of changes', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const [first] = await pages(connector.read?.('user', { signal }));
    const exchanges: Exchange[] = [];
    const record = await connector.create?.('user', ada, {
      signal,
      exchanged: (exchange) => exchanges.push(exchange),
    });
    expect(exchanges.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/users', 201],
      ['GET', '/users/ada%40contoso.com', 200],
    ]);
    const trips = graph.control.events().filter(({ path }) => path.endsWith('$batch'));
    expect(trips).toHaveLength(1);
    expect(record?.attributes).toMatchObject({
      userPrincipalName: 'ada@contoso.com',
      mailNickname: 'ada',
      businessPhones: ['+41 44 123 45 67'],
      employeeOrgData: { costCenter: '4711' },
      userType: 'Member',
    });
    const later = await pages(connector.readChanges?.('user', first?.watermark ?? '', { signal }));
    expect(later.flatMap(({ changes }) => changes)).toMatchObject([
      { type: 'patch', ref: record?.ref, set: { displayName: 'Ada Lovelace', department: 'R&D' } },
    ]);
    expect(graph.control.findings()).toEqual([]);
  });

  it('has a password nobody is told, or the one that is given, and neither in the record', async () => {
    const tenant = await connectedTo(createGraph());
    const sent: unknown[] = [];
    const record = await tenant.connector.create?.(
      'user',
      { ...ada, 'passwordProfile.password': 'Correct horse 7' },
      { signal, exchanged: (exchange) => sent.push(exchange.answer) },
    );
    expect(tenant.graph.control.hasPassword(record?.ref.id ?? '', 'Correct horse 7')).toBe(true);
    expect(JSON.stringify([record, sent])).not.toContain('Correct horse 7');
    const other = await created(tenant, person('grace'));
    expect(tenant.graph.control.hasPassword(other, 'Correct horse 7')).toBe(false);
  });

  it('gets a manager with her account, another one later, and none in the end', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const [grace, alan] = [
      await created(tenant, person('grace')),
      await created(tenant, person('alan')),
    ];
    const id = await created(tenant, { ...ada, manager: { $ref: user(grace) } });
    expect(graph.control.truth(id)?.manager).toBe(grace);
    const change = (after?: AttributeValue) =>
      connector.update?.(user(id), [{ path: 'manager', ...(after !== undefined && { after }) }], {
        signal,
      });
    const moved = await change({ $ref: user(alan) });
    expect(moved?.attributes.manager).toEqual({ $ref: user(alan) });
    expect(graph.control.truth(id)?.manager).toBe(alan);
    expect((await change())?.attributes.manager).toBeUndefined();
    expect(graph.control.truth(id)).not.toHaveProperty('manager');
    // What is not there is taken away already.
    expect((await change())?.attributes.manager).toBeUndefined();
  });

  it('keeps the parts of a complex value that nobody changes', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, { ...ada, 'employeeOrgData.division': 'North' });
    const updated = await tenant.connector.update?.(
      user(id),
      [{ path: 'employeeOrgData.costCenter', before: '4711', after: '4712' }],
      { signal },
    );
    expect(updated?.attributes.employeeOrgData).toEqual({ costCenter: '4712', division: 'North' });
    expect(tenant.graph.control.truth(id)?.properties.employeeOrgData).toEqual({
      costCenter: '4712',
      division: 'North',
    });
  });

  it('that is disabled is signed out as well', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    const off = { path: 'accountEnabled', before: true, after: false };
    await tenant.connector.update?.(user(id), [off], { signal });
    expect(tenant.graph.control.truth(id)?.properties).toMatchObject({
      accountEnabled: false,
      signInSessionsValidFromDateTime: expect.any(String),
    });
  });

  it('has her automatic replies and her photo written, and read where they are asked for', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector } = tenant;
    const photo = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 9]).toString('base64');
    const id = await created(tenant, { ...ada, mail: 'ada@contoso.com' });
    const changes = [
      { path: 'automaticRepliesSetting.status', after: 'scheduled' },
      { path: 'automaticRepliesSetting.internalReplyMessage', after: 'Back on Monday' },
      { path: 'automaticRepliesSetting.scheduledStartDateTime', after: '2026-03-01T08:00:00Z' },
      { path: 'automaticRepliesSetting.scheduledEndDateTime', after: '2026-03-08T08:00:00+01:00' },
      { path: 'photo', after: `data:image/jpeg;base64,${photo}` },
    ];
    await connector.update?.(user(id), changes, { signal });
    expect((await connector.get?.(user(id), { signal }))?.attributes).not.toHaveProperty('photo');
    const asked = ['automaticRepliesSetting', 'photo'];
    const read = await connector.get?.(user(id), { signal, attributes: asked });
    expect(read?.attributes).toMatchObject({
      displayName: 'Ada Lovelace',
      photo: `data:image/jpeg;base64,${photo}`,
      automaticRepliesSetting: {
        status: 'scheduled',
        internalReplyMessage: 'Back on Monday',
        scheduledStartDateTime: '2026-03-01T08:00:00Z',
        scheduledEndDateTime: '2026-03-08T07:00:00Z',
      },
    });
    await connector.update?.(user(id), [{ path: 'photo' }], { signal });
    const after = await connector.get?.(user(id), { signal, attributes: ['photo'] });
    expect(after?.attributes).not.toHaveProperty('photo');
  });

  it('has directory extensions written by their full names, and read where they are configured', async () => {
    const badge = 'extension_0123456789abcdef0123456789abcdef_badge';
    const tenant = await connectedTo(createGraph(), { extensions: { badge } });
    const id = await created(tenant, { ...ada, [badge]: 'A-17' });
    const held = async () =>
      (await tenant.connector.get?.(user(id), { signal }))?.attributes[badge];
    expect(await held()).toBe('A-17');
    await tenant.connector.update?.(user(id), [{ path: badge, before: 'A-17' }], { signal });
    expect(await held()).toBeUndefined();
    const described = await tenant.connector.describe?.({ signal });
    expect(described?.kinds[0]?.attributes.map(({ path }) => path)).toContain(badge);
  });

  it('without a mailbox has no automatic replies, and that is said by name', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    const asked = { signal, attributes: ['automaticRepliesSetting'] };
    expect((await tenant.connector.get?.(user(id), asked))?.attributes.department).toBe('R&D');
    const change = { path: 'automaticRepliesSetting.status', after: 'alwaysEnabled' };
    const error = await failure(tenant.connector.update?.(user(id), [change], { signal }));
    expect(error).toMatchObject({ kind: 'invalid', code: 'mailbox-missing' });
  });

  it('who comes back gets the deleted account back, by a number that is nobody else’s', async () => {
    const tenant = await connectedTo(createGraph(), { restoreBy: 'employeeId' });
    const { connector, graph } = tenant;
    const id = await created(tenant, { ...ada, employeeId: '42' });
    const team = await created(tenant, { displayName: 'team' }, 'group');
    await connector.addMembers?.(group(team), [user(id)], { signal });
    await connector.delete?.(user(id), { signal });
    const back = await connector.create?.(
      'user',
      person('ada', { employeeId: '42', city: 'Paris' }),
      {
        signal,
      },
    );
    expect(back).toMatchObject({ ref: { id }, attributes: { city: 'Paris', displayName: 'ada' } });
    expect(graph.control.truth(team)?.members).toEqual([id]);
    const other = await created(tenant, person('grace', { employeeId: '43' }));
    expect(other).not.toBe(id);
  });
});

describe('what Graph refuses', () => {
  it.each<[string, Attributes, object]>([
    ['a name that is taken', person('grace'), { kind: 'conflict', code: 'conflict' }],
    [
      'a domain of somebody else',
      { ...ada, userPrincipalName: 'ada@fabrikam.com' },
      { kind: 'invalid', code: 'refused-by-target' },
    ],
    [
      'an attribute it has not',
      { ...ada, shoeSize: 38 },
      { kind: 'invalid', code: 'unknown-property' },
    ],
    [
      'what the directory keeps itself',
      { ...ada, securityIdentifier: 'S-1' },
      { kind: 'invalid', code: 'attribute-immutable' },
    ],
  ])('is told by its kind: %s', async (_, attributes, expected) => {
    const tenant = await connectedTo(createGraph());
    await created(tenant, person('grace'));
    expect(await failure(tenant.connector.create?.('user', attributes, { signal }))).toMatchObject(
      expected,
    );
  });

  it('of an account that is mastered elsewhere names that', async () => {
    const tenant = await connectedTo(createGraph());
    const { id } = tenant.graph.control.act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        displayName: 'Ada',
        mailNickname: 'ada',
        userPrincipalName: 'ada@contoso.com',
        onPremisesSyncEnabled: true,
      },
    });
    const change = { path: 'city', after: 'Paris' };
    const error = await failure(tenant.connector.update?.(user(id), [change], { signal }));
    expect(error).toMatchObject({ kind: 'invalid', code: 'synced-from-on-premises' });
  });

  it('for want of a permission is a denial, and nothing was done', async () => {
    const tenant = await connectedTo(createGraph(), {}, ['User.Read.All']);
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'denied', code: 'permission-missing' });
    expect(tenant.graph.control.truth('ada@contoso.com')).toBeUndefined();
  });

  it('for now carries the wait that was asked for, out of the batch', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({
      method: 'POST',
      path: '/users$',
      effect: { type: 'answer', status: 429, headers: { 'Retry-After': '7' } },
    });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'throttled', retryAfterSeconds: 7 });
    expect(tenant.graph.control.truth('ada@contoso.com')).toBeUndefined();
  });
});

describe('a lost answer', () => {
  it('to a create is an unknown outcome, and the account is found', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({ path: 'batch$', effect: { type: 'answer-lost' } });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'unknown-outcome', code: 'answer-lost' });
    const found = await tenant.connector.find?.('user', 'userPrincipalName', 'ada@contoso.com', {
      signal,
    });
    expect(found?.attributes.department).toBe('R&D');
  });

  it('that never came to anything can be sent again', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({
      method: 'POST',
      path: '/users$',
      effect: { type: 'answer', status: 503 },
    });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'unreachable', code: 'service-unavailable' });
    expect(await created(tenant, ada)).not.toBe('');
  });

  it('to a second delete is nobody there', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    await tenant.connector.delete?.(user(id), { signal });
    expect(await failure(tenant.connector.delete?.(user(id), { signal }))).toMatchObject({
      kind: 'missing',
    });
  });
});

describe('while replicas lag', () => {
  it('what was asked counts, and a manager nobody knows yet leaves the account to be completed', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const grace = await created(tenant, person('grace'));
    graph.control.profile({ replicas: 1, replicaDelay: [60_000, 60_000] });
    graph.control.hold(0);
    const record = await connector.create?.('user', person('alan'), { signal });
    expect(record?.attributes).toMatchObject({ displayName: 'alan', department: 'R&D' });
    const reported = { ...ada, manager: { $ref: user(grace) } };
    const error = await failure(connector.create?.('user', reported, { signal }));
    expect(error).toMatchObject({ kind: 'unknown-outcome', code: 'create-incomplete' });
    expect(graph.control.truth('ada@contoso.com')?.life).toBe('live');
    graph.control.release(0);
    graph.control.settle();
    const manager = record === undefined ? undefined : { $ref: record.ref };
    const there = await connector.find?.('user', 'userPrincipalName', 'ada@contoso.com', {
      signal,
    });
    const updated = await connector.update?.(
      there?.ref ?? user(''),
      [{ path: 'manager', ...(manager && { after: manager }) }],
      { signal },
    );
    expect(isReference(updated?.attributes.manager)).toBe(true);
  });

  it('a manager who is not known yet is no fault of the person', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    const change = {
      path: 'manager',
      after: { $ref: user('11111111-2222-4333-8444-555555555555') },
    };
    const error = await failure(tenant.connector.update?.(user(id), [change], { signal }));
    expect(error).toMatchObject({ kind: 'conflict', code: 'reference-not-visible' });
  });
});

describe('a group', () => {
  it('is made with its members, however many, and told by its names', async () => {
    const tenant = await connectedTo(createGraph());
    const people: string[] = [];
    for (let index = 0; index < 25; index++)
      people.push(await created(tenant, person(`p${index}`)));
    const id = await created(
      tenant,
      { displayName: 'R&D, all', members: people.map((each) => ({ $ref: user(each) })) },
      'group',
    );
    expect(tenant.graph.control.truth(id)).toMatchObject({
      properties: { displayName: 'R&D, all', mailNickname: 'R&Dall', securityEnabled: true },
      members: people.toSorted(),
    });
  });

  it('takes and loses hundreds in a trip, whoever was there before', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const people: string[] = [];
    for (let index = 0; index < 65; index++)
      people.push(
        graph.control.act({
          act: 'create',
          type: 'user',
          properties: {
            accountEnabled: true,
            displayName: `p${index}`,
            mailNickname: `p${index}`,
            userPrincipalName: `p${index}@contoso.com`,
          },
        }).id,
      );
    const id = await created(tenant, { displayName: 'team' }, 'group');
    graph.control.act({ act: 'add-member', group: id, member: people[30] ?? '' });
    const before = graph.control.events().length;
    await connector.addMembers?.(group(id), people.map(user), { signal });
    expect(graph.control.truth(id)?.members).toHaveLength(65);
    const trips = graph.control
      .events()
      .slice(before)
      .filter(({ path }) => path.endsWith('$batch'));
    expect(trips.length).toBeLessThanOrEqual(4);
    await connector.removeMembers?.(group(id), [...people.slice(0, 30), 'nobody'].map(user), {
      signal,
    });
    await connector.removeMembers?.(group(id), people.slice(0, 1).map(user), { signal });
    expect(graph.control.truth(id)?.members).toEqual(people.slice(30).toSorted());
    expect(graph.control.findings()).toEqual([]);
  });

  it('that is gone is told from members who are', async () => {
    const tenant = await connectedTo(createGraph());
    const ada = await created(tenant, person('ada'));
    for (const change of [tenant.connector.addMembers, tenant.connector.removeMembers])
      expect(
        await failure(
          change?.(group('11111111-2222-4333-8444-555555555555'), [user(ada)], { signal }),
        ),
      ).toMatchObject({ kind: 'missing' });
  });
});
