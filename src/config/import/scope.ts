/**
 * Entra's scoping filters as one SCIM filter. Entra compares texts with case and is false without a
 * value; `matches` with an anchored, quoted pattern is exactly that, where `eq` would not be.
 */

import { compileScope } from '../../mapping/scope.ts';
import { parsePath } from '../../scim/path.ts';
import type { Clause, FilterGroup, FilterSet } from './document.ts';

export interface ImportedScope {
  /** Absent: everybody. */
  readonly filter?: string;
  readonly refused: readonly { readonly clause: string; readonly reason: string }[];
  /** Filter sets whose leaving Entra treats differently. */
  readonly softened: readonly FilterSet['kind'][];
}

/** For people who can never be: every object read from Entra has an objectId. */
const NOBODY = 'not (objectId pr)';

/**
 * In each set one group must hold, in each group every clause. A group with a clause that cannot be
 * carried over is left out, never widened: nobody gets an account that Entra would not give.
 */
export function importScope(sets: readonly FilterSet[]): ImportedScope {
  const refused: { clause: string; reason: string }[] = [];
  const conditions = sets.flatMap(({ groups }): readonly string[] => {
    if (groups.length === 0) return [];
    const carried = groups.map((group) => groupFilter(group, refused));
    // A group without clauses holds for everybody, and with it the whole set.
    if (carried.includes('')) return [];
    const whole = carried.filter((filter) => filter !== undefined);
    if (whole.length === 0) return [NOBODY];
    return [whole.length === 1 ? (whole[0] ?? NOBODY) : whole.map(inBrackets).join(' or ')];
  });
  const filter = conditions.length > 1 ? conditions.map(inBrackets).join(' and ') : conditions[0];
  return {
    ...(filter !== undefined && { filter }),
    refused,
    softened: sets
      .filter(({ kind, groups }) => kind !== 'groups' && groups.length > 0)
      .map(({ kind }) => kind),
  };
}

function inBrackets(filter: string): string {
  return / (?:and|or) /.test(filter) ? `(${filter})` : filter;
}

function groupFilter(
  { name, clauses }: FilterGroup,
  refused: { clause: string; reason: string }[],
): string | undefined {
  let whole = true;
  const filters = clauses.map((clause) => {
    const filter = clauseFilter(clause);
    const problem = typeof filter === 'string' ? problemOf(filter) : filter.reason;
    if (problem === undefined && typeof filter === 'string') return filter;
    whole = false;
    refused.push({
      clause:
        `${name === '' ? '' : `${name}: `}${clause.attribute} ${clause.operator} ${clause.values.join(', ')}`.trim(),
      reason: problem ?? '',
    });
    return '';
  });
  return whole ? filters.join(' and ') : undefined;
}

function problemOf(filter: string): string | undefined {
  const compiled = compileScope(filter);
  return compiled.ok ? undefined : compiled.problems[0]?.message;
}

type Translation = string | { readonly reason: string };
type Translate = (attribute: string, values: readonly string[]) => Translation;

/** By the operator's name without spaces, underscores and case. */
const OPERATORS: Readonly<Record<string, Translate>> = {
  equals: (attribute, values) =>
    anyOf(
      attribute,
      values.map((value) => `^${quoted(value)}$`),
    ),
  notequals: (attribute, values) =>
    noneOf(
      attribute,
      values.map((value) => `^${quoted(value)}$`),
    ),
  includes: (attribute, values) => anyOf(attribute, values.map(quoted)),
  endswith: (attribute, values) =>
    anyOf(
      attribute,
      values.map((value) => `${quoted(value)}$`),
    ),
  regexmatch: anyOf,
  notregexmatch: noneOf,
  greaterthan: (attribute, values) => compared(attribute, 'gt', values),
  greaterthanorequals: (attribute, values) => compared(attribute, 'ge', values),
  istrue: (attribute) => `${attribute} eq true`,
  isfalse: (attribute) => `${attribute} eq false`,
  isnull: (attribute) => `not (${attribute} pr)`,
  isnotnull: (attribute) => `${attribute} pr`,
  present: (attribute) => `${attribute} pr`,
};

function clauseFilter({ attribute, operator, values }: Clause): Translation {
  if (!parsePath(attribute).ok) {
    return { reason: `"${attribute}" is not an attribute a scope can name` };
  }
  const translate = OPERATORS[operator.toLowerCase().replace(/[\s_]/g, '')];
  if (!translate) return { reason: `the operator ${operator} has no counterpart` };
  return translate(attribute, values);
}

function anyOf(attribute: string, patterns: readonly string[]): Translation {
  if (patterns.length === 0) return { reason: 'the clause has no value' };
  const tests = patterns.map((pattern) => `${attribute} matches ${JSON.stringify(pattern)}`);
  return tests.length === 1 ? (tests[0] ?? '') : `(${tests.join(' or ')})`;
}

/** False without a value, as every clause of Entra is. */
function noneOf(attribute: string, patterns: readonly string[]): Translation {
  const any = anyOf(attribute, patterns);
  if (typeof any !== 'string') return any;
  return `${attribute} pr and not ${any.startsWith('(') ? any : `(${any})`}`;
}

function compared(
  attribute: string,
  operator: 'gt' | 'ge',
  [value = '', ...more]: readonly string[],
): Translation {
  if (!/^\d+$/.test(value) || more.length > 0) {
    return { reason: 'Entra compares non-negative integers only, so the clause is never true' };
  }
  return `${attribute} ${operator} ${Number(value)}`;
}

function quoted(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
