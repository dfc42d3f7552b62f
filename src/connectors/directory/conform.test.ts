import { expect, it } from 'vitest';
import type { Attributes } from '../../identity/record.ts';
import { conform, demandLengths, schemasByKind, uniqueValues } from './conform.ts';
import { directoryOptions } from './options.ts';

const STAFF = 'urn:contoso:params:scim:schemas:2.0:Staff';

const SCHEMAS =
  schemasByKind(
    directoryOptions.parse({
      schemas: [
        {
          id: STAFF,
          name: 'Staff',
          attributes: [
            { name: 'badge', unique: true, mutability: 'immutable' },
            { name: 'floor', type: 'integer', required: true },
            { name: 'since', type: 'dateTime' },
            { name: 'shift', canonicalValues: ['Early', 'Late'] },
            { name: 'boss', type: 'reference' },
            { name: 'skills', multiValued: true },
            {
              name: 'locker',
              type: 'complex',
              parts: [{ name: 'number', type: 'integer', required: true }],
            },
          ],
        },
      ],
    }),
  ).get('user') ?? [];

const staff = (more: Attributes): Attributes => ({
  userName: 'ada',
  [STAFF]: { floor: 1, ...more },
});

it('takes what keeps to the schema, and what has nothing of it', () => {
  const boss = { $ref: { system: 'inbox', kind: 'user', id: '7' } };
  const whole = { since: '2026-01-31T08:00:00Z', shift: 'late', boss, skills: ['c'] };
  conform(SCHEMAS, undefined, staff({ ...whole, locker: { number: 7 } }));
  conform(SCHEMAS, undefined, { userName: 'ada' });
});

it.each<[string, Attributes, string]>([
  ['a text for a number', { floor: '1' }, 'value-invalid'],
  ['no date', { since: 'soon' }, 'value-invalid'],
  ['another value', { shift: 'Night' }, 'value-invalid'],
  ['a text for a reference', { boss: '7' }, 'value-invalid'],
  ['one value for several', { skills: 'c' }, 'value-invalid'],
  ['several values for one', { badge: ['1', '2'] }, 'value-invalid'],
  ['a part that lacks', { locker: {} }, 'attribute-required'],
  ['a part of another type', { locker: { number: 'x' } }, 'value-invalid'],
])('refuses of whoever writes %s', (_, more, code) => {
  expect(() => conform(SCHEMAS, undefined, staff(more))).toThrow(
    expect.objectContaining({ kind: 'invalid', code, message: expect.stringContaining(STAFF) }),
  );
});

it('keeps what was set once', () => {
  const before = staff({ badge: 'B1' });
  conform(SCHEMAS, before, staff({ badge: 'B1' }));
  conform(SCHEMAS, staff({}), before);
  for (const after of [staff({ badge: 'B2' }), staff({})])
    expect(() => conform(SCHEMAS, before, after)).toThrow(`${STAFF}:badge was set once`);
});

it('names unique values with their attribute, folded', () => {
  expect(uniqueValues(SCHEMAS, staff({ badge: 'B1' }))).toEqual([`${STAFF}:badge\nb1`]);
  expect(uniqueValues(SCHEMAS, { userName: 'ada' })).toEqual([]);
});

it('refuses what an index cannot hold, by its name', () => {
  const long = 'x'.repeat(513);
  demandLengths('user', { userName: 'x'.repeat(512), title: long });
  for (const [kind, attributes, named] of [
    ['user', { userName: long }, 'userName'],
    ['group', { displayName: long }, 'displayName'],
    ['user', { userName: 'a', emails: [{ value: 'a' }, { value: long }] }, 'emails'],
    ['user', { userName: 'a', externalId: long }, 'externalId'],
  ] as const)
    expect(() => demandLengths(kind, attributes)).toThrow(`${named} is longer than 512`);
});
