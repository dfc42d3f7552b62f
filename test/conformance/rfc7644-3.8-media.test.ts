/** RFC 7644 §3.8: types of bodies, asked and answered. */

import { expect, it } from 'vitest';
import { service } from './service.ts';

it.each([
  'application/scim+json',
  'application/json',
  'application/scim+json; charset=utf-8',
  'APPLICATION/JSON;charset=UTF-8',
])('takes a body that is %s', async (type) => {
  const { send } = await service();
  const answer = await send('POST', '/Users', { userName: 'ada' }, { 'content-type': type });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('application/scim+json');
});

it.each([
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'application/jsonp',
])('refuses a body that is %s with 415', async (type) => {
  const { send, list } = await service();
  const answer = await send('POST', '/Users', { userName: 'ada' }, { 'content-type': type });
  expect(answer).toMatchObject({ status: 415, body: { status: '415' } });
  expect((await list('/Users')).body.totalResults).toBe(0);
});

it.each(['application/scim+json', 'application/json', '*/*', 'text/html'])(
  'answers with its own type to whoever accepts %s',
  async (accept) => {
    const { send } = await service();
    const { status, headers } = await send('GET', '/Users', undefined, { accept });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/scim+json']);
  },
);
