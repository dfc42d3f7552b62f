/** `Replace`: five ways to replace, told apart by which arguments are there. */

import { compileRegex, type Found, matches, type Regex, RegexError } from '../regex.ts';
import { isEmpty, type Value } from '../value.ts';
import {
  argument,
  type Call,
  type Compiled,
  type Environment,
  type FunctionDefinition,
  fail,
  measured,
  overText,
  prepared,
  spend,
  text,
} from './definition.ts';

/** Positions of the arguments, by their names in Entra's documentation. */
const AT = {
  oldValue: 1,
  pattern: 2,
  group: 3,
  replacement: 4,
  attribute: 5,
  template: 6,
} as const;

export const Replace: FunctionDefinition = {
  parameters: [
    { name: 'source' },
    { name: 'Find', optional: true },
    { name: 'RegularExpression', optional: true },
    { name: 'RegularExpressionGroupName', optional: true },
    { name: 'Replacement', optional: true },
    { name: 'ReplacementPropertyName', optional: true },
    { name: 'Template', optional: true },
  ],
  build: (call) => modeOf(call)(call),
};

function modeOf(call: Call): (call: Call) => Compiled {
  const has = (index: number) => call.arguments[index] !== undefined;
  if (has(AT.oldValue) && has(AT.template)) return intoTemplate;
  if (has(AT.oldValue) && has(AT.replacement)) return literally;
  if (has(AT.pattern) && has(AT.group) && has(AT.attribute)) return orFromAttribute;
  if (has(AT.pattern) && has(AT.group) && has(AT.replacement)) return inGroup;
  if (has(AT.pattern) && has(AT.replacement)) return byPattern;
  return fail(
    call,
    0,
    'arity',
    'these arguments do not say what to replace by what',
    'give oldValue with replacementValue or template, or regexPattern with replacementValue, with a group where only it is meant; positions of unused arguments stay blank',
  );
}

function literally(call: Call): Compiled {
  const old = text(call, AT.oldValue);
  const replacement = text(call, AT.replacement);
  return overText(call, 0, (found, environment) =>
    substituted(found, old(environment) ?? '', replacement(environment) ?? '', call, environment),
  );
}

function intoTemplate(call: Call): Compiled {
  const old = text(call, AT.oldValue);
  const template = text(call, AT.template);
  return overText(call, 0, (found, environment) =>
    substituted(template(environment) ?? '', old(environment) ?? '', found, call, environment),
  );
}

function substituted(
  within: string,
  old: string,
  replacement: string,
  call: Call,
  environment: Environment,
): string {
  if (old === '') return within;
  const pieces = within.split(old);
  // Counted before it is made, because it may be far longer than either text.
  spend(environment, ((pieces.length * replacement.length) >>> 6) + 1, call.offset);
  return measured(environment, pieces.join(replacement), call.offset);
}

function byPattern(call: Call): Compiled {
  const regex = pattern(call);
  const replacement = text(call, AT.replacement);
  return overText(call, 0, (found, environment) => {
    const used = regex(environment);
    if (!used) return found;
    const pieces = substitution(replacement(environment) ?? '', used);
    return rebuilt(found, used, call, environment, (match) => [
      match.start,
      match.end,
      pieces
        .map((piece) => {
          if (typeof piece === 'string') return piece;
          const { start, end } = match.group(piece);
          return start < 0 ? '' : found.slice(start, end);
        })
        .join(''),
    ]);
  });
}

function inGroup(call: Call): Compiled {
  const regex = pattern(call);
  const group = groupIn(call, regex);
  const replacement = text(call, AT.replacement);
  return overText(call, 0, (found, environment) => {
    const used = regex(environment);
    const number = group(environment);
    if (!used || number === undefined) return found;
    const by = replacement(environment) ?? '';
    return rebuilt(found, used, call, environment, (match) => {
      const { start, end } = match.group(number);
      return start < 0 ? [match.end, match.end, ''] : [start, end, by];
    });
  });
}

/** The source if it has a value, else what the group finds in the other attribute. */
function orFromAttribute(call: Call): Compiled {
  const source = argument(call, 0);
  const regex = pattern(call);
  const group = groupIn(call, regex);
  const extracted = overText(call, AT.attribute, (found, environment) => {
    const used = regex(environment);
    const number = group(environment);
    if (!used || number === undefined) return undefined;
    for (const match of matches(used, found, (steps) => spend(environment, steps, call.offset))) {
      const { start, end } = match.group(number);
      if (start >= 0) return found.slice(start, end);
    }
    return undefined;
  });
  return (environment): Value => {
    const value = source(environment);
    return isEmpty(value) ? extracted(environment) : value;
  };
}

/** The text with a span of each match replaced. */
function rebuilt(
  found: string,
  regex: Regex,
  call: Call,
  environment: Environment,
  span: (match: Found) => readonly [number, number, string],
): string {
  const pieces: string[] = [];
  let from = 0;
  for (const match of matches(regex, found, (steps) => spend(environment, steps, call.offset))) {
    const [start, end, by] = span(match);
    pieces.push(found.slice(from, start), by);
    spend(environment, by.length >>> 6, call.offset);
    from = end;
  }
  if (from === 0 && pieces.length === 0) return found;
  return measured(environment, pieces.join('') + found.slice(from), call.offset);
}

function pattern(call: Call): (environment: Environment) => Regex | undefined {
  return prepared(call, AT.pattern, (found) => {
    try {
      return compileRegex(found);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      return fail(call, AT.pattern, 'regex', `the pattern cannot be used: ${error.message}`);
    }
  });
}

/** The group's number; a group the pattern does not have is refused as soon as both are known. */
function groupIn(
  call: Call,
  regex: (environment: Environment) => Regex | undefined,
): (environment: Environment) => number | undefined {
  const name = text(call, AT.group);
  const resolve = (wanted: string | undefined, used: Regex | undefined): number | undefined => {
    if (wanted === undefined || used === undefined) return undefined;
    const number = used.named.get(wanted) ?? used.numbered[Number(wanted) - 1];
    return (
      number ??
      fail(
        call,
        AT.group,
        'regex',
        `the pattern has no group ${JSON.stringify(wanted.slice(0, 40))}`,
        used.named.size > 0
          ? `it has: ${[...used.named.keys()].join(', ')}`
          : 'name it: (?<name>…)',
      )
    );
  };
  const constant = call.arguments[AT.group]?.constant;
  const constantPattern = call.arguments[AT.pattern]?.constant;
  if (constant !== undefined && constantPattern !== undefined) {
    const number = resolve(constant, compileRegex(constantPattern));
    return () => number;
  }
  return (environment) => resolve(name(environment), regex(environment));
}

const REFERENCE = /\$(?:\$|&|(\d{1,3})|\{(\w+)\})/g;

/** A replacement's text and the groups it refers to: `$1`, `${name}`, `$&`; `$$` is a dollar sign. */
function substitution(
  replacement: string,
  { named, numbered }: Regex,
): readonly (string | number)[] {
  const pieces: (string | number)[] = [];
  let from = 0;
  for (const reference of replacement.matchAll(REFERENCE)) {
    const [all, digits, name] = reference;
    const group =
      all === '$$'
        ? '$'
        : all === '$&' || digits === '0'
          ? 0
          : digits !== undefined
            ? numbered[Number(digits) - 1]
            : (named.get(name ?? '') ?? numbered[Number(name) - 1]);
    // A group that does not exist is text, as in .NET.
    pieces.push(replacement.slice(from, reference.index), group ?? all);
    from = reference.index + all.length;
  }
  pieces.push(replacement.slice(from));
  return pieces.filter((piece) => piece !== '');
}
