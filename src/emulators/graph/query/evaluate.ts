/** Whether an object fulfils a filter. Text is compared without regard to case. */

import { isObject } from '../contract.ts';
import type { Comparison, Filter, Literal } from './filter.ts';

/** @param read The value of a property of the object, by its first segment. */
export function fulfils(filter: Filter, read: (name: string) => unknown): boolean {
  switch (filter.type) {
    case 'and':
      return fulfils(filter.left, read) && fulfils(filter.right, read);
    case 'or':
      return fulfils(filter.left, read) || fulfils(filter.right, read);
    case 'not':
      return !fulfils(filter.operand, read);
    case 'compare':
      return compare(valueAt(read, filter.path), filter.operator, filter.value);
    case 'in': {
      const value = valueAt(read, filter.path);
      return filter.values.some((each) => compare(value, 'eq', each));
    }
    case 'call': {
      const value = valueAt(read, filter.path);
      if (typeof value !== 'string') return false;
      const [held, text] = [value.toLowerCase(), filter.text.toLowerCase()];
      return filter.name === 'startsWith' ? held.startsWith(text) : held.endsWith(text);
    }
    case 'any': {
      const values = valueAt(read, filter.path);
      if (!Array.isArray(values)) return false;
      return values.some((element: unknown) =>
        fulfils(filter.inner, (name) => (name === filter.variable ? element : undefined)),
      );
    }
  }
}

function valueAt(read: (name: string) => unknown, path: string): unknown {
  const [first = '', ...rest] = path.split('/');
  let value = read(first);
  for (const name of rest) {
    if (name === '$count') value = Array.isArray(value) ? value.length : 0;
    else value = isObject(value) ? value[name] : undefined;
  }
  return value;
}

function compare(held: unknown, operator: Comparison, wanted: Literal): boolean {
  const [one, other] = [comparable(held), comparable(wanted)];
  if (operator === 'eq') return one === other;
  if (operator === 'ne') return one !== other;
  if (one === null || other === null || typeof one !== typeof other) return false;
  switch (operator) {
    case 'ge':
      return one >= other;
    case 'le':
      return one <= other;
    case 'gt':
      return one > other;
    case 'lt':
      return one < other;
  }
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT/;

function comparable(value: unknown): string | number | boolean | null {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  return DATE_TIME.test(value) ? Date.parse(value) : value.toLowerCase();
}
