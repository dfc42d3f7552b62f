/** What a function of the language is, and what the functions share. */

import type { Attributes } from '../../identity/record.ts';
import { type ErrorClass, ExpressionError } from '../failure.ts';
import type { EvaluationContext } from '../mapping.ts';
import type { Node } from '../syntax.ts';
import { isEmpty, isList, textOf, type Value } from '../value.ts';

/** What one evaluation uses up and looks at. */
export interface Environment {
  readonly attributes: Attributes;
  readonly target: Attributes | undefined;
  readonly context: EvaluationContext;
  /** Steps left; see `spend`. */
  fuel: number;
  /** What `Counter` stands at. */
  count?: number;
}

export type Compiled = (environment: Environment) => Value;

export interface Parameter {
  /** As Entra's function list and exported schemas name it. */
  readonly name: string;
  /** May be left out or blank. */
  readonly optional?: true;
  /** The last parameters of a function may occur any number of times, in turn. */
  readonly repeats?: true;
  /** A comparison may stand here. */
  readonly condition?: true;
  /** One of these bare words. */
  readonly words?: readonly string[];
}

export interface FunctionDefinition {
  readonly parameters: readonly Parameter[];
  /** Arguments needed where that is more than the parameters that are not optional. */
  readonly atLeast?: number;
  /** A rule on the number of arguments that the parameters do not say; the answer completes "NAME …". */
  readonly arity?: (count: number) => string | undefined;
  /** Only as the whole expression, never inside of another function. */
  readonly outermost?: true;
  /** Each evaluation gives another value, so that writing it again and again would never settle. */
  readonly unrepeatable?: true;
  /** Its value depends on the time. */
  readonly timed?: true;
  /** Turns the call into a closure, once. Throws `ExpressionError` for what constants already show. */
  readonly build: (call: Call) => Compiled;
}

/** One call in an expression, its arguments compiled. */
export interface Call {
  readonly name: string;
  readonly offset: number;
  readonly arguments: readonly (Bound | undefined)[];
}

export interface Bound {
  readonly value: Compiled;
  readonly node: Node;
  /** The text of a constant. */
  readonly constant?: string;
}

/** One dialect of the language: its functions and bare words. */
export interface Dialect {
  readonly name: string;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
}

/** Characters a text may have: attributes, results and everything between. */
const MAX_TEXT = 1_000_000;

/** Steps of one evaluation: a step is a value of a list, 64 characters of text, or 512 of a pattern's work. */
export const MAX_STEPS = 100_000;

export function spend(environment: Environment, steps: number, offset: number): void {
  environment.fuel -= steps;
  if (environment.fuel < 0) {
    throw new ExpressionError(
      'limit',
      `the evaluation takes more than ${MAX_STEPS} steps`,
      offset,
      'the values are longer, or more, than this expression can work on',
    );
  }
}

/** The text, counted; every text a function takes or makes that can be long passes here. */
export function measured(environment: Environment, text: string, offset: number): string {
  if (text.length < 64) return text;
  if (text.length > MAX_TEXT) {
    throw new ExpressionError(
      'limit',
      `a text of ${text.length} characters; at most ${MAX_TEXT} are worked on`,
      offset,
    );
  }
  spend(environment, text.length >>> 6, offset);
  return text;
}

const nothing: Compiled = () => undefined;

/** The argument at a position; one that is blank has no value. */
export function argument({ arguments: all }: Call, index: number): Compiled {
  return all[index]?.value ?? nothing;
}

export function offsetOf({ arguments: all, offset }: Call, index: number): number {
  return all[index]?.node.start ?? offset;
}

/** A single text, or nothing. */
export function text(call: Call, index: number): (environment: Environment) => string | undefined {
  const value = argument(call, index);
  const offset = offsetOf(call, index);
  return (environment) => {
    const found = textOf(value(environment), offset);
    return found === undefined ? undefined : measured(environment, found, offset);
  };
}

/**
 * A function over one text: no value in, no value out; several values in, each by itself.
 */
export function overText(
  call: Call,
  index: number,
  result: (text: string, environment: Environment) => Value,
): Compiled {
  const source = argument(call, index);
  const offset = offsetOf(call, index);
  const each = (value: Value, environment: Environment): Value => {
    const found = textOf(value, offset);
    if (found === undefined) return undefined;
    return result(measured(environment, found, offset), environment);
  };
  return (environment) => {
    const value = source(environment);
    return isList(value)
      ? mapped(value, environment, offset, (element) => each(element, environment))
      : each(value, environment);
  };
}

/** The values of an attribute: none, one or several. */
export function valuesOf(value: Value): readonly Value[] {
  if (isEmpty(value)) return [];
  return isList(value) ? value : [value];
}

/** The results that are values, spread where a result is several. */
export function mapped(
  values: readonly Value[],
  environment: Environment,
  offset: number,
  result: (value: Value) => Value,
): Value {
  spend(environment, values.length, offset);
  const results = values.flatMap((value): readonly Value[] => valuesOf(result(value)));
  return results.length === 0 ? undefined : results;
}

export function fail(
  call: Call,
  index: number,
  errorClass: ErrorClass,
  message: string,
  remedy?: string,
): never {
  throw new ExpressionError(errorClass, `${call.name}: ${message}`, offsetOf(call, index), remedy);
}

/**
 * What is made of a text argument, once when it is a constant, else for each evaluation; such as a
 * compiled pattern or date format. A blank argument gives nothing.
 */
export function prepared<Made>(
  call: Call,
  index: number,
  make: (text: string) => Made,
): (environment: Environment) => Made | undefined {
  const constant = call.arguments[index]?.constant;
  if (constant !== undefined) {
    const made = make(constant);
    return () => made;
  }
  const source = text(call, index);
  return (environment) => {
    const found = source(environment);
    return found === undefined ? undefined : make(found);
  };
}
