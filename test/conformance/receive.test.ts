/** Rules by which a directory receives accounts, over SCIM: what happens, and what a client is told. */

import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { STRICT } from '../../src/scim/clients.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const WORK = 'emails[type eq "work"].value';
const MANAGER = `${ENTERPRISE}:manager`;

function received(receive: object, more: object = {}): Promise<Service> {
  return service({ receive, ...more });
}

const mail = (value: string) => ({ emails: [{ type: 'work', value, primary: true }] });

describe('a required attribute', () => {
  const rules = {
    required: [
      { path: WORK, name: 'e-mail' },
      { path: `${ENTERPRISE}:department`, name: 'department', default: 'Unassigned' },
    ],
  };

  it('is named to whoever leaves it out, with its path', async () => {
    const made = await received(rules);
    const { status, body } = await made.send('POST', '/Users', { userName: 'ada' });
    expect([status, body.scimType]).toEqual([400, 'invalidValue']);
    expect(body.detail).toContain(`e-mail (${WORK})`);
  });

  it('has its default, also where a change takes the value away', async () => {
    const made = await received(rules);
    const id = await made.user('ada', mail('ada@contoso.com'));
    const held = async () => (await made.send('GET', `/Users/${id}`)).body[ENTERPRISE].department;
    expect(await held()).toBe('Unassigned');
    await made.patch(`/Users/${id}`, {
      op: 'replace',
      path: `${ENTERPRISE}:department`,
      value: 'R&D',
    });
    expect(await held()).toBe('R&D');
    await made.patch(`/Users/${id}`, { op: 'remove', path: `${ENTERPRISE}:department` });
    expect(await held()).toBe('Unassigned');
    expect((await made.patch(`/Users/${id}`, { op: 'remove', path: 'emails' })).status).toBe(400);
  });
});

it('a value that is looked up is made when it is first used, once', async () => {
  const storage = memoryStorage();
  const lists = { department: `${ENTERPRISE}:department` };
  const made = await service({ receive: { lists } }, STRICT, storage);
  for (const [name, department] of [
    ['ada', 'R&D'],
    ['grace', 'Navy'],
    ['linus', 'R&D'],
  ] as const)
    await made.user(name, { [ENTERPRISE]: { department } });
  expect(await storage.listed('department')).toEqual(['Navy', 'R&D']);
});

describe('a reference', () => {
  const rule = (missing: string) => ({
    references: [
      {
        path: MANAGER,
        name: 'manager',
        missing,
        refuse: [{ path: 'roles.value', values: ['AUDITOR'], because: 'auditors manage nobody' }],
      },
    ],
  });
  const under = (value: string) => ({ [ENTERPRISE]: { manager: { value } } });

  it('to somebody with a role that the rules exclude is refused, with the reason', async () => {
    const made = await received(rule('keep'));
    const boss = await made.user('grace', { roles: [{ value: 'AUDITOR' }] });
    const body = { userName: 'ada', ...under(boss) };
    const answer = await made.send('POST', '/Users', body);
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body.detail).toContain('grace has the role AUDITOR: auditors manage nobody');
    const ada = await made.user('ada');
    const add = { op: 'add', path: MANAGER, value: { value: boss } };
    expect((await made.patch(`/Users/${ada}`, add)).status).toBe(400);
    expect((await made.send('GET', `/Users/${ada}`)).body).not.toHaveProperty(ENTERPRISE);
  });

  it('to nobody is refused, kept, or waited for', async () => {
    const refusing = await received(rule('refuse'));
    const answer = await refusing.send('POST', '/Users', { userName: 'ada', ...under('grace') });
    expect(answer.body.detail).toContain('the manager grace does not exist');

    const waiting = await received(rule('wait'));
    const ada = await waiting.user('ada', under('grace'));
    expect((await waiting.send('GET', `/Users/${ada}`)).body).not.toHaveProperty(ENTERPRISE);
    const grace = await waiting.user('grace');
    const { body } = await waiting.send('GET', `/Users/${ada}`);
    expect(body[ENTERPRISE].manager.value).toBe(grace);
  });
});

describe('a deletion', () => {
  it('deactivates where the rules say so, and the account is still there', async () => {
    const made = await received({ remove: 'deactivate' });
    const id = await made.user('ada');
    expect((await made.send('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await made.send('GET', `/Users/${id}`)).body.active).toBe(false);
  });

  it('is refused where the rules say so, with what to do instead', async () => {
    const made = await received({ remove: 'refuse' });
    const id = await made.user('ada');
    const { status, body } = await made.send('DELETE', `/Users/${id}`);
    expect(status).toBe(400);
    expect(body.detail).toContain('Set active to false');
  });
});

describe('a limit', () => {
  it('of users and groups is kept to, and told with what to do', async () => {
    const made = await received({}, { limits: { users: 2, groups: 1 } });
    const ada = await made.user('ada');
    await made.user('grace');
    const { status, body } = await made.send('POST', '/Users', { userName: 'linus' });
    expect(status).toBe(403);
    expect(body.detail).toContain('2 of the kind user');
    await made.send('DELETE', `/Users/${ada}`);
    await made.user('linus');
    await made.group('Navy');
    expect((await made.send('POST', '/Groups', { displayName: 'Army' })).status).toBe(403);
  });

  it('is kept to by many who come at once', async () => {
    const made = await received({}, { limits: { users: 3 } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        made.send('POST', '/Users', { userName: `p${index}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect((await made.list('/Users')).body.totalResults).toBe(3);
  });

  it('of the members of a group is kept to on every way', async () => {
    const made = await received({}, { limits: { members: 2 } });
    const at = `/Groups/${await made.group('Navy', 'a')}`;
    const members = ['a', 'b', 'c'].map((value) => ({ value }));
    const add = { op: 'add', path: 'members', value: members };
    expect((await made.patch(at, add)).status).toBe(403);
    expect((await made.send('POST', '/Groups', { displayName: 'Army', members })).status).toBe(403);
    expect((await made.send('GET', at)).body.members).toHaveLength(1);
  });
});

describe('a change that waits for the person', () => {
  const rules = {
    confirm: [WORK],
    confirmation: { from: 'it@contoso.com' },
  };

  it('keeps the old value until then, and asks at the new address, once', async () => {
    const storage = memoryStorage();
    const made = await service({ receive: rules }, STRICT, storage);
    const id = await made.user('ada', mail('ada@contoso.com'));
    const change = { op: 'replace', path: WORK, value: 'king@contoso.com' };
    expect((await made.patch(`/Users/${id}`, change)).body).toMatchObject(mail('ada@contoso.com'));
    await made.patch(`/Users/${id}`, change, { op: 'replace', path: 'title', value: 'X' });
    expect(await storage.mails()).toMatchObject([
      { about: 'confirmation', to: 'king@contoso.com', from: 'it@contoso.com' },
    ]);
  });

  it('shows nobody the secret of the mail, nor what waits', async () => {
    const storage = memoryStorage();
    const made = await service({ receive: rules }, STRICT, storage);
    const id = await made.user('ada', mail('ada@contoso.com'));
    await made.patch(`/Users/${id}`, { op: 'replace', path: WORK, value: 'king@contoso.com' });
    const [{ secret = '' } = {}] = await storage.mails();
    expect(secret).toContain(id);
    const shown = JSON.stringify((await made.send('GET', `/Users/${id}`)).body);
    expect(shown).not.toContain(secret.slice(id.length + 1));
    expect(shown).not.toContain('king@contoso.com');
  });
});

it('an invitation goes to each new person, from the manager or else the owner', async () => {
  const storage = memoryStorage();
  const references = [{ path: MANAGER, name: 'manager' }];
  const invitation = { owner: 'it@contoso.com', subject: 'Welcome' };
  const made = await service({ receive: { references, invitation } }, STRICT, storage);
  const grace = await made.user('grace', mail('grace@contoso.com'));
  const manager = { [ENTERPRISE]: { manager: { value: grace } } };
  const ada = await made.user('ada', { ...mail('ada@contoso.com'), ...manager });
  await made.user('late', { ...mail('late@contoso.com'), active: false });
  await made.patch(`/Users/${ada}`, { op: 'replace', path: 'title', value: 'Analyst' });
  expect((await storage.mails()).map(({ to, from }) => [to, from])).toEqual([
    ['grace@contoso.com', 'it@contoso.com'],
    ['ada@contoso.com', 'grace@contoso.com'],
  ]);
});
