/** Which part of a filter a system answers by itself, and which part we look at. Pure. */

import type { Filter } from '../../identity/filter.ts';

export interface Split {
  /** What the system is asked. */
  readonly pushed?: Filter;
  /** What then has to hold of each object that it answers with. */
  readonly rest?: Filter;
}

/** @param answers Whether the system answers a filter by itself. */
export function split(filter: Filter, answers: (filter: Filter) => boolean): Split {
  if (answers(filter)) return { pushed: filter };
  // Of `or` and `not` half an answer leaves somebody out.
  if (filter.type !== 'and') return { rest: filter };
  let pushed: Filter | undefined;
  const rest: Filter[] = [];
  for (const operand of filter.operands) {
    const part = split(operand, answers);
    const both = joined(pushed, part.pushed);
    if (both === undefined || answers(both)) {
      pushed = both;
      if (part.rest) rest.push(part.rest);
    } else rest.push(operand);
  }
  const left = rest.reduce<Filter | undefined>(joined, undefined);
  return { ...(pushed && { pushed }), ...(left && { rest: left }) };
}

function joined(one: Filter | undefined, other: Filter | undefined): Filter | undefined {
  if (!one || !other) return one ?? other;
  const operands = [one, other].flatMap((each) => (each.type === 'and' ? each.operands : [each]));
  return { type: 'and', operands };
}

/** What is left of a filter when parts of it hold for everybody; true or false where nothing is. */
export function withoutCertain(
  filter: Filter,
  isCertain: (filter: Filter) => boolean,
): Filter | boolean {
  if (isCertain(filter)) return true;
  switch (filter.type) {
    case 'and':
    case 'or': {
      const decides = filter.type === 'or';
      const parts = filter.operands.map((operand) => withoutCertain(operand, isCertain));
      if (parts.includes(decides)) return decides;
      const operands = parts.filter((part): part is Filter => typeof part === 'object');
      const [only] = operands;
      if (only === undefined) return !decides;
      return operands.length === 1 ? only : { ...filter, operands };
    }
    case 'not': {
      const operand = withoutCertain(filter.operand, isCertain);
      return typeof operand === 'boolean' ? !operand : { ...filter, operand };
    }
    default:
      return filter;
  }
}
