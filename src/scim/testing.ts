/** Generated paths and filters for the laws of this room. */

import fc from 'fast-check';
import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';

const names = fc.constantFrom('userName', 'emails', 'not', 'or', 'pr', 'x-y_2', '$ref', 'größe');

const schemas = fc.constantFrom(
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  'urn:ietf:params:scim:schemas:core:2.0:User',
  'urn:contoso:badges',
);

const values = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
);

const trees = fc.letrec<{ path: AttributePath; filter: Filter }>((tie) => ({
  path: fc.record(
    { schema: schemas, attribute: names, where: tie('filter'), subAttribute: names },
    { requiredKeys: ['attribute'] },
  ),
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      type: fc.constant('compare' as const),
      path: fc.record({ attribute: names }),
      operator: fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
      value: values,
    }),
    fc.record({ type: fc.constant('present' as const), path: tie('path') }),
    fc.record({
      type: fc.constant('some' as const),
      path: fc.record({ attribute: names }),
      where: tie('filter'),
    }),
    fc.record({ type: fc.constant('not' as const), operand: tie('filter') }),
    fc.record({
      type: fc.constantFrom('and', 'or'),
      operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

export const paths: fc.Arbitrary<AttributePath> = trees.path;
export const filters: fc.Arbitrary<Filter> = trees.filter;
