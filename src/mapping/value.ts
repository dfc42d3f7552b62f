/** The values an expression computes with, and how one kind becomes another. */

import {
  type Attributes,
  type AttributeValue,
  type ComplexValue,
  isReference,
  type ReferenceValue,
} from '../identity/record.ts';
import { formatInstant } from './dates.ts';
import { ExpressionError } from './failure.ts';

/**
 * `undefined` is no value. A `Date` is the result of a date function, `bigint` an integer that may
 * be beyond 2^53. A symbol is an instruction about the flow, not a value.
 */
export type Value =
  | undefined
  | string
  | number
  | bigint
  | boolean
  | Date
  | Flow
  | ComplexValue
  | ReferenceValue
  | readonly Value[];

/** Leave the attribute, or the whole object, as the target has it. */
export type Flow = typeof IGNORE_ATTRIBUTE | typeof IGNORE_OBJECT;

export const IGNORE_ATTRIBUTE: unique symbol = Symbol('IgnoreAttributeFlow');
export const IGNORE_OBJECT: unique symbol = Symbol('IgnoreObjectFlow');

/** What an instruction about the flow unwinds with when a function is given one as its argument. */
export class FlowInterrupt {
  readonly flow: Flow;
  constructor(flow: Flow) {
    this.flow = flow;
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** No value, empty text, or a list without values: none of them ever reaches a target. */
export function isEmpty(value: Value): boolean {
  return value === undefined || value === '' || (isList(value) && value.every(isEmpty));
}

/**
 * The text of a single value: booleans as `True` and `False`, instants in UTC as
 * `M/d/yyyy h:mm:ss tt`.
 *
 * @throws ExpressionError of class `type` for a complex value or several values.
 */
export function textOf(value: Value, offset: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'undefined':
      return value;
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return decimal(value);
    case 'bigint':
      return value.toString();
    case 'symbol':
      throw new FlowInterrupt(value);
    case 'object':
      return objectText(value, offset);
  }
}

function objectText(value: Value & object, offset: number): string | undefined {
  if (value instanceof Date) return formatInstant(value);
  if (isList(value)) {
    if (value.length < 2) return textOf(value[0], offset);
    throw new ExpressionError(
      'type',
      `one value is needed here, there are ${value.length}`,
      offset,
      'choose one with Item([attribute], 1), or make one text with Join',
    );
  }
  if (isReference(value)) return String('id' in value.$ref ? value.$ref.id : value.$ref.value);
  throw new ExpressionError(
    'type',
    `a text is needed here, this is an object with ${Object.keys(value).slice(0, 5).join(', ')}`,
    offset,
    'name one of its parts, such as [name.givenName]',
  );
}

/** Digits without an exponent. */
function decimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '');
}

const INTEGER = /^\s*[+-]?\d{1,30}\s*$/;

/** An integer, or a text that is one: bare and quoted numbers are interchangeable. */
export function integerOf(value: Value, what: string, offset: number): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  const text = textOf(value, offset);
  if (text !== undefined && INTEGER.test(text)) return BigInt(text.trim());
  throw new ExpressionError(
    'type',
    `${what} must be an integer, ${text === undefined ? 'there is no value' : `not ${excerpt(text)}`}`,
    offset,
  );
}

/** An integer small enough to count characters with; what is larger becomes the largest. */
export function countOf(value: Value, what: string, offset: number): number {
  const integer = integerOf(value, what, offset);
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(integer > limit ? limit : integer < -limit ? -limit : integer);
}

/**
 * `True` in any case and numbers other than zero are true; no value is false.
 *
 * @throws ExpressionError of class `type` for any other text.
 */
export function booleanOf(value: Value, offset: number): boolean {
  if (typeof value === 'boolean') return value;
  const text = textOf(value, offset);
  if (text === undefined || text === '') return false;
  const word = text.trim().toLowerCase();
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (numeric(word)) return Number(word) !== 0;
  throw new ExpressionError('type', `${excerpt(text)} is neither true nor false`, offset);
}

const NUMERIC = /^-?\d+(?:\.\d+)?$/;

export function numeric(text: string): boolean {
  return NUMERIC.test(text);
}

/** A value as people may see it in a message: quoted, and not whole when it is long. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** What a target or an identity can hold; `undefined` when nothing flows. */
export function attributeValue(value: Value): AttributeValue | undefined {
  if (value === undefined || value === '' || typeof value === 'symbol') return undefined;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Date) return formatInstant(value);
  if (!isList(value)) return value;
  const values = value.flatMap((element) => attributeValue(element) ?? []);
  return values.length === 0 ? undefined : values;
}

/** The types of RFC 7643 §2.3 a target attribute may have. */
export type TargetType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex';

/**
 * A result in the type of its target attribute: `"True"` becomes `true`, `"42"` becomes 42, a date
 * becomes RFC 3339. Each value of a list by itself.
 *
 * @throws ExpressionError of class `type` for a value that is not of the type.
 */
export function coerce(value: Value, type: TargetType): AttributeValue | undefined {
  if (isList(value)) {
    const values = value.flatMap((element) => coerce(element, type) ?? []);
    return values.length === 0 ? undefined : values;
  }
  if (isEmpty(value) || typeof value === 'symbol') return undefined;
  switch (type) {
    case 'boolean':
      return booleanOf(value, 0);
    case 'integer':
      return attributeValue(integerOf(value, 'the value', 0));
    case 'decimal': {
      const text = textOf(value, 0) ?? '';
      if (numeric(text)) return Number(text);
      throw new ExpressionError('type', `${excerpt(text)} is not a number`, 0);
    }
    case 'dateTime':
      return value instanceof Date ? value.toISOString() : attributeValue(value);
    case 'string':
      return isComplex(value) ? value : textOf(value, 0);
    case 'binary':
    case 'reference':
    case 'complex':
      return attributeValue(value);
  }
}

function isComplex(value: Value): value is ComplexValue | ReferenceValue {
  return typeof value === 'object' && !isList(value) && !(value instanceof Date);
}

/** As `lockstep eval` prints a result. */
export type Canonical =
  | null
  | string
  | Attributes
  | { readonly $flow: 'ignore' | 'ignoreObject' }
  | readonly Canonical[];

/** Text for every single value, a list for several, `null` for none. */
export function canonical(value: Value): Canonical {
  if (value === undefined) return null;
  if (value === IGNORE_ATTRIBUTE) return { $flow: 'ignore' };
  if (value === IGNORE_OBJECT) return { $flow: 'ignoreObject' };
  if (isList(value)) return value.length === 0 ? null : value.map(canonical);
  if (isComplex(value) && !isReference(value)) return value;
  return textOf(value, 0) ?? null;
}
