/**
 * Reads attribute paths and filters (RFC 7644 §3.4.2.2 and §3.5.2). One hand-written recursive
 * descent for both, since each contains the other; it looks at every character once, and its depth
 * and the text's length are bounded, so that a hostile filter costs no more than its refusal.
 */

import type { ComparisonOperator, Filter, FilterValue } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import type { Result } from '../identity/problem.ts';

const MAX_LENGTH = 16_384;
const MAX_DEPTH = 40;

/** Paths that were read before: a few names, asked for again with every account. */
const KNOWN = new Map<string, Result<AttributePath>>();
const MOST_KNOWN = 1000;

export interface FilterSyntax {
  /** Allows `matches "pattern"`, for scopes; filters from the network do not have it. */
  readonly matches?: boolean;
  /** Takes a text without quotes, as far as the next blank or bracket. */
  readonly bareTexts?: boolean;
}

/** @returns The path, or what is wrong with it, as `path-invalid` with its column. */
export function parsePath(text: string): Result<AttributePath> {
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const read = parsed('path-invalid', text, {}, path);
  if (read.ok && text.length <= 200) {
    if (KNOWN.size === MOST_KNOWN) KNOWN.clear();
    KNOWN.set(text, read);
  }
  return read;
}

/** @returns The filter, or what is wrong with it, as `filter-invalid` with its column. */
export function parseFilter(text: string, syntax: FilterSyntax = {}): Result<Filter> {
  return parsed('filter-invalid', text, syntax, disjunction);
}

interface Reader {
  readonly text: string;
  readonly syntax: FilterSyntax;
  at: number;
  depth: number;
}

class SyntaxProblem extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

function parsed<Value>(
  code: string,
  text: string,
  syntax: FilterSyntax,
  production: (reader: Reader) => Value,
): Result<Value> {
  const reader: Reader = { text, syntax, at: 0, depth: 0 };
  try {
    if (text.length > MAX_LENGTH) fail(reader, `longer than ${MAX_LENGTH} characters`);
    skipSpace(reader);
    const value = production(reader);
    skipSpace(reader);
    if (reader.at < text.length) fail(reader, `unexpected ${shown(text.slice(reader.at))}`);
    return { ok: true, value };
  } catch (problem) {
    if (!(problem instanceof SyntaxProblem)) throw problem;
    const place = { line: 1, column: problem.at + 1 };
    return { ok: false, problems: [{ code, message: problem.message, severity: 'error', place }] };
  }
}

function disjunction(reader: Reader): Filter {
  return joined(reader, 'or', (inner) => joined(inner, 'and', negatable));
}

function joined(reader: Reader, type: 'and' | 'or', operand: (reader: Reader) => Filter): Filter {
  const first = operand(reader);
  const operands = [first];
  while (takeWord(reader, type)) operands.push(operand(reader));
  return operands.length === 1 ? first : { type, operands };
}

function negatable(reader: Reader): Filter {
  const start = reader.at;
  if (takeWord(reader, 'not')) {
    if (peek(reader) === '(') return { type: 'not', operand: group(reader, '(', ')') };
    reader.at = start;
  }
  return peek(reader) === '(' ? group(reader, '(', ')') : expression(reader);
}

function group(reader: Reader, open: string, close: string): Filter {
  if (++reader.depth > MAX_DEPTH) fail(reader, `nested more than ${MAX_DEPTH} deep`);
  take(reader, open);
  skipSpace(reader);
  const filter = disjunction(reader);
  skipSpace(reader);
  take(reader, close);
  skipSpace(reader);
  reader.depth--;
  return filter;
}

function expression(reader: Reader): Filter {
  const target = path(reader);
  skipSpace(reader);
  const start = reader.at;
  const operator = word(reader).toLowerCase();
  skipSpace(reader);
  if (operator === 'pr') return { type: 'present', path: target };
  if (operator === 'matches' && reader.syntax.matches) {
    return { type: 'matches', path: target, pattern: text(reader) };
  }
  if (isComparison(operator))
    return { type: 'compare', path: target, operator, value: value(reader) };
  reader.at = start;
  if (target.where && target.subAttribute === undefined && ENDS_EXPRESSION.has(operator)) {
    const { where, ...holder } = target;
    return { type: 'some', path: holder, where };
  }
  return fail(reader, operator ? `unknown operator "${operator}"` : 'an operator is missing');
}

/** The words that may stand after a value filter, and the empty one. */
const ENDS_EXPRESSION: ReadonlySet<string> = new Set(['', 'and', 'or']);

const COMPARISONS: ReadonlySet<string> = new Set<ComparisonOperator>([
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'ge',
  'lt',
  'le',
]);

function isComparison(operator: string): operator is ComparisonOperator {
  return COMPARISONS.has(operator);
}

function value(reader: Reader): FilterValue {
  if (peek(reader) === '"') return text(reader);
  const start = reader.at;
  const literal = matched(reader, /[^\s()[\]]+/y) ?? '';
  const known = LITERALS.get(literal.toLowerCase());
  if (known !== undefined) return known;
  if (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(literal)) return Number(literal);
  if (reader.syntax.bareTexts && /^[^"\0]+$/.test(literal) && literal.isWellFormed())
    return literal;
  reader.at = start;
  return fail(reader, `expected a text in double quotes, a number, true, false or null`);
}

const LITERALS: ReadonlyMap<string, FilterValue> = new Map<string, FilterValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function text(reader: Reader): string {
  const start = reader.at;
  const literal = matched(reader, /"(?:[^"\\]|\\.)*"/sy);
  if (literal === undefined) return fail(reader, 'expected a text in double quotes');
  try {
    // A line break inside quotes is no JSON, but unambiguous.
    const value = String(
      JSON.parse(literal.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')),
    );
    if (value.isWellFormed() && !value.includes('\0')) return value;
  } catch {
    reader.at = start;
    return fail(reader, `${shown(literal)} is not a text in JSON's notation`);
  }
  reader.at = start;
  return fail(reader, 'no value has half a character, or U+0000');
}

function path(reader: Reader): AttributePath {
  const start = reader.at;
  const schema = schemaUrn(reader);
  if (schema && !schema.attributeFollows) return { attribute: schema.urn };
  const attribute = name(reader);
  // Some vendors' documentation has a dot before the bracket: `addresses.[type eq "work"].country`.
  if (reader.text.startsWith('.[', reader.at)) reader.at++;
  const where = peek(reader) === '[' ? bracketed(reader) : undefined;
  const subAttribute = skip(reader, '.') ? name(reader) : undefined;
  if (attribute === '__proto__' || subAttribute === '__proto__') {
    reader.at = start;
    fail(reader, '"__proto__" cannot be an attribute');
  }
  return {
    ...(schema && { schema: schema.urn }),
    attribute,
    ...(where && { where }),
    ...(subAttribute !== undefined && { subAttribute }),
  };
}

/** A bracket may be followed by a dot, so the blank after it stays. */
function bracketed(reader: Reader): Filter {
  const filter = group(reader, '[', ']');
  while (reader.text[reader.at - 1] !== ']') reader.at--;
  return filter;
}

/**
 * The schema in front of an attribute. A URN has colons and dots of its own: its end is the last
 * colon, or, in the notation of some vendors, a dot after the resource type or the version. A URN
 * that ends with a version and a resource type stands for the extension as a whole.
 */
function schemaUrn(reader: Reader): { urn: string; attributeFollows: boolean } | undefined {
  const whole = lookAhead(reader, /urn:[\w:.$-]+/iy);
  if (whole === undefined) return undefined;
  const end =
    /^.*:v?\d+(?:\.\d+)*:[A-Z]\w*(?=\.[A-Za-z]|$)/.exec(whole)?.[0].length ??
    /^.*:\d+\.\d+(?=\.[A-Za-z]\w*$)/.exec(whole)?.[0].length ??
    whole.lastIndexOf(':');
  const urn = whole.slice(0, end);
  const attributeFollows = end < whole.length;
  if (!/^urn:[\w-]+:./i.test(urn)) fail(reader, `${shown(whole)} is not a URN and an attribute`);
  reader.at += attributeFollows ? end + 1 : end;
  return { urn, attributeFollows };
}

function name(reader: Reader): string {
  return (
    matched(reader, /[\p{L}_$][\p{L}\p{N}_$-]*/uy) ??
    fail(reader, `expected the name of an attribute${found(reader)}`)
  );
}

function word(reader: Reader): string {
  return matched(reader, /[A-Za-z]+/y) ?? '';
}

function takeWord(reader: Reader, expected: string): boolean {
  const start = reader.at;
  skipSpace(reader);
  if (word(reader).toLowerCase() === expected && /^[\s(]?$/.test(peek(reader))) {
    skipSpace(reader);
    return true;
  }
  reader.at = start;
  return false;
}

function take(reader: Reader, character: string): void {
  if (!skip(reader, character)) fail(reader, `expected "${character}"${found(reader)}`);
}

function skip(reader: Reader, character: string): boolean {
  if (peek(reader) !== character) return false;
  reader.at++;
  return true;
}

function peek(reader: Reader): string {
  return reader.text[reader.at] ?? '';
}

function skipSpace(reader: Reader): void {
  matched(reader, /\s*/y);
}

function matched(reader: Reader, pattern: RegExp): string | undefined {
  const found = lookAhead(reader, pattern);
  reader.at += found?.length ?? 0;
  return found;
}

function lookAhead(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.text)?.[0];
}

function found(reader: Reader): string {
  return reader.at < reader.text.length
    ? `, found ${shown(reader.text.slice(reader.at))}`
    : ', found the end';
}

function shown(text: string): string {
  return text.length > 24 ? `"${text.slice(0, 24)}…"` : `"${text}"`;
}

function fail(reader: Reader, message: string): never {
  throw new SyntaxProblem(message, reader.at);
}
