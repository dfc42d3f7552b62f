/** Functions over text. No value in, no value out; several values in, each by itself. */

import { lower, lowerIn, properCase, upper, upperIn } from '../casing.ts';
import { withoutDiacritics } from '../diacritics.ts';
import { countOf, textOf, type Value } from '../value.ts';
import {
  argument,
  type Call,
  type Environment,
  type FunctionDefinition,
  fail,
  mapped,
  measured,
  offsetOf,
  overText,
  prepared,
  spend,
  text,
  valuesOf,
} from './definition.ts';
import { Replace } from './replace.ts';

const source = { name: 'source' } as const;
const culture = { name: 'culture', optional: true } as const;

const Append: FunctionDefinition = {
  parameters: [source, { name: 'suffix' }],
  build: (call) => {
    const suffix = text(call, 1);
    return overText(call, 0, (found, environment) =>
      withText(found, environment, () => found + (suffix(environment) ?? ''), call),
    );
  },
};

const Prepend: FunctionDefinition = {
  parameters: [{ name: 'prefix' }, source],
  build: (call) => {
    const prefix = text(call, 0);
    return overText(call, 1, (found, environment) =>
      withText(found, environment, () => (prefix(environment) ?? '') + found, call),
    );
  },
};

/** Never a bare prefix or suffix: an empty source has no value to lengthen. */
function withText(
  found: string,
  environment: Environment,
  lengthened: () => string,
  call: Call,
): string | undefined {
  return found === '' ? undefined : measured(environment, lengthened(), call.offset);
}

const Join: FunctionDefinition = {
  parameters: [{ name: 'separator' }, { name: 'source', repeats: true }],
  build: (call) => {
    const separator = prepared(call, 0, (found) => found);
    const sources = call.arguments.slice(1).map((_, index) => argument(call, index + 1));
    return (environment) => {
      const between = separator(environment) ?? '';
      let joined: string | undefined;
      for (const read of sources) {
        const value = read(environment);
        if (typeof value === 'string') {
          if (value !== '') joined = joined === undefined ? value : joined + between + value;
        } else if (value !== undefined) {
          joined = withValues(joined, between, value, call, environment);
        }
      }
      return joined === undefined ? undefined : measured(environment, joined, call.offset);
    };
  },
};

/** Numbers and dates as text; several values one after the other. */
function withValues(
  joined: string | undefined,
  separator: string,
  value: Value,
  call: Call,
  environment: Environment,
): string | undefined {
  const values = valuesOf(value);
  spend(environment, values.length, call.offset);
  let result = joined;
  for (const element of values) {
    const found = textOf(element, call.offset) ?? '';
    if (found === '') continue;
    result = measured(
      environment,
      result === undefined ? found : result + separator + found,
      call.offset,
    );
  }
  return result;
}

const Left: FunctionDefinition = {
  parameters: [source, { name: 'numChars' }],
  build: (call) => {
    const count = integer(call, 1, 'the number of characters');
    return overText(call, 0, (found, environment) => {
      const wanted = count(environment);
      return wanted < 0 ? found : whole(found.slice(0, wanted));
    });
  },
};

const Mid: FunctionDefinition = {
  parameters: [source, { name: 'start' }, { name: 'length' }],
  build: (call) => {
    const from = integer(call, 1, 'the start');
    const count = integer(call, 2, 'the length');
    return overText(call, 0, (found, environment) => {
      const start = from(environment);
      const length = count(environment);
      if (start < 1) fail(call, 1, 'range', `the first character is 1, not ${start}`);
      if (length < 0) fail(call, 2, 'range', `a length of ${length} characters`);
      return whole(found.slice(start - 1, start - 1 + length));
    });
  },
};

function integer(call: Call, index: number, what: string): (environment: Environment) => number {
  const value = argument(call, index);
  const offset = offsetOf(call, index);
  return (environment) => countOf(value(environment), `${call.name}: ${what}`, offset);
}

/** Positions count UTF-16 units, as in .NET; half of a character that takes two is left out. */
function whole(part: string): string {
  const start = /^[\udc00-\udfff]/.test(part) ? 1 : 0;
  const end = /[\ud800-\udbff]$/.test(part) ? -1 : undefined;
  return part.slice(start, end);
}

const StripSpaces = simple((found) => found.replaceAll(' ', ''));
const Trim = simple((found) => found.trim());
const NormalizeDiacritics = simple(withoutDiacritics);
const ConvertToBase64 = simple((found) => Buffer.from(found, 'utf16le').toString('base64'));
const ConvertToUTF8Hex = simple((found) =>
  Buffer.from(found, 'utf8').toString('hex').toUpperCase(),
);
const CStr = simple((found) => found);

function simple(result: (text: string) => string): FunctionDefinition {
  return {
    parameters: [source],
    build: (call) =>
      overText(call, 0, (found, environment) => measured(environment, result(found), call.offset)),
  };
}

const ToLower: FunctionDefinition = {
  parameters: [source, culture],
  build: (call) => {
    const casing = prepared(call, 1, (name) => lowerIn(name, offsetOf(call, 1)));
    return overText(call, 0, (found, environment) => (casing(environment) ?? lower)(found));
  },
};

const ToUpper: FunctionDefinition = {
  parameters: [source, culture],
  build: (call) => {
    const casing = prepared(call, 1, (name) => upperIn(name, offsetOf(call, 1)));
    return overText(call, 0, (found, environment) => (casing(environment) ?? upper)(found));
  },
};

const PCase: FunctionDefinition = {
  parameters: [source, { name: 'wordSeparators', optional: true }],
  build: (call) => {
    const separators = text(call, 1);
    return overText(call, 0, (found, environment) => properCase(found, separators(environment)));
  },
};

const Split: FunctionDefinition = {
  parameters: [source, { name: 'delimiter' }],
  build: (call) => {
    const delimiter = prepared(call, 1, (found) =>
      [...found].length === 1
        ? found
        : fail(
            call,
            1,
            'range',
            `the delimiter is one character, not ${JSON.stringify(found.slice(0, 20))}`,
          ),
    );
    return overText(call, 0, (found, environment) => {
      const between = delimiter(environment);
      if (between === undefined) return found;
      return mapped(found.split(between), environment, call.offset, (piece) =>
        typeof piece === 'string' ? piece.trim() : undefined,
      );
    });
  },
};

const Word: FunctionDefinition = {
  parameters: [source, { name: 'wordNumber' }, { name: 'delimiters' }],
  build: (call) => {
    const number = integer(call, 1, 'the number of the word');
    const delimiters = prepared(call, 2, (found) => new Set(found));
    return overText(call, 0, (found, environment) => {
      const wanted = number(environment);
      const between = delimiters(environment);
      if (wanted < 1) return '';
      let word = '';
      let seen = 0;
      for (const char of found) {
        if (!between?.has(char)) {
          word += char;
        } else if (word !== '') {
          if (++seen === wanted) return word;
          word = '';
        }
      }
      return word !== '' && seen + 1 === wanted ? word : '';
    });
  },
};

const InStr: FunctionDefinition = {
  parameters: [
    { name: 'source' },
    { name: 'value' },
    { name: 'start', optional: true },
    { name: 'compareMode', optional: true, words: ['vbTextCompare', 'vbBinaryCompare'] },
  ],
  build: (call) => {
    const sought = text(call, 1);
    const from = call.arguments[2] ? integer(call, 2, 'the start') : () => 1;
    const ignoreCase = comparesText(call.arguments[3]?.node);
    const inText = overText(call, 0, (found, environment) => {
      const start = from(environment);
      if (start < 1) fail(call, 2, 'range', `the first character is 1, not ${start}`);
      const value = sought(environment) ?? '';
      const position = ignoreCase
        ? lower(found).indexOf(lower(value), start - 1)
        : found.indexOf(value, start - 1);
      return position + 1;
    });
    return (environment) => inText(environment) ?? 0;
  },
};

/** The word may be quoted, as exported schemas have their constants. */
function comparesText(node: NonNullable<Call['arguments'][number]>['node'] | undefined): boolean {
  if (node?.type === 'keyword') return node.name === 'vbTextCompare';
  return node?.type === 'text' && node.value === 'vbTextCompare';
}

export const TEXT: Readonly<Record<string, FunctionDefinition>> = {
  Append,
  ConvertToBase64,
  ConvertToUTF8Hex,
  CStr,
  InStr,
  Join,
  Left,
  Mid,
  NormalizeDiacritics,
  PCase,
  Prepend,
  Replace,
  Split,
  StripSpaces,
  ToLower,
  ToUpper,
  Trim,
  Word,
};
