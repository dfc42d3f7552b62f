/** From the text of an expression to its tokens. */

import { ExpressionError } from './failure.ts';
import { MAX_LENGTH, type Operator } from './syntax.ts';

export type Token =
  | (Spot & { readonly type: 'attribute' | 'text' | 'number' | 'name'; readonly value: string })
  | (Spot & { readonly type: 'operator'; readonly value: Operator })
  | (Spot & { readonly type: '(' | ')' | ',' | 'end' });

interface Spot {
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s/;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?\d+(?:\.\d+)?|&[Hh][0-9A-Fa-f]+/y;
const OPERATOR = /<>|<=|>=|[=<>]/y;
/** Operators of other languages that people try, and what is written here instead. */
const FOREIGN = /&&|\|\||[&|+\-*/!^]/y;
const TYPOGRAPHIC = /[“”„‟«»‘’‚‛′″＂]/;

/** @throws ExpressionError of class `parse`. */
export function tokens(text: string): readonly Token[] {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(
      'parse',
      `the expression has ${text.length} characters; at most ${MAX_LENGTH} are read`,
      MAX_LENGTH,
    );
  }
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACE.test(char)) {
      at++;
      continue;
    }
    const token = tokenAt(text, at, char);
    found.push(token);
    at = token.end;
  }
  found.push({ type: 'end', start: text.length, end: text.length });
  return found;
}

function tokenAt(text: string, at: number, char: string): Token {
  switch (char) {
    case '(':
    case ')':
    case ',':
      return { type: char, start: at, end: at + 1 };
    case '"':
      return constant(text, at);
    case '[':
      return attribute(text, at);
    default:
      return word(text, at) ?? stranger(text, at, char);
  }
}

function word(text: string, start: number): Token | undefined {
  const number = match(NUMBER, text, start);
  if (number !== undefined) {
    return { type: 'number', value: number, start, end: start + number.length };
  }
  const name = match(NAME, text, start);
  if (name !== undefined) return { type: 'name', value: name, start, end: start + name.length };
  const operator = match(OPERATOR, text, start);
  if (operator === undefined) return undefined;
  return { type: 'operator', value: operator as Operator, start, end: start + operator.length };
}

/** `\"` and `\\` are escapes; any other backslash stands for itself, so that `"\d+"` is a pattern. */
function constant(text: string, start: number): Token {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { type: 'text', value, start, end: at + 1 };
    const next = text.charAt(at + 1);
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next;
      at++;
    } else value += char;
  }
  throw new ExpressionError('parse', 'this text has no closing quotation mark', start);
}

/** Up to the bracket that balances the first; brackets in quotation marks do not count. */
function attribute(text: string, start: number): Token {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) {
      const value = text.slice(start + 1, at).trim();
      if (value === '') {
        throw new ExpressionError('parse', 'an attribute has no name between its brackets', start);
      }
      return { type: 'attribute', value, start, end: at + 1 };
    }
  }
  throw new ExpressionError('parse', 'this attribute has no closing bracket', start);
}

function stranger(text: string, at: number, char: string): never {
  if (TYPOGRAPHIC.test(char)) {
    throw new ExpressionError(
      'parse',
      `typographic quotation mark ${char}`,
      at,
      'write straight double quotes, "like this"; word processors replace them',
    );
  }
  if (char === "'") {
    throw new ExpressionError('parse', 'single quotation mark', at, 'write texts as "text"');
  }
  const foreign = match(FOREIGN, text, at);
  if (foreign !== undefined) {
    throw new ExpressionError(
      'parse',
      `there is no operator ${foreign} in this language`,
      at,
      foreign === '&&' || foreign === '||'
        ? 'nest IIF: IIF(a, IIF(b, yes, no), no)'
        : 'join texts with Join("", …)',
    );
  }
  throw new ExpressionError('parse', `unexpected character ${JSON.stringify(char)}`, at);
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
