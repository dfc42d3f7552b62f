/** Attribute paths and filters as text; what is printed parses to the same value. */

import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';

export function formatPath({ schema, attribute, where, subAttribute }: AttributePath): string {
  return (
    (schema === undefined ? '' : `${schema}:`) +
    attribute +
    (where ? `[${formatFilter(where)}]` : '') +
    (subAttribute === undefined ? '' : `.${subAttribute}`)
  );
}

export function formatFilter(filter: Filter): string {
  switch (filter.type) {
    case 'compare':
      return `${formatPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${formatPath(filter.path)} pr`;
    case 'matches':
      return `${formatPath(filter.path)} matches ${JSON.stringify(filter.pattern)}`;
    case 'not':
      return `not (${formatFilter(filter.operand)})`;
    case 'some':
      return formatPath({ ...filter.path, where: filter.where });
    case 'and':
    case 'or':
      return filter.operands
        .map((operand) =>
          operand.type === 'or' || operand.type === filter.type
            ? `(${formatFilter(operand)})`
            : formatFilter(operand),
        )
        .join(` ${filter.type} `);
  }
}
