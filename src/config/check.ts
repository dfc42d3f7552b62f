/** What a configuration means, where a schema cannot see it: names that lead nowhere, two answers to one question. */

import { type Place, type Problem, suggestion } from '../identity/problem.ts';
import type { SystemName } from '../identity/record.ts';
import { compileScope } from '../mapping/scope.ts';
import type { GroupConfiguration, WriteConfiguration } from './configuration.ts';
import { expressionProblems } from './expressions.ts';
import { GROUP_NAMES, groupProblems, groupUseProblems } from './groups-check.ts';
import { joinProblems } from './join-check.ts';
import { identityNames, type KnownNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';
import type { LoadedSystem } from './system.ts';
import { targetProblems } from './target.ts';

/** What a profile that could not be read might have settled. */
const FROM_PROFILE: ReadonlySet<string> = new Set([
  'no-match',
  'match-not-mapped',
  'required-not-mapped',
]);

/** @param names All systems of the document, also those that could not be loaded. */
export function meaningProblems(
  systems: readonly LoadedSystem[],
  names: readonly SystemName[],
  groups: readonly GroupConfiguration[],
  source: Source,
): readonly Problem[] {
  const known = identityNames(systems, groups.length > 0 ? GROUP_NAMES : []);
  const ofSystems = systems.flatMap(({ configuration, defaults, defaultsKnown }) => {
    const { name, read, write } = configuration;
    const at: Path = ['systems', name];
    return [
      ...Object.entries(read).flatMap(([kind, { join, precedence }]) => [
        ...joinProblems(join, known, source, [...at, 'read', kind, 'join']),
        ...Object.keys(precedence).flatMap((attribute) =>
          unknownName(attribute, known, source.place([...at, 'read', kind, 'precedence'])),
        ),
      ]),
      ...Object.entries(write).flatMap(([kind, wanted]) => {
        const where = [...at, 'write', kind];
        return [
          ...assignedProblems(wanted, names, systems, source, where),
          ...filterProblems(wanted.scope, known, source, [...where, 'scope']),
          ...filterProblems(wanted.urgent, known, source, [...where, 'urgent']),
          ...targetProblems(wanted, defaults[kind], source, where).filter(
            ({ code }) => defaultsKnown || !FROM_PROFILE.has(code),
          ),
        ];
      }),
      ...expressionProblems(configuration, known, names, source, at),
      ...uselessSystem(configuration, source, at),
    ];
  });
  return [
    ...ofSystems,
    ...groupProblems(groups, known, source),
    ...groupUseProblems(systems, groups, source),
  ];
}

function assignedProblems(
  { assigned }: WriteConfiguration,
  names: readonly SystemName[],
  systems: readonly LoadedSystem[],
  source: Source,
  at: Path,
): readonly Problem[] {
  if (assigned === undefined) return [];
  const place = source.keyPlace([...at, 'assigned', assigned.system]);
  if (!names.includes(assigned.system)) {
    const meant = suggestion(assigned.system, names);
    return [
      {
        code: 'unknown-system',
        severity: 'error',
        message: `assigned names the system "${assigned.system}", which is not among the systems${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        remedy: `systems here: ${names.join(', ')}`,
        place,
      },
    ];
  }
  const read = systems.find(({ configuration }) => configuration.name === assigned.system);
  if (read === undefined || Object.keys(read.configuration.read).length > 0) return [];
  return [
    {
      code: 'system-not-read',
      severity: 'error',
      message: `assigned names "${assigned.system}", which is not read, so nobody would be assigned`,
      remedy: `add read: { user: {} } to ${assigned.system}`,
      place,
    },
  ];
}

/** Of a filter over identities. `why` is what the engine itself knows of somebody. */
function filterProblems(
  filter: string | undefined,
  known: KnownNames,
  source: Source,
  where: Path,
): readonly Problem[] {
  if (filter === undefined) return [];
  const compiled = compileScope(filter);
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

function uselessSystem(
  { name, read, write, serve }: LoadedSystem['configuration'],
  source: Source,
  at: Path,
): readonly Problem[] {
  if (Object.keys(read).length + Object.keys(write).length > 0 || serve !== undefined) return [];
  return [
    {
      code: 'idle-system',
      severity: 'warning',
      message: `${name} is neither read, written nor served`,
      remedy: 'add read, write or serve, or remove it',
      place: source.keyPlace(at),
    },
  ];
}
