/** From a configuration to the rules the rooms work by: expressions compiled, needs worked out. */

import { hash } from 'node:crypto';
import { attributeRules, attributesRead } from './attribute-rules.ts';
import type {
  Configuration,
  GroupConfiguration,
  JoinConfiguration,
  ReadConfiguration,
  SystemConfiguration,
  WriteConfiguration,
} from './config/configuration.ts';
import { joinAttributes } from './config/join.ts';
import type { ConnectorDefinition } from './connectors/spi/index.ts';
import type { Result } from './identity/problem.ts';
import type { ObjectKind, SystemName } from './identity/record.ts';
import { compileMapping } from './mapping/compile.ts';
import type { Scope } from './mapping/mapping.ts';
import { compileReadMap } from './mapping/read-map.ts';
import { compileScope } from './mapping/scope.ts';
import { type DateRules, UTC } from './mapping/zone.ts';
import type { TargetPolicy } from './plan/target.ts';
import type { SourceJob } from './sync/engine.ts';
import { awaitingNames, uniquePaths } from './unique-paths.ts';
import type { AttributeRules } from './warehouse/merge-rules.ts';
import type { RuleGroup, RuleGroups } from './warehouse/rule-groups.ts';
import type { JoinRule } from './warehouse/similar/rule.ts';
import type { SourceRules, TargetRules, WarehouseRules } from './warehouse/warehouse.ts';

export interface Rules {
  readonly warehouse: WarehouseRules;
  readonly sources: readonly SourceJob[];
  readonly targets: readonly TargetPolicy[];
}

/** Attributes that decide or name without being mapped. */
const ALWAYS_NEEDED = [
  'accountEnabled',
  'IsSoftDeleted',
  'userPrincipalName',
  'mail',
  'userName',
  'displayName',
  'employeeId',
];
const PRECEDENCE_STEP = 100;
/** Groups first, so that memberships find them; assignments last, so that they find both. */
const READ_ORDER: readonly ObjectKind[] = ['group', 'user', 'assignment'];

/** @throws RangeError on a mistake that loading the configuration would have reported. */
export function rulesOf(
  configuration: Configuration,
  types: readonly ConnectorDefinition<unknown>[],
): Rules {
  const { systems, groups = [], identity = {}, dates = UTC } = configuration;
  const attributes = attributeRules(identity, dates);
  const targets = systems.flatMap((system) =>
    Object.entries(system.write).map(([kind, write]) =>
      policyOf(system, kind, write, systems, types, dates),
    ),
  );
  const ruled = groups.map((group) => ruleGroup(group, dates));
  const needed = neededAttributes(systems, targets, ruled, [
    ...attributesRead(attributes),
    ...namesInWhile(systems, dates),
  ]);
  const sources = systems.flatMap((system, index) =>
    Object.entries(system.read).map(([kind, read]) =>
      sourceRules(system, kind, read, index, needed, dates),
    ),
  );
  const written = targets.map((target) => targetRules(target, systems, attributes[target.kind]));
  return {
    warehouse: {
      sources,
      targets: written,
      ...(ruled.length > 0 && { groups: ruleGroups(ruled, groups, dates) }),
      ...(Object.keys(attributes).length > 0 && { identity: attributes }),
    },
    sources: jobsOf(systems, sources, targets, attributes),
    targets: targets.map((target, index) => withDrawn(target, written[index]?.unique ?? {})),
  };
}

function withDrawn(target: TargetPolicy, unique: NonNullable<TargetRules['unique']>): TargetPolicy {
  if (Object.values(unique).every(({ drawn }) => drawn === undefined)) return target;
  return { ...target, named: true, mapping: awaitingNames(target.mapping, unique) };
}

function policyOf(
  system: SystemConfiguration,
  kind: ObjectKind,
  write: WriteConfiguration,
  systems: readonly SystemConfiguration[],
  types: readonly ConnectorDefinition<unknown>[],
  dates: DateRules,
): TargetPolicy {
  const type = types.find((each) => each.type === system.connector);
  const defaults = type?.writeDefaults?.(system.profile);
  const attributes = defaults?.ok ? (defaults.value[kind]?.attributes ?? []) : [];
  const targetTypes = Object.fromEntries(attributes.map((each) => [each.path, each.type]));
  const { assigned, scope, match, map, required, leave, guard, holds, firstRun, pilot } = write;
  const { drift, reconcileEverySeconds, members, urgent } = write;
  return {
    system: system.name,
    kind,
    mapping: compiled(compileMapping(map, { targetTypes })),
    ...(scope !== undefined && { scope: compiled(compileScope(scope, { dates })) }),
    ...(assigned !== undefined && { assigned }),
    match,
    required,
    do: write.do,
    leave,
    ...(members !== undefined && members !== 'none' && { members }),
    limits: guard,
    holds,
    ...(urgent !== undefined && { urgent: compiled(compileScope(urgent)) }),
    ...(firstRun !== undefined && { firstRun }),
    ...(pilot !== undefined && { pilot }),
    drift,
    ...(reconcileEverySeconds !== undefined && { reconcileEverySeconds }),
    joined: isJoined(system.read[kind]),
    suppliers: suppliersOf(systems, kind),
  };
}

/** Whose a record is that made the person, nobody needs to ask. */
function isJoined(read: ReadConfiguration | undefined): boolean {
  return read !== undefined && (read.creates || read.join.length > 0);
}

function suppliersOf(
  systems: readonly SystemConfiguration[],
  kind: ObjectKind,
): Readonly<Record<string, readonly SystemName[]>> {
  const suppliers: Record<string, SystemName[]> = {};
  for (const { name, read } of systems) {
    for (const attribute of Object.keys(read[kind]?.map ?? {})) {
      suppliers[attribute] = [...(suppliers[attribute] ?? []), name];
    }
  }
  return suppliers;
}

function sourceRules(
  system: SystemConfiguration,
  kind: ObjectKind,
  read: ReadConfiguration,
  index: number,
  needed: ReadonlySet<string>,
  dates: DateRules,
): SourceRules {
  const rows = Object.entries(read.map).filter(([name]) => needed.has(name));
  const references = rows.flatMap(([, row]) => ('ref' in row ? [row.ref] : []));
  return {
    system: system.name,
    kind,
    creates: read.creates,
    authority: read.authority,
    ...(read.while !== undefined && { while: compiled(compileScope(read.while, { dates })) }),
    join: read.join.map(joinRule),
    map: compiled(compileReadMap(Object.fromEntries(rows))),
    precedence: read.precedence,
    defaultPrecedence: (index + 1) * PRECEDENCE_STEP,
    references,
    ...(read.authoritative.length > 0 && { authoritative: new Set(read.authoritative) }),
    ...(read.modified !== undefined && {
      modified: compiled(compileReadMap({ modified: { expression: read.modified } })),
    }),
    fingerprint: fingerprint([
      rows,
      read.join,
      read.precedence,
      index,
      ...(read.authoritative.length > 0 ? [read.authoritative] : []),
      ...(read.while === undefined ? [] : [read.while, dates]),
    ]),
  };
}

function ruleGroup(
  { name, title, description, owner, members, exceptions }: GroupConfiguration,
  dates: DateRules,
): RuleGroup {
  return {
    name,
    attributes: {
      displayName: title,
      ...(description !== undefined && { description }),
      ...(owner !== undefined && { owner }),
      ruleGroup: name,
      // Maps that name groups of Entra ID by it find one here too, and it never changes either.
      objectId: name,
    },
    members: compiled(compileScope(members, { dates })),
    exceptions,
  };
}

function ruleGroups(
  groups: readonly RuleGroup[],
  configured: readonly GroupConfiguration[],
  dates: DateRules,
): RuleGroups {
  const dated = groups.some(({ members }) => members.dated !== undefined);
  return { groups, fingerprint: fingerprint(dated ? [configured, dates] : configured) };
}

function joinRule(rule: JoinConfiguration): JoinRule {
  if (typeof rule === 'string') return rule;
  if ('same' in rule) {
    return {
      same: Object.entries(rule.same).map(([attribute, comparison]) => ({ attribute, comparison })),
    };
  }
  const { joins, reviews, never } = rule;
  const similar = Object.entries(rule.similar).map(([attribute, comparison]) => ({
    attribute,
    comparison,
  }));
  return { similar, joins, reviews, never };
}

/** What mappings, scopes, joins and references use; the rest is not even asked for. */
function neededAttributes(
  systems: readonly SystemConfiguration[],
  targets: readonly TargetPolicy[],
  groups: readonly RuleGroup[],
  ruled: readonly string[],
): ReadonlySet<string> {
  const grouped = groups.flatMap(({ members }) => members.inputs);
  const needed = new Set([...ALWAYS_NEEDED, ...grouped, ...ruled]);
  for (const target of targets) for (const name of inputsOf(target)) needed.add(name);
  for (const { read } of systems) {
    for (const { join, map } of Object.values(read)) {
      for (const name of join.flatMap(joinAttributes)) needed.add(name);
      for (const row of Object.values(map)) if ('ref' in row) needed.add(row.ref);
    }
  }
  return needed;
}

function namesInWhile(
  systems: readonly SystemConfiguration[],
  dates: DateRules,
): readonly string[] {
  const filters = systems.flatMap(({ read }) => Object.values(read).map((each) => each.while));
  return filters.flatMap((filter) =>
    filter === undefined ? [] : compiled(compileScope(filter, { dates })).inputs,
  );
}

/** What is asked about people, for a target: by its mapping, its scope, and who is urgent there. */
function inputsOf({ mapping, scope, urgent }: TargetPolicy): readonly string[] {
  const asked = urgent?.inputs.filter((name) => name !== 'why') ?? [];
  return [...mapping.inputs, ...(scope?.inputs ?? []), ...asked];
}

function targetRules(
  target: TargetPolicy,
  systems: readonly SystemConfiguration[],
  attributes: AttributeRules | undefined,
): TargetRules {
  const { system, kind, assigned, match, members } = target;
  // What becomes of others' changes, and what waits for a person, concerns nobody's own account.
  const { drift, reconcileEverySeconds, guard, holds, urgent, ...write } =
    systems.find(({ name }) => name === system)?.write[kind] ?? {};
  const unique = uniquePaths(
    target.mapping.rows.map(({ row }) => row),
    attributes,
  );
  return {
    system,
    kind,
    inputs: [...new Set([...ALWAYS_NEEDED, ...inputsOf(target)])],
    ...(assigned !== undefined && { assigned }),
    ...(members !== undefined && { members }),
    ...(target.leave.type === 'delete-after' && kind !== 'user' && { notesOut: true as const }),
    match,
    ...(Object.keys(unique).length > 0 && { unique }),
    ...(target.urgent !== undefined && { urgent: urgency(target.urgent) }),
    // A scope with dates is another one where days begin elsewhere.
    fingerprint: fingerprint(target.scope?.dated ? [write, target.scope.dated.rules] : write),
  };
}

/** The filter over what is known of somebody, and why they would be out; the first that holds. */
function urgency({ includes }: Scope): NonNullable<TargetRules['urgent']> {
  return ({ attributes, present, unassigned }, now) => {
    const { accountEnabled, IsSoftDeleted } = attributes;
    const disabled = isFalse(accountEnabled) || isTrue(IsSoftDeleted);
    const out = disabled ? 'disabled' : unassigned ? 'unassigned' : undefined;
    const why = present ? out : 'left';
    return includes(why === undefined ? attributes : { ...attributes, why }, now);
  };
}

function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === 'true';
}

function isFalse(value: unknown): boolean {
  return String(value).toLowerCase() === 'false';
}

function jobsOf(
  systems: readonly SystemConfiguration[],
  sources: readonly SourceRules[],
  targets: readonly TargetPolicy[],
  attributes: NonNullable<WarehouseRules['identity']>,
): readonly SourceJob[] {
  const raw = [
    ...targets.flatMap(inputsOf),
    ...Object.values(attributes).flatMap((rules) => rules.raw),
  ];
  return systems.flatMap(({ name: system }) => {
    const own = sources.filter((source) => source.system === system);
    const applications = [
      ...new Set(
        targets.flatMap(({ assigned }) =>
          assigned?.system === system ? [assigned.application] : [],
        ),
      ),
    ];
    const asked = raw.flatMap((input) =>
      input.startsWith(`${system}/`) ? [input.slice(system.length + 1)] : [],
    );
    const jobs = own.map(({ kind, map, modified }) => {
      const needed = [...map.inputs, ...(modified?.inputs ?? [])];
      const all = [...new Set([...needed, ...(kind === 'user' ? asked : [])])];
      return { system, kind, attributes: all, applications: [] as readonly string[] };
    });
    if (applications.length > 0) {
      // People are assigned through groups as well, whether or not groups are provisioned.
      if (!own.some(({ kind }) => kind === 'group')) {
        jobs.push({ system, kind: 'group', attributes: ['displayName'], applications: [] });
      }
      jobs.push({ system, kind: 'assignment', attributes: [], applications });
    }
    return jobs.toSorted((a, b) => READ_ORDER.indexOf(a.kind) - READ_ORDER.indexOf(b.kind));
  });
}

function fingerprint(content: unknown): string {
  return hash('sha256', JSON.stringify(content), 'hex').slice(0, 16);
}

function compiled<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new RangeError(result.problems.map(({ message }) => message).join('; '));
}
