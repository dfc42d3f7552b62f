/** Attributes that no system supplies: expressions over the merged identity. */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import { ExpressionError, redactedMessage } from '../mapping/failure.ts';
import { attributeValue } from '../mapping/value.ts';
import type { AttributeRules, Computed, Merging } from './merge-rules.ts';

/** The origin of what no system supplied. */
export const COMPUTED = 'computed';

export type Made =
  /** What the sources supply stays. */
  | { readonly type: 'merged' }
  | { readonly type: 'computed'; readonly value: AttributeValue | undefined }
  /** Drawn once, and the same ever since. */
  | { readonly type: 'kept'; readonly value: AttributeValue }
  /** A value that nobody else has: whoever knows who has which draws it. */
  | { readonly type: 'undrawn'; readonly value: undefined }
  /** The value from before stays. */
  | {
      readonly type: 'failed';
      readonly value: AttributeValue | undefined;
      readonly message: string;
    };

/** @param decided What is decided before, its own value as sources supply it included. */
export function computed(
  { as, expression }: Computed,
  attribute: string,
  decided: Attributes,
  { kept, now, record, rules }: Merging,
): Made {
  if (as === 'default' && decided[attribute] !== undefined) return { type: 'merged' };
  const before = kept[attribute];
  if (expression.unrepeatable && before !== undefined) return { type: 'kept', value: before };
  if (expression.candidates !== undefined) return { type: 'undrawn', value: undefined };
  const name = awaitedBy(expression, attribute, decided, rules);
  if (name !== undefined) {
    return { type: 'failed', value: before, message: `${name} has not been drawn yet` };
  }
  try {
    const value = expression.evaluate(decided, { now, ...(record && { record }) });
    if (typeof value === 'symbol') return { type: 'merged' };
    return { type: 'computed', value: attributeValue(value) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const message = expression.redacted ? redactedMessage(error) : error.message;
    return { type: 'failed', value: before, message };
  }
}

/** The name that a value is made of in the end, where nobody has drawn it: without it, all would have the same. */
function awaitedBy(
  { inputs }: Computed['expression'],
  own: string,
  decided: Attributes,
  { byName }: Pick<AttributeRules, 'byName'>,
): string | undefined {
  for (const input of inputs) {
    const expression = byName.get(input)?.computed?.expression;
    if (expression === undefined || input === own || decided[input] !== undefined) continue;
    const name = expression.candidates ? input : awaitedBy(expression, input, decided, { byName });
    if (name !== undefined) return name;
  }
  return undefined;
}
