/** The expression of an exported attribute mapping: its text, or what its tree says. */

import type { FunctionDefinition, Parameter } from '../../mapping/functions/definition.ts';
import { APP } from '../../mapping/functions/index.ts';
import { formatExpression } from '../../mapping/parse.ts';
import type { Argument, Node } from '../../mapping/syntax.ts';
import type { MappingSource } from './document.ts';

/** Where both are there and disagree, the text is what Entra runs. */
export function expressionOf(source: MappingSource): string {
  return source.expression === '' ? formatExpression(rebuilt(source)) : source.expression;
}

const NOWHERE = { start: 0, end: 0 } as const;

function rebuilt(source: MappingSource): Node {
  switch (source.type.toLowerCase()) {
    case 'attribute':
      return { type: 'attribute', name: source.name, ...NOWHERE };
    case 'function':
      return { type: 'call', name: source.name, arguments: placed(source), ...NOWHERE };
    default:
      return { type: 'text', value: source.name, ...NOWHERE };
  }
}

/** Names of parameters in the documentation, where exported schemas have others. */
const ALIASES: Readonly<Record<string, string>> = {
  oldvalue: 'find',
  regexpattern: 'regularexpression',
  regexgroupname: 'regularexpressiongroupname',
  replacementvalue: 'replacement',
  replacementattributename: 'replacementpropertyname',
};

/** Each argument at the position of its parameter; omitted ones are not in the tree at all. */
function placed({ name, parameters }: MappingSource): readonly Argument[] {
  const definition = APP.functions.get(name);
  const found: Argument[] = [];
  for (const { key, value } of parameters) {
    const at = positionOf(key, definition, found);
    while (found.length < at) found.push('blank');
    found[at] = rebuilt(value);
  }
  return found;
}

/** The parameter of that name; what is repeated, or has no known name, goes behind the others. */
function positionOf(
  key: string,
  definition: FunctionDefinition | undefined,
  found: readonly Argument[],
): number {
  const names = (definition?.parameters ?? []).map(({ name }: Parameter) => name.toLowerCase());
  const lower = key.toLowerCase();
  const at = names.indexOf(ALIASES[lower] ?? lower);
  if (at < 0) return found.length;
  return definition?.parameters[at]?.repeats ? Math.max(at, found.length) : at;
}
