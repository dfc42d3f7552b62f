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
