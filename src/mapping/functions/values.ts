/** Numbers, and attributes with several values. */

import { countOf, integerOf, isEmpty, isList, textOf, type Value } from '../value.ts';
import {
  argument,
  type Environment,
  type FunctionDefinition,
  fail,
  offsetOf,
  spend,
  valuesOf,
} from './definition.ts';

const BitAnd: FunctionDefinition = {
  parameters: [{ name: 'value1' }, { name: 'value2' }],
  build: (call) => {
    const [left, right] = [argument(call, 0), argument(call, 1)];
    return (environment) => {
      const a = left(environment);
      const b = right(environment);
      if (isEmpty(a) || isEmpty(b)) return undefined;
      const bits =
        integerOf(a, 'BitAnd: the first value', offsetOf(call, 0)) &
        integerOf(b, 'BitAnd: the second value', offsetOf(call, 1));
      return BigInt.asIntN(64, bits);
    };
  },
};

const Count: FunctionDefinition = {
  parameters: [{ name: 'attribute' }],
  build: (call) => {
    const value = argument(call, 0);
    return (environment) => valuesOf(value(environment)).length;
  },
};

const Item: FunctionDefinition = {
  parameters: [{ name: 'attribute' }, { name: 'index' }],
  build: (call) => {
    const [value, index] = [argument(call, 0), argument(call, 1)];
    return (environment) => {
      const values = valuesOf(value(environment));
      if (values.length === 0) return undefined;
      const wanted = countOf(index(environment), 'Item: the index', offsetOf(call, 1));
      if (wanted >= 1 && wanted <= values.length) return values[wanted - 1];
      return fail(
        call,
        1,
        'range',
        `there is no value ${wanted}, they are 1 to ${values.length}`,
        'test with Count first',
      );
    };
  },
};

const RemoveDuplicates: FunctionDefinition = {
  parameters: [{ name: 'attribute' }],
  build: (call) => {
    const value = argument(call, 0);
    return (environment: Environment): Value => {
      const found = value(environment);
      if (!isList(found)) return found;
      spend(environment, found.length, call.offset);
      const seen = new Map<unknown, Value>();
      for (const element of found) {
        const key =
          typeof element === 'object' ? JSON.stringify(element) : textOf(element, call.offset);
        if (!seen.has(key)) seen.set(key, element);
      }
      return [...seen.values()];
    };
  },
};

export const VALUES: Readonly<Record<string, FunctionDefinition>> = {
  BitAnd,
  Count,
  Item,
  RemoveDuplicates,
};
