/** Of which attributes capitals matter (RFC 7643 §2.2): those of the RFC, and of one's own schemas. */

import type { Filter } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import { schemasByKind } from './conform.ts';
import { isExact } from './index-terms.ts';
import type { DirectoryOptions } from './options.ts';

export interface ExactPaths {
  readonly isExact: (path: AttributePath) => boolean;
  /** Whether the store can tell by itself: it knows the attributes of the RFC alone. */
  readonly isOrdinary: (filter: Filter) => boolean;
}

export function exactPaths(options: DirectoryOptions): ExactPaths {
  const own = new Set<string>();
  for (const held of schemasByKind(options).values())
    for (const { urn, attributes } of held)
      for (const { name, caseExact, parts } of attributes) {
        const at = `${urn === undefined ? '' : `${urn}:`}${name}`.toLowerCase();
        if (caseExact) own.add(at);
        for (const part of parts) if (part.caseExact) own.add(`${at}.${part.name.toLowerCase()}`);
      }
  const isOwn = ({ schema, attribute, subAttribute }: AttributePath): boolean => {
    const at = `${schema === undefined ? '' : `${schema}:`}${attribute}`.toLowerCase();
    const part = subAttribute === undefined ? undefined : `${at}.${subAttribute.toLowerCase()}`;
    return own.has(part ?? at);
  };
  const isOrdinary = (filter: Filter): boolean => {
    switch (filter.type) {
      case 'and':
      case 'or':
        return filter.operands.every(isOrdinary);
      case 'not':
        return isOrdinary(filter.operand);
      default:
        return !isOwn(filter.path);
    }
  };
  return {
    isExact: own.size === 0 ? isExact : (path) => isExact(path) || isOwn(path),
    isOrdinary: own.size === 0 ? () => true : isOrdinary,
  };
}
