import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../identity/record.ts';
import { RFC_ATTRIBUTES } from './attributes.ts';
import { dialectOf } from './dialect.ts';
import { pathsOf } from './paths.ts';
import { shippedProfile } from './testing.ts';
import { recordOf, resourceOf } from './translate.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const grace = { $ref: { system: 'app', kind: 'user', id: 'g-1' } };

function body(attributes: Attributes, kind = 'user', overrides = {}) {
  const protocol = dialectOf(undefined, overrides);
  return resourceOf(kind, attributes, pathsOf(RFC_ATTRIBUTES[kind] ?? []), protocol);
}

describe('a create', () => {
  it('nests what paths name, marks the primary address, and lists every schema', () => {
    expect(
      body({
        userName: 'ada@contoso.com',
        active: 'True',
        'name.givenName': 'Ada',
        'name.familyName': 'Lovelace',
        'emails[type eq "work"].value': 'ada@contoso.com',
        'addresses[type eq "work"].locality': 'London',
        'addresses[type eq "work"].country': 'GB',
        'roles[primary eq "True"].value': 'BUSINESS_USER',
        [`${ENTERPRISE}:department`]: 'R&D',
        [`${ENTERPRISE}:employeeNumber`]: 7,
        [`${ENTERPRISE}:manager`]: grace,
        'urn:contoso:2.0:User:badge': 'B7',
      }),
    ).toEqual({
      schemas: [USER, ENTERPRISE, 'urn:contoso:2.0:User'],
      userName: 'ada@contoso.com',
      active: true,
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ type: 'work', value: 'ada@contoso.com', primary: true }],
      addresses: [{ type: 'work', locality: 'London', country: 'GB' }],
      roles: [{ primary: true, value: 'BUSINESS_USER' }],
      [ENTERPRISE]: { department: 'R&D', employeeNumber: '7', manager: { value: 'g-1' } },
      'urn:contoso:2.0:User': { badge: 'B7' },
    });
  });

  it('makes a list of a single value where the attribute has many', () => {
    expect(body({ userName: 'ada', roles: 'BUSINESS_USER', 'emails.value': 'a@x.com' })).toEqual({
      schemas: [USER],
      userName: 'ada',
      roles: [{ value: 'BUSINESS_USER' }],
      emails: [{ value: 'a@x.com', primary: true }],
    });
  });

  it('names the members of a group by their ids', () => {
    expect(body({ displayName: 'Engineering', members: [grace] }, 'group')).toMatchObject({
      displayName: 'Engineering',
      members: [{ value: 'g-1' }],
    });
  });

  it('follows Entra’s template where the profile says so', () => {
    const group = body({ displayName: 'E' }, 'group', { create: { entraTemplate: true } });
    expect(group).toMatchObject({ meta: { resourceType: 'Group' } });
    expect(group.schemas).toHaveLength(2);
  });

  it('refuses a reference that leads to no account yet', () => {
    const nobody = { $ref: { kind: 'user', by: 'employeeId', value: '7' } };
    expect(() => body({ userName: 'ada', [`${ENTERPRISE}:manager`]: nobody })).toThrowError(
      expect.objectContaining({ code: 'unresolved-reference' }),
    );
  });

  it('cannot be talked into changing a prototype', () => {
    expect(() => body({ '__proto__.polluted': 'yes' })).toThrowError(
      expect.objectContaining({ code: 'path-invalid' }),
    );
    expect(body({ 'constructor.prototype': 'x' }).constructor).toEqual({ prototype: 'x' });
    expect(({} as Record<string, unknown>).prototype).toBeUndefined();
  });
});

describe('an answer', () => {
  it('becomes a record without what says nothing, its references ours', () => {
    const record = recordOf('app', 'user', {
      schemas: [USER],
      id: 'a-1',
      meta: { version: 'W/"3"', resourceType: 'User' },
      userName: 'ada',
      nickName: null,
      title: '',
      emails: [{ type: 'work', value: 'a@x.com', display: '' }],
      phoneNumbers: [],
      name: { givenName: 'Ada', middleName: null },
      groups: [{ value: 'e-1' }],
      [ENTERPRISE]: {
        manager: { value: 'g-1', displayName: 'Grace', $ref: 'https://x/Users/g-1' },
      },
    });
    expect(record).toEqual({
      ref: { system: 'app', kind: 'user', id: 'a-1' },
      version: 'W/"3"',
      attributes: {
        userName: 'ada',
        emails: [{ type: 'work', value: 'a@x.com' }],
        name: { givenName: 'Ada' },
        [ENTERPRISE]: { manager: grace },
      },
    });
  });

  it.each([
    ['a text', 'g-1'],
    ['a list of one', [{ value: 'g-1' }]],
    ['its older name', { managerId: 'g-1' }],
  ])('may have the manager as %s', (_, manager) => {
    expect(recordOf('app', 'user', { id: '1', [ENTERPRISE]: { manager } })?.attributes).toEqual({
      [ENTERPRISE]: { manager: grace },
    });
  });

  it('may have a name flattened, an id as a number, a member group', () => {
    expect(
      recordOf('app', 'user', { id: 7, 'name.formatted': 'Ada L', name: { givenName: 'Ada' } }),
    ).toEqual({
      ref: { system: 'app', kind: 'user', id: '7' },
      attributes: { name: { formatted: 'Ada L', givenName: 'Ada' } },
    });
    expect(
      recordOf('app', 'group', {
        id: '1',
        members: [
          { value: 'u' },
          { value: 'g', type: 'Group' },
          { value: 'h', $ref: 'x/Groups/h' },
        ],
      })?.attributes.members,
    ).toEqual(
      ['user', 'group', 'group'].map((kind, index) => ({
        $ref: { system: 'app', kind, id: ['u', 'g', 'h'][index] },
      })),
    );
  });

  it('loses a hostile key, and a value of 10 MB', () => {
    const tooLong: string[] = [];
    const resource = JSON.parse(
      '{"id":"1","__proto__":{"admin":true},"name":{"__proto__":{"x":1}}}',
    );
    const record = recordOf('app', 'user', { ...resource, title: 'x'.repeat(10_000_000) }, tooLong);
    expect([record?.attributes, tooLong]).toEqual([{}, ['title']]);
  });

  it('is none without an id', () => {
    expect(recordOf('app', 'user', { userName: 'ada' })).toBeUndefined();
  });
});

it('reads back what it sent', () => {
  const profile = dialectOf(shippedProfile('ramp'), {});
  const paths = pathsOf(RFC_ATTRIBUTES.user ?? []);
  const sent = { userName: 'ada', 'name.givenName': 'Ada', [`${ENTERPRISE}:manager`]: grace };
  const resource = { ...resourceOf('user', sent, paths, profile), id: '1' };
  expect(recordOf('app', 'user', resource)?.attributes).toEqual({
    userName: 'ada',
    name: { givenName: 'Ada' },
    [ENTERPRISE]: { manager: grace },
  });
});
