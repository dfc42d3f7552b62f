/**
 * From an expression to closures, once; after that an evaluation is a chain of calls without any
 * look at the text or the tree.
 */

import { type Problem, type Result, suggestion } from '../identity/problem.ts';
import type { Attributes } from '../identity/record.ts';
import { attributeReader, inputOf } from './attribute.ts';
import { check, givenArguments } from './check.ts';
import { compares } from './comparison.ts';
import { countsOf } from './counter.ts';
import { ExpressionError, problemAt } from './failure.ts';
import {
  type Bound,
  type Compiled,
  type Dialect,
  type Environment,
  MAX_STEPS,
  measured,
} from './functions/definition.ts';
import { APP } from './functions/index.ts';
import type { EvaluationContext } from './mapping.ts';
import { parseExpression } from './parse.ts';
import { hasWordBoundary } from './regex.ts';
import type { Argument, CallNode, Node } from './syntax.ts';
import { FlowInterrupt, IGNORE_ATTRIBUTE, IGNORE_OBJECT, textOf, type Value } from './value.ts';

export interface Expression {
  readonly text: string;
  readonly tree: Node;
  /** Identity attributes, by their name without path, and `system/attribute` pairs. */
  readonly inputs: readonly string[];
  /** Holds `Redact`: whoever shows the result shows `[Redact]` instead. */
  readonly redacted: boolean;
  /** Holds `IgnoreObjectFlow`, so that it may leave out the whole object. */
  readonly filters: boolean;
  /** Another value each time, or one that depends on what is taken: for creation only. */
  readonly unrepeatable: boolean;
  /** Reads the time, so that its value may change by itself. */
  readonly timed: boolean;
  /** @throws ExpressionError, and nothing else. */
  evaluate(attributes: Attributes, context: EvaluationContext): Value;
  /** Of `SelectUniqueValue`: the values it would choose from, in order. @throws ExpressionError */
  readonly candidates?: (attributes: Attributes, context: EvaluationContext) => Iterable<string>;
}

export interface CompileOptions {
  /** Attribute names that exist; others are refused when one of these was probably meant. */
  readonly known?: Iterable<string>;
  readonly dialect?: Dialect;
}

interface Compiler {
  readonly dialect: Dialect;
  readonly inputs: Set<string>;
  readonly errors: ExpressionError[];
  readonly warnings: ExpressionError[];
  redacted: boolean;
  filters: boolean;
  unrepeatable: boolean;
  timed: boolean;
}

/** @returns The expression, or everything that is wrong with it, each with its place in the text. */
export function compileExpression(
  text: string,
  { known, dialect = APP }: CompileOptions = {},
): Result<Expression> {
  const tree = parsed(text);
  if (tree instanceof ExpressionError) return { ok: false, problems: [problemAt(text, tree)] };
  const mistakes = check(tree, dialect);
  if (mistakes.length > 0) {
    return { ok: false, problems: mistakes.map((mistake) => problemAt(text, mistake)) };
  }
  const compiler: Compiler = {
    dialect,
    inputs: new Set(),
    errors: [],
    warnings: [],
    redacted: false,
    filters: false,
    unrepeatable: false,
    timed: false,
  };
  const root = compiled(tree, compiler);
  const unknown = known ? unknownAttributes(tree, text, new Set(known)) : [];
  const problems = [
    ...compiler.errors.map((error) => problemAt(text, error)),
    ...compiler.warnings.map((warning) => problemAt(text, warning, 'warning')),
    ...unknown,
  ];
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  return {
    ok: true,
    value: expression(text, tree, root, compiler),
    ...(problems.length > 0 && { warnings: problems }),
  };
}

function parsed(text: string): Node | ExpressionError {
  try {
    return parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

function expression(text: string, tree: Node, root: Compiled, compiler: Compiler): Expression {
  const rules = uniqueValueRules(tree, compiler);
  return {
    text,
    tree,
    inputs: [...compiler.inputs],
    redacted: compiler.redacted,
    filters: compiler.filters,
    unrepeatable: compiler.unrepeatable,
    timed: compiler.timed,
    evaluate: (attributes, context) => run(root, environmentOf(attributes, context)),
    ...(rules && {
      candidates: (attributes: Attributes, context: EvaluationContext) =>
        candidatesOf(rules, environmentOf(attributes, context)),
    }),
  };
}

function environmentOf(attributes: Attributes, context: EvaluationContext): Environment {
  return { attributes, target: context.target, context, fuel: MAX_STEPS };
}

function run(root: Compiled, environment: Environment): Value {
  try {
    const value = root(environment);
    return typeof value === 'string' ? measured(environment, value, 0) : value;
  } catch (error) {
    if (error instanceof FlowInterrupt) return error.flow;
    throw error;
  }
}

interface UniqueValueRule {
  readonly node: Node;
  readonly value: Compiled;
}

/** Worked out when they are asked for: of those that count there are thousands. */
function* candidatesOf(
  rules: readonly UniqueValueRule[],
  environment: Environment,
): Generator<string> {
  for (const { node, value } of rules) {
    for (const count of countsOf(node)) {
      environment.fuel = MAX_STEPS;
      const counting = count === undefined ? environment : { ...environment, count };
      const candidate = textOf(run(value, counting), node.start);
      if (candidate === undefined || candidate === '') break;
      yield candidate;
    }
  }
}

function uniqueValueRules(tree: Node, compiler: Compiler): readonly UniqueValueRule[] | undefined {
  if (tree.type !== 'call' || !compiler.dialect.functions.get(tree.name)?.outermost) {
    return undefined;
  }
  return tree.arguments.flatMap((rule) =>
    rule === 'blank' ? [] : [{ node: rule, value: compiled(rule, compiler) }],
  );
}

function compiled(node: Node, compiler: Compiler): Compiled {
  switch (node.type) {
    case 'attribute':
      compiler.inputs.add(inputOf(node.name));
      return attributeReader(node.name);
    case 'text': {
      const { value } = node;
      return () => value;
    }
    case 'number': {
      const value = numberOf(node.digits);
      return () => value;
    }
    case 'keyword':
      return keyword(node.name, compiler);
    case 'comparison': {
      const { operator, start } = node;
      const [left, right] = [compiled(node.left, compiler), compiled(node.right, compiler)];
      return (environment) => compares(left(environment), operator, right(environment), start);
    }
    case 'call':
      return call(node, compiler);
  }
}

function keyword(name: string, compiler: Compiler): Compiled {
  switch (name) {
    case 'IgnoreObjectFlow':
      compiler.filters = true;
      return () => IGNORE_OBJECT;
    case 'IgnoreAttributeFlow':
      return () => IGNORE_ATTRIBUTE;
    default:
      return () => name === 'True';
  }
}

function call(node: CallNode, compiler: Compiler): Compiled {
  const definition = compiler.dialect.functions.get(node.name);
  if (!definition) throw new Error(`"${node.name}" was not checked`);
  if (node.name === 'Redact') compiler.redacted = true;
  if (definition.unrepeatable) compiler.unrepeatable = true;
  if (definition.timed) compiler.timed = true;
  const all = givenArguments(node, definition).map((argument) => bound(argument, compiler));
  warnOfBoundaries(node, all, compiler);
  try {
    return definition.build({ name: node.name, offset: node.start, arguments: all });
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    compiler.errors.push(error);
    return () => undefined;
  }
}

function bound(argument: Argument, compiler: Compiler): Bound | undefined {
  if (argument === 'blank') return undefined;
  const value = compiled(argument, compiler);
  const constant = constantOf(argument);
  return { value, node: argument, ...(constant !== undefined && { constant }) };
}

function constantOf(node: Node): string | undefined {
  switch (node.type) {
    case 'text':
      return node.value;
    case 'number':
      return textOf(numberOf(node.digits), node.start);
    case 'attribute':
    case 'keyword':
    case 'comparison':
    case 'call':
      return undefined;
  }
}

function numberOf(digits: string): number | bigint {
  if (/^&h/i.test(digits)) return BigInt(`0x${digits.slice(2)}`);
  const number = Number(digits);
  return digits.includes('.') || Number.isSafeInteger(number) ? number : BigInt(digits);
}

function warnOfBoundaries(
  { name }: CallNode,
  all: readonly (Bound | undefined)[],
  compiler: Compiler,
): void {
  const pattern = name === 'Replace' ? all[2] : undefined;
  if (pattern?.constant === undefined || !hasWordBoundary(pattern.constant)) return;
  compiler.warnings.push(
    new ExpressionError(
      'regex',
      'Replace: \\b sees word boundaries at the letters A to Z only, so "é" counts as one',
      pattern.node.start,
      'match the characters around the word instead, such as (^|\\s)',
    ),
  );
}

/** A name nobody supplies: an error where a known one was probably meant, else a warning. */
function unknownAttributes(
  node: Node,
  text: string,
  known: ReadonlySet<string>,
): readonly Problem[] {
  switch (node.type) {
    case 'text':
    case 'number':
    case 'keyword':
      return [];
    case 'comparison':
      return [node.left, node.right].flatMap((side) => unknownAttributes(side, text, known));
    case 'call':
      return node.arguments.flatMap((argument) =>
        argument === 'blank' ? [] : unknownAttributes(argument, text, known),
      );
    case 'attribute': {
      const name = inputOf(node.name);
      if (known.has(name) || known.has(node.name) || name.includes('/')) return [];
      const meant = suggestion(name, known);
      return [
        problemAt(
          text,
          new ExpressionError(
            'unknown-attribute',
            `no system supplies "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
            node.start,
            'names of attributes are case-sensitive',
          ),
          meant === undefined ? 'warning' : 'error',
        ),
      ];
    }
  }
}
