/** What is wrong with groups made by rule, and with what asks for them. */

import type { Filter } from '../identity/filter.ts';
import { type Problem, suggestion } from '../identity/problem.ts';
import { compileScope } from '../mapping/scope.ts';
import { parseFilter } from '../scim/filter.ts';
import type { GroupConfiguration } from './configuration.ts';
import { DATED } from './filter-check.ts';
import { type KnownNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';
import type { LoadedSystem } from './system.ts';

/** The attribute of people that says in which groups rules put them. */
const GROUPS = 'groups';

/** What groups add to the names that identities may have. */
export const GROUP_NAMES: readonly string[] = [
  GROUPS,
  'displayName',
  'description',
  'owner',
  'ruleGroup',
  'objectId',
];

/** Of the groups themselves. */
export function groupProblems(
  groups: readonly GroupConfiguration[],
  known: KnownNames,
  source: Source,
): readonly Problem[] {
  return groups.flatMap(({ name, members, exceptions }) => [
    ...ruleProblems(members, known, source, ['groups', name, 'members']),
    ...exceptions.flatMap(({ person: one }, index): readonly Problem[] => {
      const first = exceptions.findIndex(
        (other) => other.person.toLowerCase() === one.toLowerCase(),
      );
      if (first === index) return [];
      return [
        {
          code: 'exception-twice',
          severity: 'error',
          message: `${name} has two exceptions for ${one}, and the first would decide`,
          remedy: 'keep one of them',
          place: source.place(['groups', name, 'exceptions', index]),
        },
      ];
    }),
  ]);
}

function ruleProblems(
  filter: string,
  known: KnownNames,
  source: Source,
  where: Path,
): readonly Problem[] {
  const compiled = compileScope(filter, DATED);
  const found = compiled.ok ? (compiled.warnings ?? []) : compiled.problems;
  const problems = found.map((problem) => ({
    ...problem,
    place: source.placeWithin(where, problem.place?.line ?? 1, problem.place?.column ?? 1),
  }));
  if (!compiled.ok) return problems;
  const unknown = compiled.value.inputs.flatMap((name): readonly Problem[] => {
    const before = filter.slice(0, Math.max(0, filter.indexOf(name)));
    const place = source.placeWithin(
      where,
      before.split('\n').length,
      before.length - before.lastIndexOf('\n'),
    );
    if (name !== GROUPS) return unknownName(name, known, place);
    return [
      {
        code: 'nested-group',
        severity: 'error',
        message: 'a rule cannot ask in which groups somebody is: two could wait for each other',
        remedy: 'write the condition of the other group here as well',
        place,
      },
    ];
  });
  return [...problems, ...unknown];
}

/** Of systems: names of groups that there are not, and sources that say who is in groups themselves. */
export function groupUseProblems(
  systems: readonly LoadedSystem[],
  groups: readonly GroupConfiguration[],
  source: Source,
): readonly Problem[] {
  if (groups.length === 0) return [];
  const names = groups.map(({ name }) => name);
  return systems.flatMap(({ configuration: { name: system, read, write } }) => [
    ...(Object.hasOwn(read.user?.map ?? {}, GROUPS)
      ? [
          {
            code: 'groups-supplied',
            severity: 'error' as const,
            message: `${system} supplies "${GROUPS}", which the rules of groups: decide`,
            remedy: `map it to another name in ${system}`,
            place: source.keyPlace(['systems', system, 'read', 'user', 'map', GROUPS]),
          },
        ]
      : []),
    ...Object.entries(write).flatMap(([kind, { scope, urgent }]) => [
      ...namedGroups(scope, names, source, ['systems', system, 'write', kind, 'scope']),
      ...namedGroups(urgent, names, source, ['systems', system, 'write', kind, 'urgent']),
    ]),
  ]);
}

function namedGroups(
  text: string | undefined,
  names: readonly string[],
  source: Source,
  where: Path,
): readonly Problem[] {
  const parsed = text === undefined ? undefined : parseFilter(text, { matches: true });
  if (!parsed?.ok) return [];
  return groupsIn(parsed.value)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = suggestion(name, names);
      return {
        code: 'unknown-group',
        severity: 'error',
        message: `there is no group "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        remedy: `groups here: ${names.join(', ')}`,
        place: source.place(where),
      };
    });
}

function groupsIn(filter: Filter): readonly string[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(groupsIn);
    case 'not':
      return groupsIn(filter.operand);
    case 'compare':
      return filter.path.attribute === GROUPS && typeof filter.value === 'string'
        ? ['eq', 'ne'].includes(filter.operator)
          ? [filter.value]
          : []
        : [];
    case 'some':
    case 'present':
    case 'matches':
      return [];
  }
}
