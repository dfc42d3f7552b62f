/** What is wrong with a filter over identities, at its place in the file. */

import type { Place, Problem } from '../identity/problem.ts';
import { compileScope, type ScopeSyntax } from '../mapping/scope.ts';
import { UTC } from '../mapping/zone.ts';
import { type KnownNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';

/** Of filters that may compare with the time; where days begin says nothing of what is wrong. */
export const DATED: ScopeSyntax = { dates: UTC };

/** Of a filter over identities. `why` is what the engine itself knows of somebody. */
export function filterProblems(
  filter: string | undefined,
  known: KnownNames,
  source: Source,
  where: Path,
  syntax: ScopeSyntax = {},
): readonly Problem[] {
  if (filter === undefined) return [];
  const compiled = compileScope(filter, syntax);
  const at = (line: number, column: number): Place => source.placeWithin(where, line, column);
  const found = compiled.ok ? (compiled.warnings ?? []) : compiled.problems;
  const problems = found.map((problem) => ({
    ...problem,
    place: at(problem.place?.line ?? 1, problem.place?.column ?? 1),
  }));
  if (!compiled.ok) return problems;
  const unknown = compiled.value.inputs.flatMap((name) => {
    if (name === 'why' && where.at(-1) === 'urgent') return [];
    const before = filter.slice(0, Math.max(0, filter.indexOf(name)));
    const place = at(before.split('\n').length, before.length - before.lastIndexOf('\n'));
    return unknownName(name, known, place);
  });
  return [...problems, ...unknown];
}
