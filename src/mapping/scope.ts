/**
 * Who a target should know at all: a SCIM filter over the identity, compiled to closures. Its
 * comparisons are those of `filterMatches`, which every other filter is judged by; `matches` is in
 * addition, a .NET pattern that is searched for, case-sensitive, in linear time.
 */

import { type Filter, pathsIn } from '../identity/filter.ts';
import type { AttributePath } from '../identity/path.ts';
import type { Problem, Result } from '../identity/problem.ts';
import { type Attributes, type AttributeValue, isReference } from '../identity/record.ts';
import { filterMatches, formatFilter, parseFilter } from '../scim/filter.ts';
import { formatPath, readPath } from '../scim/path.ts';
import type { ClauseVerdict, Scope } from './mapping.ts';
import { type DatedTest, datedTest, momentProblems } from './moment.ts';
import { compileRegex, hasWordBoundary, type Regex, RegexError } from './regex.ts';
import type { DateRules } from './zone.ts';

type Test = (attributes: Attributes, now: Date) => boolean;

/** What a filter may have beside the standard's comparisons and `matches`. */
export interface ScopeSyntax {
  /** Comparisons with the time it is asked at, such as `"now+14d"`, and where days begin. */
  readonly dates?: DateRules;
}

/**
 * @returns The scope, or what is wrong: `filter-invalid` with its column, `scope-pattern` for a
 *   pattern, `scope-date` for a date.
 */
export function compileScope(text: string, syntax: ScopeSyntax = {}): Result<Scope> {
  const parsed = parseFilter(text, { matches: true });
  if (!parsed.ok) return parsed;
  const filter = parsed.value;
  const comparisons = comparisonsIn(filter);
  const problems = [
    ...patternsIn(filter).flatMap(patternProblems),
    ...comparisons.flatMap(({ comparison, inPath }) =>
      momentProblems(comparison, syntax.dates ? (inPath ? 'path' : 'clause') : 'undated'),
    ),
  ];
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const clauses = topLevel(filter).map((clause) => ({
    text: formatFilter(clause),
    test: compiled(clause, syntax),
    paths: pathsIn(clause),
  }));
  const includes = compiled(filter, syntax);
  const { dates } = syntax;
  const dated = dates
    ? comparisons.flatMap(({ comparison }) => datedTest(comparison, dates) ?? [])
    : [];
  const inputs = pathsIn(filter).map(({ schema, attribute }) => schema ?? attribute);
  const placing = dated.length > 0 && dates?.by !== undefined ? [dates.by] : [];
  return {
    ok: true,
    value: {
      text,
      inputs: [...new Set([...inputs, ...placing])],
      includes,
      clauses: (attributes, now) =>
        clauses.map(
          (clause): ClauseVerdict => ({
            clause: clause.text,
            verdict: clause.test(attributes, now),
            seen: seenAt(clause.paths, attributes),
          }),
        ),
      ...(dates && dated.length > 0 && { dated: datedPart(dates, dated) }),
    },
    ...(problems.length > 0 && { warnings: problems }),
  };
}

/** The clauses a person thinks of: those of the outermost `and` or `or`, else the whole filter. */
function topLevel(filter: Filter): readonly Filter[] {
  return filter.type === 'and' || filter.type === 'or' ? filter.operands : [filter];
}

function datedPart(rules: DateRules, tests: readonly DatedTest[]): NonNullable<Scope['dated']> {
  return {
    rules,
    turnsAt: (attributes, now) => {
      const turns = tests
        .flatMap((test) => test.turns(attributes))
        .filter((at) => at > now.getTime());
      return turns.length === 0 ? undefined : new Date(Math.min(...turns));
    },
    unreadable: (attributes) => [
      ...new Set(tests.flatMap((test) => test.unreadable(attributes) ?? [])),
    ],
  };
}

function compiled(filter: Filter, syntax: ScopeSyntax): Test {
  switch (filter.type) {
    case 'and': {
      const tests = filter.operands.map((operand) => compiled(operand, syntax));
      return (attributes, now) => tests.every((test) => test(attributes, now));
    }
    case 'or': {
      const tests = filter.operands.map((operand) => compiled(operand, syntax));
      return (attributes, now) => tests.some((test) => test(attributes, now));
    }
    case 'not': {
      const test = compiled(filter.operand, syntax);
      return (attributes, now) => !test(attributes, now);
    }
    case 'some': {
      const test = compiled(filter.where, syntax);
      return (attributes, now) =>
        elementsAt(attributes, filter.path).some((element) => test(fields(element), now));
    }
    case 'matches': {
      const regex = compileRegex(filter.pattern);
      return (attributes) => textsAt(attributes, filter.path).some((text) => found(regex, text));
    }
    case 'compare': {
      const dated = syntax.dates && datedTest(filter, syntax.dates);
      if (dated !== undefined) return (attributes, now) => dated.holds(attributes, now);
      return (attributes) => filterMatches(filter, attributes);
    }
    case 'present':
      return (attributes) => filterMatches(filter, attributes);
  }
}

/** A search needs no groups, so one pass over the text is all there is. */
function found({ engine, size }: Regex, text: string): boolean {
  return text.length * size <= MAX_WORK && engine.test(text);
}

/**
 * Characters times instructions. Nothing that decides about belonging comes near it; a value that
 * goes beyond does not match.
 */
const MAX_WORK = 20_000_000;

function elementsAt(attributes: Attributes, path: AttributePath): readonly AttributeValue[] {
  const value = readPath(attributes, path);
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** An element of a list of texts counts as its `value` (RFC 7644 §3.5.2.1). */
function fields(element: AttributeValue): Attributes {
  return typeof element === 'object' && !isList(element) && !isReference(element)
    ? element
    : { value: element };
}

/** As the expression language writes them: booleans are `True` and `False`. */
function textsAt(attributes: Attributes, path: AttributePath): readonly string[] {
  return elementsAt(attributes, path).flatMap((element) => {
    const { value } = fields(element);
    if (value === undefined || value === '' || typeof value === 'object') return [];
    return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
  });
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function seenAt(
  paths: readonly AttributePath[],
  attributes: Attributes,
): Readonly<Record<string, AttributeValue>> {
  return Object.fromEntries(
    paths.flatMap((path): [string, AttributeValue][] => {
      const value = readPath(attributes, path);
      return value === undefined ? [] : [[formatPath(path), value]];
    }),
  );
}

interface Compared {
  readonly comparison: Extract<Filter, { readonly type: 'compare' }>;
  /** Inside the brackets of a path. */
  readonly inPath: boolean;
}

function comparisonsIn(filter: Filter, inPath = false): readonly Compared[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.flatMap((operand) => comparisonsIn(operand, inPath));
    case 'not':
      return comparisonsIn(filter.operand, inPath);
    case 'some':
      return [...comparisonsIn(filter.where, true), ...comparedInPath(filter.path)];
    case 'compare':
      return [{ comparison: filter, inPath }, ...comparedInPath(filter.path)];
    case 'present':
    case 'matches':
      return comparedInPath(filter.path);
  }
}

function comparedInPath({ where }: AttributePath): readonly Compared[] {
  return where ? comparisonsIn(where, true) : [];
}

interface Pattern {
  readonly pattern: string;
  /** Inside the brackets of a path, where only comparisons can stand. */
  readonly inPath: boolean;
}

function patternsIn(filter: Filter, inPath = false): readonly Pattern[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.flatMap((operand) => patternsIn(operand, inPath));
    case 'not':
      return patternsIn(filter.operand, inPath);
    case 'some':
      return [...patternsIn(filter.where, inPath), ...patternsInPath(filter.path)];
    case 'compare':
    case 'present':
      return patternsInPath(filter.path);
    case 'matches':
      return [{ pattern: filter.pattern, inPath }, ...patternsInPath(filter.path)];
  }
}

function patternsInPath({ where }: AttributePath): readonly Pattern[] {
  return where ? patternsIn(where, true) : [];
}

function patternProblems({ pattern, inPath }: Pattern): readonly Problem[] {
  if (inPath) {
    return [
      invalid(
        'matches cannot choose the element of a path',
        'compare there with eq, or write attribute[part matches "…"] as a clause of its own',
      ),
    ];
  }
  try {
    compileRegex(pattern);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    return [invalid(`the pattern ${JSON.stringify(pattern)} cannot be used: ${error.message}`)];
  }
  if (!hasWordBoundary(pattern)) return [];
  return [
    {
      ...invalid(
        '\\b sees word boundaries at the letters A to Z only, so "é" counts as one',
        'match the characters around the word instead, such as (^|\\s)',
      ),
      severity: 'warning',
    },
  ];
}

function invalid(message: string, remedy?: string): Problem {
  return {
    code: 'scope-pattern',
    severity: 'error',
    message,
    ...(remedy !== undefined && { remedy }),
  };
}
