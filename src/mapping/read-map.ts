/** From a record of a system to attributes of the identity. */

import type { Problem, Result } from '../identity/problem.ts';
import { type Attributes, type AttributeValue, isReference } from '../identity/record.ts';
import { compileExpression, type Expression } from './evaluate.ts';
import { codeOf, ExpressionError, redactedMessage } from './failure.ts';
import type { ReadFailure, ReadMap } from './mapping.ts';
import { attributeValue, type Value } from './value.ts';

export interface ReadMapRow {
  readonly expression: string;
  /** The value names the person whose identity attribute this is. */
  readonly ref?: string;
}

interface Ready {
  readonly attribute: string;
  readonly expression: Expression;
  readonly ref: string | undefined;
}

/**
 * A bare `[attribute]` keeps the record's own types: booleans, numbers, lists, references.
 *
 * @returns The map, or what is wrong with its expressions, each message naming the attribute.
 */
export function compileReadMap(rows: Readonly<Record<string, ReadMapRow>>): Result<ReadMap> {
  const problems: Problem[] = [];
  const ready = Object.entries(rows).flatMap(([attribute, row]): readonly Ready[] => {
    const compiled = compileExpression(row.expression);
    const found = compiled.ok ? (compiled.warnings ?? []) : compiled.problems;
    problems.push(
      ...found.map((problem) => ({ ...problem, message: `${attribute}: ${problem.message}` })),
    );
    if (compiled.ok && compiled.value.redacted) problems.push(redactsNothing(attribute));
    return compiled.ok ? [{ attribute, expression: compiled.value, ref: row.ref }] : [];
  });
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const inputs = new Map(ready.map((row) => [row.attribute, row.expression.inputs]));
  const value: ReadMap = {
    inputs: [...new Set(ready.flatMap(({ expression }) => expression.inputs))],
    ...(ready.some(({ expression }) => expression.timed) && { timed: true as const }),
    inputsOf: (attribute) => inputs.get(attribute) ?? [],
    map: (record, now, onFailure) => mappedRecord(ready, record, now, onFailure),
  };
  return { ok: true, value, ...(problems.length > 0 && { warnings: problems }) };
}

/** Who somebody is has to be known to whoever decides about them; only what is written is hidden. */
function redactsNothing(attribute: string): Problem {
  return {
    code: 'redact-when-reading',
    severity: 'warning',
    message: `${attribute}: Redact hides what is written to a target, and nothing of what is read`,
    remedy: 'put it around the expression that writes the value to a target',
  };
}

function mappedRecord(
  ready: readonly Ready[],
  record: Attributes,
  now: Date,
  onFailure: ((failure: ReadFailure) => void) | undefined,
): Attributes {
  const context = { now };
  const attributes: Record<string, AttributeValue> = {};
  for (const { attribute, expression, ref } of ready) {
    try {
      const value = expression.evaluate(record, context);
      const read = ref === undefined ? attributeValue(value) : reference(value, ref);
      if (read !== undefined) attributes[attribute] = read;
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // A function cites the value it was given.
      const message = expression.redacted ? redactedMessage(error) : error.message;
      onFailure?.({ attribute, code: codeOf(error.class), message });
    }
  }
  return attributes;
}

/** A reference of the system itself passes; any other value becomes one to whoever has it. */
function reference(value: Value, by: string): AttributeValue | undefined {
  const read = attributeValue(value);
  if (read === undefined || isReference(read)) return read;
  if (isList(read)) return read.map((element) => reference(element, by) ?? element);
  if (typeof read === 'object') return undefined;
  return { $ref: { kind: 'user', by, value: read } };
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
