/** What goes wrong in an expression: when it is saved (a problem), or for one object (a failure). */

import type { Problem } from '../identity/problem.ts';

export type ErrorClass =
  | 'parse'
  | 'unknown-function'
  | 'unknown-attribute'
  | 'arity'
  | 'nesting'
  | 'type'
  | 'range'
  | 'date'
  | 'regex'
  | 'not-unique'
  | 'limit';

/**
 * The only thing that evaluating or compiling an expression throws. `offset` is where the
 * responsible part of the text begins.
 */
export class ExpressionError extends Error {
  readonly class: ErrorClass;
  readonly offset: number;
  readonly remedy: string | undefined;

  constructor(errorClass: ErrorClass, message: string, offset: number, remedy?: string) {
    super(message);
    this.name = 'ExpressionError';
    this.class = errorClass;
    this.offset = offset;
    this.remedy = remedy;
  }
}

/** What can be said of it where an expression redacts: messages cite the values a function was given. */
export function redactedMessage({ class: errorClass }: ExpressionError): string {
  return `an evaluation error of class ${errorClass}; its values are redacted`;
}

const CODE = 'expression-';

/** The code of a class, as it is listed in `docs/errors.md`. */
export function codeOf(errorClass: ErrorClass): string {
  return CODE + errorClass;
}

/** The class of a code, as test vectors name it. */
export function classOf(code: string): string {
  return code.startsWith(CODE) ? code.slice(CODE.length) : code;
}

export function problemAt(
  text: string,
  { class: errorClass, message, offset, remedy }: ExpressionError,
  severity: Problem['severity'] = 'error',
): Problem {
  return {
    code: codeOf(errorClass),
    message,
    severity,
    ...(remedy !== undefined && { remedy }),
    place: placeOf(text, offset),
  };
}

/** Line and column, from 1, of an offset in a text. */
export function placeOf(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
