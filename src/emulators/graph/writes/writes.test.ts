import { beforeEach, describe, expect, it } from 'vitest';
import { contractFile } from '../contract.ts';
import { createGraph, type GraphEmulator } from '../graph.ts';
import {
  newPerson,
  PASSWORD,
  type Reply,
  type Session,
  signIn,
  WRITE_PERMISSIONS,
} from '../testing.ts';
import { demandPermission } from './permissions.ts';
import { WRITE_ROUTES } from './routes.ts';

let graph: GraphEmulator;
let client: Session;

beforeEach(async () => {
  graph = createGraph();
  client = await signIn(graph, WRITE_PERMISSIONS);
});

async function made(name: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { body } = await client.post('users', newPerson(name, more));
  return String((body as { readonly id?: unknown }).id);
}

async function team(name = 'team'): Promise<string> {
  const { body } = await client.post('groups', {
    displayName: name,
    mailEnabled: false,
    mailNickname: name,
    securityEnabled: true,
  });
  return String((body as { readonly id?: unknown }).id);
}

function refusal({ status, body }: Reply): readonly unknown[] {
  const { error } = body as {
    readonly error?: { readonly code: string; readonly message: string };
  };
  return [status, error?.code, error?.message];
}

function link(id: string): object {
  return { '@odata.id': `${graph.graph}/v1.0/directoryObjects/${id}` };
}

describe('a user', () => {
  it('is created, told of by delta, changed and deleted', async () => {
    const { deltaLink } = await client.all('users/delta?$select=displayName,department');
    const { status, headers, body } = await client.post('users', newPerson('ada'));
    const { id } = body as { readonly id: string };
    expect([status, headers.get('location')?.includes(id)]).toEqual([201, true]);
    expect(body).not.toHaveProperty('passwordProfile');
    expect(graph.control.hasPassword(id, PASSWORD)).toBe(true);
    expect((await client.all(deltaLink)).value).toMatchObject([{ id, displayName: 'ada' }]);
    const patched = await client.send('PATCH', `users/${id}`, { department: 'R&D' });
    expect(patched).toMatchObject({ status: 204, body: '' });
    expect(graph.control.truth(id)?.properties.department).toBe('R&D');
    expect(await client.send('DELETE', `users/${id}`)).toMatchObject({ status: 204 });
    expect((await client.all(deltaLink)).value).toMatchObject([
      { id, '@removed': { reason: 'changed' } },
    ]);
  });

  it.each([
    [{ userPrincipalName: 'ada@fabrikam.com' }, 'domain portion'],
    [{ userPrincipalName: 'ada lovelace@contoso.com' }, 'userPrincipalName is invalid'],
    [{ mailNickname: 'ada,l' }, "property 'mailNickname'"],
    [{ passwordProfile: { password: 'short1A' } }, 'password complexity'],
    [{ passwordProfile: { password: 'Ada 12345 Lovelace' } }, 'password complexity'],
    [{ passwordProfile: undefined }, "property 'passwordProfile'"],
    [{ displayName: undefined }, "required for property 'displayName'"],
    [{ shoeSize: 38 }, "Invalid property 'shoeSize'"],
    [{ securityIdentifier: 'S-1' }, 'read-only'],
    [{ department: 'x'.repeat(65) }, 'longer than 64'],
  ])('is refused with %j', async (more, message) => {
    const reply = await client.post('users', newPerson('ada', more));
    expect(refusal(reply)).toEqual([400, 'Request_BadRequest', expect.stringContaining(message)]);
  });

  it('keeps its names to itself', async () => {
    await made('ada', { mail: 'ada@contoso.com' });
    const again = await client.post('users', newPerson('ADA'));
    expect(again.body).toMatchObject({
      error: { details: [{ code: 'ObjectConflict', target: 'userPrincipalName' }] },
    });
    const other = await client.post('users', newPerson('grace', { mail: 'Ada@contoso.com' }));
    expect(other.body).toMatchObject({
      error: { details: [{ code: 'ObjectConflict', target: 'proxyAddresses' }] },
    });
  });

  it('from a directory of one’s own is read-only but for what is mastered here', async () => {
    const { id } = graph.control.act({
      act: 'create',
      type: 'user',
      properties: { ...newPerson('ada'), passwordProfile: null, onPremisesSyncEnabled: true },
    });
    expect(refusal(await client.send('PATCH', `users/${id}`, { city: 'Zürich' }))).toEqual([
      400,
      'Request_BadRequest',
      expect.stringContaining('on-premises mastered'),
    ]);
    const located = await client.send('PATCH', `users/${id}`, { usageLocation: 'CH' });
    expect(located.status).toBe(204);
  });

  it('has a manager by reference, and none after that was taken away', async () => {
    const [ada, grace] = [await made('ada'), await made('grace')];
    expect((await client.send('PUT', `users/${ada}/manager/$ref`, link(grace))).status).toBe(204);
    expect(graph.control.truth(ada)?.manager).toBe(grace);
    expect((await client.send('DELETE', `users/${ada}/manager/$ref`)).status).toBe(204);
    expect((await client.send('DELETE', `users/${ada}/manager/$ref`)).status).toBe(404);
    const nobody = await client.send('PUT', `users/${ada}/manager/$ref`, link('nobody'));
    expect(refusal(nobody).slice(0, 2)).toEqual([404, 'Request_ResourceNotFound']);
  });

  it('comes back from the recycle bin, unless its name was taken', async () => {
    const id = await made('ada', { department: 'R&D' });
    await client.send('DELETE', `users/${id}`);
    const restored = await client.send('POST', `directory/deletedItems/${id}/restore`);
    expect(restored).toMatchObject({ status: 200, body: { id } });
    await client.send('DELETE', `users/${id}`);
    await made('ada');
    const taken = await client.send('POST', `directory/deletedItems/${id}/restore`);
    expect(refusal(taken).slice(0, 2)).toEqual([400, 'Request_BadRequest']);
    expect((await client.send('DELETE', `directory/deletedItems/${id}`)).status).toBe(204);
    expect(graph.control.truth(id)?.life).toBe('purged');
  });
});

describe('a group', () => {
  it('is created with members, gets more by twenties, and loses one', async () => {
    const people: string[] = [];
    for (let index = 0; index < 22; index++) people.push(await made(`p${index}`));
    const bind = (ids: readonly string[]): readonly string[] =>
      ids.map((id) => `${graph.graph}/v1.0/directoryObjects/${id}`);
    const { body } = await client.post('groups', {
      displayName: 'team',
      mailEnabled: false,
      mailNickname: 'team',
      securityEnabled: true,
      'members@odata.bind': bind(people.slice(0, 1)),
    });
    const { id } = body as { readonly id: string };
    const patch = (ids: readonly string[]): Promise<Reply> =>
      client.send('PATCH', `groups/${id}`, { 'members@odata.bind': bind(ids) });
    expect((await patch(people.slice(1))).status).toBe(400);
    expect((await patch(people.slice(1, 21))).status).toBe(204);
    expect(refusal(await patch(people.slice(20)))).toEqual([
      400,
      'Request_BadRequest',
      expect.stringContaining('added object references already exist'),
    ]);
    expect(graph.control.truth(id)?.members).toHaveLength(21);
    const gone = `groups/${id}/members/${people[0]}/$ref`;
    expect((await client.send('DELETE', gone)).status).toBe(204);
    expect((await client.send('DELETE', gone)).status).toBe(404);
    expect(graph.control.truth(people[0] ?? '')?.life).toBe('live');
  });

  it('whose member is deleted without $ref loses the person, and that is an alarm', async () => {
    const [id, ada] = [await team(), await made('ada')];
    await client.post(`groups/${id}/members/$ref`, link(ada));
    await client.send('DELETE', `groups/${id}/members/${ada}`);
    expect(graph.control.truth(ada)?.life).toBe('deleted');
    expect(graph.control.findings()).toMatchObject([{ kind: 'delete-without-ref' }]);
  });

  it.each([
    [{ groupTypes: ['Odd'] }, 'groupTypes'],
    [{ mailEnabled: true }, 'mail-enabled security groups'],
    [{ groupTypes: ['DynamicMembership'] }, 'membershipRule'],
    [{ mail: 'team@contoso.com' }, 'read-only'],
  ])('is refused with %j', async (more, message) => {
    const reply = await client.post('groups', {
      displayName: 'team',
      mailEnabled: false,
      mailNickname: 'team',
      securityEnabled: true,
      ...more,
    });
    expect(refusal(reply)).toEqual([400, 'Request_BadRequest', expect.stringContaining(message)]);
  });
});

describe('permissions', () => {
  const act = async (permissions: readonly string[], method: string, path: string, body?: object) =>
    (await (await signIn(graph, permissions)).send(method, path, body)).status;

  it('are demanded for each route, and told by name of none', async () => {
    const id = await made('ada');
    const reader = await signIn(graph, ['User.Read.All']);
    expect(refusal(await reader.send('PATCH', `users/${id}`, { city: 'Paris' }))).toEqual([
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    ]);
    expect((await reader.get('users?$select=id')).status).toBe(200);
    expect((await reader.get('groups?$select=id')).status).toBe(403);
    expect(graph.control.truth(id)?.properties.city).toBeUndefined();
  });

  it('that are narrow reach their own properties alone', async () => {
    const path = `users/${await made('ada')}`;
    const narrow = ['User.EnableDisableAccount.All', 'User.Read.All'];
    expect(await act(narrow, 'PATCH', path, { accountEnabled: false })).toBe(204);
    expect(await act(narrow, 'PATCH', path, { city: 'Paris' })).toBe(403);
    const write = ['User.ReadWrite.All'];
    expect(await act(write, 'PATCH', path, { employeeHireDate: '2026-01-01T00:00:00Z' })).toBe(403);
    expect(await act(write, 'PATCH', path, { passwordProfile: { password: PASSWORD } })).toBe(403);
    const leave = { employeeLeaveDateTime: '2026-12-31T00:00:00Z' };
    expect(await act(write, 'PATCH', path, leave)).toBe(403);
    expect(await act([...write, 'User-LifeCycleInfo.ReadWrite.All'], 'PATCH', path, leave)).toBe(
      204,
    );
  });

  it('to read the basics show the basics, and the day of leaving has one of its own', async () => {
    const path = `users/${await made('ada')}`;
    const basic = ['User.ReadBasic.All'];
    expect(await act(basic, 'GET', `${path}?$select=id,mail`)).toBe(200);
    expect(await act(basic, 'GET', `${path}?$select=id,accountEnabled`)).toBe(403);
    const leaving = `${path}?$select=id,employeeLeaveDateTime`;
    expect(await act(['User.Read.All'], 'GET', leaving)).toBe(403);
    expect(await act(['User.Read.All', 'User-LifeCycleInfo.Read.All'], 'GET', leaving)).toBe(200);
  });

  it('of members change members and nothing else', async () => {
    const [id, ada] = [await team(), await made('ada')];
    const members = ['GroupMember.ReadWrite.All'];
    const bound = { 'members@odata.bind': [`${graph.graph}/v1.0/users/${ada}`] };
    expect(await act(members, 'PATCH', `groups/${id}`, bound)).toBe(204);
    expect(await act(members, 'PATCH', `groups/${id}`, { ...bound, displayName: 'x' })).toBe(403);
    expect(await act(members, 'DELETE', `groups/${id}`)).toBe(403);
    expect(await act(members, 'DELETE', `groups/${id}/members/${ada}/$ref`)).toBe(204);
  });

  it('are not looked at where nobody named any', async () => {
    const open = graph.control.act({ act: 'register-application', displayName: 'A', secret: 's' });
    expect(open.appId).toBeDefined();
    expect(await act([], 'GET', 'users?$select=id')).toBe(403);
  });
});

describe('beside the directory', () => {
  it('automatic replies are read and written, of whoever has a mailbox', async () => {
    const [ada, bot] = [await made('ada', { mail: 'ada@contoso.com' }), await made('bot')];
    const replies = { status: 'alwaysEnabled', internalReplyMessage: 'Back on Monday' };
    const patched = await client.send('PATCH', `users/${ada}/mailboxSettings`, {
      automaticRepliesSetting: replies,
    });
    expect(patched).toMatchObject({ status: 200, body: { automaticRepliesSetting: replies } });
    const { body } = await client.get(`users/${ada}/mailboxSettings`);
    expect(body).toMatchObject({
      automaticRepliesSetting: { ...replies, externalAudience: 'all' },
    });
    expect(refusal(await client.get(`users/${bot}/mailboxSettings`)).slice(0, 2)).toEqual([
      404,
      'MailboxNotEnabledForRESTAPI',
    ]);
    const odd = { automaticRepliesSetting: { status: 'sometimes' } };
    expect((await client.send('PATCH', `users/${ada}/mailboxSettings`, odd)).status).toBe(400);
  });

  it('a photo is put, shown, and taken away', async () => {
    const ada = await made('ada');
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]).toString('base64');
    const put = { id: '1', method: 'PUT', url: `/users/${ada}/photo/$value`, body: jpeg };
    const envelope = { requests: [{ ...put, headers: { 'Content-Type': 'image/jpeg' } }] };
    expect((await client.get(`users/${ada}/photo`)).status).toBe(404);
    expect((await client.post('$batch', envelope)).body).toMatchObject({
      responses: [{ id: '1', status: 200 }],
    });
    const shown = { requests: [{ id: '1', method: 'GET', url: `/users/${ada}/photo/$value` }] };
    expect((await client.post('$batch', shown)).body).toMatchObject({
      responses: [{ status: 200, body: jpeg }],
    });
    expect((await client.send('DELETE', `users/${ada}/photo`)).status).toBe(204);
  });
});

describe('writes', () => {
  it('are counted apart from what is read', async () => {
    graph.control.freeze();
    graph.control.throttle({ scale: 2 / 3_000 });
    const update = () => client.send('PATCH', 'users/nobody', { city: 'Paris' });
    expect([(await update()).status, (await update()).status]).toEqual([404, 404]);
    const refused = await update();
    expect([refused.status, refused.headers.get('x-ms-throttle-information')]).toEqual([
      429,
      'WriteLimitExceeded',
    ]);
    expect(refused.headers.get('retry-after')).toBe('150');
  });
});

describe('with replicas that lag', () => {
  it('what was just made is not found by whoever has not heard of it', async () => {
    graph.control.profile({ replicas: 2, replicaDelay: [60_000, 60_000] });
    graph.control.hold(0);
    graph.control.hold(1);
    const ada = await made('ada');
    expect((await client.send('PATCH', `users/${ada}`, { city: 'Paris' })).status).toBe(404);
    graph.control.switches({ 'writes.lookup': 'primary' });
    expect((await client.send('PATCH', `users/${ada}`, { city: 'Paris' })).status).toBe(204);
  });
});

describe('every route that changes something', () => {
  it('is there for somebody, and for nobody without a permission', () => {
    const everything = Object.keys(JSON.parse(contractFile('graph-permissions-v1.json')).appRoles);
    for (const { method, pattern, permission = pattern } of WRITE_ROUTES) {
      expect(() => demandPermission(everything, method, permission)).not.toThrow();
      expect(() => demandPermission([], method, permission)).toThrow('Insufficient privileges');
    }
  });
});
