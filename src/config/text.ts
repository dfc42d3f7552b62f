import type { Problem } from '../identity/problem.ts';

/** `lockstep.yaml:14:22  what is wrong; what to do`, as editors and terminals link it. */
export function describeProblem({ place, message, remedy }: Problem): string {
  const where = place === undefined ? '' : `${place.file ?? ''}:${place.line}:${place.column}  `;
  return `${where}${message}${remedy === undefined ? '' : `; ${remedy}`}`;
}
