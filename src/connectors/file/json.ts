/** Objects in JSON: one array of them, or one a line. The text is cut into objects as it comes. */

import type { AttributeValue } from '../../identity/record.ts';
import {
  MAX_COLUMNS,
  MAX_ROW_CHARACTERS,
  MAX_VALUE_CHARACTERS,
  oversized,
  type Row,
  tooManyColumns,
} from './row.ts';

interface Piece {
  readonly line: number;
  readonly text: string;
}

export async function* ndjsonRows(pieces: AsyncIterable<string>): AsyncGenerator<Row> {
  let line = 1;
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield* toRows({ line: line++, text });
    if (rest.length > MAX_ROW_CHARACTERS) {
      yield tooLong(line);
      return;
    }
  }
  yield* toRows({ line, text: rest });
}

export async function* jsonRows(pieces: AsyncIterable<string>): AsyncGenerator<Row> {
  for await (const element of elements(pieces))
    if ('text' in element) yield* toRows(element);
    else yield element;
}

/**
 * Cuts an array into the texts of its elements. It knows of JSON only what that takes: strings,
 * and what opens and closes; the elements are parsed afterwards, each with its own line.
 */
async function* elements(pieces: AsyncIterable<string>): AsyncGenerator<Piece | Row> {
  let state: 'before' | 'inside' | 'after' = 'before';
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let line = 1;
  let begun = 1;
  let text = '';
  /** Whether an element must follow: nothing may stand between a comma and the closing bracket. */
  let comma = false;
  for await (const piece of pieces) {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const char = piece[at] ?? '';
      if (char === '\n') line++;
      if (quoted) {
        if (escaped) escaped = false;
        else if (char === '\\') escaped = true;
        else if (char === '"') quoted = false;
        continue;
      }
      if (state !== 'inside') {
        if (/\s/.test(char)) continue;
        if (state === 'before' && char === '[') {
          state = 'inside';
          from = at + 1;
          begun = line;
          continue;
        }
        yield { type: 'broken', line, message: OUTSIDE[state] };
        return;
      }
      if (char === '"') quoted = true;
      else if (char === '{' || char === '[') depth++;
      else if (depth > 0 && (char === '}' || char === ']')) depth--;
      else if (depth === 0 && (char === ',' || char === ']')) {
        text += piece.slice(from, at);
        const empty = text.trim() === '';
        if (!empty) yield { line: begun + leadingLines(text), text };
        else if (char === ',' || comma)
          yield { type: 'broken', line, message: 'an element of the array is missing' };
        comma = char === ',';
        text = '';
        from = at + 1;
        begun = line;
        if (char === ']') state = 'after';
      }
    }
    if (state === 'inside') text += piece.slice(from);
    if (text.length > MAX_ROW_CHARACTERS) {
      yield tooLong(begun);
      return;
    }
  }
  if (state === 'inside')
    yield { type: 'broken', line, message: 'the array ends in the middle: the file is cut off' };
  if (state === 'before') yield { type: 'nothing', line: 1 };
}

const OUTSIDE: Readonly<Record<'before' | 'after', string>> = {
  before: 'the file is not an array of objects: it does not begin with "["',
  after: 'there is more after the end of the array',
};

function* toRows({ line, text }: Piece): Generator<Row> {
  if (text.trim() === '') return;
  if (text.length > MAX_ROW_CHARACTERS) {
    yield tooLong(line);
    return;
  }
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    yield { type: 'broken', line, message: 'this is not JSON' };
    return;
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    yield { type: 'broken', line, message: 'this is not an object' };
    return;
  }
  yield toRow(object, line);
}

function toRow(object: object, line: number): Row {
  const values = new Map<string, AttributeValue>();
  for (const [name, member] of Object.entries(object)) {
    const value = toValue(member);
    if (value === undefined) continue;
    if (JSON.stringify(value).length > MAX_VALUE_CHARACTERS)
      return { type: 'broken', line, message: oversized(name) };
    values.set(name, value);
  }
  if (values.size > MAX_COLUMNS)
    return { type: 'broken', line, message: tooManyColumns(values.size) };
  return { type: 'row', line, values };
}

function toValue(value: unknown): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
      return value === '' ? undefined : value;
    case 'number':
    case 'boolean':
      return value;
    case 'object': {
      if (value === null) return undefined;
      if (Array.isArray(value)) {
        const list = value.flatMap((one: unknown) => toValue(one) ?? []);
        return list.length === 0 ? undefined : list;
      }
      const parts = Object.entries(value).flatMap(([name, part]) => {
        const translated = toValue(part);
        return translated === undefined ? [] : [[name, translated] as const];
      });
      return parts.length === 0 ? undefined : Object.fromEntries(parts);
    }
    default:
      return undefined;
  }
}

function leadingLines(text: string): number {
  return text.slice(0, text.length - text.trimStart().length).split('\n').length - 1;
}

function tooLong(line: number): Row {
  return {
    type: 'broken',
    line,
    message: `longer than ${MAX_ROW_CHARACTERS} characters; is a quote or bracket left open?`,
  };
}
