/** What a configuration means, where a schema cannot see it: names that lead nowhere, two answers to one question. */

import { type Problem, suggestion } from '../identity/problem.ts';
import type { SystemName } from '../identity/record.ts';
import type { DateRules } from '../mapping/zone.ts';
import type {
  GroupConfiguration,
  IdentityConfiguration,
  WriteConfiguration,
} from './configuration.ts';
import { dateProblems } from './dates.ts';
import { expressionProblems } from './expressions.ts';
import { DATED, filterProblems } from './filter-check.ts';
import { GROUP_NAMES, groupProblems, groupUseProblems } from './groups-check.ts';
import { attributeProblems, computedNames } from './identity-check.ts';
import { joinProblems } from './join-check.ts';
import { identityNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';
import type { LoadedSystem } from './system.ts';
import { targetProblems } from './target.ts';

/** What a profile that could not be read might have settled. */
const FROM_PROFILE: ReadonlySet<string> = new Set([
  'no-match',
  'match-not-mapped',
  'required-not-mapped',
]);

/** What the document says beside its systems. */
export interface Said {
  readonly groups: readonly GroupConfiguration[];
  readonly identity: IdentityConfiguration;
  readonly dates?: DateRules;
}

/** @param names All systems of the document, also those that could not be loaded. */
export function meaningProblems(
  systems: readonly LoadedSystem[],
  names: readonly SystemName[],
  { groups, identity, dates }: Said,
  source: Source,
): readonly Problem[] {
  const known = identityNames(systems, [
    ...(groups.length > 0 ? GROUP_NAMES : []),
    ...computedNames(identity),
  ]);
  const ofSystems = systems.flatMap(({ configuration, defaults, defaultsKnown }) => {
    const { name, read, write } = configuration;
    const at: Path = ['systems', name];
    return [
      ...Object.entries(read).flatMap(
        ([kind, { join, precedence, authoritative, while: until }]) => [
          ...filterProblems(until, known, source, [...at, 'read', kind, 'while'], DATED),
          ...joinProblems(join, known, source, [...at, 'read', kind, 'join']),
          ...Object.keys(precedence).flatMap((attribute) =>
            unknownName(attribute, known, source.place([...at, 'read', kind, 'precedence'])),
          ),
          ...authoritative.flatMap((attribute, index) =>
            unknownName(
              attribute,
              known,
              source.place([...at, 'read', kind, 'authoritative', index]),
            ),
          ),
        ],
      ),
      ...Object.entries(write).flatMap(([kind, wanted]) => {
        const where = [...at, 'write', kind];
        return [
          ...assignedProblems(wanted, names, systems, source, where),
          ...filterProblems(wanted.scope, known, source, [...where, 'scope'], DATED),
          ...filterProblems(wanted.urgent, known, source, [...where, 'urgent']),
          ...targetProblems(wanted, defaults[kind], read[kind] !== undefined, source, where).filter(
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
    ...attributeProblems(identity, systems, known, source),
    ...dateProblems(dates, known, source),
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
