/**
 * Filters that Graph evaluates itself, as its `$filter`. What it cannot do is not asked: a list of
 * the whole directory is no answer to a question about one person.
 */

import type { ComparisonOperator, Filter, FilterValue } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import { EXTENSION, type GraphKind, PROPERTIES } from './attributes.ts';
import { type Ability, abilitiesOf } from './filter-support.ts';
import { PARTS } from './schema.ts';

export interface Pushed {
  readonly text: string;
  /** Answered by the index of advanced queries, which lags behind. */
  readonly advanced: boolean;
}

/** Literals in one expression; beyond, Graph refuses it. */
const MOST_LITERALS = 15;

/** @returns Undefined where Graph cannot answer all of it. */
export function pushedDown(kind: GraphKind, filter: Filter): Pushed | undefined {
  const pushed = pushedPart(kind, filter);
  if (pushed === undefined || pushed.literals > MOST_LITERALS) return undefined;
  return { text: pushed.text, advanced: pushed.advanced };
}

interface Part extends Pushed {
  readonly literals: number;
  readonly joined?: true;
  /** Where it says no more than that one property has one value. */
  readonly equals?: { readonly name: string; readonly literal: string };
}

function pushedPart(kind: GraphKind, filter: Filter): Part | undefined {
  switch (filter.type) {
    case 'and':
    case 'or':
      return joined(kind, filter.type, filter.operands);
    case 'not': {
      const operand = pushedPart(kind, filter.operand);
      if (operand === undefined) return undefined;
      const { text, literals } = operand;
      return { text: `not(${text})`, advanced: true, literals };
    }
    case 'compare':
      return compared(kind, filter.path, filter.operator, filter.value);
    case 'present':
      return present(kind, filter.path);
    case 'some':
    case 'matches':
      return undefined;
  }
}

function joined(
  kind: GraphKind,
  word: 'and' | 'or',
  operands: readonly Filter[],
): Part | undefined {
  const parts: Part[] = [];
  for (const operand of operands) {
    const part = pushedPart(kind, operand);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  const [only] = parts;
  if (only === undefined) return undefined;
  if (parts.length === 1) return only;
  const { equals } = only;
  const literals = parts.flatMap((each) =>
    equals !== undefined && each.equals?.name === equals.name ? [each.equals.literal] : [],
  );
  if (word === 'or' && equals !== undefined && literals.length === parts.length)
    return {
      text: `${equals.name} in (${literals.join(',')})`,
      advanced: only.advanced,
      literals: literals.length,
    };
  return {
    text: parts.map(({ text, joined: inner }) => (inner ? `(${text})` : text)).join(` ${word} `),
    advanced: parts.some(({ advanced }) => advanced),
    literals: parts.reduce((sum, { literals }) => sum + literals, 0),
    joined: true,
  };
}

interface Named {
  /** As Graph writes it: `city`, `employeeOrgData/costCenter`. */
  readonly name: string;
  readonly list: boolean;
  readonly type: string;
  readonly abilities: Readonly<Record<string, Ability>>;
}

function named(kind: GraphKind, path: AttributePath): Named | undefined {
  if (path.schema !== undefined || path.where !== undefined) return undefined;
  const { attribute, subAttribute } = path;
  if (EXTENSION.test(attribute) && subAttribute === undefined)
    return {
      name: attribute,
      list: false,
      type: 'string',
      abilities: abilitiesOf(kind, attribute),
    };
  const name = own(Object.keys(PROPERTIES[kind]), attribute);
  const property = name === undefined ? undefined : PROPERTIES[kind][name];
  if (name === undefined || property === undefined) return undefined;
  const list = property.multiValued === true;
  if (subAttribute === undefined || (list && subAttribute === 'value'))
    return { name, list, type: property.type, abilities: abilitiesOf(kind, name) };
  const part = own(PARTS[name] ?? [], subAttribute);
  if (part === undefined) return undefined;
  const whole = `${name}/${part}`;
  return { name: whole, list: false, type: 'string', abilities: abilitiesOf(kind, whole) };
}

/** Names are found in any case (RFC 7643 §2.1), and written as Graph writes them. */
function own(names: readonly string[], wanted: string): string | undefined {
  const lower = wanted.toLowerCase();
  return names.find((name) => name.toLowerCase() === lower);
}

function compared(
  kind: GraphKind,
  path: AttributePath,
  operator: ComparisonOperator,
  value: FilterValue,
): Part | undefined {
  const property = named(kind, path);
  if (property === undefined) return undefined;
  if (value === null) return againstNothing(property, operator);
  const literal = literalOf(property, value);
  if (literal === undefined) return undefined;
  switch (operator) {
    case 'eq': {
      const equal = part(property, 'eq', (name) => `${name} eq ${literal}`);
      if (property.list || equal === undefined) return equal;
      return { ...equal, equals: { name: property.name, literal } };
    }
    case 'ne': {
      // Of a list no element may be it.
      if (!property.list) return part(property, 'eq', (name) => `${name} ne ${literal}`, true);
      const any = part(property, 'eq', (name) => `${name} eq ${literal}`);
      return any && { text: `not(${any.text})`, advanced: true, literals: 1 };
    }
    case 'sw':
      return part(property, 'startsWith', (name) => `startsWith(${name},${literal})`);
    case 'ew':
      return part(property, 'endsWith', (name) => `endsWith(${name},${literal})`);
    case 'ge':
    case 'le':
      return part(property, 'ge/le', (name) => `${name} ${operator} ${literal}`);
    case 'gt':
    case 'lt':
      return beyond(property, operator, value);
    case 'co':
      return undefined;
  }
}

/** Instants are kept in whole seconds, so that a thousandth more or less is the next one. */
function beyond(property: Named, operator: 'gt' | 'lt', value: FilterValue): Part | undefined {
  const step = operator === 'gt' ? 1 : -1;
  const time = Date.parse(String(value)) + step;
  if (Number.isNaN(time)) return undefined;
  const literal = new Date(time).toISOString();
  return part(property, 'ge/le', (name) => `${name} ${operator === 'gt' ? 'ge' : 'le'} ${literal}`);
}

function againstNothing(property: Named, operator: ComparisonOperator): Part | undefined {
  if (operator !== 'eq' && operator !== 'ne') return undefined;
  if (property.list) return counted(property, operator);
  return part(property, 'eq null', (name) => `${name} ${operator} null`, operator === 'ne');
}

function present(kind: GraphKind, path: AttributePath): Part | undefined {
  const property = named(kind, path);
  return property && againstNothing(property, 'ne');
}

function counted(property: Named, operator: 'eq' | 'ne'): Part | undefined {
  if (property.abilities['/$count'] === undefined) return undefined;
  return { text: `${property.name}/$count ${operator} 0`, advanced: true, literals: 1 };
}

function part(
  { name, list, abilities }: Named,
  ability: string,
  text: (name: string) => string,
  advanced = false,
): Part | undefined {
  const how = abilities[ability];
  if (how === undefined) return undefined;
  return {
    text: list ? `${name}/any(p:${text('p')})` : text(name),
    advanced: advanced || how === 'advanced',
    literals: 1,
  };
}

function literalOf({ type }: Named, value: string | number | boolean): string | undefined {
  switch (type) {
    case 'boolean': {
      const said = String(value).toLowerCase();
      return said === 'true' || said === 'false' ? said : undefined;
    }
    case 'dateTime': {
      const time = Date.parse(String(value));
      return Number.isNaN(time) ? undefined : new Date(time).toISOString();
    }
    case 'string':
      return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : undefined;
    default:
      return undefined;
  }
}
