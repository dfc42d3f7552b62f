/**
 * Where values go: from a place in a system to an attribute of identities, to other attributes that
 * are computed from it, and to places in systems that are written.
 */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import { compileScope } from '../mapping/scope.ts';
import type {
  AttributeConfiguration,
  SystemConfiguration,
  WriteConfiguration,
} from './configuration.ts';
import { namesIn, passesOn } from './cycle-passage.ts';
import { mayMeet } from './cycle-paths.ts';
import { type Supply, supplyOf } from './cycle-suppliers.ts';
import { DATED } from './filter-check.ts';

export type Stop =
  | { readonly type: 'attribute'; readonly name: string }
  /** A place that is written. */
  | { readonly type: 'path'; readonly system: SystemName; readonly path: string };

export interface Step {
  readonly from: Stop;
  readonly to: Stop;
  readonly how: Passage;
}

export type Passage =
  /** The value arrives as it left, but for its spelling. */
  | 'passes'
  /** Something else is made of it. */
  | 'makes'
  /** It decides with others whether somebody should be off. */
  | 'decides';

export interface ValueGraph {
  readonly kind: ObjectKind;
  /** By the key of where they leave. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  readonly written: readonly Extract<Stop, { readonly type: 'path' }>[];
  supply(attribute: string): Supply;
  /** Where a system supplies an attribute from, as its record names it. */
  sourceOf(system: SystemName, attribute: string): string;
}

export type Rules = Readonly<Record<string, AttributeConfiguration>>;

export function keyOf(stop: Stop): string {
  return stop.type === 'attribute' ? stop.name : `${stop.system}\n${stop.path}`;
}

export function valueGraph(
  kind: ObjectKind,
  systems: readonly SystemConfiguration[],
  rules: Rules,
): ValueGraph {
  const attributes = new Set([
    ...systems.flatMap(({ read }) => Object.keys(read[kind]?.map ?? {})),
    ...Object.keys(rules),
  ]);
  const supplies = new Map(
    [...attributes].map((name) => [name, supplyOf(name, kind, systems, rules[name])]),
  );
  const supply = (name: string): Supply =>
    supplies.get(name) ?? { merge: 'precedence', suppliers: [] };
  const written = systems.flatMap(({ name: system, write }) =>
    flowing(write[kind]).map(({ path }) => ({ type: 'path' as const, system, path })),
  );
  const steps = [
    ...systems.flatMap((system) => readSteps(system, kind, written, supply)),
    ...Object.entries(rules).flatMap(([name, rule]) => ruleSteps(name, rule, written)),
    ...systems.flatMap((system) => writeSteps(system, kind, written)),
  ];
  return {
    kind,
    steps: Map.groupBy(steps, ({ from }) => keyOf(from)),
    written,
    supply,
    sourceOf: (name, attribute) => {
      const row = systems.find((system) => system.name === name)?.read[kind]?.map[attribute];
      return namesIn(row?.expression ?? '')[0] ?? attribute;
    },
  };
}

/** Rows whose value follows the identity's; a first value never changes what it came from. */
function flowing(write: WriteConfiguration | undefined): WriteConfiguration['map'] {
  if (!write?.do.includes('update')) return [];
  return write.map.filter(({ when }) => when === 'always');
}

function readSteps(
  { name: system, read }: SystemConfiguration,
  kind: ObjectKind,
  written: ValueGraph['written'],
  supply: ValueGraph['supply'],
): readonly Step[] {
  return Object.entries(read[kind]?.map ?? {}).flatMap(([attribute, { expression }]) => {
    const counts = supply(attribute).suppliers.some((each) => each.system === system);
    if (!counts) return [];
    return namesIn(expression).flatMap((name) =>
      meeting(written, system, name).map((from) => ({
        from,
        to: { type: 'attribute', name: attribute } as const,
        how: passageOf(expression, name),
      })),
    );
  });
}

function ruleSteps(
  attribute: string,
  { from = [], computed }: AttributeConfiguration,
  written: ValueGraph['written'],
): readonly Step[] {
  const to = { type: 'attribute', name: attribute } as const;
  const conditions = from.flatMap(({ when }) => inputsOf(when));
  const read = computed === undefined ? [] : namesIn(computed.expression);
  // Under its own name it reads what sources supply, which leads there anyway.
  const others = read.filter((name) => name !== attribute);
  return [
    ...conditions.map((name) => ({ from: attributeStop(name), to, how: 'makes' as const })),
    ...others.flatMap((name) =>
      stopsOf(name, written).map((stop) => ({
        from: stop,
        to,
        how: passageOf(computed?.expression ?? '', name),
      })),
    ),
  ];
}

function writeSteps(
  { name: system, write }: SystemConfiguration,
  kind: ObjectKind,
  written: ValueGraph['written'],
): readonly Step[] {
  const rows = write[kind];
  return flowing(rows).flatMap(({ path, expression }) => {
    const to = { type: 'path', system, path } as const;
    return namesIn(expression).flatMap((name): readonly Step[] => {
      if (name === DELETED) return standingSteps(rows, to);
      const how = passageOf(expression, name);
      return stopsOf(name, written).map((from) => ({ from, to, how }));
    });
  });
}

function passageOf(expression: string, name: string): Passage {
  return passesOn(expression, name) ? 'passes' : 'makes';
}

const DELETED = 'IsSoftDeleted';

/** What decides whether somebody should be off there. */
function standingSteps(write: WriteConfiguration | undefined, to: Stop): readonly Step[] {
  const { scope, assigned } = write ?? {};
  // Where nothing else decides, the account is on exactly while it is so at the source.
  const alone = scope === undefined && assigned === undefined;
  return ['accountEnabled', DELETED, ...inputsOf(scope)].map((name) => ({
    from: attributeStop(name),
    to,
    how: alone && name === 'accountEnabled' ? 'passes' : 'decides',
  }));
}

function inputsOf(filter: string | undefined): readonly string[] {
  const scope = filter === undefined ? undefined : compileScope(filter, DATED);
  return scope?.ok ? scope.value.inputs : [];
}

/** `[mail]`, or `[hr/email]` where that is written. */
function stopsOf(name: string, written: ValueGraph['written']): readonly Stop[] {
  const [, system, path] = /^([a-z][a-z0-9-]*)\/(.+)$/s.exec(name) ?? [];
  if (system === undefined || path === undefined) return [attributeStop(name)];
  return meeting(written, system, path);
}

function meeting(
  written: ValueGraph['written'],
  system: SystemName,
  name: string,
): ValueGraph['written'] {
  return written.filter((stop) => stop.system === system && mayMeet(stop.path, name));
}

function attributeStop(name: string): Stop {
  return { type: 'attribute', name };
}
