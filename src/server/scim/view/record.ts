/** A system's own records ⇄ resources of SCIM, row by row. Pure. */

import { type AttributeChange, ConnectorError } from '../../../connectors/spi/index.ts';
import type { AttributePath } from '../../../identity/path.ts';
import type {
  Attributes,
  AttributeValue,
  IdentityRecord,
  Scalar,
} from '../../../identity/record.ts';
import { fields, filterMatches, isComplex, isList } from '../../../scim/evaluate.ts';
import { formatPath, parsePath, readPath, writePath } from '../../../scim/path.ts';
import { headOf, type Row, type View } from './rows.ts';

/** Memberships and bookkeeping have the same names everywhere. */
const THROUGH = ['members', 'groups', 'meta'] as const;

export function servedRecord({ rows }: View, record: IdentityRecord): IdentityRecord {
  let attributes: Attributes = {};
  for (const row of rows) {
    const value = servedValue(row, ownValue(row, record.attributes));
    if (value !== undefined) attributes = writePath(attributes, row.scim, value);
  }
  for (const name of THROUGH) {
    const value = record.attributes[name];
    if (value !== undefined && attributes[name] === undefined)
      attributes = { ...attributes, [name]: value };
  }
  return { ...record, attributes };
}

function ownValue({ own, ownPath }: Row, attributes: Attributes): AttributeValue | undefined {
  if (Object.hasOwn(attributes, own)) return attributes[own];
  return readPath(attributes, ownPath);
}

function servedValue(row: Row, held: AttributeValue | undefined): AttributeValue | undefined {
  const value = row.first && isList(held) ? held[0] : held;
  if (value === undefined) return undefined;
  const { values } = row;
  if (values !== undefined) {
    const text = String(value);
    return Object.hasOwn(values, text) ? values[text] : undefined;
  }
  if (row.complex !== undefined) return inParts(value, row.complex);
  return typeof value === 'string' ? typed(value, row.type) : value;
}

/** Bare values are the `value` of an element; where there are no elements they have no place. */
function inParts(value: AttributeValue, complex: 'one' | 'several'): AttributeValue | undefined {
  if (complex === 'one') return typeof value === 'object' && !isList(value) ? value : undefined;
  return (isList(value) ? value : [value]).map((one) =>
    typeof one === 'object' ? one : { value: one },
  );
}

/** A file has texts only. */
function typed(text: string, type: Row['type']): AttributeValue | undefined {
  switch (type) {
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
    case 'integer':
    case 'decimal':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    default:
      return text;
  }
}

/** The system's own words for a value; none where it has no word for it. */
export function ownWords({ values }: Row, value: Scalar): readonly Scalar[] {
  if (values === undefined) return [value];
  return Object.keys(values).filter((word) => values[word] === value);
}

/** A resource to be made, as attributes by the system's own paths. */
export function ownAttributes(view: View, attributes: Attributes): Attributes {
  const { members, ...rest } = attributes;
  const changes = Object.entries(rest).flatMap(([name, after]): readonly AttributeChange[] => {
    // An extension is a member of the resource, and its attributes lie in it.
    if (!name.includes(':') || !isComplex(after)) return [{ path: name, after }];
    return Object.entries(after).map(([inner, value]) => ({
      path: `${name}:${inner}`,
      after: value,
    }));
  });
  const own: Record<string, AttributeValue> = {};
  for (const { path, after } of ownChanges(view, changes))
    if (after !== undefined) own[path] = after;
  return { ...own, ...(members !== undefined && { members }) };
}

interface Wish {
  readonly row: Row;
  readonly before: AttributeValue | undefined;
  readonly after: AttributeValue | undefined;
}

/** Changes of a resource, as changes of the record. What the system would not keep is refused. */
export function ownChanges(
  view: View,
  changes: readonly AttributeChange[],
): readonly AttributeChange[] {
  const wishes = changes.flatMap((change): readonly Wish[] => {
    const path = pathOf(change.path);
    const rows = view.under.get(headOf(path)) ?? [];
    const after = change.after === undefined ? undefined : withTypes(rows, change.after);
    if (!isSame(change.before, after)) demandKept(rows, path, after);
    const [held, wanted] = [holding(path, change.before), holding(path, after)];
    return rows.map((row) => ({
      row,
      before: readPath(held, row.scim),
      after: readPath(wanted, row.scim),
    }));
  });
  return [...Map.groupBy(wishes, ({ row }) => row.own)].flatMap(
    ([own, all]) => changeOf(own, all) ?? [],
  );
}

/** Of several names of one attribute the one that a client changed counts. */
function changeOf(own: string, wishes: readonly Wish[]): AttributeChange | undefined {
  const given = wishes.filter(({ after }) => after !== undefined);
  const [wish, ...others] = given.filter(({ before, after }) => !isSame(before, after));
  const rival = wish && others.find(({ after }) => !isSame(after, wish.after));
  if (wish && rival)
    throw new ConnectorError(
      'invalid',
      `${formatPath(wish.row.scim)} and ${formatPath(rival.row.scim)} are one attribute, and were given different values`,
      { code: 'served-names-differ', remedy: 'Give one of them.' },
    );
  if (!wish && given.length > 0) return undefined;
  const held = wishes.find(({ before }) => before !== undefined);
  const before = held && ownOf(held.row, held.before);
  const after = wish && ownOf(wish.row, wish.after);
  if (after === undefined && before === undefined) return undefined;
  return {
    path: own,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

function ownOf(row: Row, value: AttributeValue | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object') return row.first && !isList(value) ? [value] : value;
  const [own] = ownWords(row, value);
  if (own === undefined) throw notKept(row.scim);
  return row.first ? [own] : own;
}

function holding(path: AttributePath, value: AttributeValue | undefined): Attributes {
  return value === undefined ? {} : writePath({}, path, value);
}

/** An element that does not say what it is for is the one for work, or the only one there is. */
function withTypes(rows: readonly Row[], value: AttributeValue): AttributeValue {
  const elements = rows.map(({ element }) => element).filter((one) => Object.keys(one).length > 0);
  const usual = elements.find(({ type }) => type === 'work') ?? elements[0];
  if (usual === undefined || !isList(value)) return value;
  const isTaken = value.some((one) => isComplex(one) && one.type === usual.type);
  let free = !isTaken;
  return value.map((one) => {
    if (!free || !isComplex(one) || one.type !== undefined) return one;
    free = false;
    return { ...one, ...usual };
  });
}

/** Whatever is not kept would be read back without it, as if nobody had sent it. */
function demandKept(
  rows: readonly Row[],
  path: AttributePath,
  value: AttributeValue | undefined,
): void {
  if (
    value === undefined ||
    rows.some(({ scim }) => !scim.where && scim.subAttribute === undefined)
  )
    return;
  for (const element of isList(value) ? value : [value]) {
    const here = rows.filter(
      ({ scim }) => !scim.where || filterMatches(scim.where, fields(element)),
    );
    if (here.length === 0) throw notKept(path);
    for (const name of isComplex(element) ? Object.keys(element) : [])
      if (!here.some(({ scim, element: said }) => scim.subAttribute === name || name in said))
        throw notKept({ ...path, subAttribute: name });
  }
}

function notKept(path: AttributePath): ConnectorError {
  return new ConnectorError(
    'invalid',
    `${formatPath(path)}: the system has no place for this value`,
    {
      code: 'value-not-kept',
      remedy: 'Leave it out; /Schemas and docs/gateway.md say what is kept.',
    },
  );
}

function isSame(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function pathOf(text: string): AttributePath {
  const parsed = parsePath(text);
  if (parsed.ok) return parsed.value;
  throw new ConnectorError('invalid', `${text} is no path of an attribute`, {
    code: 'path-invalid',
  });
}
