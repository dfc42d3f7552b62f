/** RFC 7644 §3.2, §3.11, §4; RFC 9110 §9.3.2, §9.3.7, §13.1.2, §15.5.6: which methods an address knows. */

import { describe, expect, it } from 'vitest';
import { BASE, service } from './service.ts';

describe('a method that an address does not know', () => {
  it.each<[string, string, string]>([
    ['DELETE', '/Users', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/Groups', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/Users/7', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['GET', '/Users/.search', 'POST, OPTIONS'],
    ['GET', '/.search', 'POST, OPTIONS'],
    ['GET', '/Bulk', 'POST, OPTIONS'],
    ['PUT', '/Bulk', 'POST, OPTIONS'],
    ['POST', '', 'GET, HEAD, OPTIONS'],
    ['POST', '/Schemas', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/ServiceProviderConfig', 'GET, HEAD, OPTIONS'],
    ['POST', '/ResourceTypes', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 and told what there is (RFC 9110 §15.5.6)', async (method, path, allow) => {
    const { send } = await service();
    const answer = await send(method, path, method === 'GET' ? undefined : {});
    expect(answer).toMatchObject({ status: 405, body: { status: '405' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it.each(['/Planets', '/Users/7/emails', '/Users//', '/ServiceProviderConfig/7', '/constructor'])(
    'is 404 where there is no such address: %s',
    async (path) => {
      expect(await (await service()).send('GET', path)).toMatchObject({ status: 404 });
    },
  );
});

it('takes an address with a slash behind it for the same one', async () => {
  const { send, user } = await service();
  const id = await user('ada@contoso.com');
  const found = await send('GET', '/Users/?filter=userName%20eq%20%22ada@contoso.com%22');
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  // Whatever was to be deleted: not everybody.
  expect(await send('DELETE', '/Users/')).toMatchObject({ status: 405 });
});

it('says what there is when asked with OPTIONS (RFC 9110 §9.3.7)', async () => {
  const { send } = await service();
  const { status, headers, body } = await send('OPTIONS', '/Users/7');
  expect([status, body]).toEqual([204, undefined]);
  expect(headers.get('allow')).toBe('GET, HEAD, PUT, PATCH, DELETE, OPTIONS');
});

it('says nothing to somebody without a token', async () => {
  const { send } = await service();
  const stranger = { authorization: 'Bearer wrong' };
  for (const method of ['OPTIONS', 'DELETE'])
    expect(await send(method, '/Users', undefined, stranger)).toMatchObject({ status: 401 });
});

it('answers HEAD as GET, without the body (RFC 9110 §9.3.2)', async () => {
  const { send, user } = await service();
  const ada = await user('ada@contoso.com');
  const got = await send('GET', `/Users/${ada}`);
  const { status, headers, body } = await send('HEAD', `/Users/${ada}`);
  expect([status, body]).toEqual([200, undefined]);
  for (const name of ['etag', 'location', 'content-type'])
    expect(headers.get(name)).toBe(got.headers.get(name));
  expect(headers.get('location')).toBe(`${BASE}/Users/${ada}`);
  expect(await send('HEAD', '/Users/nobody')).toMatchObject({ status: 404, body: undefined });
  expect(await send('HEAD', '/Users')).toMatchObject({ status: 200, body: undefined });
});

it.each(['GET', 'HEAD'])(
  'does not answer %s again to somebody who has it (§3.14)',
  async (method) => {
    const { send, user } = await service();
    const ada = await user('ada@contoso.com');
    const etag = (await send('GET', `/Users/${ada}`)).headers.get('etag') ?? '';
    const again = (known: string) =>
      send(method, `/Users/${ada}`, undefined, { 'if-none-match': known });
    for (const known of [etag, etag.replace('W/', ''), `W/"0", ${etag}`, '*'])
      expect(await again(known)).toMatchObject({ status: 304, body: undefined });
    expect(await again('W/"0"')).toMatchObject({ status: 200 });
  },
);

it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  'answers %s /Me with 501, since a token stands for no user (§3.11)',
  async (method) => {
    const { send } = await service();
    const answer = await send(method, '/Me', method === 'GET' ? undefined : {});
    expect(answer).toMatchObject({ status: 501, body: { status: '501' } });
  },
);

it.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])(
  'refuses a filter on %s with 403 (§4)',
  async (path) => {
    const { send } = await service();
    const answer = await send('GET', `${path}?filter=${encodeURIComponent('id pr')}`);
    expect(answer).toMatchObject({ status: 403, body: { status: '403' } });
  },
);

it('says where a resource is as the client sees it, behind a proxy (§3.1.1, RFC 7239)', async () => {
  const { send, user } = await service();
  const ada = await user('ada@contoso.com');
  const proxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'scim.contoso.com' };
  const { headers, body } = await send('GET', `/Users/${ada}`, undefined, proxy);
  const location = `https://scim.contoso.com/scim/v2/inbox/Users/${ada}`;
  expect([headers.get('location'), body.meta.location]).toEqual([location, location]);
});
