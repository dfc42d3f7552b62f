/** Names nobody else has, random ones, and what must not be shown. */

import { countsOf } from '../counter.ts';
import { ExpressionError } from '../failure.ts';
import { countOf, isEmpty, textOf } from '../value.ts';
import {
  argument,
  type Environment,
  type FunctionDefinition,
  fail,
  MAX_STEPS,
  offsetOf,
  text,
} from './definition.ts';

const Guid: FunctionDefinition = {
  parameters: [],
  unrepeatable: true,
  build: () => (environment) => {
    const draw = randomOf(environment);
    const bytes = Array.from({ length: 16 }, () => Math.floor(draw() * 256));
    // Version 4 and the variant of RFC 9562 §5.4.
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};

/** In the order of the parameters: digits, special characters, capitals, small letters. */
const CLASSES = [
  '0123456789',
  '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  'abcdefghijklmnopqrstuvwxyz',
] as const;

const MAX_RANDOM = 256;

const RandomString: FunctionDefinition = {
  parameters: [
    { name: 'length' },
    { name: 'minimumNumbers' },
    { name: 'minimumSpecialCharacters' },
    { name: 'minimumCapital' },
    { name: 'minimumLowerCase' },
    { name: 'charactersToAvoid', optional: true },
  ],
  unrepeatable: true,
  build: (call) => {
    const counts = [0, 1, 2, 3, 4].map((index) => {
      const value = argument(call, index);
      return (environment: Environment) =>
        countOf(value(environment), 'RandomString: each number', offsetOf(call, index));
    });
    const avoid = text(call, 5);
    return (environment) => {
      const [length = 0, ...minimums] = counts.map((count) => count(environment));
      const least = minimums.reduce((sum, minimum) => sum + minimum, 0);
      if (length < 1 || length > MAX_RANDOM)
        fail(call, 0, 'range', `the length is 1 to ${MAX_RANDOM}`);
      if (minimums.some((minimum) => minimum < 0)) fail(call, 1, 'range', 'a minimum below zero');
      if (least > length) {
        fail(call, 0, 'range', `the minimums add up to ${least}, the length is ${length}`);
      }
      const avoided = new Set(avoid(environment));
      const classes = CLASSES.map((all) => [...all].filter((char) => !avoided.has(char)));
      // What is not asked for does not fill the rest either, unless nothing is asked for.
      const asked = classes.filter((_, index) => least === 0 || (minimums[index] ?? 0) > 0);
      const draw = randomOf(environment);
      const pick = (from: readonly string[]) =>
        from[Math.floor(draw() * from.length)] ??
        fail(call, 5, 'range', 'every character that could be drawn is to be avoided');
      const chosen = minimums.flatMap((minimum, index) =>
        Array.from({ length: minimum }, () => pick(classes[index] ?? [])),
      );
      while (chosen.length < length) chosen.push(pick(asked.flat()));
      return shuffled(chosen, draw).join('');
    };
  },
};

function shuffled(items: readonly string[], draw: () => number): readonly string[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(draw() * (index + 1));
    [result[index], result[other]] = [result[other] ?? '', result[index] ?? ''];
  }
  return result;
}

/** What the context draws from; without one, the system's cryptographic source. */
function randomOf({ context }: Environment): () => number {
  return context.random ?? (() => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32);
}

const SelectUniqueValue: FunctionDefinition = {
  parameters: [{ name: 'uniqueValueRule', repeats: true }],
  atLeast: 2,
  outermost: true,
  unrepeatable: true,
  build: (call) => {
    const rules = call.arguments.map((given, index) => ({
      rule: argument(call, index),
      node: given?.node,
      offset: offsetOf(call, index),
    }));
    return (environment) => {
      const tried: string[] = [];
      for (const { rule, node, offset } of rules) {
        for (const count of countsOf(node)) {
          const candidate = textOf(rule(counting(environment, count)), offset);
          if (candidate === undefined || candidate === '') break;
          if (!environment.context.taken?.(candidate)) return candidate;
          if (tried.length < MOST_NAMED) tried.push(candidate);
        }
      }
      if (tried.length === 0) return undefined;
      throw new ExpressionError(
        'not-unique',
        `SelectUniqueValue: every value is taken: ${tried.join(', ')}`.slice(0, 500),
        call.offset,
        'add a rule that gives another value',
      );
    };
  },
};

/** Values that are named when all are taken. */
const MOST_NAMED = 10;

function counting(environment: Environment, count: number | undefined): Environment {
  return count === undefined ? environment : { ...environment, fuel: MAX_STEPS, count };
}

const Counter: FunctionDefinition = {
  parameters: [],
  build: (call) => (environment) =>
    environment.count ?? fail(call, 0, 'nesting', 'it counts only within SelectUniqueValue'),
};

/** The value flows; who shows a result asks the expression whether it is to be hidden. */
const Redact: FunctionDefinition = {
  parameters: [{ name: 'value' }],
  build: (call) => argument(call, 0),
};

const DefaultDomain: FunctionDefinition = {
  parameters: [],
  build: () => (environment) => {
    const { defaultDomain } = environment.context;
    return isEmpty(defaultDomain) ? undefined : defaultDomain;
  },
};

export const IDENTIFIERS: Readonly<Record<string, FunctionDefinition>> = {
  Counter,
  DefaultDomain,
  Guid,
  RandomString,
  Redact,
  SelectUniqueValue,
};
