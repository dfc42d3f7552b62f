/** What an expression makes of one of the values it reads. */

import { compileExpression } from '../mapping/evaluate.ts';
import type { Argument } from '../mapping/syntax.ts';

/** Spellings of a value. Made once more, all of them together change nothing. */
const SPELLINGS: ReadonlySet<string> = new Set([
  'NormalizeDiacritics',
  'StripSpaces',
  'ToLower',
  'ToUpper',
  'Trim',
]);

/** Every attribute that an expression names, as it is written there; nothing where it is wrong. */
export function namesIn(expression: string): readonly string[] {
  const compiled = compileExpression(expression);
  return compiled.ok ? [...new Set(attributesOf(compiled.value.tree))] : [];
}

function attributesOf(node: Argument): readonly string[] {
  if (node === 'blank') return [];
  switch (node.type) {
    case 'attribute':
      return [node.name];
    case 'call':
      return node.arguments.flatMap(attributesOf);
    case 'comparison':
      return [...attributesOf(node.left), ...attributesOf(node.right)];
    case 'text':
    case 'number':
    case 'keyword':
      return [];
  }
}

/** Whether a value comes out as it went in, wherever there is one, but for its spelling. */
export function passesOn(expression: string, name: string): boolean {
  const compiled = compileExpression(expression);
  return compiled.ok && passes(compiled.value.tree, name);
}

function passes(node: Argument, name: string): boolean {
  if (node === 'blank') return false;
  if (node.type === 'attribute') return node.name === name;
  if (node.type !== 'call') return false;
  const [first = 'blank', ...others] = node.arguments;
  const named = others.flatMap(attributesOf);
  // What comes first stays, whatever else could take its place.
  if (node.name === 'Coalesce') return passes(first, name) && !named.includes(name);
  return SPELLINGS.has(node.name) && named.length === 0 && passes(first, name);
}
