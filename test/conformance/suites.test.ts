/**
 * What suites of tests by others demand beyond the RFC, or of two answers that it allows. Nothing of it
 * is done unless the configuration names the suite; docs/scim-conformance.md has what they find then.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, PATCH_OP } from '../scim-client.ts';
import { type Service, service, serviceFor } from './service.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const RENAMED = { op: 'replace', path: 'displayName', value: 'Programmers' };

async function renamed(made: Service, path = ''): Promise<Answer> {
  const group = await made.group('Engineers', await made.user('grace'));
  const body = { schemas: [PATCH_OP], Operations: [RENAMED] };
  return made.send('PATCH', `/Groups/${group}${path}`, body);
}

describe('the strict service', () => {
  let strict: Service;
  beforeEach(async () => {
    strict = await service();
  });

  it('knows addresses as they are written, and texts in quotes', async () => {
    for (const path of ['/users', '/serviceConfiguration', '/SCHEMAS'])
      expect((await strict.send('GET', path)).status).toBe(404);
    expect((await strict.list('/Users', { filter: 'userName eq ada' })).body).toMatchObject({
      scimType: 'invalidFilter',
    });
  });

  it('answers a PATCH with the user, and one of a group with 204 (RFC 7644 §3.5.2)', async () => {
    const ada = await strict.user('ada');
    const changed = await strict.patch(`/Users/${ada}`, RENAMED);
    expect(changed).toMatchObject({ status: 200, body: { displayName: 'Programmers' } });
    expect(await renamed(strict)).toMatchObject({ status: 204, body: undefined });
  });

  it('answers a PATCH of a group with the members that were asked for', async () => {
    const { status, body } = await renamed(strict, '?attributes=members');
    expect(status).toBe(200);
    expect(body.members).toMatchObject([{ type: 'User' }]);
    expect(body.displayName).toBeUndefined();
  });

  it('has the status of an error as a text, and invalidValue for what is missing', async () => {
    const { body } = await strict.send('POST', '/Groups', { schemas: [GROUP] });
    expect(body).toMatchObject({ status: '400', scimType: 'invalidValue' });
  });

  it('tells how it pages (RFC 9865 §4)', async () => {
    const { body } = await strict.send('GET', '/ServiceProviderConfig');
    expect(body.pagination).toMatchObject({ cursor: true, index: true });
  });
});

describe('microsoft-tests', () => {
  let made: Service;
  beforeEach(async () => {
    made = await serviceFor('microsoft-tests');
  });

  it('finds addresses in other capitals, and the configuration by its other name', async () => {
    const ada = await made.user('ada');
    expect((await made.send('GET', '/users')).body.totalResults).toBe(1);
    expect((await made.send('GET', `/USERS/${ada}`)).body.id).toBe(ada);
    expect((await made.send('GET', '/serviceConfiguration')).body.patch).toEqual({
      supported: true,
    });
    expect((await made.send('POST', '/users/.search', {})).status).toBe(200);
    expect((await made.send('GET', '/people')).status).toBe(404);
    expect((await made.send('DELETE', '/users')).status).toBe(405);
  });

  it('takes texts of filters without quotes, and those with them as ever', async () => {
    await made.user('Olga', { name: { familyName: 'Ladyzhenskaya' } });
    await made.user('ada', { active: false });
    const found = async (filter: string) =>
      (await made.list('/Users', { filter })).body.totalResults;
    expect(await found('userName sw O')).toBe(1);
    expect(
      await found('name.familyName eq Ladyzhenskaya and (userName co l or userName ew x)'),
    ).toBe(1);
    expect(await found('userName sw O and active eq false')).toBe(0);
    expect(await found('meta.created gt 2015-10-10T14:38:21.8617979-07:00')).toBe(2);
    expect(await found('userName eq "ada"')).toBe(1);
    for (const filter of ['userName eq', 'userName eq "ada', 'userName eq a"b', 'userName eq )'])
      expect((await made.list('/Users', { filter })).body.scimType).toBe('invalidFilter');
  });

  it('answers a PATCH with 204, unless attributes are asked for', async () => {
    const ada = await made.user('ada');
    const changed = await made.patch(`/Users/${ada}`, RENAMED);
    expect(changed).toMatchObject({ status: 204, body: undefined });
    expect(changed.headers.get('etag')).toMatch(/^W\/"/);
    const path = `/Users/${ada}?attributes=displayName`;
    expect(await made.patch(path, RENAMED)).toMatchObject({
      status: 200,
      body: { displayName: 'Programmers' },
    });
  });
});

it('scimverify and scim-sanity get a patched group with its members', async () => {
  for (const suite of ['scimverify', 'scim-sanity']) {
    const { status, body } = await renamed(await serviceFor(suite));
    expect(status).toBe(200);
    expect(body).toMatchObject({ displayName: 'Programmers', members: [{ type: 'User' }] });
  }
});

it('scimverify gets invalidSyntax for what is missing, and the status of errors as a number', async () => {
  const made = await serviceFor('scimverify');
  const { status, body } = await made.send('POST', '/Groups', { schemas: [GROUP] });
  expect(status).toBe(400);
  expect(body).toMatchObject({ status: 400, scimType: 'invalidSyntax' });
  expect((await made.send('GET', '/Groups/nobody')).body.status).toBe(404);
});

it('scim2-client gets a configuration without what RFC 7643 does not have', async () => {
  const made = await serviceFor('scim2-client');
  const { body } = await made.send('GET', '/ServiceProviderConfig');
  expect(body).not.toHaveProperty('pagination');
  expect((await made.list('/Users', { cursor: '' })).status).toBe(200);
});

it('a manager has no type, which the schema does not have; members have theirs', async () => {
  const made = await service();
  const grace = await made.user('grace');
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
  const ada = await made.user('ada', { [enterprise]: { manager: { value: grace } } });
  const { body } = await made.send('GET', `/Users/${ada}`);
  expect(body[enterprise].manager).toEqual({
    value: grace,
    $ref: expect.stringContaining(`/Users/${grace}`),
  });
});
