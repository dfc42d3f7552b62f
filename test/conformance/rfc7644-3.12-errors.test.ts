/** RFC 7644 §3.12: every refusal has its status, its `scimType` where there is one, and a reason. */

import { expect, it } from 'vitest';
import { type Answer, ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const patchOf = (...Operations: readonly unknown[]) => ({ schemas: [PATCH_OP], Operations });

type Ask = (made: Service, at: string) => Promise<Answer>;

const REFUSALS: readonly (readonly [string, number, string | undefined, string, Ask])[] = [
  [
    'a filter that is none',
    ...([400, 'invalidFilter', 'column 10'] as const),
    ({ list }) => list('/Users', { filter: 'userName xx "a"' }),
  ],
  [
    'too many operations',
    ...([400, 'tooMany', '1000 operations'] as const),
    ({ send }, at) =>
      send(
        'PATCH',
        at,
        patchOf(...Array.from({ length: 1_001 }, () => ({ op: 'remove', path: 'title' }))),
      ),
  ],
  [
    'a name that is taken',
    ...([409, 'uniqueness', 'GRACE'] as const),
    ({ send }) => send('POST', '/Users', { userName: 'GRACE' }),
  ],
  [
    'what only the service sets',
    ...([400, 'mutability', 'meta.created'] as const),
    ({ patch }, at) => patch(at, { op: 'add', path: 'meta.created', value: 'x' }),
  ],
  [
    'a body that is no JSON',
    ...([400, 'invalidSyntax', 'JSON'] as const),
    ({ send }) => send('POST', '/Users', '{'),
  ],
  [
    'a PATCH without its schema',
    ...([400, 'invalidSyntax', 'schemas'] as const),
    ({ send }, at) => send('PATCH', at, { Operations: [] }),
  ],
  [
    'a path to nothing',
    ...([400, 'invalidPath', 'shoeSize'] as const),
    ({ patch }, at) => patch(at, { op: 'add', path: 'shoeSize', value: 1 }),
  ],
  [
    'a value filter that finds nothing',
    ...([400, 'noTarget', 'emails'] as const),
    ({ patch }, at) =>
      patch(at, { op: 'replace', path: 'emails[type eq "fax"].value', value: 'x' }),
  ],
  [
    'a value of another type',
    ...([400, 'invalidValue', 'active'] as const),
    ({ send }, at) => send('PUT', at, { userName: 'ada', active: 'yes' }),
  ],
  [
    'a required attribute that is missing',
    ...([400, 'invalidValue', 'userName'] as const),
    ({ send }) => send('POST', '/Users', { [ENTERPRISE]: {} }),
  ],
  [
    'a cursor of somebody else (RFC 9865 §2.1)',
    ...([400, 'invalidCursor', 'cursor'] as const),
    ({ list }) => list('/Users', { cursor: 'abc' }),
  ],
  [
    'a count that is none (RFC 9865 §2.1)',
    ...([400, 'invalidCount', 'count'] as const),
    ({ list }) => list('/Users', { count: 'many' }),
  ],
  [
    'no token',
    ...([401, undefined, 'token'] as const),
    ({ send }) => send('GET', '/Users', undefined, { authorization: '' }),
  ],
  [
    'a filter where none is allowed',
    ...([403, undefined, 'filter'] as const),
    ({ list }) => list('/Schemas', { filter: 'id pr' }),
  ],
  [
    'somebody who is not there',
    ...([404, undefined, 'User nobody'] as const),
    ({ send }) => send('GET', '/Users/nobody'),
  ],
  [
    'a version that has passed',
    ...([412, undefined, 'version'] as const),
    ({ send }, at) => send('DELETE', at, undefined, { 'if-match': 'W/"0"' }),
  ],
  [
    'a body that is too large',
    ...([413, undefined, 'bytes'] as const),
    ({ send }) => send('POST', '/Users', { userName: 'x'.repeat(2_000_000) }),
  ],
  [
    'what a token without a user cannot ask for (§3.11)',
    ...([501, undefined, '/Me'] as const),
    ({ send }) => send('GET', '/Me'),
  ],
];

it.each(REFUSALS)('%s is %i %s and says: %s', async (_, status, scimType, reason, ask) => {
  const made = await service();
  const at = `/Users/${await made.user('ada')}`;
  await made.user('grace');
  const before = await made.send('GET', at);
  const answer = await ask(made, at);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/scim+json');
  expect(answer.body).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: expect.stringContaining(reason),
  });
  expect((await made.send('GET', at)).body).toEqual(before.body);
  expect(made.bugs).toEqual([]);
});
