/** The attribute mappings of one object mapping as rows of `map`. */

import { compileExpression, type Expression } from '../../mapping/evaluate.ts';
import { formatExpression } from '../../mapping/parse.ts';
import { parsePath } from '../../scim/path.ts';
import type { AttributeMapping, ObjectMapping } from './document.ts';
import { expressionOf } from './expression.ts';
import type { Remark } from './remark.ts';

export interface ImportedRow {
  readonly value: string;
  readonly default?: string;
  readonly when?: 'create';
  /** Entra never clears: where the source has no value, the target keeps its own. */
  readonly onNull: 'leave';
}

export interface ImportedRows {
  readonly map: Readonly<Record<string, ImportedRow>>;
  /** Target paths that find an account, the first one first. */
  readonly match: readonly string[];
}

type Read =
  | { readonly row: ImportedRow; readonly notes: readonly string[] }
  | { readonly refused: string };

export function importRows(mapping: ObjectMapping, remarks: Remark[]): ImportedRows {
  const rows = new Map<string, ImportedRow>();
  const matching: AttributeMapping[] = [];
  for (const attribute of mapping.attributes) {
    const { target } = attribute;
    const item = `${mapping.name}: ${target === '' ? 'unnamed attribute' : target}`;
    const read = importRow(attribute, rows);
    if ('refused' in read) {
      remarks.push({ item, status: 'not-supported', text: read.refused });
      continue;
    }
    rows.set(target, read.row);
    if (attribute.matchingPriority > 0) matching.push(attribute);
    remarks.push({
      item,
      status: read.notes.length > 0 ? 'imported-with-remark' : 'imported',
      text: read.notes.join('; '),
    });
  }
  const match = matching
    .toSorted((a, b) => a.matchingPriority - b.matchingPriority)
    .map(({ target }) => target);
  if (match.length === 0) {
    remarks.push({
      item: `${mapping.name}: matching`,
      status: 'imported-with-remark',
      text: 'no mapping matches, so the default of the target decides how accounts are found',
    });
  }
  return { map: Object.fromEntries(rows), match };
}

function importRow(attribute: AttributeMapping, before: ReadonlyMap<string, ImportedRow>): Read {
  const { target, source } = attribute;
  if (target.toLowerCase() === 'id') return { refused: 'the target makes its own identifiers' };
  const path = parsePath(target);
  if (!path.ok) return { refused: `"${target}" is no attribute path` };
  if ([...before.keys()].some((other) => other.toLowerCase() === target.toLowerCase())) {
    return { refused: 'another mapping to the same attribute comes first' };
  }
  return source ? computed(attribute, expressionOf(source)) : constant(attribute);
}

/** A mapping of type None: nothing flows, but what is empty gets the default. */
function constant({ default: fallback }: AttributeMapping): Read {
  if (fallback === undefined)
    return { refused: 'a mapping of type None without a default does nothing' };
  const value = formatExpression({ type: 'text', value: fallback, start: 0, end: 0 });
  return {
    row: { value, when: 'create', onNull: 'leave' },
    notes: ['a mapping of type None: its default is written on creation only'],
  };
}

function computed(attribute: AttributeMapping, text: string): Read {
  const compiled = compileExpression(text);
  if (!compiled.ok) {
    return {
      refused: `${text.slice(0, 200)}: ${compiled.problems[0]?.message ?? 'cannot be read'}`,
    };
  }
  const expression = compiled.value;
  const flow = flowOf(attribute, expression);
  return {
    row: {
      value: text,
      ...(attribute.default !== undefined && { default: attribute.default }),
      ...(flow.create && { when: 'create' }),
      onNull: 'leave',
    },
    notes: [
      ...flow.notes,
      ...(compiled.warnings ?? []).map(({ message }) => message),
      ...roleNotes(expression),
      ...(/^flowalways$/i.test(attribute.flowBehavior)
        ? ['Entra writes this also when nothing changed; here only differences are written']
        : []),
    ],
  };
}

interface Flow {
  readonly create: boolean;
  readonly notes: readonly string[];
}

function flowOf({ flowType }: AttributeMapping, { unrepeatable }: Expression): Flow {
  switch (flowType.toLowerCase()) {
    case 'always':
      return unrepeatable
        ? { create: true, notes: ['applied on creation only: its value differs each time'] }
        : { create: false, notes: [] };
    case 'objectaddonly':
      return { create: true, notes: [] };
    case 'attributeaddonly':
      return { create: true, notes: [`flow type ${flowType}: written on creation only`] };
    default:
      return {
        create: unrepeatable,
        notes: [
          `flow type ${flowType}: the target is made equal, values it has besides are removed`,
        ],
      };
  }
}

function roleNotes({ tree }: Expression): readonly string[] {
  return tree.type === 'call' && tree.name === 'AppRoleAssignmentsComplex'
    ? ['Entra only adds roles; here roles that are no longer assigned are removed']
    : [];
}
