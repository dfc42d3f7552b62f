/** The rows of a `map`, compiled: what each asks of the target for one identity. */

import type { Problem, Result } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { formatPath, parsePath } from '../scim/path.ts';
import { compileExpression, type Expression } from './evaluate.ts';
import { codeOf, ExpressionError, redactedMessage } from './failure.ts';
import type { CompiledRow, Desired, EvaluationContext, Mapping, MappingRow } from './mapping.ts';
import type { Node } from './syntax.ts';
import { attributeValue, coerce, IGNORE_OBJECT, type TargetType, type Value } from './value.ts';

export interface MappingOptions {
  /** Attribute names the sources supply, to suggest the one that was meant. */
  readonly known?: Iterable<string>;
  /** Where the target's schema says so: `"True"` becomes `true` for a boolean. By path. */
  readonly targetTypes?: Readonly<Record<string, TargetType>>;
}

/** A row of this path, in any case, decides about the object and writes nothing: Entra's convention. */
const OBJECT_FILTER = 'objectfilter';

interface Ready {
  readonly expression: Expression;
  readonly row: MappingRow;
}

/** @returns The mapping, or what is wrong with any of its rows, each message naming the row's path. */
export function compileMapping(
  rows: readonly MappingRow[],
  { known, targetTypes = {} }: MappingOptions = {},
): Result<Mapping> {
  const problems: Problem[] = [...duplicateTargets(rows)];
  const names = known && [...known];
  const ready = rows.flatMap((row): readonly Ready[] => {
    const compiled = compileExpression(row.expression, names ? { known: names } : {});
    const found = compiled.ok ? (compiled.warnings ?? []) : compiled.problems;
    problems.push(...found.map((problem) => inRow(row, problem)));
    if (!compiled.ok) return [];
    problems.push(...rowProblems(row, compiled.value, targetTypes[row.path]));
    return [{ row, expression: compiled.value }];
  });
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return {
    ok: true,
    value: mapping(ready, targetTypes),
    ...(problems.length > 0 && { warnings: problems }),
  };
}

function mapping(
  ready: readonly Ready[],
  targetTypes: Readonly<Record<string, TargetType>>,
): Mapping {
  const filters = ready.filter(({ expression }) => expression.filters);
  return {
    rows: ready
      .filter(({ row }) => row.path.toLowerCase() !== OBJECT_FILTER)
      .map(({ row, expression }) => compiledRow(row, expression, targetTypes[row.path])),
    inputs: [...new Set(ready.flatMap(({ expression }) => expression.inputs))],
    ...(filters.length > 0 && {
      omits: (attributes: Attributes, context: EvaluationContext) =>
        filters.some(({ expression }) => leavesOut(expression, attributes, context)),
    }),
  };
}

/** A failure is not a reason to leave somebody out: the row itself reports it. */
function leavesOut(
  expression: Expression,
  attributes: Attributes,
  context: EvaluationContext,
): boolean {
  try {
    return expression.evaluate(attributes, context) === IGNORE_OBJECT;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function compiledRow(
  row: MappingRow,
  expression: Expression,
  type: TargetType | undefined,
): CompiledRow {
  const { path, when, onNull } = row;
  const fallback = defaultOf(row, type);
  const leave: Desired = { type: 'leave', path };
  const clear: Desired = { type: 'clear', path };
  const { candidates } = expression;
  return {
    row,
    inputs: expression.inputs,
    ...(expression.redacted && { redacted: true }),
    // What is set on creation only is never looked at again.
    ...(expression.timed && when === 'always' && { timed: true }),
    ...(candidates && { candidates }),
    desired: (attributes, context, purpose) => {
      const creating = purpose === 'create';
      if (when === 'create' && !creating) return leave;
      const value = evaluated(row, expression, type, attributes, context);
      if (value instanceof Failed) return value.desired;
      if (typeof value === 'symbol') return leave;
      if (value !== undefined) return { type: 'value', path, value, when };
      if (fallback !== undefined && (creating || onNull === 'default')) {
        return { type: 'value', path, value: fallback, when };
      }
      return creating || onNull === 'leave' ? leave : clear;
    },
  };
}

class Failed {
  readonly desired: Desired & { readonly type: 'failed' };
  constructor(desired: Desired & { readonly type: 'failed' }) {
    this.desired = desired;
  }
}

function evaluated(
  { path }: MappingRow,
  expression: Expression,
  type: TargetType | undefined,
  attributes: Attributes,
  context: EvaluationContext,
): AttributeValue | undefined | symbol | Failed {
  try {
    const value = expression.evaluate(attributes, context);
    return typeof value === 'symbol' ? value : inType(value, type);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return new Failed({
      type: 'failed',
      path,
      code: codeOf(error.class),
      message: messageOf(expression, error),
    });
  }
}

function inType(value: Value, type: TargetType | undefined): AttributeValue | undefined {
  return type === undefined ? attributeValue(value) : coerce(value, type);
}

/** With the part of the expression that failed, unless what it saw must not be shown. */
function messageOf({ text, tree, redacted }: Expression, error: ExpressionError): string {
  if (redacted) return redactedMessage(error);
  const { message, offset } = error;
  const part = offset === 0 ? undefined : partAt(tree, offset);
  return part ? `${message} (at ${excerptOf(text.slice(part.start, part.end))})` : message;
}

function excerptOf(part: string): string {
  return part.length > 60 ? `${part.slice(0, 60)}…` : part;
}

/** The node that begins at an offset. */
function partAt(node: Node, offset: number): Node | undefined {
  if (node.start === offset) return node;
  const parts = node.type === 'call' ? node.arguments : [];
  const inside = node.type === 'comparison' ? [node.left, node.right] : parts;
  for (const part of inside) {
    if (part === 'blank' || offset < part.start || offset >= part.end) continue;
    return partAt(part, offset);
  }
  return undefined;
}

function defaultOf(row: MappingRow, type: TargetType | undefined): AttributeValue | undefined {
  return inType(row.default, type);
}

function rowProblems(
  row: MappingRow,
  expression: Expression,
  type: TargetType | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (expression.unrepeatable && row.when === 'always') {
    problems.push(
      inRow(row, {
        code: 'unrepeatable-mapping',
        severity: 'error',
        message:
          'this gives another value each time, so the account would be rewritten in every run',
        remedy: 'add when: create',
      }),
    );
  }
  if (row.onNull === 'default' && row.default === undefined) {
    problems.push(
      inRow(row, {
        code: 'default-missing',
        severity: 'error',
        message: 'onNull: default needs a default',
        remedy: 'add default, or choose onNull: clear or leave',
      }),
    );
  }
  try {
    defaultOf(row, type);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.push(
      inRow(row, { code: codeOf('type'), severity: 'error', message: `default: ${error.message}` }),
    );
  }
  return problems;
}

function inRow({ path }: MappingRow, problem: Problem): Problem {
  return { ...problem, message: `${path}: ${problem.message}` };
}

/** Two rows to one attribute would write it in turns; names are the same in any case. */
function duplicateTargets(rows: readonly MappingRow[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return rows.flatMap(({ path }): readonly Problem[] => {
    const key = targetKey(path);
    const before = seen.get(key);
    seen.set(key, path);
    if (before === undefined) return [];
    return [
      {
        code: 'duplicate-mapping',
        severity: 'error',
        message: `${path}: two mappings to one attribute${before === path ? '' : `, the other is ${before}`}`,
        remedy: 'keep one of them; several sources become one with Coalesce, IIF or Switch',
      },
    ];
  });
}

function targetKey(path: string): string {
  const parsed = parsePath(path);
  const text = parsed.ok ? formatPath(parsed.value) : path;
  return text.replace(/^urn:ietf:params:scim:schemas:core:[^:]+:[^:]+:/i, '').toLowerCase();
}
