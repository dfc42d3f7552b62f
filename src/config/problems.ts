/** What a schema found wrong, as problems with positions. */

import type { z } from 'zod';
import { type Problem, suggestion } from '../identity/problem.ts';
import type { Path, Source } from './source.ts';

type Issue = z.core.$ZodIssue;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/**
 * @param data What was parsed, secrets not yet put in: nothing of them may reach a message.
 * @param at Path of `data` in the document.
 * @param shape JSON Schema of `data`, to know which keys there could have been.
 */
export function schemaProblems(
  issues: readonly Issue[],
  source: Source,
  data: unknown,
  at: Path,
  shape: unknown,
): readonly Problem[] {
  return issues.flatMap((issue) => issueProblems(issue, source, data, at, shape as JsonSchema));
}

function issueProblems(
  issue: Issue,
  source: Source,
  data: unknown,
  at: Path,
  shape: JsonSchema,
): readonly Problem[] {
  const path = [...at, ...issue.path];
  const name = issue.path.length > 0 ? `${dotted(issue.path)}: ` : '';
  const given = valueAt(data, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = [...keysAt(shape, issue.path)];
        const meant = suggestion(key, known);
        return {
          code: 'unknown-key',
          severity: 'error',
          message: `unknown key "${key}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
          remedy:
            meant === undefined && known.length > 0
              ? `known here: ${known.join(', ')}`
              : 'correct or remove it',
          place: source.keyPlace([...path, key]),
        };
      });
    case 'invalid_union': {
      const branch = likelyBranch(issue.errors);
      if (branch !== undefined) {
        return branch.flatMap((inner) =>
          issueProblems(
            { ...inner, path: [...issue.path, ...inner.path] },
            source,
            data,
            at,
            shape,
          ),
        );
      }
      const wanted = [...new Set(issue.errors.flatMap((errors) => errors.map(expectation)))];
      return [
        problem(
          given,
          `${name}expected ${wanted.join(', or ')}; found ${kindOf(given)}`,
          source.place(path),
        ),
      ];
    }
    case 'invalid_value': {
      const meant =
        typeof given === 'string' ? suggestion(given, issue.values.map(String)) : undefined;
      const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
      return [problem(given, `${name}expected ${expectation(issue)}${hint}`, source.place(path))];
    }
    case 'invalid_type':
      return [
        problem(
          given,
          given === undefined
            ? `"${String(issue.path.at(-1) ?? '')}" is missing`
            : `${name}expected ${expectation(issue)}; found ${kindOf(given)}`,
          source.place(path),
        ),
      ];
    case 'invalid_key': {
      const inner = issue.issues.map(({ message }) => message).join('; ');
      return [problem('', `"${String(issue.path.at(-1))}": ${inner}`, source.keyPlace(path))];
    }
    default:
      return [problem(given, `${name}${issue.message}`, source.place(path))];
  }
}

function problem(given: unknown, message: string, place: Problem['place'] & object): Problem {
  return {
    code: given === undefined ? 'missing-key' : 'invalid-value',
    severity: 'error',
    message,
    place,
  };
}

/** Of several forms a value may take, the one it was meant to have: where only details are wrong. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const near = branches.filter(
    (issues) =>
      !issues.some(
        ({ code, path }) =>
          path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
      ),
  );
  return near.length === 1 ? near[0] : undefined;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KIND[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    default:
      return issue.message;
  }
}

const KIND: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
  null: 'nothing',
  undefined: 'nothing',
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return KIND[typeof value] ?? typeof value;
}

function dotted(path: Path): string {
  return path.map(String).join('.');
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function keysAt(shape: JsonSchema, path: Path): ReadonlySet<string> {
  let shapes = alternatives(shape);
  for (const key of path) {
    shapes = shapes.flatMap(({ properties, additionalProperties, items }) => {
      const next =
        properties?.[String(key)] ??
        (typeof additionalProperties === 'object' ? additionalProperties : undefined) ??
        items;
      return next === undefined ? [] : alternatives(next);
    });
  }
  return new Set(shapes.flatMap(({ properties }) => Object.keys(properties ?? {})));
}

function alternatives(shape: JsonSchema): readonly JsonSchema[] {
  const inner = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])];
  return [shape, ...inner.flatMap(alternatives)];
}
