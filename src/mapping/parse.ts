/**
 * From text to syntax tree, and back. The grammar knows no function: `check.ts` says which exist,
 * how many arguments they take, and where a comparison may stand.
 */

import { ExpressionError } from './failure.ts';
import { type Token, tokens } from './lex.ts';
import { type Argument, MAX_DEPTH, type Node } from './syntax.ts';

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

/** @throws ExpressionError of class `parse`, at the first place that cannot be read. */
export function parseExpression(text: string): Node {
  const reader: Reader = { tokens: tokens(text), at: 0 };
  if (current(reader).type === 'end') throw new ExpressionError('parse', 'nothing to evaluate', 0);
  const node = comparison(reader, 0);
  const rest = current(reader);
  if (rest.type !== 'end') {
    throw new ExpressionError(
      'parse',
      `unexpected ${shown(rest)} after the end of the expression`,
      rest.start,
    );
  }
  return node;
}

function comparison(reader: Reader, depth: number): Node {
  const left = operand(reader, depth);
  const token = current(reader);
  if (token.type !== 'operator') return left;
  reader.at++;
  const right = operand(reader, depth);
  return {
    type: 'comparison',
    operator: token.value,
    left,
    right,
    start: left.start,
    end: right.end,
  };
}

function operand(reader: Reader, depth: number): Node {
  const token = current(reader);
  const { start, end } = token;
  switch (token.type) {
    case 'attribute':
      reader.at++;
      return { type: 'attribute', name: token.value, start, end };
    case 'text':
      reader.at++;
      return { type: 'text', value: token.value, start, end };
    case 'number':
      reader.at++;
      return { type: 'number', digits: token.value, start, end };
    case 'name':
      reader.at++;
      if (current(reader).type === '(') return call(reader, token.value, start, depth + 1);
      return { type: 'keyword', name: token.value, start, end };
    case '(':
    case ')':
    case ',':
    case 'operator':
    case 'end':
      throw new ExpressionError(
        'parse',
        `expected an attribute, a text or a function, found ${shown(token)}`,
        start,
      );
  }
}

function call(reader: Reader, name: string, start: number, depth: number): Node {
  if (depth > MAX_DEPTH) {
    throw new ExpressionError('parse', `more than ${MAX_DEPTH} calls within one another`, start);
  }
  reader.at++;
  const found: Argument[] = [];
  if (current(reader).type === ')') return closed(reader, name, start, found);
  for (;;) {
    found.push(argument(reader, depth));
    const token = current(reader);
    if (token.type === ')') return closed(reader, name, start, found);
    if (token.type !== ',') {
      throw new ExpressionError(
        'parse',
        `expected "," or ")" in ${name}(…), found ${shown(token)}`,
        token.start,
      );
    }
    reader.at++;
  }
}

function argument(reader: Reader, depth: number): Argument {
  const { type } = current(reader);
  return type === ',' || type === ')' ? 'blank' : comparison(reader, depth);
}

function closed(reader: Reader, name: string, start: number, found: readonly Argument[]): Node {
  const { end } = current(reader);
  reader.at++;
  return { type: 'call', name, arguments: found, start, end };
}

function current({ tokens: all, at }: Reader): Token {
  return all[at] ?? { type: 'end', start: 0, end: 0 };
}

function shown(token: Token): string {
  switch (token.type) {
    case 'end':
      return 'the end of the expression';
    case 'attribute':
      return `[${token.value}]`;
    case 'text':
      return JSON.stringify(token.value);
    case 'number':
    case 'name':
    case 'operator':
      return token.value;
    case '(':
    case ')':
    case ',':
      return `"${token.type}"`;
  }
}

/** The expression as text; parsing it gives the same tree, places apart. */
export function formatExpression(node: Node): string {
  switch (node.type) {
    case 'attribute':
      return `[${node.name}]`;
    case 'text':
      return `"${node.value.replace(/[\\"]/g, '\\$&')}"`;
    case 'number':
      return node.digits;
    case 'keyword':
      return node.name;
    case 'comparison':
      return `${formatExpression(node.left)} ${node.operator} ${formatExpression(node.right)}`;
    case 'call':
      return `${node.name}(${node.arguments.map(formatArgument).join(', ')})`;
  }
}

function formatArgument(argument: Argument): string {
  return argument === 'blank' ? '' : formatExpression(argument);
}
