/** Filters in SCIM's names as filters in a system's own. Pure. */

import type { Filter } from '../../../identity/filter.ts';
import type { AttributePath } from '../../../identity/path.ts';
import type { AttributeValue, Scalar } from '../../../identity/record.ts';
import { filterMatches } from '../../../scim/evaluate.ts';
import { ownWords } from './record.ts';
import { headOf, type Row, type View } from './rows.ts';

type Leaf = Extract<Filter, { readonly type: 'compare' | 'present' | 'matches' }>;

/**
 * @returns True or false where the filter holds for every record or for none; undefined where it
 * has no words for what is asked.
 */
export function ownFilter(view: View, filter: Filter): Filter | boolean | undefined {
  switch (filter.type) {
    case 'and':
    case 'or':
      return joined(
        filter.type,
        filter.operands.map((operand) => ownFilter(view, operand)),
      );
    case 'not':
      return negated(ownFilter(view, filter.operand));
    case 'some': {
      const rows = rowsAt(view, filter.path);
      const whole = wholeOf(rows);
      return whole ? { ...filter, path: whole.ownPath } : someElement(rows, filter.where);
    }
    default:
      return leaf(view, filter);
  }
}

/** Without what decides nothing. */
function joined(
  type: 'and' | 'or',
  parts: readonly (Filter | boolean | undefined)[],
): Filter | boolean | undefined {
  const decides = type === 'or';
  if (parts.includes(decides)) return decides;
  if (parts.includes(undefined)) return undefined;
  const operands = parts.filter((part): part is Filter => typeof part === 'object');
  const [only] = operands;
  if (only === undefined) return !decides;
  return operands.length === 1 ? only : { type, operands };
}

function rowsAt(view: View, path: AttributePath): readonly Row[] {
  return view.under.get(headOf(path)) ?? [];
}

function leaf(view: View, filter: Leaf): Filter | boolean | undefined {
  const { path } = filter;
  // The identifier has this name everywhere; whether it can be asked for, its connector knows.
  if (PLAIN.has(path.attribute.toLowerCase()) && path.schema === undefined) return filter;
  const whole = wholeOf(rowsAt(view, path));
  if (whole) {
    const { schema: _, attribute: __, ...inside } = path;
    return { ...filter, path: { ...whole.ownPath, ...inside } };
  }
  const rows = path.where ? rowsWhere(view, path, path.where) : rowsAt(view, path);
  if (rows === undefined) return undefined;
  if (path.where && rows.length === 0 && !isUnequal(filter)) return false;
  const found = rows.filter(({ scim }) => leadsTo(scim, path.subAttribute));
  if (found.length === 0 || (found.length > 1 && isUnequal(filter))) return undefined;
  return joined(
    'or',
    found.map((row) => asked(row, filter)),
  );
}

/** A row that stands for an attribute with all its parts: they have the same names there. */
function wholeOf(rows: readonly Row[]): Row | undefined {
  return rows.find(
    ({ complex, scim, ownPath }) =>
      complex !== undefined &&
      scim.subAttribute === undefined &&
      ownPath.subAttribute === undefined &&
      !scim.where,
  );
}

/** Those of the elements that a value filter means; undefined where that depends on their values. */
function rowsWhere(view: View, path: AttributePath, where: Filter): readonly Row[] | undefined {
  const elements = Map.groupBy(rowsAt(view, path), ({ element }) => JSON.stringify(element));
  const meant: Row[] = [];
  for (const parts of elements.values()) {
    const isMeant = ofElement(parts, where);
    if (typeof isMeant !== 'boolean') return undefined;
    if (isMeant) meant.push(...parts);
  }
  return meant;
}

/** Of several values one that is not there would be unequal, too. */
function isUnequal(filter: Leaf): boolean {
  return filter.type === 'compare' && (filter.operator === 'ne' || filter.value === null);
}

const PLAIN: ReadonlySet<string> = new Set(['id', 'members', 'groups']);

/** `emails` and `emails.value` are the same, and so are `manager` and `manager.value`. */
function leadsTo({ subAttribute }: AttributePath, asks: string | undefined): boolean {
  const [own, wanted] = [subAttribute ?? 'value', asks ?? 'value'];
  return own.toLowerCase() === wanted.toLowerCase();
}

/** Rows of one element say what holds of it; what they say is known, and the rest is asked. */
function someElement(rows: readonly Row[], where: Filter): Filter | boolean | undefined {
  const elements = Map.groupBy(rows, ({ element }) => JSON.stringify(element));
  if (elements.size === 0) return undefined;
  return joined(
    'or',
    [...elements.values()].map((parts) => {
      const holds = ofElement(parts, where);
      // What holds of an element holds of nobody who has none.
      return holds === true ? joined('or', parts.map(present)) : holds;
    }),
  );
}

function present({ ownPath }: Row): Filter {
  return { type: 'present', path: ownPath };
}

function ofElement(parts: readonly Row[], where: Filter): Filter | boolean | undefined {
  switch (where.type) {
    case 'and':
    case 'or':
      return joined(
        where.type,
        where.operands.map((one) => ofElement(parts, one)),
      );
    case 'compare':
    case 'present':
    case 'matches': {
      const name = where.path.attribute.toLowerCase();
      const said: Readonly<Record<string, AttributeValue>> = parts[0]?.element ?? {};
      if (Object.keys(said).some((one) => one.toLowerCase() === name))
        return filterMatches(where, said);
      const row = parts.find(({ scim }) => leadsTo(scim, name));
      if (!row || !isUnequal(where)) return row && asked(row, where);
      return joined('and', [present(row), asked(row, where)]);
    }
    default:
      // What `not` means for an element that is not there, no other system agrees with.
      return undefined;
  }
}

function asked(row: Row, filter: Leaf): Filter | boolean | undefined {
  const own = { ...filter, path: row.ownPath };
  const { values, ownPath: path } = row;
  const isOneOf = (words: readonly Scalar[]): Filter | boolean | undefined =>
    joined(
      'or',
      words.map((value) => ({ type: 'compare', operator: 'eq', path, value })),
    );
  // A value that nothing stands for is none.
  const isPresent = () => (values ? isOneOf(Object.keys(values)) : present(row));
  switch (own.type) {
    case 'matches':
      return values ? undefined : own;
    case 'present':
      return isPresent();
    case 'compare': {
      const { operator, value } = own;
      if (value === null)
        return operator === 'ne' ? isPresent() : operator === 'eq' ? negated(isPresent()) : false;
      if (!values) return { ...own, value: asType(row, value) };
      const is = isOneOf(ownWords(row, asType(row, value)));
      return operator === 'ne' ? negated(is) : operator === 'eq' ? is : undefined;
    }
  }
}

function negated(filter: Filter | boolean | undefined): Filter | boolean | undefined {
  if (typeof filter === 'boolean') return !filter;
  return filter && { type: 'not', operand: filter };
}

/** Clients write the booleans of a filter as texts, too. */
function asType({ type }: Row, value: string | number | boolean): string | number | boolean {
  if (type !== 'boolean' || typeof value !== 'string') return value;
  return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : value;
}
