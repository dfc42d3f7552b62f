/**
 * Filters as conditions of SQL over the stored JSON: true where an object surely satisfies the filter,
 * false where it surely does not, and null where only looking at the object tells. `and` and `or` of SQL
 * carry that through, so whatever is not compiled here is merely looked at.
 */

import { isExact } from '../connectors/directory/index-terms.ts';
import type { Filter } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import { filterMatches, isCore } from '../scim/evaluate.ts';
import type { Dialect, SqlValue } from './database.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** Every text of a statement is kept prepared, and clients write filters: few shapes, not any. */
const MOST_PARTS = 3;

/** @returns Undefined where nothing is told by SQL. */
export function conditionOf(filter: Filter, dialect: Dialect): Condition | undefined {
  switch (filter.type) {
    case 'and':
      return joined(filter.operands, 'and', dialect);
    case 'or':
      return joined(filter.operands, 'or', dialect);
    case 'compare':
      return modified(filter) ?? compared(filter, dialect);
    case 'present':
      return present(filter.path, dialect);
    case 'not':
    case 'some':
    case 'matches':
      return undefined;
  }
}

function joined(
  operands: readonly Filter[],
  operator: 'and' | 'or',
  dialect: Dialect,
): Condition | undefined {
  const told = operands.flatMap((operand) =>
    operand.type === 'and' || operand.type === 'or' ? [] : (conditionOf(operand, dialect) ?? []),
  );
  const parts = told.slice(0, MOST_PARTS);
  const complete = parts.length === operands.length;
  if (parts.length === 0 || (operator === 'or' && !complete)) return undefined;
  // In one order, so that it does not matter in which they were written.
  const sorted = parts.toSorted((one, other) => (one.sql < other.sql ? -1 : 1));
  const unknown = dialect === 'sqlite' ? 'null' : 'null::boolean';
  return {
    sql: [...sorted.map(({ sql }) => sql), ...(complete ? [] : [unknown])].join(` ${operator} `),
    parameters: sorted.flatMap(({ parameters }) => parameters),
  };
}

type Comparison = Extract<Filter, { readonly type: 'compare' }>;

const ORDER = { gt: '>', ge: '>=', lt: '<', le: '<=', eq: '=' } as const;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const YEAR_10000 = Date.UTC(10_000, 0);

/** `meta.lastModified gt "…"`, by which clients ask what is new; every object has one. */
function modified({ path, operator, value }: Comparison): Condition | undefined {
  const { attribute, subAttribute = '' } = path;
  if (path.where || attribute.toLowerCase() !== 'meta') return undefined;
  if (subAttribute.toLowerCase() !== 'lastmodified' || typeof value !== 'string') return undefined;
  if (!INSTANT.test(value) || !(operator in ORDER)) return undefined;
  const at = Date.parse(value);
  // Of later years the text has a sign in front.
  if (!(at >= 0 && at < YEAR_10000)) return undefined;
  const sign = ORDER[operator as keyof typeof ORDER];
  return { sql: `(modified_at ${sign} ?)`, parameters: [new Date(at).toISOString()] };
}

function compared(filter: Comparison, dialect: Dialect): Condition | undefined {
  const place = placeOf(filter.path, dialect);
  const text = textComparison(filter, dialect);
  if (!place || (text === undefined && typeof filter.value === 'string')) return undefined;
  const holds = (value: string | boolean | undefined): boolean => {
    const path = { attribute: 'held' };
    return filterMatches({ ...filter, path }, value === undefined ? {} : { held: value });
  };
  if (typeof filter.value === 'number') return undefined;
  const told = held(place, dialect, {
    absent: holds(undefined),
    true: holds(true),
    false: holds(false),
    ...(text ?? { text: filter.value === null ? String(holds('a text')) : UNKNOWN, values: [] }),
  });
  return unlessNowhere(filter, told, dialect);
}

const POSITIVE: ReadonlySet<Comparison['operator']> = new Set(['eq', 'co', 'sw', 'ew']);

/**
 * An object in whose JSON the text does not occur at all has it in no attribute, which is told much sooner than
 * by taking the JSON apart. Of letters of other alphabets, and of numbers, which are written in several ways,
 * nothing is told so.
 */
function unlessNowhere(
  { operator, value }: Comparison,
  told: Condition,
  dialect: Dialect,
): Condition {
  const isText = typeof value === 'string' && /^[ -~]+$/.test(value) && !/["\\]/.test(value);
  if (!isText || !POSITIVE.has(operator) || Number.isFinite(Number(value))) return told;
  const position = {
    sqlite: 'instr(lower(attributes), ?)',
    postgres: 'strpos(lower(attributes collate "C"), ?)',
  }[dialect];
  return {
    sql: `(case when octet_length(attributes) = length(attributes) and ${position} = 0 then false
      else ${told.sql} end)`,
    parameters: [value.toLowerCase(), ...told.parameters],
  };
}

function present(path: AttributePath, dialect: Dialect): Condition | undefined {
  const place = placeOf(path, dialect);
  if (!place) return undefined;
  return held(place, dialect, { absent: false, true: true, false: true, text: 'true', values: [] });
}

const UNKNOWN = 'null';

/** What is known of a value, by what it is. */
interface Answers {
  readonly absent: boolean;
  readonly true: boolean;
  readonly false: boolean;
  /** Of a text that is not empty, in the column `v`. */
  readonly text: string;
  readonly values: readonly SqlValue[];
}

interface Place {
  /** As the database writes paths. */
  readonly path: string;
  /** Found in every object that has the attribute, whatever its capitals. */
  readonly name: string;
}

function placeOf(
  { schema, attribute, subAttribute, where }: AttributePath,
  dialect: Dialect,
): Place | undefined {
  const steps = [
    ...(schema === undefined || isCore(schema) ? [] : [schema]),
    attribute,
    ...(subAttribute === undefined ? [] : [subAttribute]),
  ];
  // A value that is not complex is its own `value`; those that lie apart are in no object.
  if (where || subAttribute?.toLowerCase() === 'value' || APART.has(attribute.toLowerCase()))
    return undefined;
  if (!steps.every((step) => /^[\w:.-]{1,200}$/.test(step))) return undefined;
  const quoted = steps.map((step) => `"${step}"`);
  return {
    path: dialect === 'sqlite' ? `$.${quoted.join('.')}` : `{${quoted.join()}}`,
    name: `%"${(steps.at(-1) ?? '').replaceAll('_', '\\_')}"%`,
  };
}

const APART: ReadonlySet<string> = new Set(['id', 'meta', 'members', 'groups', 'schemas']);

function held(
  { path, name }: Place,
  dialect: Dialect,
  { absent, text, values, ...answers }: Answers,
): Condition {
  switch (dialect) {
    case 'sqlite':
      return {
        sql: `(case json_type(attributes, ?)
          when 'text' then (select case when v = '' then ${absent} else ${text} end
            from (select json_extract(attributes, ?) as v limit 1))
          when 'true' then ${answers.true} when 'false' then ${answers.false}
          else case when json_type(attributes, ?) is null and attributes not like ? escape '\\'
            then ${absent} end end)`,
        parameters: [path, ...values, path, path, name],
      };
    case 'postgres':
      return {
        sql: `(select case json_typeof(held)
          when 'string' then (select case when v = '' then ${absent} else ${text} end
            from (select held #>> '{}' as v offset 0) as texts)
          when 'boolean' then case held::text when 'true' then ${answers.true} else ${answers.false} end
          else case when held is null and attributes not ilike ? escape '\\' then ${absent} end end
          from (select case when attributes not like '%\\\\u0000%' then attributes::json #> ?::text[]
            else '[]'::json end as held offset 0) as found)`,
        parameters: [...values, name, path],
      };
  }
}

/** Of a text in the column `v` with the text of a filter. Undefined where it is not told by SQL. */
function textComparison(
  { path, operator, value }: Comparison,
  dialect: Dialect,
): Pick<Answers, 'text' | 'values'> | undefined {
  if (typeof value !== 'string' || value === '' || INSTANT.test(value)) return undefined;
  const exact = isExact(path);
  const asked = exact ? value : value.toLowerCase();
  const comparison = TEXT[dialect][operator];
  if (comparison === undefined || !asked.isWellFormed() || asked.includes('\0')) return undefined;
  const count = (comparison.match(/\?/g) ?? []).length;
  const values = Array.from({ length: count }, () => asked);
  if (exact) return { text: comparison.replaceAll('VALUE', 'v'), values };
  if (isPlain(asked)) return { text: comparison.replaceAll('VALUE', FOLDED[dialect]), values };
  // Capitals of other alphabets are folded by us alone: none of theirs is in a text of plain letters.
  const plain = 'octet_length(v) = length(v)';
  return { text: `case when ${plain} then ${operator === 'ne'} end`, values: [] };
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/**
 * Both databases fold plain letters alone here. Two letters of other alphabets become plain ones when they
 * are folded by us: the sign for Kelvin, and the Turkish I with its dot.
 */
const FOLDED: Readonly<Record<Dialect, string>> = {
  sqlite: `lower(replace(replace(v, '\u212A', 'k'), '\u0130', 'i\u0307'))`,
  postgres: `lower(replace(replace(v, '\u212A', 'k'), '\u0130', 'i\u0307') collate "C")`,
};

type Comparisons = Readonly<Partial<Record<Comparison['operator'], string>>>;

const SAME: Comparisons = {
  eq: 'VALUE = ?',
  ne: 'VALUE <> ?',
  sw: 'substr(VALUE, 1, length(?)) = ?',
};

const TEXT: Readonly<Record<Dialect, Comparisons>> = {
  sqlite: { ...SAME, co: 'instr(VALUE, ?) > 0', ew: 'substr(VALUE, -length(?)) = ?' },
  postgres: { ...SAME, co: 'strpos(VALUE, ?) > 0', ew: 'right(VALUE, length(?)) = ?' },
};
