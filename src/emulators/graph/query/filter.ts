/** The `$filter` grammar as far as the directory speaks it: text → tree. */

import { badRequest, unsupportedQuery } from '../failure.ts';

export type Literal = string | number | boolean | null;
export type Comparison = 'eq' | 'ne' | 'ge' | 'le' | 'gt' | 'lt';

export type Filter =
  | { readonly type: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly type: 'not'; readonly operand: Filter }
  | {
      readonly type: 'compare';
      readonly path: string;
      readonly operator: Comparison;
      readonly value: Literal;
    }
  | { readonly type: 'in'; readonly path: string; readonly values: readonly Literal[] }
  | {
      readonly type: 'call';
      readonly name: 'startsWith' | 'endsWith';
      readonly path: string;
      readonly text: string;
    }
  /** Some element of the collection fulfils the inner filter, whose paths are relative to it. */
  | {
      readonly type: 'any';
      readonly path: string;
      readonly variable: string;
      readonly inner: Filter;
    };

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<date>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))|(?<guid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_$][\w.$]*)|(?<sign>[(),:/]))/iy;

interface Token {
  readonly kind: 'text' | 'literal' | 'word' | 'sign' | 'end';
  readonly value: string;
  readonly literal?: Literal;
}

const END: Token = { kind: 'end', value: '' };
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  ge: 'ge',
  le: 'le',
  gt: 'gt',
  lt: 'lt',
};
const CALLS: Readonly<Record<string, 'startsWith' | 'endsWith'>> = {
  startswith: 'startsWith',
  endswith: 'endsWith',
};
const CONSTANTS: Readonly<Record<string, Literal>> = { true: true, false: false, null: null };
const MOST_LITERALS = 15;

/** Fails as the service does on what it cannot read. */
export function parseFilter(text: string): Filter {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): Token => tokens[at] ?? END;
  const take = (): Token => tokens[at++] ?? END;
  const word = (): string => (peek().kind === 'word' ? peek().value.toLowerCase() : '');
  const expect = (value: string): void => {
    if (take().value !== value) throw invalid(text);
  };

  const alternatives = (): Filter => {
    let left = conjunction();
    while (word() === 'or') {
      take();
      left = { type: 'or', left, right: conjunction() };
    }
    return left;
  };

  const conjunction = (): Filter => {
    let left = term();
    while (word() === 'and') {
      take();
      left = { type: 'and', left, right: term() };
    }
    return left;
  };

  const term = (): Filter => {
    if (word() === 'not') {
      take();
      return { type: 'not', operand: term() };
    }
    if (peek().value === '(' && peek().kind === 'sign') {
      take();
      const inner = alternatives();
      expect(')');
      return inner;
    }
    const call = CALLS[word()];
    if (call !== undefined) return callOf(call);
    if (word() === 'contains')
      throw unsupportedQuery("The function 'contains' is not supported by the service.");
    return comparison();
  };

  const callOf = (name: 'startsWith' | 'endsWith'): Filter => {
    take();
    expect('(');
    const path = pathOf();
    expect(',');
    const value = literal();
    expect(')');
    if (typeof value !== 'string') throw invalid(text);
    return { type: 'call', name, path, text: value };
  };

  const comparison = (): Filter => {
    const path = pathOf();
    if (path.endsWith('/any')) return any(path.slice(0, -'/any'.length));
    const operator = take().value.toLowerCase();
    if (operator === 'in') return membership(path);
    const comparison = COMPARISONS[operator];
    if (comparison === undefined) throw invalid(text);
    return { type: 'compare', path, operator: comparison, value: literal() };
  };

  const membership = (path: string): Filter => {
    expect('(');
    const values = [literal()];
    while (peek().value === ',') {
      take();
      values.push(literal());
    }
    expect(')');
    if (values.length > MOST_LITERALS)
      throw badRequest(
        `Too many child clauses specified in search filter expression containing 'OR' operators: ${values.length}. Max allowed: ${MOST_LITERALS}.`,
      );
    return { type: 'in', path, values };
  };

  const any = (path: string): Filter => {
    expect('(');
    const variable = take().value;
    expect(':');
    const inner = alternatives();
    expect(')');
    return { type: 'any', path, variable, inner };
  };

  const pathOf = (): string => {
    const first = take();
    if (first.kind !== 'word') throw invalid(text);
    let path = first.value;
    while (peek().value === '/' && peek().kind === 'sign') {
      take();
      const next = take();
      if (next.kind !== 'word') throw invalid(text);
      path += `/${next.value}`;
    }
    return path;
  };

  const literal = (): Literal => {
    const token = take();
    if (token.kind === 'text') return token.value;
    if (token.kind === 'literal' && token.literal !== undefined) return token.literal;
    const constant = token.kind === 'word' ? CONSTANTS[token.value.toLowerCase()] : undefined;
    if (constant === undefined) throw invalid(text);
    return constant;
  };

  const filter = alternatives();
  if (peek() !== END) throw invalid(text);
  return filter;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw invalid(text);
    tokens.push(tokenOf(groups));
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { text, date, guid, number, word, sign } = groups;
  if (text !== undefined) return { kind: 'text', value: text.slice(1, -1).replaceAll("''", "'") };
  const plain = date ?? guid;
  if (plain !== undefined) return { kind: 'literal', value: plain, literal: plain };
  if (number !== undefined) return { kind: 'literal', value: number, literal: Number(number) };
  if (word !== undefined) return { kind: 'word', value: word };
  return { kind: 'sign', value: sign ?? '' };
}

function invalid(text: string): Error {
  return badRequest(`Invalid filter clause: '${text.slice(0, 200)}'.`);
}
