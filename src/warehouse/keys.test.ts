import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePath } from '../scim/path.ts';
import {
  identityKey,
  identityKeys,
  isExact,
  matchKeys,
  namingKey,
  namingKeys,
  objectKey,
  parseObjectKey,
  references,
} from './keys.ts';

function path(text: string) {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(`not a path: ${text}`);
  return { text, path: parsed.value };
}

describe('keys', () => {
  it('compare values of people without case, and identifiers of systems byte for byte', () => {
    expect(identityKey('user', 'mail', 'Ada@Contoso.com')).toBe(
      identityKey('user', 'mail', 'ada@contoso.com'),
    );
    const ref = { system: 'entra', kind: 'user', id: 'A1' };
    expect(objectKey(ref)).not.toBe(objectKey({ ...ref, id: 'a1' }));
  });

  it('never take one composed character for two others', () => {
    expect(identityKey('user', 'mail', 'andré@contoso.com')).toBe(
      identityKey('user', 'mail', 'andre\u0301@contoso.com'),
    );
  });

  it('leave out what cannot name anybody', () => {
    expect(identityKey('user', 'mail', '')).toBeUndefined();
    expect(identityKey('user', 'mail', 'x'.repeat(600))).toBeUndefined();
  });

  it('of a guest copied from Entra ID lead to the name without its mark, and to the whole', () => {
    const shown = 'bob_fabrikam.com#EXT#@contoso.onmicrosoft.com';
    expect(namingKeys('user', shown)).toEqual([
      namingKey('user', shown),
      namingKey('user', 'bob_fabrikam.com'),
    ]);
    expect(namingKeys('user', 'ada@contoso.com')).toHaveLength(1);
  });

  it('of an object lead back to it', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        const ref = { system: 'entra', kind: 'user', id };
        expect(parseObjectKey(objectKey(ref))).toEqual(ref);
      }),
    );
    expect(parseObjectKey(identityKey('user', 'mail', 'a') ?? '')).toBeUndefined();
  });

  it('of an identity are one for each join value, and one for all names that read alike', () => {
    const attributes = { userPrincipalName: 'Ada@contoso.com', mail: 'ada@contoso.com', badge: 7 };
    const keys = identityKeys('user', attributes, {
      compared: {},
      exact: ['badge'],
      naming: ['userPrincipalName', 'mail'],
    });
    expect(keys.size).toBe(2);
    expect([...keys].filter(isExact)).toEqual([identityKey('user', 'badge', '7')]);
  });

  it('of an account are the values at its match paths', () => {
    const attributes = {
      userName: 'Ada',
      emails: [
        { type: 'home', value: 'ada@example.com' },
        { type: 'work', value: 'Ada@contoso.com' },
      ],
    };
    const keys = matchKeys(attributes, [path('userName'), path('emails[type eq "work"].value')]);
    expect([...keys].map((key) => key.split('\u001f')[1])).toEqual(['ada', 'ada@contoso.com']);
  });

  it('of references tell an object from a value', () => {
    const boss = { $ref: { system: 'entra', kind: 'user', id: '9' } };
    const owner = { $ref: { kind: 'user', by: 'employeeId', value: 9 } };
    const attributes = { manager: boss, owners: [owner, boss], title: 'clerk' };
    expect(references(attributes, Object.keys(attributes))).toEqual([
      { attribute: 'manager', referent: '@entra\u001fuser\u001f9' },
      { attribute: 'owners', referent: 'user\u001femployeeId\u001f9' },
      { attribute: 'owners', referent: '@entra\u001fuser\u001f9' },
    ]);
  });
});
