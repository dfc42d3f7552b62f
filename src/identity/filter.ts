/**
 * A filter as a syntax tree (RFC 7644 §3.4.2.2, with one addition: `matches`). It is a value, so
 * that a gateway can hand it to a connector, and a connector can push it down.
 */

import type { AttributePath } from './path.ts';

export type FilterValue = string | number | boolean | null;

export type ComparisonOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

export type Filter =
  | {
      readonly type: 'compare';
      readonly path: AttributePath;
      readonly operator: ComparisonOperator;
      readonly value: FilterValue;
    }
  | { readonly type: 'present'; readonly path: AttributePath }
  /** A linear-time regular expression, searched for; only in scopes, never from the network. */
  | { readonly type: 'matches'; readonly path: AttributePath; readonly pattern: string }
  | { readonly type: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly type: 'not'; readonly operand: Filter }
  /** `emails[type eq "work"]`: some element satisfies the inner filter. */
  | { readonly type: 'some'; readonly path: AttributePath; readonly where: Filter };

/** Every path it looks at. */
export function pathsIn(filter: Filter): readonly AttributePath[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(pathsIn);
    case 'not':
      return pathsIn(filter.operand);
    case 'some':
    case 'compare':
    case 'present':
    case 'matches':
      return [filter.path];
  }
}
