/** A service provider behind a service provider: what ours in front adds, and what it leaves as it is. */

import { expect, it } from 'vitest';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { scim } from '../../src/connectors/scim/connector.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { type Gateway, gateway, URL_OF_GATEWAY } from './gateway.ts';

interface Chain {
  /** The provider behind, and the gateway in front of it. */
  readonly behind: Gateway;
  readonly front: Gateway;
  /** What the provider answers with instead, once. */
  answerWith(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void;
  /** Requests that reached the provider. */
  readonly asked: string[];
}

async function chain(options: unknown = {}): Promise<Chain> {
  const directory = openDirectory(
    'gate',
    directoryOptions.parse({ receive: { unique: true } }),
    memoryStorage(),
    () => new Date(),
  );
  const behind = await gateway(directory);
  const asked: string[] = [];
  let instead: Response | undefined;
  const connector = await scim.connect(
    scim.options.parse({
      url: URL_OF_GATEWAY,
      token: 'secret',
      ...(typeof options === 'object' && options),
    }),
    {
      system: 'app',
      now: () => new Date(),
      baseDirectory: '/',
      fetch: async (input, init) => {
        asked.push(`${init?.method ?? 'GET'} ${decodeURIComponent(String(input))}`);
        const answer = instead;
        instead = undefined;
        return answer ?? behind.fetch(input, init);
      },
    },
  );
  return {
    behind,
    asked,
    front: await gateway(connector),
    answerWith: (status, body = {}, headers = {}) => {
      instead = new Response(JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/scim+json', ...headers },
      });
    },
  };
}

const ADA = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
  userName: 'ada@contoso.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ type: 'work', value: 'ada@contoso.com', primary: true }],
  active: true,
  [ENTERPRISE]: { department: 'R&D' },
};

it('passes a person through as it is', async () => {
  const { behind, front } = await chain();
  const made = await front.send('POST', '/Users', ADA);
  expect(made).toMatchObject({ status: 201, body: ADA });
  const path = `/Users/${made.body.id}`;
  expect((await front.send('GET', path)).body).toEqual((await behind.send('GET', path)).body);
  expect(made.headers.get('location')).toBe(URL_OF_GATEWAY + path);

  const patched = await front.patch(
    path,
    { op: 'replace', path: 'active', value: false },
    { op: 'add', path: `${ENTERPRISE}:costCenter`, value: '007' },
  );
  expect(patched).toMatchObject({ status: 200, body: { active: false } });
  expect((await behind.send('GET', path)).body).toMatchObject({
    active: false,
    [ENTERPRISE]: { department: 'R&D', costCenter: '007' },
  });

  const { active: _, ...rest } = ADA;
  expect(await front.send('PUT', path, { ...rest, title: 'Analyst' })).toMatchObject({
    status: 200,
    body: { title: 'Analyst' },
  });
  expect((await behind.send('GET', path)).body).not.toHaveProperty([ENTERPRISE, 'costCenter']);

  expect(await front.send('DELETE', path)).toMatchObject({ status: 204 });
  expect(await front.send('GET', path)).toMatchObject({ status: 404 });
  expect([...front.bugs, ...behind.bugs]).toEqual([]);
});

it('hands filters on, and pages as the provider does', async () => {
  const { front, asked } = await chain();
  for (const name of ['ada', 'bob', 'grace'])
    await front.send('POST', '/Users', { ...ADA, userName: `${name}@contoso.com`, emails: [] });
  asked.length = 0;
  const filter = 'userName sw "b" or name.familyName pr';
  const page = await front.list('/Users', { filter, startIndex: 2, count: 1 });
  expect(page.body).toMatchObject({
    totalResults: 3,
    startIndex: 2,
    itemsPerPage: 1,
    Resources: [{ userName: 'bob@contoso.com' }],
  });
  expect(asked.join()).toContain(`filter=${filter}`);
  expect(await front.all('/Users', { count: 2 })).toHaveLength(3);
});

it('knows members of a group only where they are asked for', async () => {
  const { front, asked } = await chain();
  const { body: ada } = await front.send('POST', '/Users', ADA);
  const group = { displayName: 'Analysts', members: [{ value: ada.id }] };
  const { body: made } = await front.send('POST', '/Groups', group);
  const path = `/Groups/${made.id}`;
  expect((await front.send('GET', path)).body.members).toEqual([
    { value: ada.id, type: 'User', $ref: `${URL_OF_GATEWAY}/Users/${ada.id}` },
  ]);
  asked.length = 0;
  expect((await front.list('/Groups', { excludedAttributes: 'members' })).body).toMatchObject({
    totalResults: 1,
  });
  expect(asked.join()).toContain('excludedAttributes=members');
  const remove = { op: 'remove', path: `members[value eq "${ada.id}"]` };
  expect(await front.patch(path, remove)).toMatchObject({ status: 204 });
  expect((await front.send('GET', path)).body).not.toHaveProperty('members');
  const user = await front.send('GET', `/Users/${ada.id}?attributes=groups,userName`);
  expect(user.body).not.toHaveProperty('groups');
});

it('heeds versions of the provider', async () => {
  const { behind, front } = await chain();
  const { body, headers } = await front.send('POST', '/Users', ADA);
  const path = `/Users/${body.id}`;
  const tag = headers.get('etag') ?? '';
  expect(tag).toBe((await behind.send('GET', path)).headers.get('etag'));
  const none = { 'if-none-match': tag };
  expect(await front.send('GET', path, undefined, none)).toMatchObject({ status: 304 });
  const change = { ...ADA, title: 'Analyst' };
  const match = { 'if-match': tag };
  expect(await front.send('PUT', path, change, match)).toMatchObject({ status: 200 });
  expect(await front.send('PUT', path, ADA, match)).toMatchObject({ status: 412 });
});

it.each([
  [429, { 'retry-after': '7' }, 429, undefined],
  [503, {}, 503, undefined],
  [500, {}, 503, undefined],
  [401, {}, 503, undefined],
  [403, {}, 403, undefined],
  [404, {}, 404, undefined],
  [409, {}, 409, 'uniqueness'],
])('answers for a provider that answers %d', async (status, headers, answered, scimType) => {
  const { front, answerWith } = await chain();
  const { body } = await front.send('POST', '/Users', ADA);
  const detail = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: `${status}` };
  answerWith(status, detail, headers);
  const answer =
    status === 409
      ? await front.send('POST', '/Users', ADA)
      : await front.send('GET', `/Users/${body.id}`);
  expect([answer.status, answer.body.scimType]).toEqual([answered, scimType]);
  expect(answer.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
  expect(answer.body.detail).toMatch(/in app|does not exist/);
});

it.each(['invalidFilter', 'expiredCursor', 'tooMany', 'mutability', 'noTarget'])(
  'passes on what the provider refuses as %s',
  async (scimType) => {
    const { front, answerWith } = await chain();
    await front.list('/Users');
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
    answerWith(400, { schemas, status: '400', scimType, detail: 'as it says' });
    const answer = await front.list('/Users', { filter: 'title pr' });
    expect([answer.status, answer.body.scimType]).toEqual([400, scimType]);
    expect(answer.body.detail).toContain('as it says');
  },
);

it('refuses a filter that the provider is known not to have, and says what it has', async () => {
  const overrides = { filter: { paths: { user: ['userName'] }, operators: ['eq', 'and'] } };
  const { front, asked } = await chain({ overrides });
  for (const name of ['ada', 'bob'])
    await front.send('POST', '/Users', { ...ADA, userName: `${name}@contoso.com`, title: name });
  asked.length = 0;
  expect(await front.list('/Users', { filter: 'title eq "bob"' })).toMatchObject({
    status: 400,
    body: { scimType: 'invalidFilter', detail: expect.stringMatching(/title.*looks up: userName/) },
  });
  const filter = 'userName eq "bob@contoso.com" and title eq "BOB"';
  expect((await front.list('/Users', { filter })).body).toMatchObject({ totalResults: 1 });
  expect(asked.filter((one) => one.includes('filter='))).toHaveLength(1);
  expect(asked.join()).not.toContain('title eq');
});

it('lets a client that may only read do nothing else', async () => {
  const { front } = await chain();
  const headers = { authorization: 'Bearer reader' };
  expect(await front.send('POST', '/Users', ADA, headers)).toMatchObject({ status: 403 });
  expect(await front.send('GET', '/Users', undefined, headers)).toMatchObject({ status: 200 });
  const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
  expect(await front.send('POST', '/Users/.search', search, headers)).toMatchObject({
    status: 200,
  });
});
