/** RFC 7644 §3.14 and RFC 9110 §13.1: versions, and what is done only while there is a certain one. */

import { describe, expect, it } from 'vitest';
import { PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

async function versionOf({ send }: Service, at: string): Promise<string> {
  return (await send('GET', at)).headers.get('etag') ?? '';
}

const TITLE = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'X' }] };

const WRITES: readonly (readonly [string, unknown])[] = [
  ['PUT', { userName: 'ada', title: 'X' }],
  ['PATCH', TITLE],
  ['DELETE', undefined],
];

describe.each(WRITES)('%s', (method, body) => {
  it('with If-Match is done for the version that is there, or any (§13.1.1)', async () => {
    for (const tag of ['current', '*', 'W/"0", current']) {
      const made = await service();
      const at = `/Users/${await made.user('ada')}`;
      const known = tag.replace('current', await versionOf(made, at));
      const { status } = await made.send(method, at, body, { 'if-match': known });
      expect(status).toBeLessThan(300);
    }
  });

  it('with If-Match of another version is 412, and changes nothing (§13.1.1)', async () => {
    const made = await service();
    const at = `/Users/${await made.user('ada')}`;
    for (const tag of ['W/"0"', '"none"', '']) {
      const answer = await made.send(method, at, body, { 'if-match': tag });
      expect(answer).toMatchObject({ status: 412, body: { status: '412' } });
    }
    expect((await made.send('GET', at)).body).not.toHaveProperty('title');
  });

  it('with If-None-Match of the version that is there, or any, is 412 (§13.1.2)', async () => {
    const made = await service();
    const at = `/Users/${await made.user('ada')}`;
    for (const tag of [await versionOf(made, at), '*']) {
      const answer = await made.send(method, at, body, { 'if-none-match': tag });
      expect(answer).toMatchObject({ status: 412, body: { status: '412' } });
    }
    expect((await made.send('GET', at)).body).not.toHaveProperty('title');
  });

  it('with If-None-Match of another version is done (§13.1.2)', async () => {
    const made = await service();
    const at = `/Users/${await made.user('ada')}`;
    const { status } = await made.send(method, at, body, { 'if-none-match': 'W/"0"' });
    expect(status).toBeLessThan(300);
  });

  it('of what does not exist is 404 whatever version is asked for', async () => {
    const { send } = await service();
    for (const name of ['if-match', 'if-none-match'])
      expect(await send(method, '/Users/nobody', body, { [name]: 'W/"0"' })).toMatchObject({
        status: 404,
      });
  });
});

describe('the version of a group', () => {
  async function navy(): Promise<Service & { readonly at: string; readonly ada: string }> {
    const made = await service();
    const ada = await made.user('ada');
    return { ...made, ada, at: `/Groups/${await made.group('Navy')}` };
  }

  it('is another one once somebody joins or leaves, by PATCH and by PUT', async () => {
    const { at, ada, ...made } = await navy();
    const seen = [await versionOf(made, at)];
    const member = { value: ada };
    await made.patch(at, { op: 'add', path: 'members', value: [member] });
    seen.push(await versionOf(made, at));
    await made.patch(at, { op: 'remove', path: `members[value eq "${ada}"]` });
    seen.push(await versionOf(made, at));
    await made.send('PUT', at, { displayName: 'Navy', members: [member] });
    seen.push(await versionOf(made, at));
    await made.send('DELETE', `/Users/${ada}`);
    seen.push(await versionOf(made, at));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('stays where nobody joined or left', async () => {
    const { at, ada, ...made } = await navy();
    const add = { op: 'add', path: 'members', value: [{ value: ada }] };
    await made.patch(at, add);
    const before = await versionOf(made, at);
    await made.patch(at, add);
    await made.patch(at, { op: 'remove', path: 'members[value eq "nobody"]' });
    expect(await versionOf(made, at)).toBe(before);
  });

  it('that an answer tells is the one that is there', async () => {
    const { at, ada, ...made } = await navy();
    const add = { op: 'add', path: 'members', value: [{ value: ada }] };
    const patched = await made.patch(at, add);
    expect(patched.headers.get('etag')).toBe(await versionOf(made, at));
    const put = await made.send('PUT', at, { displayName: 'Navy' });
    expect(put.headers.get('etag')).toBe(await versionOf(made, at));
    const members = [{ value: ada }];
    const posted = await made.send('POST', '/Groups', { displayName: 'Army', members });
    expect(posted.headers.get('etag')).toBe(await versionOf(made, `/Groups/${posted.body.id}`));
  });

  it('lets a client that knows the group with its members be answered 304', async () => {
    const { at, ada, ...made } = await navy();
    await made.patch(at, { op: 'add', path: 'members', value: [{ value: ada }] });
    const known = { 'if-none-match': await versionOf(made, at) };
    expect(await made.send('GET', at, undefined, known)).toMatchObject({ status: 304 });
    await made.patch(at, { op: 'replace', path: 'members', value: [] });
    expect(await made.send('GET', at, undefined, known)).toMatchObject({ status: 200 });
  });

  it('guards its members: two who knew the same one do not both change them', async () => {
    const { at, ada, ...made } = await navy();
    const grace = await made.user('grace');
    const known = { 'if-match': await versionOf(made, at) };
    const add = (value: string) =>
      made.send(
        'PATCH',
        at,
        { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: [{ value }] }] },
        known,
      );
    const answers = [await add(ada), await add(grace)];
    expect(answers.map(({ status }) => status)).toEqual([204, 412]);
    const put = await made.send('PUT', at, { displayName: 'Fleet' }, known);
    expect(put.status).toBe(412);
    const { body } = await made.send('GET', at);
    expect(body).toMatchObject({ displayName: 'Navy', members: [{ value: ada }] });
  });

  it('has its date of change with it (RFC 7643 §3.1)', async () => {
    const { at, ada, ...made } = await navy();
    const before = (await made.send('GET', at)).body.meta;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await made.patch(at, { op: 'add', path: 'members', value: [{ value: ada }] });
    const after = (await made.send('GET', at)).body.meta;
    expect(after.created).toBe(before.created);
    expect(after.lastModified > before.lastModified).toBe(true);
  });
});
