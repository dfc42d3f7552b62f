/** Filters over several types of resource (RFC 7644 §3.4.2.1): what is left of one for each type. */

import type { Filter } from '../identity/filter.ts';
import { filterMatches } from './evaluate.ts';

/**
 * Decides what a filter says about `meta.resourceType`.
 *
 * @param name Of the type, such as `User`.
 * @returns True where every resource of the type satisfies it, false where none does.
 */
export function filterForType(filter: Filter, name: string): Filter | boolean {
  switch (filter.type) {
    case 'and':
    case 'or': {
      const decides = filter.type === 'or';
      const operands: Filter[] = [];
      for (const operand of filter.operands) {
        const left = filterForType(operand, name);
        if (left === decides) return decides;
        if (typeof left !== 'boolean') operands.push(left);
      }
      const [only] = operands;
      if (only === undefined) return !decides;
      return operands.length === 1 ? only : { ...filter, operands };
    }
    case 'not': {
      const left = filterForType(filter.operand, name);
      return typeof left === 'boolean' ? !left : { ...filter, operand: left };
    }
    case 'some':
      return isMeta(filter.path.attribute) ? filterForType(withinMeta(filter.where), name) : filter;
    default:
      return isResourceType(filter)
        ? filterMatches(filter, { meta: { resourceType: name } }, { caseExact: () => true })
        : filter;
  }
}

function isResourceType({ path }: Extract<Filter, { readonly path: unknown }>): boolean {
  return isMeta(path.attribute) && path.subAttribute?.toLowerCase() === 'resourcetype';
}

function isMeta(attribute: string): boolean {
  return attribute.toLowerCase() === 'meta';
}

/** `meta[created pr]` is `meta.created pr`, since a resource has one `meta`. */
function withinMeta(filter: Filter): Filter {
  switch (filter.type) {
    case 'and':
    case 'or':
      return { ...filter, operands: filter.operands.map(withinMeta) };
    case 'not':
      return { ...filter, operand: withinMeta(filter.operand) };
    default:
      return { ...filter, path: { attribute: 'meta', subAttribute: filter.path.attribute } };
  }
}
