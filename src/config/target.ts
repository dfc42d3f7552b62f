/** Whether the rows of a target lead to attributes it has, each of them once, and can be matched. */

import type { WriteDefaults } from '../connectors/spi/index.ts';
import type { AttributePath } from '../identity/path.ts';
import { type Problem, suggestion } from '../identity/problem.ts';
import { formatPath, parsePath } from '../scim/path.ts';
import type { WriteConfiguration } from './configuration.ts';
import type { Path, Source } from './source.ts';

/** @param isRead Whether accounts are known by reading them, so that those to update need not be found. */
export function targetProblems(
  { match, map, required, drift, members, do: allowed }: WriteConfiguration,
  defaults: WriteDefaults | undefined,
  isRead: boolean,
  source: Source,
  at: Path,
): readonly Problem[] {
  const schema = targetSchema(defaults);
  const rows = map.map(({ path }) => ({ path, parsed: parsePath(path) }));
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const { path, parsed } of rows) {
    const where = [...at, 'map', path];
    if (!parsed.ok) {
      problems.push(
        ...parsed.problems.map((problem) => ({ ...problem, place: source.keyPlace(where) })),
      );
      continue;
    }
    const misspelt = unknownTarget(parsed.value, path, schema);
    if (misspelt !== undefined) {
      problems.push({ ...misspelt, place: source.keyPlace(where) });
      continue;
    }
    const canonical = formatPath(withoutCore(parsed.value)).toLowerCase();
    const other = seen.get(canonical);
    if (other !== undefined) {
      problems.push({
        code: 'duplicate-mapping',
        severity: 'error',
        message: `"${path}" and "${other}" are the same attribute of the target`,
        remedy: 'keep one mapping; set the other to false if it comes from the profile',
        place: source.keyPlace(where),
      });
    }
    seen.set(canonical, path);
  }
  return [
    ...problems,
    ...(match.length === 0 && isRead && !allowed.includes('create')
      ? []
      : matchProblems(match, seen, source, at)),
    ...requiredProblems(required, seen, source, at),
    ...driftProblems(driftPaths(drift.attributes, members), seen, source, at),
  ];
}

function matchProblems(
  match: readonly string[],
  mapped: ReadonlyMap<string, string>,
  source: Source,
  at: Path,
): readonly Problem[] {
  if (match.length === 0) {
    return [
      {
        code: 'no-match',
        severity: 'error',
        message: 'nothing says by which attribute an existing account is found',
        remedy: 'add match: [userName], or another unique attribute of the target',
        place: source.keyPlace(at),
      },
    ];
  }
  return notMapped(match, mapped).map((path) => ({
    code: 'match-not-mapped',
    severity: 'error',
    message: `match names "${path}", which no mapping supplies`,
    remedy: `add a mapping to "${path}", or match by an attribute that has one`,
    place: source.place([...at, 'match']),
  }));
}

function requiredProblems(
  required: readonly string[],
  mapped: ReadonlyMap<string, string>,
  source: Source,
  at: Path,
): readonly Problem[] {
  return notMapped(required, mapped).map((path) => ({
    code: 'required-not-mapped',
    severity: 'error',
    message: `the target requires "${path}", which no mapping supplies: everybody would be refused`,
    remedy: `add a mapping to "${path}"`,
    place: source.place([...at, 'map']),
  }));
}

/** Of groups whose members are written, `members` may drift as well. */
function driftPaths(
  attributes: WriteConfiguration['drift']['attributes'],
  members: WriteConfiguration['members'],
): readonly string[] {
  const written = members !== undefined && members !== 'none';
  return Object.keys(attributes).filter((path) => !(written && path === 'members'));
}

function driftProblems(
  paths: readonly string[],
  mapped: ReadonlyMap<string, string>,
  source: Source,
  at: Path,
): readonly Problem[] {
  return notMapped(paths, mapped).map((path) => {
    const meant = suggestion(path, [...mapped.values()]);
    return {
      code: 'drift-not-mapped',
      severity: 'error',
      message: `drift names "${path}", which no mapping supplies${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      remedy:
        'only attributes that are written can drift: name a path of the map as it stands there',
      place: source.keyPlace([...at, 'drift', 'attributes', path]),
    };
  });
}

function notMapped(
  paths: readonly string[],
  mapped: ReadonlyMap<string, string>,
): readonly string[] {
  return paths.filter((path) => {
    const parsed = parsePath(path);
    const canonical = parsed.ok ? formatPath(withoutCore(parsed.value)) : path;
    return !mapped.has(canonical.toLowerCase());
  });
}

interface TargetSchema {
  /** Without value filters: `emails.value`, `name.givenName`. Empty when nothing is known. */
  readonly paths: ReadonlySet<string>;
  /** Extensions whose attributes are known. */
  readonly extensions: ReadonlySet<string>;
  /** Names that cannot be known in advance. */
  readonly further?: RegExp;
}

function targetSchema(defaults: WriteDefaults | undefined): TargetSchema {
  if (defaults?.attributes === undefined) return { paths: new Set(), extensions: new Set() };
  const paths = new Set<string>();
  const extensions = new Set<string>();
  // What a profile maps to exists, whether its schema says so or not.
  const all = [...defaults.attributes.map(({ path }) => path), ...Object.keys(defaults.map)];
  for (const text of all) {
    const parsed = parsePath(text);
    if (!parsed.ok) continue;
    const path = withoutCore(parsed.value);
    if (path.schema !== undefined) extensions.add(path.schema);
    const { subAttribute: _, ...parent } = path;
    paths.add(bare(path)).add(bare(parent));
  }
  return {
    paths,
    extensions,
    ...(defaults.further !== undefined && { further: defaults.further }),
  };
}

function unknownTarget(
  path: AttributePath,
  text: string,
  { paths, extensions, further }: TargetSchema,
): Omit<Problem, 'place'> | undefined {
  const sought = withoutCore(path);
  if (paths.size === 0 || paths.has(bare(sought)) || isObjectFilter(text)) return undefined;
  if (further?.test(text) === true) return undefined;
  if (sought.schema !== undefined && !extensions.has(sought.schema)) {
    // A schema of the application's own is not known in advance.
    if (suggestion(sought.schema, extensions) === undefined) return undefined;
  }
  const near = suggestion(bare(sought), paths);
  const meant = near === undefined ? undefined : withFilter(near, path);
  return {
    code: 'unknown-target-attribute',
    severity: 'error',
    message: `the target has no attribute "${text}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    remedy: 'attribute names keep their case; see the schema of the target with lockstep check',
  };
}

/** Decides about the person and writes nothing; Entra's convention. */
function isObjectFilter(text: string): boolean {
  return text.toLowerCase() === 'objectfilter';
}

const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(User|Group)$/i;

function withoutCore(path: AttributePath): AttributePath {
  if (path.schema === undefined || !CORE.test(path.schema)) return path;
  const { schema: _, ...rest } = path;
  return rest;
}

function bare(path: AttributePath): string {
  const { where: _, ...rest } = path;
  return formatPath(rest);
}

function withFilter(text: string, { where }: AttributePath): string {
  const parsed = parsePath(text);
  return parsed.ok && where !== undefined ? formatPath({ ...parsed.value, where }) : text;
}
