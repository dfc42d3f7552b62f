/** The rules as the warehouse asks for them: by system and kind, with paths parsed. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import { parsePath } from '../scim/path.ts';
import { remergesByDate } from './dates.ts';
import type { Indexed, MatchPath } from './keys.ts';
import type { AttributeRules } from './merge-rules.ts';
import { isTimed, RULE_SOURCE } from './rule-groups.ts';
import { type MarkedRule, ruleMark } from './similar/rule.ts';
import type { SourceRules, TargetRules, UniquePath, WarehouseRules } from './warehouse.ts';

const NAMING = [
  'userPrincipalName',
  'mail',
  'userName',
  'displayName',
  'employeeId',
  'mailNickname',
] as const;

export interface Rulebook {
  readonly rules: WarehouseRules;
  source(system: SystemName, kind: ObjectKind): SourceRules | undefined;
  target(system: SystemName, kind: ObjectKind): TargetRules | undefined;
  targetsOf(kind: ObjectKind): readonly TargetRules[];
  /** What is said of single attributes of identities of a kind. */
  attributes(kind: ObjectKind): AttributeRules | undefined;
  /** Paths by which accounts of this kind are matched, if the system is a target. */
  matchPaths(system: SystemName, kind: ObjectKind): readonly MatchPath[];
  readonly indexed: Indexed;
  /** Paths of which no two accounts may hold the same, if the system is a target. */
  uniquePaths(system: SystemName, kind: ObjectKind): Readonly<Record<string, UniquePath>>;
  /** Whether time alone may change an identity at all. */
  readonly timed: boolean;
  /** Whether any target reads raw values of records (`hr/dept`). */
  readonly readsRecords: boolean;
}

export function rulebook(rules: WarehouseRules): Rulebook {
  const all = rules.groups === undefined ? rules.sources : [...rules.sources, RULE_SOURCE];
  const sources = new Map(all.map((rule) => [`${rule.system}/${rule.kind}`, rule]));
  const targets = new Map(rules.targets.map((rule) => [`${rule.system}/${rule.kind}`, rule]));
  const paths = new Map(
    rules.targets.map((rule) => [
      `${rule.system}/${rule.kind}`,
      [...new Set([...rule.match, ...Object.keys(rule.unique ?? {})])].map(matchPath),
    ]),
  );
  const exact = new Set<string>();
  const compared = new Map<ObjectKind, Map<string, MarkedRule>>();
  for (const { kind, join, references = [] } of rules.sources) {
    for (const rule of join) {
      if (typeof rule === 'string') {
        exact.add(rule);
        continue;
      }
      const marked = compared.get(kind) ?? new Map<string, MarkedRule>();
      const mark = ruleMark(rule);
      compared.set(kind, marked.set(mark, { mark, rule }));
    }
    for (const name of references) exact.add(name);
  }
  for (const { ordered } of Object.values(rules.identity ?? {})) {
    for (const { attribute, computed } of ordered) {
      if (computed?.expression.candidates) exact.add(attribute);
    }
  }
  return {
    rules,
    uniquePaths: (system, kind) => targets.get(`${system}/${kind}`)?.unique ?? {},
    source: (system, kind) => sources.get(`${system}/${kind}`),
    target: (system, kind) => targets.get(`${system}/${kind}`),
    attributes: (kind) => rules.identity?.[kind],
    targetsOf: (kind) => rules.targets.filter((target) => target.kind === kind),
    matchPaths: (system, kind) => paths.get(`${system}/${kind}`) ?? [],
    indexed: {
      exact: [...exact],
      naming: NAMING,
      compared: Object.fromEntries(
        [...compared].map(([kind, marked]) => [kind, [...marked.values()]]),
      ),
    },
    timed: remergesByDate(rules) || (rules.groups !== undefined && isTimed(rules.groups)),
    readsRecords: rules.targets.some(({ inputs }) => inputs.some((name) => name.includes('/'))),
  };
}

function matchPath(text: string): MatchPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new RangeError(parsed.problems[0]?.message ?? `not a path: ${text}`);
  return { text, path: parsed.value };
}

/**
 * Whether a target reads one of these attributes: identity attributes by name, raw ones as
 * `system/attribute`, of which the target may read a part only.
 */
export function readsAny({ inputs }: TargetRules, names: ReadonlySet<string>): boolean {
  return inputs.some((input) => {
    if (names.has(input)) return true;
    const slash = input.indexOf('/');
    if (slash < 0) return false;
    for (const name of names) {
      if (input.startsWith(name) && '.[:'.includes(input.charAt(name.length))) return true;
    }
    return false;
  });
}

/** Whether it is noted of a target since when somebody is out. */
export function notesOut({ rules }: Rulebook, target: SystemName): boolean {
  return rules.targets.some((each) => each.system === target && each.notesOut === true);
}
