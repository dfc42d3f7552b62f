/** Every expression of a system, compiled to find out what is wrong with it, at its place in the file. */

import type { Problem } from '../identity/problem.ts';
import type { SystemName } from '../identity/record.ts';
import { compileExpression } from '../mapping/evaluate.ts';
import type { SystemConfiguration } from './configuration.ts';
import type { KnownNames } from './names.ts';
import type { Path, Source } from './source.ts';

export function expressionProblems(
  { read, write }: SystemConfiguration,
  known: KnownNames,
  systems: readonly SystemName[],
  source: Source,
  at: Path,
): readonly Problem[] {
  const reading = Object.entries(read).flatMap(([kind, { map }]) =>
    Object.entries(map).flatMap(([name, { expression }]) =>
      // What a record has is known only when it is read.
      rowProblems(expression, undefined, systems, source, [...at, 'read', kind, 'map', name]),
    ),
  );
  const writing = Object.entries(write).flatMap(([kind, { map }]) =>
    map.flatMap(({ path, expression }) =>
      rowProblems(expression, known, systems, source, [...at, 'write', kind, 'map', path]),
    ),
  );
  return [...reading, ...writing];
}

function rowProblems(
  expression: string,
  known: KnownNames | undefined,
  systems: readonly SystemName[],
  source: Source,
  row: Path,
): readonly Problem[] {
  const where = expressionPath(source, row);
  // A profile's row that nothing supplies here is no mistake of who wrote the file.
  const names = where === undefined || known === undefined ? {} : { known: known.names };
  const compiled = compileExpression(expression, names);
  const place = (line: number, column: number): Problem['place'] & object =>
    where === undefined ? source.keyPlace(row) : source.placeWithin(where, line, column);
  const problems = (compiled.ok ? (compiled.warnings ?? []) : compiled.problems).flatMap(
    (problem): readonly Problem[] => {
      const unknown = problem.code === 'expression-unknown-attribute';
      if (unknown && isExtension(expression, problem)) return [];
      return [
        {
          ...problem,
          ...(unknown && known?.open && { severity: 'warning' }),
          place: place(problem.place?.line ?? 1, problem.place?.column ?? 1),
        },
      ];
    },
  );
  if (!compiled.ok || where === undefined) return problems;
  return [...problems, ...foreignSystems(compiled.value.inputs, systems, expression, place)];
}

/** Where the expression of a row is written; nowhere when it comes from the profile. */
function expressionPath(source: Source, row: Path): Path | undefined {
  if (source.has([...row, 'value'])) return [...row, 'value'];
  return source.isText(row) ? row : undefined;
}

/** Directory extensions are as many as there are tenants. */
function isExtension(expression: string, { place }: Problem): boolean {
  const line = expression.split('\n')[(place?.line ?? 1) - 1] ?? '';
  return /^\[extension_[0-9a-f]{32}_/i.test(line.slice((place?.column ?? 1) - 1));
}

/** `[hr/dept]` needs a system `hr`. */
function foreignSystems(
  inputs: readonly string[],
  systems: readonly SystemName[],
  expression: string,
  place: (line: number, column: number) => Problem['place'] & object,
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
        place: place(before.split('\n').length, before.length - before.lastIndexOf('\n')),
      },
    ];
  });
}
