/** RFC 7643 §2.4: elements of a list, and that one of them at most is the primary one, on every path. */

import { describe, expect, it } from 'vitest';
import { PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

const email = (value: string, primary?: boolean) => ({
  type: value,
  value,
  ...(primary !== undefined && { primary }),
});

async function ada(made: Service): Promise<string> {
  return `/Users/${await made.user('ada', { emails: [email('a', true), email('b')] })}`;
}

describe('two primary elements', () => {
  const two = { userName: 'ada', emails: [email('a', true), email('b', true)] };

  it('are refused in a create, a replace, an added list and in bulk', async () => {
    const made = await service();
    const at = await ada(made);
    const before = (await made.send('GET', at)).body;
    const refused = [
      await made.send('POST', '/Users', { ...two, userName: 'eve' }),
      await made.send('PUT', at, two),
      await made.patch(at, { op: 'replace', path: 'emails', value: two.emails }),
      await made.patch(at, { op: 'add', value: { emails: two.emails } }),
    ];
    for (const answer of refused)
      expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    const { body } = await made.send('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'PUT', path: at, data: two }],
    });
    expect(body.Operations[0].status).toBe('400');
    expect((await made.send('GET', at)).body).toEqual(before);
  });
});

describe('a new primary element takes the flag from the old one (RFC 7644 §3.5.2)', () => {
  it.each<[string, unknown]>([
    ['added', { op: 'add', path: 'emails', value: [email('c', true)] }],
    ['by a value filter', { op: 'replace', path: 'emails[type eq "b"].primary', value: true }],
    ['as a whole element', { op: 'replace', path: 'emails[type eq "b"]', value: email('b', true) }],
    ['without a path', { op: 'add', value: { emails: [email('c', true)] } }],
  ])('%s', async (_, operation) => {
    const made = await service();
    const at = await ada(made);
    const { status } = await made.send('PATCH', at, {
      schemas: [PATCH_OP],
      Operations: [operation],
    });
    expect(status).toBe(200);
    const { body } = await made.send('GET', at);
    const primary = body.emails.filter((one: { primary?: boolean }) => one.primary === true);
    expect(primary).toHaveLength(1);
    expect(primary[0].value).not.toBe('a');
  });
});

it('none need be primary', async () => {
  const made = await service();
  const id = await made.user('ada', { emails: [email('a', false), email('b')] });
  const { body } = await made.send('GET', `/Users/${id}`);
  expect(body.emails).toEqual([email('a', false), email('b')]);
});
