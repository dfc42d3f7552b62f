/** RFC 7644 §3.4 and §3.9: reading, searching, paging, parts of a resource; RFC 9865: cursors. */

import { describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

async function people(): Promise<Service> {
  const made = await service();
  await made.user('ada@contoso.com', {
    externalId: 'A1',
    title: 'Analyst',
    active: true,
    emails: [
      { type: 'work', value: 'ada@contoso.com' },
      { type: 'home', value: 'ada@example.org' },
    ],
    [ENTERPRISE]: { department: 'R&D' },
  });
  await made.user('grace@contoso.com', { active: false, [ENTERPRISE]: { department: 'Navy' } });
  await made.user('linus@fabrikam.com', { title: 'Owner' });
  return made;
}

async function names(made: Service, filter: string): Promise<readonly string[]> {
  const { body } = await made.list('/Users', { filter });
  return body.Resources.map(({ userName }: { userName: string }) => userName.split('@')[0]);
}

describe('a filter', () => {
  it.each<[string, readonly string[]]>([
    ['userName eq "ADA@contoso.com"', ['ada']],
    ['userName eq "nobody@contoso.com"', []],
    ['externalId eq "A1"', ['ada']],
    ['externalId eq "a1"', []],
    ['emails.value eq "ADA@example.org"', ['ada']],
    ['emails[type eq "home" and value sw "ada"]', ['ada']],
    ['emails[type eq "home" and value ew "contoso.com"]', []],
    ['userName co "contoso"', ['ada', 'grace']],
    ['title pr', ['ada', 'linus']],
    ['not (title pr)', ['grace']],
    ['title eq "Analyst" or title eq "Owner" and userName sw "x"', ['ada']],
    ['(title eq "Analyst" or title eq "Owner") and userName sw "l"', ['linus']],
    ['active eq false', ['grace']],
    [`${ENTERPRISE}:department eq "navy"`, ['grace']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "g"', ['grace']],
    ['meta.created gt "2001-01-01T00:00:00Z"', ['ada', 'grace', 'linus']],
  ])('%s', async (filter, found) => {
    expect(await names(await people(), filter)).toEqual(found);
  });

  it.each(['userName', 'userName eq', 'userName xx "a"', '((userName pr)', 'a'.repeat(20_000)])(
    'that is none is refused: %.20s',
    async (filter) => {
      expect(await (await people()).list('/Users', { filter })).toMatchObject({
        status: 400,
        body: { scimType: 'invalidFilter' },
      });
    },
  );

  it('still finds somebody who is inactive', async () => {
    expect(await names(await people(), 'userName eq "grace@contoso.com"')).toEqual(['grace']);
  });
});

describe('a list (§3.4.2)', () => {
  it('is empty with 200 when nothing is found', async () => {
    const answer = await (await people()).list('/Users', { filter: 'userName eq "x"' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 0,
        itemsPerPage: 0,
        startIndex: 1,
        Resources: [],
      },
    });
  });

  it.each<[Readonly<Record<string, number>>, readonly string[], number]>([
    [{ count: 2 }, ['ada', 'grace'], 1],
    [{ count: 2, startIndex: 3 }, ['linus'], 3],
    [{ count: 2, startIndex: 9 }, [], 9],
    [{ count: 0 }, [], 1],
    [{ count: -5 }, [], 1],
    [{ startIndex: -1, count: 1 }, ['ada'], 1],
  ])('pages by number (§3.4.2.4): %j', async (parameters, found, startIndex) => {
    const { body } = await (await people()).list('/Users', parameters);
    expect(body).toMatchObject({ totalResults: 3, itemsPerPage: found.length, startIndex });
    expect(
      body.Resources.map(({ userName }: { userName: string }) => userName.split('@')[0]),
    ).toEqual(found);
  });

  it('pages by cursor to the end (RFC 9865 §2)', async () => {
    const made = await people();
    const first = await made.list('/Users', { cursor: '', count: 2 });
    expect(first.body).toMatchObject({ totalResults: 3, itemsPerPage: 2 });
    const second = await made.list('/Users', { cursor: first.body.nextCursor, count: 2 });
    expect(second.body.Resources).toMatchObject([{ userName: 'linus@fabrikam.com' }]);
    expect(second.body).not.toHaveProperty('nextCursor');
    expect(await made.list('/Users', { cursor: 'none of ours' })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidCursor' },
    });
  });

  it('can be asked for in a body (§3.4.3)', async () => {
    const { send } = await people();
    const answer = await send('POST', '/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'title pr',
      attributes: ['userName'],
      count: 1,
    });
    expect(answer.body).toMatchObject({
      totalResults: 2,
      Resources: [{ userName: 'ada@contoso.com' }],
    });
    expect(answer.body.Resources[0]).not.toHaveProperty('title');
  });
});

describe('a part of a resource', () => {
  it.each([
    [{ attributes: 'userName' }, ['schemas', 'id', 'userName']],
    [{ attributes: 'USERNAME,title' }, ['schemas', 'id', 'title', 'userName']],
    [{ attributes: `${ENTERPRISE}:department` }, ['schemas', 'id', ENTERPRISE]],
    [
      { excludedAttributes: 'emails,meta,title,externalId' },
      ['schemas', 'id', 'active', 'userName', ENTERPRISE],
    ],
    [
      { excludedAttributes: 'id,userName,meta,emails,title,externalId,active' },
      ['schemas', 'id', ENTERPRISE],
    ],
  ])('%j', async (parameters, present) => {
    const { body } = await (await people()).list('/Users', {
      filter: 'externalId eq "A1"',
      ...parameters,
    });
    expect(Object.keys(body.Resources[0]).sort()).toEqual([...present].sort());
  });

  it('is left out where nothing of it is there', async () => {
    const { send, user } = await service();
    const id = await user('ada', { name: { givenName: 'Ada' }, [ENTERPRISE]: { division: 'B' } });
    const asked = `${ENTERPRISE}:department,name.familyName`;
    const { body } = await send('GET', `/Users/${id}?attributes=${asked}`);
    expect(Object.keys(body).sort()).toEqual(['id', 'schemas']);
    const without = `${ENTERPRISE}:division,name.givenName,userName,active,meta`;
    const left = await send('GET', `/Users/${id}?excludedAttributes=${without}`);
    expect(Object.keys(left.body).sort()).toEqual(['id', 'schemas']);
  });

  it('may be one part of each element', async () => {
    const { body } = await (await people()).list('/Users', {
      filter: 'externalId eq "A1"',
      attributes: 'emails.type',
    });
    expect(body.Resources[0].emails).toEqual([{ type: 'work' }, { type: 'home' }]);
  });
});

describe('one resource (§3.4.1)', () => {
  it('is 404 where there is none, also of another type', async () => {
    const { send, user } = await service();
    const ada = await user('ada@contoso.com');
    expect(await send('GET', '/Users/nobody')).toMatchObject({
      status: 404,
      body: { status: '404' },
    });
    expect(await send('GET', `/Groups/${ada}`)).toMatchObject({ status: 404 });
  });

  it('is not sent again to somebody who has it (§3.14)', async () => {
    const { send, user } = await service();
    const ada = await user('ada@contoso.com');
    const { headers } = await send('GET', `/Users/${ada}`);
    const again = await send('GET', `/Users/${ada}`, undefined, {
      'if-none-match': headers.get('etag') ?? '',
    });
    expect(again).toMatchObject({ status: 304, body: undefined });
  });

  it('of a group leaves its members out when asked to', async () => {
    const { send, user, group } = await service();
    const analysts = await group('Analysts', await user('ada@contoso.com'));
    const { body } = await send('GET', `/Groups/${analysts}?excludedAttributes=members`);
    expect(body).not.toHaveProperty('members');
  });
});
