/** One expression with everything it is evaluated with, as `lockstep eval` is given it. */

import { z } from 'zod';
import type { Problem } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { compileExpression } from './evaluate.ts';
import { classOf, ExpressionError, placeOf } from './failure.ts';
import { APP } from './functions/index.ts';
import type { EvaluationContext } from './mapping.ts';
import { type Canonical, canonical } from './value.ts';

/** An item of a batch; the names are those of the published test vectors. */
const item = z.object({
  expression: z.string(),
  attributes: z.record(z.string(), z.json()).default({}),
  dialect: z.string().default('app'),
  now: z.iso.datetime({ offset: true }).optional(),
  taken: z.array(z.string()).default([]),
  defaultDomain: z.string().optional(),
});

export type Answer =
  | { readonly value: Canonical }
  | {
      /** The class of the error; `input` and `dialect` for an item that is no expression of ours. */
      readonly error: string;
      readonly message: string;
      readonly position?: { readonly line: number; readonly column: number };
    };

/**
 * Evaluates one item of a batch. What is wrong with it is its answer; nothing is thrown.
 *
 * @param outside The clock and the draws for items that do not bring their own.
 */
export function answer(json: unknown, outside: Pick<EvaluationContext, 'now' | 'random'>): Answer {
  const read = item.safeParse(json);
  if (!read.success) return { error: 'input', message: z.prettifyError(read.error) };
  const { expression: text, dialect, attributes, now, taken, defaultDomain } = read.data;
  if (dialect !== APP.name) {
    return {
      error: 'dialect',
      message: `the dialect "${dialect}" is not known; known is: ${APP.name}`,
    };
  }
  const compiled = compileExpression(text);
  if (!compiled.ok) return refusal(compiled.problems);
  const used = new Set(taken.map((value) => value.toLowerCase()));
  try {
    const value = compiled.value.evaluate(withoutNulls(attributes), {
      ...outside,
      ...(now !== undefined && { now: new Date(now) }),
      ...(defaultDomain !== undefined && { defaultDomain }),
      taken: (candidate) => used.has(candidate.toLowerCase()),
    });
    return { value: canonical(value) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return {
      error: error.class,
      message: error.message,
      position: placeOf(text, error.offset),
    };
  }
}

function refusal(problems: readonly Problem[]): Answer {
  const [first] = problems.filter(({ severity }) => severity === 'error');
  return {
    error: classOf(first?.code ?? ''),
    message: first?.message ?? '',
    ...(first?.place && { position: { line: first.place.line, column: first.place.column } }),
  };
}

type Json = z.infer<ReturnType<typeof z.json>>;

function withoutNulls(object: Readonly<Record<string, Json>>): Attributes {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, json]) =>
      valuesIn(json).map((value): [string, AttributeValue] => [name, value]),
    ),
  );
}

/** The value, or nothing for `null`. */
function valuesIn(json: Json): readonly AttributeValue[] {
  if (json === null) return [];
  if (typeof json !== 'object') return [json];
  return [Array.isArray(json) ? json.flatMap(valuesIn) : withoutNulls(json)];
}
