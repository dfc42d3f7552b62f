/** Every expression of a system, compiled to find out what is wrong with it, at its place in the file. */

import type { Place, Problem, Result } from '../identity/problem.ts';
import type { SystemName } from '../identity/record.ts';
import { compileMapping } from '../mapping/compile.ts';
import { compileExpression } from '../mapping/evaluate.ts';
import { compileReadMap } from '../mapping/read-map.ts';
import type { SystemConfiguration } from './configuration.ts';
import { isExtension, type KnownNames } from './names.ts';
import type { Path, Source } from './source.ts';

export function expressionProblems(
  { read, write }: SystemConfiguration,
  known: KnownNames,
  systems: readonly SystemName[],
  source: Source,
  at: Path,
): readonly Problem[] {
  const reading = Object.entries(read).flatMap(([kind, { map, modified }]) => {
    const here: Path = [...at, 'read', kind];
    const rows = Object.entries(map).flatMap(([name, row]) => {
      const compiled = compileReadMap({ [name]: row });
      return placed(compiled, row.expression, source, [...here, 'map', name], systems);
    });
    if (modified === undefined) return rows;
    const compiled = compileReadMap({ modified: { expression: modified } });
    return [...rows, ...placed(compiled, modified, source, [...here, 'modified'], systems)];
  });
  const writing = Object.entries(write).flatMap(([kind, { map }]) =>
    map.flatMap((row) => {
      const where = [...at, 'write', kind, 'map', row.path];
      // A profile's row that nothing supplies here is no mistake of who wrote the file.
      const names = expressionPath(source, where) === undefined ? {} : { known: known.names };
      const problems = placed(compileMapping([row], names), row.expression, source, where, systems);
      return known.open ? problems.map(softened) : problems;
    }),
  );
  return [...reading, ...writing];
}

/** Of an expression over identities. */
export function attributeExpressionProblems(
  expression: string,
  known: KnownNames,
  systems: readonly SystemName[],
  source: Source,
  where: Path,
): readonly Problem[] {
  const place = ({ line, column }: Place): Place => source.placeWithin(where, line, column);
  const compiled = compileExpression(expression, { known: known.names });
  const problems = (compiled.ok ? (compiled.warnings ?? []) : compiled.problems)
    .filter(({ code, place: within }) => code !== UNKNOWN || !atExtension(expression, within))
    .map((problem) => ({ ...problem, place: place(problem.place ?? { line: 1, column: 1 }) }))
    .map((problem) => (known.open ? softened(problem) : problem));
  if (!compiled.ok) return problems;
  return [...problems, ...foreignSystems(compiled.value.inputs, systems, expression, place)];
}

/** A name that nobody is known to supply may be a column of a file. */
function softened(problem: Problem): Problem {
  return problem.code === UNKNOWN ? { ...problem, severity: 'warning' } : problem;
}

const UNKNOWN = 'expression-unknown-attribute';

function placed(
  compiled: Result<{ readonly inputs: readonly string[] }>,
  expression: string,
  source: Source,
  row: Path,
  systems: readonly SystemName[],
): readonly Problem[] {
  const where = expressionPath(source, row);
  const place = ({ line, column }: Place): Place =>
    where === undefined ? source.keyPlace(row) : source.placeWithin(where, line, column);
  const problems = (compiled.ok ? (compiled.warnings ?? []) : compiled.problems)
    .filter(({ code, place: within }) => code !== UNKNOWN || !atExtension(expression, within))
    .map((problem) => ({
      ...problem,
      message: where === undefined ? problem.message : withoutName(problem.message, row),
      place: place(problem.place ?? { line: 1, column: 1 }),
    }));
  if (!compiled.ok || where === undefined) return problems;
  return [...problems, ...foreignSystems(compiled.value.inputs, systems, expression, place)];
}

/** The place says which row it is. */
function withoutName(message: string, row: Path): string {
  const prefix = `${String(row.at(-1))}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

/** Where the expression of a row is written; nowhere when it comes from the profile. */
function expressionPath(source: Source, row: Path): Path | undefined {
  if (source.has([...row, 'value'])) return [...row, 'value'];
  return source.isText(row) ? row : undefined;
}

function atExtension(expression: string, place: Place | undefined): boolean {
  const line = expression.split('\n')[(place?.line ?? 1) - 1] ?? '';
  return isExtension(line.slice(place?.column ?? 1));
}

/** `[hr/dept]` needs a system `hr`. */
function foreignSystems(
  inputs: readonly string[],
  systems: readonly SystemName[],
  expression: string,
  place: (within: Place) => Place,
): readonly Problem[] {
  return inputs.flatMap((input): readonly Problem[] => {
    const [, system] = /^([a-z][a-z0-9-]*)\/./.exec(input) ?? [];
    if (system === undefined || systems.includes(system)) return [];
    const before = expression.slice(0, Math.max(0, expression.indexOf(`[${input}`)));
    return [
      {
        code: 'unknown-system',
        severity: 'error',
        message: `[${input}] names the system "${system}", which is not among the systems`,
        remedy: `systems here: ${systems.join(', ')}`,
        place: place({
          line: before.split('\n').length,
          column: before.length - before.lastIndexOf('\n'),
        }),
      },
    ];
  });
}
