/**
 * The provisioners of PingFederate and PingOne for SCIM 2.0: users found by name or by address, one value
 * of each type, both addresses primary where there is one only, and groups changed by PATCH.
 */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service, serviceFor } from './service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const ADA = {
  schemas: [USER, ENTERPRISE],
  userName: 'ada@contoso.com',
  externalId: 'a6b1d1ec-8a59-4b0b-9d3e-7b8a0c3f3c11',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'ada@contoso.com', type: 'work', primary: true },
    { value: 'ada@contoso.com', type: 'home', primary: true },
  ],
  phoneNumbers: [{ value: '+44 1', type: 'WORK' }],
  [ENTERPRISE]: { department: 'R&D' },
};

async function ada(made: Service): Promise<string> {
  const { status, body } = await made.send('POST', '/Users', ADA);
  expect(status).toBe(201);
  return body.id;
}

describe('a user', () => {
  it.each([
    'userName eq "ada@contoso.com"',
    'emails eq "ada@contoso.com"',
    'emails.value eq "ada@contoso.com"',
    'emails[type eq "work" and value eq "ada@contoso.com"]',
  ])('is found by %s', async (filter) => {
    const made = await serviceFor('ping');
    const id = await ada(made);
    await made.user('grace@contoso.com');
    const { body } = await made.list('/Users', { filter, startIndex: 1, count: 100 });
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });

  it('has one primary address, the first that says so (RFC 7643 §2.4)', async () => {
    const made = await serviceFor('ping');
    const { body } = await made.send('GET', `/Users/${await ada(made)}`);
    expect(body.emails.map(({ primary }: { primary: boolean }) => primary)).toEqual([true, false]);
  });

  it('is changed by PUT of everything, and what is left out is cleared', async () => {
    const made = await serviceFor('ping');
    const id = await ada(made);
    const { phoneNumbers: _, ...less } = ADA;
    const { status, body } = await made.send('PUT', `/Users/${id}`, less);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('phoneNumbers');
  });

  it('is made disabled, disabled and deleted', async () => {
    const made = await serviceFor('ping');
    const { body } = await made.send('POST', '/Users', { ...ADA, active: false });
    expect(body.active).toBe(false);
    const disabled = await made.send('PUT', `/Users/${body.id}`, { ...ADA, active: false });
    expect(disabled.headers.get('etag')).toBe(body.meta.version);
    expect((await made.send('DELETE', `/Users/${body.id}`)).status).toBe(204);
  });
});

describe('a group', () => {
  it('is found by name, made with members, and changed by operations in one PATCH', async () => {
    const made = await serviceFor('ping');
    const [one, other] = [await ada(made), await made.user('grace@contoso.com')];
    const group = await made.group('Analysts', one);
    const { body } = await made.list('/Groups', {
      filter: 'displayName eq "Analysts"',
      count: 100,
      startIndex: 1,
    });
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ id: group }] });
    await made.patch(
      `/Groups/${group}`,
      { op: 'add', path: 'members', value: [{ value: other, type: 'User', display: 'Grace' }] },
      { op: 'remove', path: `members[value eq "${one}"]` },
      { op: 'replace', path: 'displayName', value: 'Navy' },
    );
    expect((await made.send('GET', `/Groups/${group}`)).body).toMatchObject({
      displayName: 'Navy',
      members: [{ value: other, type: 'User' }],
    });
  });
});

it('is told by a strict service that one address can be the primary one', async () => {
  const { send } = await service();
  const { status, body } = await send('POST', '/Users', ADA);
  expect([status, body.scimType]).toEqual([400, 'invalidValue']);
  expect(body.detail).toContain('emails: "primary"');
});
