import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KindSchema } from '../../../connectors/spi/index.ts';
import type { ComparisonOperator, Filter } from '../../../identity/filter.ts';
import type { Attributes } from '../../../identity/record.ts';
import { filterMatches } from '../../../scim/filter.ts';
import { parsePath } from '../../../scim/path.ts';
import { ownFilter } from './filter.ts';
import { servedRecord } from './record.ts';
import { viewOf } from './rows.ts';

const SCHEMA: KindSchema = {
  kind: 'user',
  attributes: [
    { path: 'login', type: 'string' },
    { path: 'status', type: 'string' },
    { path: 'mail', type: 'string' },
    { path: 'phones', type: 'string', multiValued: true },
    { path: 'mobile', type: 'string' },
    { path: 'city', type: 'string' },
  ],
};

const VIEW = viewOf(
  SCHEMA,
  {
    userName: 'login',
    active: { attribute: 'status', values: { A: true, P: true, I: false } },
    'emails[type eq "work"].value': 'mail',
    'phoneNumbers[type eq "work"].value': 'phones',
    'phoneNumbers[type eq "mobile"].value': 'mobile',
    city: 'city',
    'addresses[type eq "work"].locality': 'city',
  },
  undefined,
);

const text = fc.constantFrom('a', 'b', 'ab', 'work');

const record: fc.Arbitrary<Attributes> = fc.record(
  {
    login: text,
    status: fc.constantFrom('A', 'P', 'I', 'X'),
    mail: text,
    phones: text.map((phone) => [phone]),
    mobile: text,
    city: text,
  },
  { requiredKeys: [] },
);

const path = fc
  .constantFrom(
    'userName',
    'active',
    'emails',
    'emails.value',
    'phoneNumbers.value',
    'phoneNumbers[type eq "work"].value',
    'city',
    'addresses.locality',
    'nickName',
  )
  .map((one) => {
    const parsed = parsePath(one);
    if (!parsed.ok) throw new Error(one);
    return parsed.value;
  });

const operator = fc.constantFrom<ComparisonOperator>('eq', 'ne', 'co', 'sw', 'ew');

function compared(at: fc.Arbitrary<ReturnType<typeof Object>>): fc.Arbitrary<Filter> {
  return fc
    .record({ at, operator, value: fc.oneof(text, fc.boolean()), present: fc.boolean() })
    .map(
      ({ at: where, operator: how, value, present }): Filter =>
        present
          ? { type: 'present', path: where }
          : { type: 'compare', path: where, operator: how, value },
    );
}

const inside = compared(fc.constantFrom('type', 'value').map((attribute) => ({ attribute })));

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    compared(path),
    fc
      .record({
        attribute: fc.constantFrom('emails', 'phoneNumbers'),
        operands: fc.array(inside, { minLength: 1, maxLength: 2 }),
        type: fc.constantFrom('and' as const, 'or' as const),
      })
      .map(({ attribute, ...where }): Filter => ({ type: 'some', path: { attribute }, where })),
    fc
      .record({
        type: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      })
      .map((one): Filter => one),
    tie('filter').map((operand): Filter => ({ type: 'not', operand })),
  ),
}));

it('finds the same in the system as in what is shown of it', () => {
  fc.assert(
    fc.property(filter, record, (asked, attributes) => {
      const own = ownFilter(VIEW, asked);
      if (own === undefined) return;
      const ref = { system: 'hr', kind: 'user', id: '1' };
      const shown = servedRecord(VIEW, { ref, attributes }).attributes;
      const found = typeof own === 'boolean' ? own : filterMatches(own, attributes);
      expect(found).toBe(filterMatches(asked, shown));
    }),
    { numRuns: 400 },
  );
});
