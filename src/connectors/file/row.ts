/** What the formats have in common: records with their place, and what is wrong with others. */

import type { AttributeValue } from '../../identity/record.ts';

export type Row =
  | {
      readonly type: 'row';
      /** Where it begins, from 1. */
      readonly line: number;
      /** Without what has no value. */
      readonly values: ReadonlyMap<string, AttributeValue>;
    }
  | { readonly type: 'broken'; readonly line: number; readonly message: string }
  /** The columns of a file that names them, before its rows. */
  | { readonly type: 'header'; readonly line: number; readonly columns: readonly string[] }
  /** Not even a header, or the brackets of a list, is there. */
  | { readonly type: 'nothing'; readonly line: 1 };

/** Characters in one row, and in one value of it. */
export const MAX_ROW_CHARACTERS = 1024 * 1024;
export const MAX_VALUE_CHARACTERS = 256 * 1024;
/** More are no list of people. */
export const MAX_COLUMNS = 4096;

export function oversized(name: string): string {
  return `"${name}" is longer than ${MAX_VALUE_CHARACTERS} characters`;
}

export function tooManyColumns(count: number): string {
  return `${count} columns; at most ${MAX_COLUMNS} are read`;
}

/** Of two columns or more: a single one may well hold its own name. */
export function isHeader(columns: readonly string[], cells: readonly string[]): boolean {
  if (columns.length < 2 || columns.length !== cells.length) return false;
  return cells.every((cell, index) => cell.trim() === columns[index]);
}

export const HEADER_AGAIN =
  'the header stands here again; is the file doubled, or joined from several?';

/** What makes a file unreadable from some line on: another encoding, no archive, a bomb. */
export class Unreadable extends Error {
  readonly line: number;

  constructor(line: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}
