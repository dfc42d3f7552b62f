import { describe, expect, it } from 'vitest';
import { createGraph } from '../../emulators/graph/graph.ts';
import type { AttributeValue } from '../../identity/record.ts';
import type { ChangePage, Exchange } from '../spi/index.ts';
import { ada, connectedTo, created, failure, group, person, user } from './testing.ts';

const { signal } = new AbortController();

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

  it('that is disabled and stays signed in is not done, and says what is missing', async () => {
    const switches = ['User.EnableDisableAccount.All', 'User.Read.All'];
    const graph = createGraph();
    const writer = await connectedTo(graph);
    const id = await created(writer, ada);
    const off = { path: 'accountEnabled', before: true, after: false };
    const { connector } = await connectedTo(graph, {}, switches);
    expect(await failure(connector.update?.(user(id), [off], { signal }))).toMatchObject({
      kind: 'denied',
      code: 'permission-missing',
      remedy: expect.stringContaining('User.RevokeSessions.All'),
    });
    const content = await connectedTo(graph, { revokeSessions: false }, switches);
    const updated = await content.connector.update?.(user(id), [off], { signal });
    expect(updated?.attributes.accountEnabled).toBe(false);
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
