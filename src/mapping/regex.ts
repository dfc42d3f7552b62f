/**
 * .NET regular expressions on a linear-time engine. What the engine writes differently is
 * translated; what it cannot do, because it would need backtracking, is refused by name.
 */

import { RE2JS, RE2JSException } from 're2js';

export interface Regex {
  readonly engine: RE2JS;
  /** Groups as .NET numbers them: unnamed ones first, then named ones; values are the engine's numbers. */
  readonly numbered: readonly number[];
  readonly named: ReadonlyMap<string, number>;
  /** Roughly what one character of input costs. */
  readonly size: number;
}

/** A pattern that cannot be used, and why. */
export class RegexError extends Error {}

const CACHE_SIZE = 256;
const cache = new Map<string, Regex>();

/** Compiled once for each pattern. @throws RegexError */
export function compileRegex(pattern: string): Regex {
  const known = cache.get(pattern);
  if (known) return known;
  const regex = compiled(pattern);
  // Patterns may come out of attributes, so the cache must not grow with them.
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(pattern, regex);
  return regex;
}

function compiled(pattern: string): Regex {
  const translated = translate(pattern);
  try {
    const lookbehind = /\(\?<[=!]/.test(translated) ? RE2JS.LOOKBEHINDS : 0;
    const engine = RE2JS.compile(translated, lookbehind);
    const named = new Map(Object.entries(engine.namedGroups()));
    const taken = new Set(named.values());
    const all = Array.from({ length: engine.groupCount() }, (_, index) => index + 1);
    return {
      engine,
      numbered: [
        ...all.filter((group) => !taken.has(group)),
        ...all.filter((group) => taken.has(group)),
      ],
      named,
      size: engine.programSize(),
    };
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new RegexError(cause.message.replace(/^error parsing regexp: /, ''), { cause });
  }
}

/** Whether `\b` or `\B` occurs: the engine sees word boundaries at ASCII letters only. */
export function hasWordBoundary(pattern: string): boolean {
  return /^(?:[^\\]|\\[^bB])*\\[bB]/.test(pattern.replace(/\[(?:[^\]\\]|\\.)*\]/g, ''));
}

/** Spans of the named group in every match, or of the whole match. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Start and end of a group, by the engine's number; -1 where it took no part. */
  group(number: number): { readonly start: number; readonly end: number };
}

/**
 * Every match, left to right. `spend` is told before each search what it may cost, and stops the
 * loop by throwing: one search is linear in the text, all of them together need not be.
 */
export function* matches(
  { engine, size }: Regex,
  text: string,
  spend: (steps: number) => void,
): Generator<Found> {
  const matcher = engine.matcher(text);
  let from = 0;
  for (;;) {
    spend(Math.ceil(((text.length - from + 1) * size) / 512));
    if (!matcher.find()) return;
    from = matcher.end();
    yield {
      start: matcher.start(),
      end: matcher.end(),
      group: (number) => ({ start: matcher.start(number), end: matcher.end(number) }),
    };
  }
}

const WORD = '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}';
const SPACE = '\\t-\\r\\x{85}\\p{Z}';
const NOT_SPACE_RANGES =
  '\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{84}\\x{86}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}' +
  '\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}';

/** Outside of brackets, as .NET understands them: over all of Unicode. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
};

function inBrackets(letter: string): string | undefined {
  switch (letter) {
    case 'd':
      return '\\p{Nd}';
    case 'D':
      return '\\P{Nd}';
    case 'w':
      return WORD;
    case 'W':
      return notWordRanges();
    case 's':
      return SPACE;
    case 'S':
      return NOT_SPACE_RANGES;
    default:
      return undefined;
  }
}

let notWord: string | undefined;

/** A class in brackets cannot hold the complement of a union, so it is written out once. */
function notWordRanges(): string {
  if (notWord !== undefined) return notWord;
  const ranges: string[] = [];
  let start = -1;
  for (let code = 0; code <= 0x110000; code++) {
    const outside =
      code <= 0x10ffff && !/[\p{L}\p{Mn}\p{Nd}\p{Pc}]/u.test(String.fromCodePoint(code));
    if (outside && start < 0) start = code;
    if (!outside && start >= 0) {
      ranges.push(`\\x{${start.toString(16)}}-\\x{${(code - 1).toString(16)}}`);
      start = -1;
    }
  }
  notWord = ranges.join('');
  return notWord;
}

/** Groups by how they begin that need backtracking or change how the rest is read. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/^\(\?=/, 'lookahead (?=…)'],
  [/^\(\?!/, 'negative lookahead (?!…)'],
  [/^\(\?>/, 'atomic group (?>…)'],
  [/^\(\?\(/, 'conditional (?(…)…)'],
  [/^\(\?[<'][^>'=!]*-[^>']*[>']/, 'balancing group'],
  [/^\(\?[ims]*[nx]+[imnsx-]*[:)]/, 'options n and x'],
  [/^\(\?P/, '(?P<name>…), write (?<name>…)'],
];

/** .NET syntax to that of the engine. */
function translate(pattern: string): string {
  let result = '';
  let at = 0;
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === '\\') {
      const [text, length] = escaped(pattern, at, false);
      result += text;
      at += length;
    } else if (char === '[') {
      const [text, length] = brackets(pattern, at);
      result += text;
      at += length;
    } else if (char === '(') {
      const [text, length] = group(pattern.slice(at, at + 100));
      result += text;
      at += length;
    } else {
      result += char;
      at++;
    }
  }
  return result;
}

type Translated = readonly [text: string, length: number];

function group(rest: string): Translated {
  const unsupported = UNSUPPORTED.find(([start]) => start.test(rest));
  if (unsupported) {
    throw new RegexError(`${unsupported[1]} is not supported: patterns run in linear time here`);
  }
  const quoted = /^\(\?'(\w+)'/.exec(rest);
  if (quoted) return [`(?<${quoted[1]}>`, quoted[0].length];
  const comment = /^\(\?#[^)]*\)/.exec(rest);
  return comment ? ['', comment[0].length] : ['(', 1];
}

function escaped(pattern: string, at: number, inClass: boolean): Translated {
  const letter = pattern.charAt(at + 1);
  const shorthand = inClass ? inBrackets(letter) : CLASSES[letter];
  if (shorthand !== undefined) return [shorthand, 2];
  switch (letter) {
    case '':
      throw new RegexError('the pattern ends in a backslash');
    case 'u': {
      const digits = /^[0-9A-Fa-f]{4}/.exec(pattern.slice(at + 2, at + 6))?.[0];
      if (digits === undefined) throw new RegexError('\\u needs four hexadecimal digits');
      return [`\\x{${digits}}`, 6];
    }
    case 'e':
      return ['\\x{1B}', 2];
    case 'c': {
      const code = pattern.charCodeAt(at + 2) & 31;
      return [`\\x{${code.toString(16)}}`, 3];
    }
    case 'Z':
      return ['\\z', 2];
    case 'G':
      throw new RegexError('\\G is not supported');
    case 'Q':
    case 'E':
      throw new RegexError(`unrecognized escape \\${letter}`);
    case 'b':
      return inClass ? ['\\x{8}', 2] : ['\\b', 2];
    case 'k':
      throw new RegexError('back references are not supported: patterns run in linear time here');
    default:
      if (/[1-9]/.test(letter) && !inClass) {
        throw new RegexError('back references are not supported: patterns run in linear time here');
      }
      return [`\\${letter}`, 2];
  }
}

/** A character class. `[` inside is itself, as in .NET; after `-` it would subtract a class. */
function brackets(pattern: string, start: number): Translated {
  let at = start + 1;
  let result = '[';
  if (pattern.charAt(at) === '^') {
    result += '^';
    at++;
  }
  // A bracket that comes first stands for itself.
  if (pattern.charAt(at) === ']') {
    result += '\\]';
    at++;
  }
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === ']') return [`${result}]`, at + 1 - start];
    if (char === '-' && pattern.charAt(at + 1) === '[') {
      throw new RegexError('class subtraction [a-z-[…]] is not supported');
    }
    if (char === '\\') {
      const [text, length] = escaped(pattern, at, true);
      result += text;
      at += length;
    } else {
      result += char === '[' ? '\\[' : char;
      at++;
    }
  }
  throw new RegexError('a character class has no closing bracket');
}
