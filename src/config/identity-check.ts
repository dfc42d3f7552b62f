/** What is wrong with what is said of single attributes. */

import { type Problem, suggestion } from '../identity/problem.ts';
import type { ObjectKind } from '../identity/record.ts';
import { compileExpression } from '../mapping/evaluate.ts';
import type { AttributeConfiguration, IdentityConfiguration } from './configuration.ts';
import { attributeExpressionProblems } from './expressions.ts';
import { DATED, filterProblems } from './filter-check.ts';
import { decidingOrder } from './identity.ts';
import { joinAttributes } from './join.ts';
import type { KnownNames } from './names.ts';
import { unknownName } from './names.ts';
import type { Path, Source } from './source.ts';
import type { LoadedSystem } from './system.ts';

/** Attributes that need no source. */
export function computedNames(identity: IdentityConfiguration): readonly string[] {
  return Object.values(identity).flatMap((rules) =>
    Object.entries(rules).flatMap(([name, { computed }]) => (computed ? [name] : [])),
  );
}

export function attributeProblems(
  identity: IdentityConfiguration,
  systems: readonly LoadedSystem[],
  known: KnownNames,
  source: Source,
): readonly Problem[] {
  return Object.entries(identity).flatMap(([kind, rules]) => [
    ...Object.entries(rules).flatMap(([name, rule]) => {
      const at: Path = ['identity', kind, name];
      return [
        ...supplierProblems(rule, kind, systems, known, source, at),
        ...computedProblems(name, rule, systems, known, source, at),
        ...(rule.computed === undefined ? unknownName(name, known, source.keyPlace(at)) : []),
      ];
    }),
    ...cycleProblems(rules, source, ['identity', kind]),
    ...joinedProblems(rules, kind, systems, source),
    ...matchProblems(rules, kind, systems, source),
  ]);
}

function supplierProblems(
  { from = [] }: AttributeConfiguration,
  kind: ObjectKind,
  systems: readonly LoadedSystem[],
  known: KnownNames,
  source: Source,
  at: Path,
): readonly Problem[] {
  const read = systems.flatMap(({ configuration }) =>
    configuration.read[kind] === undefined ? [] : [configuration.name],
  );
  return from.flatMap(({ system, when }, index): readonly Problem[] => {
    const where: Path = [...at, 'from', index];
    const place = source.isText(where) ? where : [...where, 'system'];
    const problems = filterProblems(when, known, source, [...where, 'when'], DATED);
    if (read.includes(system)) return problems;
    const meant = suggestion(system, read);
    return [
      {
        code: 'unknown-system',
        severity: 'error',
        message: `no system "${system}" is read for its ${kind}s${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        remedy: `systems that are: ${read.join(', ') || 'none'}`,
        place: source.place(place),
      },
      ...problems,
    ];
  });
}

function computedProblems(
  name: string,
  { computed, from, merge }: AttributeConfiguration,
  systems: readonly LoadedSystem[],
  known: KnownNames,
  source: Source,
  at: Path,
): readonly Problem[] {
  if (computed === undefined) return [];
  const both = source.has([...at, 'compute']) && source.has([...at, 'default']);
  const key = source.has([...at, 'compute']) ? 'compute' : 'default';
  const where = source.isText(at) ? at : [...at, key];
  const problems: Problem[] = [
    ...attributeExpressionProblems(
      computed.expression,
      known,
      systems.map(({ configuration }) => configuration.name),
      source,
      where,
    ),
  ];
  if (both) {
    problems.push({
      code: 'computed-twice',
      severity: 'error',
      message: `${name} is computed for everybody, so its default is never used`,
      remedy: 'keep compute, or default for those of whom no source has a value',
      place: source.keyPlace([...at, 'default']),
    });
  }
  const compiled = compileExpression(computed.expression);
  if (!compiled.ok) return problems;
  const { inputs, candidates, redacted } = compiled.value;
  if (redacted) {
    problems.push({
      code: 'redact-when-reading',
      severity: 'warning',
      message: 'Redact hides what is written to a target, and nothing of what people are',
      remedy: 'put it around the expression that writes the value to a target',
      place: source.place(where),
    });
  }
  if (source.has([...at, 'reuseAfter']) && candidates === undefined) {
    problems.push({
      code: 'reuse-of-nothing',
      severity: 'error',
      message: `${name} is no value that only one may have, so nothing of it becomes free`,
      remedy: 'reuseAfter belongs to SelectUniqueValue; remove it',
      place: source.keyPlace([...at, 'reuseAfter']),
    });
  }
  const reads = computed.as === 'default' || inputs.includes(name);
  if (!reads && (from !== undefined || merge !== 'precedence')) {
    problems.push({
      code: 'merged-for-nothing',
      severity: 'warning',
      message: `${name} is computed, and what sources supply under that name is not looked at`,
      remedy: `read it as [${name}] in the expression, or remove ${from ? 'from' : 'merge'}`,
      place: source.keyPlace([...at, from ? 'from' : 'merge']),
    });
  }
  return problems;
}

function cycleProblems(
  rules: Readonly<Record<string, AttributeConfiguration>>,
  source: Source,
  at: Path,
): readonly Problem[] {
  return decidingOrder(rules).cycles.map((ring) => ({
    code: 'attribute-cycle',
    severity: 'error',
    message: `${[...ring, ring[0]].join(' needs ')}: none of them could ever be decided`,
    remedy: 'let one of them read what sources supply, such as [hr/department]',
    place: source.keyPlace([...at, ring[0] ?? '']),
  }));
}

/** A record is joined before anything is computed, and would be joined by another value than people have. */
function joinedProblems(
  rules: Readonly<Record<string, AttributeConfiguration>>,
  kind: ObjectKind,
  systems: readonly LoadedSystem[],
  source: Source,
): readonly Problem[] {
  return systems.flatMap(({ configuration: { name, read } }) =>
    (read[kind]?.join ?? []).flatMap((rule, index) =>
      joinAttributes(rule)
        .filter((attribute) => rules[attribute]?.computed)
        .map((attribute) => ({
          code: 'join-by-computed',
          severity: 'error' as const,
          message: `${name} is joined by "${attribute}", which is computed after joining`,
          remedy: `join by what sources supply, or let the read map of ${name} make the value`,
          place: source.place(['systems', name, 'read', kind, 'join', index]),
        })),
    ),
  );
}

/** A name that was drawn a moment ago may be somebody else's, who was made in the target since. */
function matchProblems(
  rules: Readonly<Record<string, AttributeConfiguration>>,
  kind: ObjectKind,
  systems: readonly LoadedSystem[],
  source: Source,
): readonly Problem[] {
  const drawn = new Set(
    Object.entries(rules).flatMap(([name, { computed }]) => {
      const compiled = computed && compileExpression(computed.expression);
      return compiled?.ok && compiled.value.candidates ? [name] : [];
    }),
  );
  if (drawn.size === 0) return [];
  return systems.flatMap(({ configuration: { name, write } }): readonly Problem[] => {
    const { match = [], map = [] } = write[kind] ?? {};
    const rows = match.map((path) => map.find((row) => row.path === path));
    const onlyDrawn = rows.every((row) => {
      const compiled = row && compileExpression(row.expression);
      return compiled?.ok && compiled.value.inputs.some((input) => drawn.has(input));
    });
    if (match.length === 0 || !onlyDrawn) return [];
    return [
      {
        code: 'match-by-drawn',
        severity: 'warning',
        message: `${name} finds accounts by nothing but values that are drawn here`,
        remedy:
          'match by something people bring along as well and first, such as an employee number',
        place: source.place(['systems', name, 'write', kind, 'match']),
      },
    ];
  });
}
