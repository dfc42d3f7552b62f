import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes, AttributeValue } from '../../identity/record.ts';
import { acceptResource } from '../../scim/accept.ts';
import { ENTRA, type Leniency, STRICT } from '../../scim/clients.ts';
import { ScimError } from '../../scim/error.ts';
import { applyPatch, parsePatch } from '../../scim/patch.ts';
import { readPath, writePath } from '../../scim/path.ts';
import { resourceType } from '../../scim/resource-type.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../scim/schemas.ts';
import type { AttributeChange } from '../spi/index.ts';
import { RFC_ATTRIBUTES } from './attributes.ts';
import { dialectOf } from './dialect.ts';
import { memberOperations, patchBody, patchOperations, withWholeElements } from './patch.ts';
import { pathsOf } from './paths.ts';
import type { Protocol } from './profile.ts';
import { mergedResource } from './put.ts';
import { attributesOf } from './translate.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const paths = pathsOf(RFC_ATTRIBUTES.user ?? []);
const user = resourceType('user', USER_SCHEMA, [ENTERPRISE_USER_SCHEMA], {
  [`${ENTERPRISE}:manager`]: 'user',
});

function dialect(update: Partial<Protocol['update']> = {}): Protocol['update'] {
  return dialectOf(undefined, { update }).update;
}

const entra = dialect({ operators: 'capitalised', stringBooleans: true, reference: 'text' });
const grace = { $ref: { system: 'app', kind: 'user', id: 'g-1' } };

const changes: readonly AttributeChange[] = [
  { path: 'active', before: true, after: 'False' },
  { path: 'title', after: 'Analyst' },
  { path: 'emails[type eq "work"].value', before: 'a@x.com', after: 'b@x.com' },
  { path: 'phoneNumbers[type eq "fax"].value', before: '1' },
  { path: `${ENTERPRISE}:manager`, before: grace, after: grace },
];

describe('a patch', () => {
  it('is RFC 7644’s', () => {
    expect(patchOperations(changes, paths, dialect())).toEqual([
      { op: 'replace', path: 'active', value: false },
      { op: 'add', path: 'title', value: 'Analyst' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@x.com' },
      { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: 'g-1' } },
      { op: 'remove', path: 'phoneNumbers[type eq "fax"]' },
    ]);
  });

  it('is Entra’s where the profile says so', () => {
    expect(patchOperations(changes, paths, entra)).toEqual([
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: 'title', value: 'Analyst' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'b@x.com' },
      { op: 'Replace', path: `${ENTERPRISE}:manager`, value: 'g-1' },
      { op: 'Remove', path: 'phoneNumbers[type eq "fax"]' },
    ]);
  });

  it.each([
    ['nested', { name: { givenName: 'Ada' }, [ENTERPRISE]: { department: 'R&D' } }],
    ['dotted', { 'name.givenName': 'Ada', [`${ENTERPRISE}:department`]: 'R&D' }],
  ] as const)('has one operation for all plain attributes, %s', (combine, value) => {
    expect(
      patchOperations(
        [
          { path: 'name.givenName', after: 'Ada' },
          { path: 'emails[type eq "work"].value', after: 'a@x.com' },
          { path: `${ENTERPRISE}:department`, after: 'R&D' },
        ],
        paths,
        dialect({ combine }),
      ),
    ).toEqual([
      { op: 'replace', value },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'a@x.com' },
    ]);
  });

  it('adds a whole element where there is none to address', () => {
    expect(
      withWholeElements(
        [
          { path: 'addresses[type eq "work"].locality', after: 'London' },
          { path: 'addresses[type eq "work"].country', after: 'GB' },
          { path: 'phoneNumbers[type eq "fax"].value', before: '1' },
          { path: 'emails[type eq "work"].value', before: 'a@x.com', after: 'b@x.com' },
        ],
        { emails: [{ type: 'work', value: 'a@x.com' }] },
        paths,
        dialect(),
      ),
    ).toEqual([
      {
        op: 'add',
        path: 'addresses',
        value: [{ type: 'work', locality: 'London', country: 'GB' }],
      },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@x.com' },
    ]);
  });

  it('takes members out one by one, or all in one value where that is the custom', () => {
    expect(memberOperations('remove', ['1', 'a"b'], dialect())).toEqual([
      { op: 'remove', path: 'members[value eq "1"]' },
      { op: 'remove', path: 'members[value eq "a\\"b"]' },
    ]);
    expect(memberOperations('remove', ['1', '2'], dialect({ removeMembers: 'value' }))).toEqual([
      { op: 'remove', path: 'members', value: [{ value: '1' }, { value: '2' }] },
    ]);
  });
});

const TEXTS = ['title', 'name.givenName', `${ENTERPRISE}:department`];
const ELEMENTS = [
  'emails[type eq "work"].value',
  'addresses[type eq "work"].locality',
  'addresses[type eq "work"].country',
  'phoneNumbers[type eq "mobile"].value',
];
const text = fc.constantFrom<AttributeValue>('London', 'R&D', 'ada@contoso.com', 'a "quoted" text');

/** What an account may hold at the paths of a mapping. */
const holdings = fc.record<Record<string, AttributeValue>>(
  {
    ...Object.fromEntries([...TEXTS, ...ELEMENTS].map((path) => [path, text])),
    active: fc.boolean(),
    [`${ENTERPRISE}:manager`]: fc.constantFrom(grace, {
      $ref: { system: 'app', kind: 'user', id: 'h-1' },
    }),
  },
  { requiredKeys: [] },
);

function account(held: Attributes): Attributes {
  return Object.entries(held).reduce<Attributes>(
    (attributes, [path, value]) => writePath(attributes, parsed(path), value),
    { userName: 'ada' },
  );
}

function differences(held: Attributes, wanted: Attributes): readonly AttributeChange[] {
  return [...new Set([...Object.keys(held), ...Object.keys(wanted)])].flatMap((path) => {
    const [before, after] = [held[path], wanted[path]];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    return [
      { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
    ];
  });
}

function parsed(path: string) {
  return paths(path).path;
}

function held(attributes: Attributes, wanted: Attributes): Attributes {
  return Object.fromEntries(
    Object.keys(wanted).flatMap((path) => {
      const value = readPath(attributes, parsed(path));
      return value === undefined ? [] : [[path, value]];
    }),
  );
}

/** As the connector does: whole elements after `noTarget`. */
function patched(
  before: Attributes,
  changed: readonly AttributeChange[],
  update: Protocol['update'],
  leniency: Leniency,
): Attributes {
  const acceptance = { system: 'app', leniency };
  const apply = (operations: ReturnType<typeof patchOperations>): Attributes =>
    operations.length === 0
      ? before
      : applyPatch(user, before, parsePatch(patchBody(operations)), acceptance).attributes;
  try {
    return apply(patchOperations(changed, paths, update));
  } catch (error) {
    if (!(error instanceof ScimError) || error.scimType !== 'noTarget') throw error;
    return apply(withWholeElements(changed, before, paths, update));
  }
}

describe.each([
  ['RFC 7644', dialect(), STRICT],
  ['nested', dialect({ combine: 'nested' }), STRICT],
  ['Entra', entra, ENTRA],
] as const)('in the dialect of %s', (_, update, leniency) => {
  it('makes of what is held what is wanted', () => {
    fc.assert(
      fc.property(holdings, holdings, (has, wants) => {
        const after = patched(account(has), differences(has, wants), update, leniency);
        expect(held(after, { ...has, ...wants })).toEqual(wants);
      }),
    );
  });
});

it('a PUT makes of what is held what is wanted, and keeps the rest', () => {
  fc.assert(
    fc.property(holdings, holdings, (has, wants) => {
      const acceptance = { system: 'app', leniency: STRICT };
      const wire = mergedResource(
        { schemas: [USER_SCHEMA.id], id: '1', meta: { version: '1' }, nickName: 'Countess' },
        Object.entries(has).map(([path, after]) => ({ path, after })),
        paths,
      );
      const merged = mergedResource(wire, differences(has, wants), paths);
      const after = acceptResource(user, merged, acceptance);
      expect(held(after, { ...has, ...wants })).toEqual(wants);
      expect(after.nickName).toBe('Countess');
      expect(attributesOf('app', merged)).toEqual(after);
    }),
  );
});
