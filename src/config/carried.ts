/**
 * An attribute that no read map names keeps its own name. What a file has is known only when it is
 * read, so what is asked for decides: every name that a mapping, a scope or a join uses, and those
 * people are called by, is carried over from where it may be found.
 */

import type { ObjectKind } from '../identity/record.ts';
import { compileExpression } from '../mapping/evaluate.ts';
import { compileScope } from '../mapping/scope.ts';
import type { DateRules } from '../mapping/zone.ts';
import type {
  GroupConfiguration,
  IdentityConfiguration,
  ReadConfiguration,
  ReadRow,
  SystemConfiguration,
} from './configuration.ts';
import { DATED } from './filter-check.ts';
import { readBy } from './identity.ts';
import { joinAttributes } from './join.ts';
import { isExtension, TOWARDS_TARGET } from './names.ts';
import type { LoadedSystem } from './system.ts';

const NAMING = ['userPrincipalName', 'mail', 'userName', 'displayName', 'employeeId'];

/** The systems with a row of their own for each name that is carried over. */
export function withCarriedNames(
  systems: readonly LoadedSystem[],
  groups: readonly GroupConfiguration[],
  identity: IdentityConfiguration,
  dates: DateRules | undefined,
): readonly SystemConfiguration[] {
  const placing = dates?.by === undefined ? [] : [dates.by];
  const ruled = [...placing, ...groups.flatMap(({ members }) => scopeInputs(members))];
  const configurations = systems.map(({ configuration }) => configuration);
  return systems.map(({ configuration, defaultReadMap }) => {
    const read = Object.entries(configuration.read).map(([kind, entry]) => {
      const open = Object.keys(defaultReadMap[kind] ?? {}).length === 0;
      const rules = identity[kind] ?? {};
      const asked = [...(kind === 'user' ? ruled : []), ...namesIn(rules)];
      const names = usedNames(configurations, kind, asked).filter(
        (name) => open || isExtension(name),
      );
      return [kind, carrying(entry, names)] as const;
    });
    return { ...configuration, read: Object.fromEntries(read) };
  });
}

function carrying(entry: ReadConfiguration, names: readonly string[]): ReadConfiguration {
  const rows = names.map((name): [string, ReadRow] => [name, { expression: `[${name}]` }]);
  return { ...entry, map: { ...Object.fromEntries(rows), ...entry.map } };
}

function usedNames(
  systems: readonly SystemConfiguration[],
  kind: ObjectKind,
  asked: readonly string[],
): readonly string[] {
  const names = new Set([...NAMING, ...asked]);
  for (const { read, write } of systems) {
    const { map, scope } = write[kind] ?? { map: [] };
    for (const { expression } of map) {
      const compiled = compileExpression(expression);
      for (const name of compiled.ok ? compiled.value.inputs : []) names.add(name);
    }
    for (const name of scope === undefined ? [] : scopeInputs(scope)) names.add(name);
    const {
      join = [],
      precedence = {},
      authoritative = [],
      map: rows = {},
      while: until,
    } = read[kind] ?? {};
    for (const name of until === undefined ? [] : scopeInputs(until)) names.add(name);
    const named = [...join.flatMap(joinAttributes), ...Object.keys(precedence), ...authoritative];
    for (const name of named) names.add(name);
    for (const row of Object.values(rows)) if ('ref' in row) names.add(row.ref);
  }
  return [...names].filter((name) => !name.includes('/') && !NOT_READ.includes(name));
}

/** What no record supplies. */
const NOT_READ: readonly string[] = [...TOWARDS_TARGET, 'groups', 'ruleGroup'];

/** What rules of attributes are about and read. */
function namesIn(rules: IdentityConfiguration[ObjectKind]): readonly string[] {
  return Object.entries(rules).flatMap(([name, rule]) => [name, ...readBy(name, rule)]);
}

function scopeInputs(filter: string): readonly string[] {
  const compiled = compileScope(filter, DATED);
  return compiled.ok ? compiled.value.inputs : [];
}
