/** RFC 7644 §3.4.2.2: what each operator means, for each kind of value. */

import { beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../scim-client.ts';
import { type Service, service } from './service.ts';

let made: Service;
const ids: Record<string, string> = {};

beforeAll(async () => {
  made = await service();
  ids.grace = await made.user('grace', {
    externalId: 'G-1',
    title: 'Admiral',
    active: false,
    nickName: '',
    emails: [
      { type: 'work', value: 'grace@navy.example', primary: true },
      { type: 'home', value: 'Amazing@Grace.example' },
    ],
    [ENTERPRISE]: { department: 'Navy' },
  });
  ids.ada = await made.user('ada', {
    externalId: 'g-1',
    title: 'Analyst',
    photos: [{ type: 'photo', value: 'https://contoso.com/A.png' }],
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ type: 'work', value: 'ada@contoso.com' }],
    [ENTERPRISE]: { manager: { value: ids.grace } },
  });
  ids.zoe = await made.user('zoe', { roles: [], addresses: [{ type: 'work', country: 'GB' }] });
});

async function found(filter: string): Promise<readonly string[]> {
  const { status, body } = await made.list('/Users', { filter });
  expect([status, body.detail]).toEqual([200, undefined]);
  return body.Resources.map(({ userName }: { userName: string }) => userName).sort();
}

const ALL = ['ada', 'grace', 'zoe'];

describe('an operator', () => {
  it.each<[string, readonly string[]]>([
    ['userName eq "ADA"', ['ada']],
    ['userName ne "ada"', ['grace', 'zoe']],
    ['userName co "RAC"', ['grace']],
    ['userName sw "z"', ['zoe']],
    ['userName ew "E"', ['grace', 'zoe']],
    ['userName gt "grace"', ['zoe']],
    ['userName ge "grace"', ['grace', 'zoe']],
    ['userName lt "grace"', ['ada']],
    ['userName le "grace"', ['ada', 'grace']],
    ['title pr', ['ada', 'grace']],
    ['USERNAME EQ "ada"', ['ada']],
  ])('of a text: %s', async (filter, names) => expect(await found(filter)).toEqual(names));

  it.each<[string, readonly string[]]>([
    ['active eq false', ['grace']],
    ['active eq true', ['ada', 'zoe']],
    ['active ne true', ['grace']],
    ['meta.created gt "2001-01-01T00:00:00Z"', ALL],
    ['meta.created gt "2001-01-01T02:00:00+02:00"', ALL],
    ['meta.lastModified lt "2001-01-01T00:00:00Z"', []],
    ['title eq null', ['zoe']],
    ['title ne null', ['ada', 'grace']],
  ])('of another value: %s', async (filter, names) => expect(await found(filter)).toEqual(names));

  it.each<[string, readonly string[]]>([
    ['externalId eq "g-1"', ['ada']],
    ['externalId sw "G"', ['grace']],
    ['photos.value eq "https://contoso.com/A.png"', ['ada']],
    ['photos[value eq "https://contoso.com/a.png"]', []],
    ['photos[value eq "https://contoso.com/A.png" and type eq "PHOTO"]', ['ada']],
    ['photos eq "https://contoso.com/a.png"', []],
    ['title eq "ANALYST"', ['ada']],
    ['emails.value eq "amazing@grace.example"', ['grace']],
  ])('minds capitals where the schema says so: %s', async (filter, names) =>
    expect(await found(filter)).toEqual(names),
  );
});

describe('what has no value', () => {
  it.each<[string, readonly string[]]>([
    ['nickName pr', []],
    ['roles pr', []],
    ['emails pr', ['ada', 'grace']],
    ['name pr', ['ada']],
    ['name.familyName pr', ['ada']],
    ['not (title pr)', ['zoe']],
    ['title eq "x"', []],
  ])('%s', async (filter, names) => expect(await found(filter)).toEqual(names));
});

describe('words between filters', () => {
  it.each<[string, readonly string[]]>([
    ['userName eq "ada" or userName eq "zoe" and title pr', ['ada']],
    ['(userName eq "ada" or userName eq "zoe") and not (title pr)', ['zoe']],
    ['not (userName eq "ada") and not (userName eq "zoe")', ['grace']],
    ['not (userName eq "ada" or title pr)', ['zoe']],
    ['NOT (title pr) OR userName eq "ada"', ['ada', 'zoe']],
    ['((title pr))', ['ada', 'grace']],
  ])('%s', async (filter, names) => expect(await found(filter)).toEqual(names));
});

describe('an element of several', () => {
  it.each<[string, readonly string[]]>([
    ['emails[type eq "work"]', ['ada', 'grace']],
    ['emails[type eq "home" and value co "navy"]', []],
    ['emails.type eq "home" and emails.value co "navy"', ['grace']],
    ['emails[not (type eq "work")]', ['grace']],
    ['emails[type eq "work" and (value sw "ada" or primary eq true)]', ['ada', 'grace']],
    ['emails[type eq "home"].value ew "example"', ['grace']],
    ['emails eq "ada@contoso.com"', ['ada']],
    ['emails co "contoso"', ['ada']],
    ['addresses[type eq "work"].country eq "gb"', ['zoe']],
  ])('%s', async (filter, names) => expect(await found(filter)).toEqual(names));
});

describe('an attribute by its URN', () => {
  it.each<[string, readonly string[]]>([
    [`${ENTERPRISE}:department eq "navy"`, ['grace']],
    [`${ENTERPRISE.toUpperCase()}:Department pr`, ['grace']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:title eq "analyst"', ['ada']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.givenName eq "ada"', ['ada']],
  ])('%s', async (filter, names) => expect(await found(filter)).toEqual(names));

  it('finds a reference by the id of whom it names', async () => {
    for (const path of [`${ENTERPRISE}:manager`, `${ENTERPRISE}:manager.value`])
      expect(await found(`${path} eq "${ids.grace}"`)).toEqual(['ada']);
  });
});

it.each(['/Users/.search', '/.search'])('means the same in a body: %s', async (path) => {
  const filter = 'userName eq "ada" or userName eq "zoe"';
  expect((await made.send('POST', path, { filter })).body.totalResults).toBe(2);
});
