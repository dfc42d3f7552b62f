/** RFC 7644 §3.7: many operations in one request, which name what they make among each other. */

import { describe, expect, it } from 'vitest';
import { type Answer, ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { BASE, type Service, service } from './service.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

type Operation = Readonly<Record<string, unknown>>;

function bulk(
  { send }: Service,
  Operations: readonly Operation[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return send('POST', '/Bulk', { schemas: [BULK_REQUEST], Operations, ...more });
}

function person(bulkId: string, more: Readonly<Record<string, unknown>> = {}): Operation {
  const data = { schemas: [USER], userName: `${bulkId}@contoso.com`, ...more };
  return { method: 'POST', path: '/Users', bulkId, data };
}

function team(bulkId: string, ...members: readonly string[]): Operation {
  const data = {
    schemas: [GROUP],
    displayName: bulkId,
    members: members.map((id) => ({ value: `bulkId:${id}` })),
  };
  return { method: 'POST', path: '/Groups', bulkId, data };
}

function statuses({ body }: Answer): readonly string[] {
  return body.Operations.map(({ status }: { status: string }) => status);
}

function idOf({ body }: Answer, bulkId: string): string {
  const found = body.Operations.find((one: { bulkId?: string }) => one.bulkId === bulkId);
  return found.location.split('/').at(-1);
}

async function membersOf({ send }: Service, id: string): Promise<readonly string[]> {
  const { body } = await send('GET', `/Groups/${id}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value).sort();
}

describe('a bulk request', () => {
  it('makes, replaces, changes and deletes, and answers each with its place (§3.7)', async () => {
    const made = await service();
    const ada = await made.user('ada@contoso.com');
    const grace = await made.user('grace@contoso.com');
    const linus = await made.user('linus@contoso.com');
    const replacement = { schemas: [USER], userName: 'ada@contoso.com', title: 'Countess' };
    const change = {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    };
    const answer = await bulk(made, [
      person('barbara'),
      { method: 'PUT', path: `/Users/${ada}`, data: replacement },
      { method: 'PATCH', path: `/Users/${grace}`, data: change },
      { method: 'DELETE', path: `/Users/${linus}` },
    ]);
    expect(answer).toMatchObject({ status: 200, body: { schemas: [BULK_RESPONSE] } });
    expect(answer.body.Operations).toEqual([
      {
        method: 'POST',
        bulkId: 'barbara',
        version: expect.stringMatching(/^W\/"/),
        location: expect.stringContaining(`${BASE}/Users/`),
        status: '201',
      },
      {
        method: 'PUT',
        version: expect.stringMatching(/^W\/"/),
        location: `${BASE}/Users/${ada}`,
        status: '200',
      },
      {
        method: 'PATCH',
        version: expect.stringMatching(/^W\/"/),
        location: `${BASE}/Users/${grace}`,
        status: '200',
      },
      { method: 'DELETE', location: `${BASE}/Users/${linus}`, status: '204' },
    ]);
    expect((await made.send('GET', `/Users/${ada}`)).body.title).toBe('Countess');
    expect((await made.send('GET', `/Users/${grace}`)).body.active).toBe(false);
    expect((await made.send('GET', `/Users/${linus}`)).status).toBe(404);
  });

  it('does what it can where nothing else is asked, and says what failed (§3.7.3)', async () => {
    const made = await service();
    await made.user('ada@contoso.com');
    const answer = await bulk(made, [
      person('ada'),
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'PATCH', path: '/Planets/7', data: {} },
      { method: 'GET', path: '/Users/7' },
      { method: 'DELETE', path: 'Users/7' },
      { method: 'POST', path: '/Users', data: { userName: 'x' } },
      { method: 'POST', path: '/Users', bulkId: 'nothing' },
      { method: 'PUT', path: '/Users', data: {} },
      person('grace'),
    ]);
    expect(statuses(answer)).toEqual([
      ...['409', '404', '404', '400', '400', '400', '400', '405', '201'],
    ]);
    const [conflict, missing] = answer.body.Operations;
    expect(conflict).toMatchObject({
      method: 'POST',
      bulkId: 'ada',
      response: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '409',
        scimType: 'uniqueness',
      },
    });
    expect(conflict).not.toHaveProperty('location');
    expect(missing.location).toBe(`${BASE}/Users/nobody`);
    expect(made.bugs).toEqual([]);
  });

  it('stops after as many errors as failOnErrors says (§3.7)', async () => {
    const made = await service();
    const wrong = { method: 'DELETE', path: '/Users/nobody' };
    const operations = [wrong, person('ada'), wrong, person('grace')];
    const answer = await bulk(made, operations, { failOnErrors: 2 });
    expect(statuses(answer)).toEqual(['404', '201', '404']);
    expect((await made.list('/Users')).body.totalResults).toBe(1);
  });

  it('changes only the version it was asked for (§3.7, §3.14)', async () => {
    const made = await service();
    const ada = await made.user('ada@contoso.com');
    const { headers } = await made.send('GET', `/Users/${ada}`);
    const path = `/Users/${ada}`;
    const data = { schemas: [USER], userName: 'ada@contoso.com', title: 'Countess' };
    const answer = await bulk(made, [
      { method: 'PUT', path, version: headers.get('etag'), data },
      { method: 'DELETE', path, version: headers.get('etag') },
    ]);
    expect(statuses(answer)).toEqual(['200', '412']);
  });
});

describe('a reference by bulkId (§3.7.2)', () => {
  it('leads to what came before, in data of any shape', async () => {
    const made = await service();
    const answer = await bulk(made, [
      person('grace'),
      person('ada', { [ENTERPRISE]: { manager: { value: 'bulkId:grace' } } }),
      team('navy', 'ada', 'grace'),
    ]);
    expect(statuses(answer)).toEqual(['201', '201', '201']);
    const [ada, grace] = [idOf(answer, 'ada'), idOf(answer, 'grace')];
    expect((await made.send('GET', `/Users/${ada}`)).body[ENTERPRISE].manager.value).toBe(grace);
    expect(await membersOf(made, idOf(answer, 'navy'))).toEqual([ada, grace].sort());
  });

  it('leads to what comes after as well; answers keep the order of the request', async () => {
    const made = await service();
    const answer = await bulk(made, [team('navy', 'ada'), person('ada')]);
    expect(answer.body.Operations.map(({ bulkId }: { bulkId: string }) => bulkId)).toEqual([
      ...['navy', 'ada'],
    ]);
    expect(await membersOf(made, idOf(answer, 'navy'))).toEqual([idOf(answer, 'ada')]);
  });

  it('may stand in a path', async () => {
    const made = await service();
    const Operations = [{ op: 'add', path: 'members', value: [{ value: 'bulkId:ada' }] }];
    const answer = await bulk(made, [
      { method: 'PATCH', path: '/Groups/bulkId:navy', data: { schemas: [PATCH_OP], Operations } },
      team('navy'),
      person('ada'),
    ]);
    expect(statuses(answer)).toEqual(['200', '201', '201']);
    expect(answer.body.Operations[0].location).toBe(answer.body.Operations[1].location);
    expect(await membersOf(made, idOf(answer, 'navy'))).toEqual([idOf(answer, 'ada')]);
  });

  it('may close a circle of groups (§3.7.1)', async () => {
    const made = await service();
    const answer = await bulk(made, [team('a', 'b', 'ada'), team('b', 'a'), person('ada')]);
    expect(statuses(answer)).toEqual(['201', '201', '201']);
    const [a, b] = [idOf(answer, 'a'), idOf(answer, 'b')];
    expect(await membersOf(made, a)).toEqual([b, idOf(answer, 'ada')].sort());
    expect(await membersOf(made, b)).toEqual([a]);
  });

  it('may close a circle of managers (§3.7.1)', async () => {
    const made = await service();
    const under = (bulkId: string) => ({
      [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } },
    });
    const answer = await bulk(made, [person('ada', under('grace')), person('grace', under('ada'))]);
    expect(statuses(answer)).toEqual(['201', '201']);
    const [ada, grace] = [idOf(answer, 'ada'), idOf(answer, 'grace')];
    const managerOf = async (id: string) =>
      (await made.send('GET', `/Users/${id}`)).body[ENTERPRISE].manager.value;
    expect([await managerOf(ada), await managerOf(grace)]).toEqual([grace, ada]);
  });

  it('that nothing fulfils is 409, and so is what names that', async () => {
    const made = await service();
    await made.user('ada@contoso.com');
    const answer = await bulk(made, [
      team('navy', 'ada'),
      team('fleet', 'navy'),
      person('ada'),
      team('army', 'nobody'),
      team('a', 'b'),
      { ...team('b', 'a'), path: '/Planets' },
    ]);
    expect(statuses(answer)).toEqual(['409', '409', '409', '409', '409', '404']);
    expect(answer.body.Operations[0].response.detail).toContain('bulkId:ada');
    expect(answer.body.Operations[4]).toMatchObject({
      location: expect.stringContaining('/Groups/'),
      response: { detail: expect.stringContaining('made, but without') },
    });
  });
});

describe('a bulk request that is none', () => {
  it.each<[string, unknown]>([
    ['no object', []],
    ['another schema', { schemas: [PATCH_OP], Operations: [person('ada')] }],
    ['no operations', { schemas: [BULK_REQUEST], Operations: [] }],
    ['a bulkId twice', { schemas: [BULK_REQUEST], Operations: [person('a'), person('a')] }],
    ['failOnErrors 0', { schemas: [BULK_REQUEST], Operations: [person('a')], failOnErrors: 0 }],
    [
      'a number for a version',
      { schemas: [BULK_REQUEST], Operations: [{ ...person('a'), version: 7 }] },
    ],
  ])('%s is 400, and nothing is done', async (_, body) => {
    const made = await service();
    expect(await made.send('POST', '/Bulk', body)).toMatchObject({
      status: 400,
      body: { scimType: 'invalidSyntax' },
    });
    expect((await made.list('/Users')).body.totalResults).toBe(0);
  });

  it('too many operations, or too many bytes, are 413 (§3.7.4)', async () => {
    const made = await service();
    const { body } = await made.send('GET', '/ServiceProviderConfig');
    const { maxOperations, maxPayloadSize } = body.bulk;
    const many = Array.from({ length: maxOperations + 1 }, (_, index) => person(`p${index}`));
    expect(await bulk(made, many)).toMatchObject({ status: 413, body: { status: '413' } });
    const large = person('ada', { title: 'x'.repeat(maxPayloadSize) });
    expect(await bulk(made, [large])).toMatchObject({ status: 413, body: { status: '413' } });
    expect((await made.list('/Users')).body.totalResults).toBe(0);
  });
});
