/**
 * OneLogin's provisioning traffic for SCIM 2.0: a user by its JSON template, with one address that is no
 * list, changes by PUT of everything, and groups that are made of its roles and filled member by member.
 */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { type Service, service, serviceFor } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const ADA = {
  schemas: [USER, ENTERPRISE],
  userName: 'ada@contoso.com',
  externalId: '148726541',
  name: { formatted: 'Ada Lovelace', givenName: 'Ada', familyName: 'Lovelace' },
  emails: { value: 'ada@contoso.com', primary: true, type: 'work' },
  title: 'Analyst',
  active: true,
  [ENTERPRISE]: { department: 'R&D' },
};

async function ada(made: Service): Promise<string> {
  const { status, body } = await made.send('POST', '/Users', ADA);
  expect(status).toBe(201);
  return body.id;
}

describe('a user', () => {
  it('is looked for by name, and made with one address that is no list', async () => {
    const made = await serviceFor('onelogin');
    const query = { filter: 'userName eq "ada@contoso.com"', startIndex: 1, count: 1 };
    expect((await made.list('/Users', query)).body.totalResults).toBe(0);
    const id = await ada(made);
    const { body } = await made.list('/Users', query);
    expect(body.Resources).toMatchObject([{ id, emails: [ADA.emails] }]);
  });

  it('has no main address where the template says none, and keeps the order of several', async () => {
    const made = await serviceFor('onelogin');
    const emails = [{ value: 'first@contoso.com' }, { value: 'second@contoso.com' }];
    const { body } = await made.send('POST', '/Users', { ...ADA, emails });
    expect(body.emails).toEqual(emails);
  });

  it('is changed by PUT of everything, and left alone by what is the same', async () => {
    const made = await serviceFor('onelogin');
    const id = await ada(made);
    const first = await made.send('PUT', `/Users/${id}`, { ...ADA, title: 'Countess' });
    expect(first.body).toMatchObject({ id, title: 'Countess', emails: [ADA.emails] });
    const again = await made.send('PUT', `/Users/${id}`, { ...ADA, title: 'Countess' });
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  it('is suspended by PATCH or by PUT, still found, and deleted', async () => {
    const made = await serviceFor('onelogin');
    const id = await ada(made);
    const off = await made.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect(off.body.active).toBe(false);
    expect((await made.send('PUT', `/Users/${id}`, ADA)).body.active).toBe(true);
    const { body } = await made.send('PUT', `/Users/${id}`, { ...ADA, active: false });
    expect(body.active).toBe(false);
    const filter = 'externalId eq "148726541"';
    expect((await made.list('/Users', { filter })).body.Resources).toMatchObject([{ id }]);
    expect((await made.send('DELETE', `/Users/${id}`)).status).toBe(204);
  });
});

describe('a group', () => {
  it('is listed page by page, made, renamed, and filled and emptied member by member', async () => {
    const made = await serviceFor('onelogin');
    const id = await ada(made);
    await made.group('Others');
    expect((await made.list('/Groups', { startIndex: 1, count: 100 })).body.totalResults).toBe(1);
    const group = await made.group('Analysts');
    const patch = (Operations: readonly unknown[]) =>
      made.send('PATCH', `/Groups/${group}`, { schemas: [PATCH_OP], Operations });
    const member = { value: id };
    expect((await patch([{ op: 'add', path: 'members', value: [member] }])).status).toBe(204);
    expect((await patch([{ op: 'add', path: 'members', value: [member] }])).status).toBe(204);
    await patch([{ op: 'replace', value: { displayName: 'Data analysts' } }]);
    const { body } = await made.send('GET', `/Groups/${group}`);
    expect(body).toMatchObject({ displayName: 'Data analysts', members: [member] });
    await patch([{ op: 'remove', path: `members[value eq "${id}"]` }]);
    expect((await made.send('GET', `/Groups/${group}`)).body).not.toHaveProperty('members');
  });
});

it('is told by a strict service what is wrong with the address', async () => {
  const { send } = await service();
  const { status, body } = await send('POST', '/Users', ADA);
  expect([status, body.scimType, body.detail]).toEqual([
    ...[400, 'invalidValue', 'emails must be a list'],
  ]);
});
