import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { ENTRA, STRICT } from './clients.ts';
import { applyPatch, type PatchOperation, parsePatch } from './patch.ts';
import { resourceType } from './resource-type.ts';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from './schemas.ts';
import { ENTERPRISE_USER, PATCH_OP } from './urn.ts';

const MANAGER = `${ENTERPRISE_USER}:manager`;
const USERS = resourceType('user', USER_SCHEMA, [ENTERPRISE_USER_SCHEMA], { [MANAGER]: 'user' });
const GROUPS = resourceType('group', GROUP_SCHEMA, [], { members: 'user' });

const ada: Attributes = {
  userName: 'ada@contoso.com',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { type: 'work', value: 'ada@contoso.com', primary: true },
    { type: 'home', value: 'ada@example.org' },
  ],
  [ENTERPRISE_USER]: { department: 'R&D' },
};

function patched(...operations: readonly PatchOperation[]): Attributes {
  return applyPatch(USERS, ada, operations, { system: 'inbox', leniency: ENTRA }).attributes;
}

describe('a patch', () => {
  it('stores a manager as a reference, however it was sent', () => {
    const reference = { $ref: { system: 'inbox', kind: 'user', id: '7' } };
    for (const value of ['7', { value: '7' }, [{ $ref: 'http://example.org/Users/7', value: '7' }]])
      expect(patched({ op: 'add', path: MANAGER, value })[ENTERPRISE_USER]).toEqual({
        department: 'R&D',
        manager: reference,
      });
  });

  it('makes the element a value filter asks for, but not of a strict service', () => {
    const operation = {
      op: 'replace',
      path: 'addresses[type eq "work"].locality',
      value: 'London',
    };
    const operations = [operation] as readonly PatchOperation[];
    expect(patched(...operations).addresses).toEqual([{ type: 'work', locality: 'London' }]);
    expect(() => applyPatch(USERS, ada, operations, { system: 'inbox', leniency: STRICT })).toThrow(
      'no element',
    );
  });

  it('removes elements by value', () => {
    const gone = { op: 'remove', path: 'emails', value: [{ value: 'ada@example.org' }] } as const;
    expect(patched(gone).emails).toEqual([
      { type: 'work', value: 'ada@contoso.com', primary: true },
    ]);
  });

  it('names what was asked for, also where nothing changed', () => {
    const { attributes, touched } = applyPatch(
      USERS,
      ada,
      [
        { op: 'replace', path: 'name.givenName', value: 'Ada' },
        {
          op: 'replace',
          value: { 'emails[type eq "work"].value': 'ada@contoso.com', DEPARTMENT: 'R&D' },
        },
      ],
      { system: 'inbox', leniency: ENTRA },
    );
    expect(attributes).toEqual(ada);
    expect([...touched]).toEqual(['name', 'emails', `${ENTERPRISE_USER}:department`]);
  });

  it('tells changes to members as steps, in their order', () => {
    const { attributes, memberships } = applyPatch(
      GROUPS,
      { displayName: 'Analysts' },
      [
        { op: 'add', path: 'members', value: [{ value: '1' }, { value: '2', type: 'Group' }] },
        { op: 'remove', path: 'members[value eq "3" or value eq "4"]' },
        { op: 'remove', path: 'members', value: [{ value: '5' }] },
        { op: 'replace', path: 'members', value: [] },
        { op: 'remove', path: 'members' },
      ],
      { system: 'inbox', leniency: ENTRA },
    );
    const ref = (id: string, kind = 'user') => ({ system: 'inbox', kind, id });
    expect(attributes).toEqual({ displayName: 'Analysts' });
    expect(memberships).toEqual([
      { type: 'add', members: [ref('1'), ref('2', 'group')] },
      { type: 'remove', members: [ref('3'), ref('4')] },
      { type: 'remove', members: [ref('5')] },
      { type: 'set', members: [] },
      { type: 'clear' },
    ]);
  });

  it('leaves the object it was given alone', () => {
    const before = structuredClone(ada);
    patched(
      { op: 'add', path: 'emails', value: [{ type: 'other', value: 'x', primary: true }] },
      { op: 'replace', path: 'name', value: { givenName: 'A' } },
      { op: 'remove', path: ENTERPRISE_USER },
    );
    expect(ada).toEqual(before);
  });
});

describe('the operations of a body', () => {
  it('are named in any capitals', () => {
    const Operations = [
      { op: 'Replace', path: 'title', value: 'x' },
      { op: 'REMOVE', path: 'name' },
    ];
    expect(parsePatch({ schemas: [PATCH_OP], operations: Operations })).toEqual([
      { op: 'replace', path: 'title', value: 'x' },
      { op: 'remove', path: 'name' },
    ]);
  });
});

const texts = fc.string({ minLength: 1 });

const operations: fc.Arbitrary<PatchOperation> = fc.oneof(
  fc.record({
    op: fc.constantFrom('add', 'replace'),
    path: fc.constantFrom(
      'title',
      'name.givenName',
      'emails[type eq "work"].value',
      'emails[type eq "fax"].value',
      'roles[primary eq "True"].value',
      `${ENTERPRISE_USER}:department`,
      MANAGER,
    ),
    value: texts,
  }),
  fc.record({
    op: fc.constantFrom('add', 'replace'),
    path: fc.constantFrom('emails', 'phoneNumbers'),
    value: fc.array(
      fc.record(
        { value: texts, type: texts, primary: fc.constant(true) },
        { requiredKeys: ['value'] },
      ),
      { maxLength: 1 },
    ),
  }),
  fc.record({
    op: fc.constant('remove'),
    path: fc.constantFrom(
      'name',
      'emails[type eq "home"]',
      'emails[type eq "work"].value',
      'emails',
    ),
  }),
  fc.record({
    op: fc.constantFrom('add', 'replace'),
    value: fc.dictionary(fc.constantFrom('title', 'name.familyName', MANAGER, '__proto__'), texts),
  }),
);

it('applied twice is applied once', () => {
  fc.assert(
    fc.property(operations, (operation) => {
      const once = patched(operation);
      const acceptance = { system: 'inbox', leniency: ENTRA };
      expect(applyPatch(USERS, once, [operation], acceptance).attributes).toEqual(once);
    }),
  );
});

it('leaves at most one element primary', () => {
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 6 }), (several) => {
      for (const value of Object.values(patched(...several)))
        if (Array.isArray(value))
          expect(value.filter(({ primary }) => primary === true).length).toBeLessThan(2);
    }),
  );
});
