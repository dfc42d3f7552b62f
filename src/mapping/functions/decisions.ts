/** Choosing between values, and telling whether there is one. Only the chosen value is evaluated. */

import { booleanOf, IGNORE_ATTRIBUTE, isEmpty, textOf, type Value } from '../value.ts';
import {
  argument,
  type Call,
  type Compiled,
  type FunctionDefinition,
  offsetOf,
} from './definition.ts';

const source = { name: 'source' } as const;

const IIF: FunctionDefinition = {
  parameters: [
    { name: 'condition', condition: true },
    { name: 'valueIfTrue', optional: true },
    { name: 'valueIfFalse', optional: true },
  ],
  atLeast: 3,
  build: (call) => {
    const condition = argument(call, 0);
    const offset = offsetOf(call, 0);
    const [yes, no] = [argument(call, 1), argument(call, 2)];
    return (environment) =>
      booleanOf(condition(environment), offset) ? yes(environment) : no(environment);
  },
};

const Switch: FunctionDefinition = {
  parameters: [
    source,
    { name: 'defaultValue', optional: true },
    { name: 'switchValue', optional: true, repeats: true },
  ],
  atLeast: 4,
  arity: (count) =>
    count % 2 === 0 ? undefined : 'takes a source, a default and pairs of key and value',
  build: (call) => {
    const value = argument(call, 0);
    const offset = offsetOf(call, 0);
    const otherwise = argument(call, 1);
    const chosen = branches(call);
    return (environment) => {
      const key = textOf(value(environment), offset) ?? '';
      return (chosen(key, environment) ?? otherwise)(environment);
    };
  },
};

type Branches = (key: string, environment: Parameters<Compiled>[0]) => Compiled | undefined;

function branches(call: Call): Branches {
  const pairs: { readonly key: number; readonly value: Compiled }[] = [];
  for (let key = 2; key < call.arguments.length; key += 2) {
    pairs.push({ key, value: argument(call, key + 1) });
  }
  const keys = pairs.map(({ key }) => call.arguments[key]?.constant);
  if (keys.every((key) => key !== undefined)) {
    const byKey = new Map<string, Compiled>();
    // The first of two equal keys counts.
    pairs.forEach(({ value }, index) => {
      const key = keys[index] ?? '';
      if (!byKey.has(key)) byKey.set(key, value);
    });
    return (key) => byKey.get(key);
  }
  return (wanted, environment) =>
    pairs.find(
      ({ key }) => (textOf(argument(call, key)(environment), offsetOf(call, key)) ?? '') === wanted,
    )?.value;
}

const Coalesce: FunctionDefinition = {
  parameters: [{ name: 'source', repeats: true }],
  build: (call) => {
    const sources = call.arguments.map((_, index) => argument(call, index));
    return (environment) => {
      let last: Value;
      for (const read of sources) {
        last = read(environment);
        if (!isEmpty(last)) return last;
      }
      return last;
    };
  },
};

const IsNull = test((value) => value === undefined);
const IsNullOrEmpty = test(isEmpty);
const IsPresent = test((value) => !isEmpty(value));
const IsString = test((value) => typeof value === 'string');
const Not = test(
  (value) => !(value === true || (typeof value === 'string' && /^true$/i.test(value.trim()))),
);

function test(verdict: (value: Value) => boolean): FunctionDefinition {
  return {
    parameters: [source],
    build: (call) => {
      const value = argument(call, 0);
      return (environment) => verdict(value(environment));
    },
  };
}

const CBool: FunctionDefinition = {
  parameters: [{ name: 'expression', condition: true }],
  build: (call) => {
    const value = argument(call, 0);
    const offset = offsetOf(call, 0);
    return (environment) => booleanOf(value(environment), offset);
  },
};

const IgnoreFlowIfNullOrEmpty: FunctionDefinition = {
  parameters: [{ name: 'expression' }],
  build: (call) => {
    const value = argument(call, 0);
    return (environment) => {
      const found = value(environment);
      return isEmpty(found) ? IGNORE_ATTRIBUTE : found;
    };
  },
};

export const DECISIONS: Readonly<Record<string, FunctionDefinition>> = {
  CBool,
  Coalesce,
  IgnoreFlowIfNullOrEmpty,
  IIF,
  IsNothing: IsNull,
  IsNull,
  IsNullOrEmpty,
  IsPresent,
  IsString,
  Not,
  Switch,
};
