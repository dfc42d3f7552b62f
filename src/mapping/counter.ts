/** `Counter()`: 1, 2, 3 … until `SelectUniqueValue` finds a value that is free. */

import type { Node } from './syntax.ts';

const COUNTER = 'Counter';

/** Whoever has found no name up to here has an expression that cannot tell people apart. */
const MOST = 9999;

/** Where the first call stands. */
export function counterIn(node: Node): Node | undefined {
  switch (node.type) {
    case 'attribute':
    case 'text':
    case 'number':
    case 'keyword':
      return undefined;
    case 'comparison':
      return counterIn(node.left) ?? counterIn(node.right);
    case 'call': {
      if (node.name === COUNTER) return node;
      for (const argument of node.arguments) {
        const found = argument === 'blank' ? undefined : counterIn(argument);
        if (found) return found;
      }
      return undefined;
    }
  }
}

/** What the counter stands at, in turn; once nothing where a rule does not count. */
export function* countsOf(rule: Node | undefined): Generator<number | undefined> {
  if (rule === undefined || counterIn(rule) === undefined) {
    yield undefined;
    return;
  }
  for (let count = 1; count <= MOST; count++) yield count;
}
