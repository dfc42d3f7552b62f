/** Paths of a target whose values are names that only one account may have. */

import { compileExpression, type Expression } from './mapping/evaluate.ts';
import type { CompiledRow, Mapping, MappingRow } from './mapping/mapping.ts';
import type { Node } from './mapping/syntax.ts';
import type { AttributeRules } from './warehouse/merge-rules.ts';
import type { UniquePath } from './warehouse/warehouse.ts';

/** A year: mail to somebody of that name has ended by then. */
const REUSE_AFTER_SECONDS = 365 * 86_400;

/** Of rows that choose a name themselves, and of rows that pass on one that was drawn for the identity. */
export function uniquePaths(
  rows: readonly MappingRow[],
  rules: AttributeRules | undefined,
): Readonly<Record<string, UniquePath>> {
  return Object.fromEntries(
    rows.flatMap((row): readonly (readonly [string, UniquePath])[] => {
      const compiled = compileExpression(row.expression);
      if (!compiled.ok) return [];
      const expression = compiled.value;
      const { reuseAfterSeconds = REUSE_AFTER_SECONDS } = row;
      if (expression.candidates) return [[row.path, { reuseAfterSeconds }]];
      const drawn = rules && drawnBehind(expression.tree, rules);
      if (drawn === undefined) return [];
      return [
        [
          row.path,
          {
            reuseAfterSeconds: drawn.reuseAfterSeconds,
            drawn: {
              attribute: drawn.attribute,
              valueOf: (name) => heldFor([...drawn.through, expression], drawn.attributes, name),
            },
          },
        ],
      ];
    }),
  );
}

/** The same mapping; of a name that nobody has drawn yet, no account is given what is around it. */
export function awaitingNames(
  mapping: Mapping,
  unique: Readonly<Record<string, UniquePath>>,
): Mapping {
  return {
    ...mapping,
    rows: mapping.rows.map((row) =>
      unique[row.row.path]?.drawn === undefined ? row : awaitingName(row),
    ),
  };
}

function awaitingName(row: CompiledRow): CompiledRow {
  return {
    ...row,
    desired: (attributes, context, purpose) =>
      row.inputs.every((input) => attributes[input] !== undefined)
        ? row.desired(attributes, context, purpose)
        : { type: 'leave', path: row.row.path },
  };
}

interface Drawn {
  readonly attribute: string;
  readonly reuseAfterSeconds: number;
  /** Expressions between the name and the row, the first first, and the attributes they are about. */
  readonly through: readonly Expression[];
  readonly attributes: readonly string[];
}

/** The attribute whose name a row holds as a whole, with other texts around it at most. */
function drawnBehind(tree: Node, rules: AttributeRules): Drawn | undefined {
  const attribute = passedOn(tree);
  const computed = attribute === undefined ? undefined : rules.byName.get(attribute)?.computed;
  if (attribute === undefined || computed === undefined) return undefined;
  const { expression, reuseAfterSeconds } = computed;
  if (expression.candidates) {
    return { attribute, reuseAfterSeconds, through: [], attributes: [attribute] };
  }
  // One that reads itself is no other than what sources supply.
  if (expression.inputs.includes(attribute)) return undefined;
  const behind = drawnBehind(expression.tree, rules);
  return (
    behind && {
      ...behind,
      through: [...behind.through, expression],
      attributes: [...behind.attributes, attribute],
    }
  );
}

/** Functions of which different names give different texts, where all else is constant. */
const WHOLE: ReadonlySet<string> = new Set(['Append', 'Join', 'ToLower', 'ToUpper']);

function passedOn(node: Node): string | undefined {
  switch (node.type) {
    case 'attribute':
      return node.name;
    case 'call': {
      if (!WHOLE.has(node.name)) return undefined;
      const parts = node.arguments.flatMap((part) =>
        part === 'blank' || part.type === 'text' ? [] : part,
      );
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? passedOn(only) : undefined;
    }
    case 'text':
    case 'number':
    case 'keyword':
    case 'comparison':
      return undefined;
  }
}

/** What a path holds for a name. */
function heldFor(
  expressions: readonly Expression[],
  attributes: readonly string[],
  name: string,
): string | undefined {
  const now = new Date(0);
  let value = name;
  for (const [index, expression] of expressions.entries()) {
    const next = expression.evaluate({ [attributes[index] ?? '']: value }, { now });
    if (typeof next !== 'string') return undefined;
    value = next;
  }
  return value;
}
