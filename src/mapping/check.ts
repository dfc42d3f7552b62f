/** What can be known of an expression before any object is seen: all that is wrong, at once. */

import { suggestion } from '../identity/problem.ts';
import { counterIn } from './counter.ts';
import { ExpressionError } from './failure.ts';
import type { Dialect, FunctionDefinition, Parameter } from './functions/definition.ts';
import type { Argument, CallNode, Node } from './syntax.ts';

/** Bare words that are values; `InStr` has some of its own. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'True',
  'False',
  'IgnoreAttributeFlow',
  'IgnoreObjectFlow',
]);

export function check(tree: Node, dialect: Dialect): readonly ExpressionError[] {
  const problems = [...within(tree, dialect, true), ...strayCounter(tree, dialect)];
  return tree.type === 'comparison' ? [misplaced(tree), ...problems] : problems;
}

/** `SelectUniqueValue` is the outermost function wherever it is. */
function strayCounter(tree: Node, { functions }: Dialect): readonly ExpressionError[] {
  if (tree.type === 'call' && functions.get(tree.name)?.outermost) return [];
  const counter = counterIn(tree);
  if (counter === undefined) return [];
  return [
    new ExpressionError(
      'nesting',
      'Counter counts only within SelectUniqueValue',
      counter.start,
      'write SelectUniqueValue(…, Append(…, Counter()))',
    ),
  ];
}

function within(node: Node, dialect: Dialect, outermost: boolean): readonly ExpressionError[] {
  switch (node.type) {
    case 'attribute':
    case 'text':
    case 'number':
      return [];
    case 'keyword':
      return KEYWORDS.has(node.name) ? [] : [strangeWord(node.name, node.start, dialect)];
    case 'comparison':
      return [node.left, node.right].flatMap((side) => within(side, dialect, false));
    case 'call':
      return inCall(node, dialect, outermost);
  }
}

function inCall(call: CallNode, dialect: Dialect, outermost: boolean): readonly ExpressionError[] {
  const definition = dialect.functions.get(call.name);
  const problems = call.arguments.flatMap((argument, index) =>
    argument === 'blank'
      ? []
      : inArgument(argument, definition && parameterAt(definition, index), dialect),
  );
  if (!definition) return [unknownFunction(call, dialect), ...problems];
  const own = [
    ...(outermost || !definition.outermost ? [] : [nested(call)]),
    ...arityProblems(call, definition),
  ];
  return [...own, ...problems];
}

function inArgument(
  node: Node,
  parameter: Parameter | undefined,
  dialect: Dialect,
): readonly ExpressionError[] {
  if (node.type === 'comparison' && !parameter?.condition) {
    return [misplaced(node), ...within(node, dialect, false)];
  }
  if (parameter?.words) {
    const word = node.type === 'keyword' ? node.name : node.type === 'text' ? node.value : '';
    if (parameter.words.includes(word)) return [];
    return [
      new ExpressionError(
        'parse',
        `${parameter.name} is one of the words ${parameter.words.join(' and ')}`,
        node.start,
      ),
    ];
  }
  return within(node, dialect, false);
}

/** The parameter an argument is for, the repeated ones in turn. */
function parameterAt({ parameters }: FunctionDefinition, index: number): Parameter | undefined {
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.repeats ? last : undefined);
}

/** The arguments of a call without the blank ones that a trailing comma leaves. */
export function givenArguments(
  { arguments: all }: CallNode,
  { parameters, arity }: FunctionDefinition,
): readonly Argument[] {
  const repeats = parameters.at(-1)?.repeats === true;
  let { length } = all;
  const removable = () => {
    if (length === 0 || all[length - 1] !== 'blank') return false;
    // The value of the last key of a Switch may be blank; then the blank is an argument.
    if (arity) return arity(length) !== undefined;
    return repeats || length > parameters.length;
  };
  while (removable()) length--;
  return all.slice(0, length);
}

function arityProblems(call: CallNode, definition: FunctionDefinition): readonly ExpressionError[] {
  const { parameters, arity } = definition;
  const given = givenArguments(call, definition);
  const needed = parameters.filter(({ optional }) => !optional).length;
  const least = definition.atLeast ?? needed;
  const most = parameters.at(-1)?.repeats ? Number.POSITIVE_INFINITY : parameters.length;
  const rule = arity?.(given.length);
  if (given.length < least || given.length > most || rule !== undefined) {
    return [
      new ExpressionError(
        'arity',
        rule !== undefined && given.length >= least
          ? `${call.name} ${rule}, here are ${given.length} arguments`
          : `${call.name} takes ${amount(least, most)}, here are ${given.length}`,
        call.start,
        `write ${signature(call.name, definition)}`,
      ),
    ];
  }
  return parameters.flatMap((parameter, index) =>
    parameter.optional || given[index] !== 'blank'
      ? []
      : [
          new ExpressionError(
            'arity',
            `${call.name}: ${parameter.name} must not be blank`,
            call.start,
            `write ${signature(call.name, definition)}`,
          ),
        ],
  );
}

function amount(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least} arguments`;
  if (least === most) return least === 1 ? '1 argument' : `${least} arguments`;
  return `${least} to ${most} arguments`;
}

/** As the documentation writes it: `Mid(source, start, length)`, `ToLower(source, culture?)`. */
export function signature(name: string, { parameters }: FunctionDefinition): string {
  const names = parameters.map(
    (parameter) =>
      `${parameter.name}${parameter.optional ? '?' : ''}${parameter.repeats ? ', …' : ''}`,
  );
  return `${name}(${names.join(', ')})`;
}

/** What people know from other languages, and its name here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['concat', 'Join'],
  ['concatenate', 'Join'],
  ['if', 'IIF'],
  ['iff', 'IIF'],
  ['isempty', 'IsNullOrEmpty'],
  ['lcase', 'ToLower'],
  ['lower', 'ToLower'],
  ['substr', 'Mid'],
  ['substring', 'Mid'],
  ['today', 'Now'],
  ['ucase', 'ToUpper'],
  ['upper', 'ToUpper'],
]);

function unknownFunction({ name, start }: CallNode, { functions }: Dialect): ExpressionError {
  const meant = ELSEWHERE.get(name.toLowerCase()) ?? suggestion(name, functions.keys());
  return new ExpressionError(
    'unknown-function',
    `unknown function "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    start,
    'names of functions are case-sensitive',
  );
}

function strangeWord(name: string, start: number, { functions }: Dialect): ExpressionError {
  const remedy = functions.has(name)
    ? `a function is called with brackets: ${name}()`
    : `write a text as "${name}", an attribute as [${name}]`;
  return new ExpressionError('parse', `"${name}" means nothing here`, start, remedy);
}

function misplaced({ start }: Node): ExpressionError {
  return new ExpressionError(
    'parse',
    'a comparison stands only in the condition of IIF or in CBool',
    start,
    'write IIF(a = b, …, …), or CBool(a = b) for True or False',
  );
}

function nested({ name, start }: CallNode): ExpressionError {
  return new ExpressionError(
    'nesting',
    `${name} must be the outermost function`,
    start,
    'put the other function into each of its arguments',
  );
}
