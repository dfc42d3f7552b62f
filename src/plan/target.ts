/** One target as the planner sees it: what should be there, what may be done, and how it behaves. */

import type { AttributeRule, ReferenceRule, TargetTraits } from '../connectors/spi/index.ts';
import type { AttributePath } from '../identity/path.ts';
import type { Attributes, AttributeValue, ObjectKind, SystemName } from '../identity/record.ts';
import type { Mapping, Scope } from '../mapping/mapping.ts';
import { parsePath, readPath } from '../scim/path.ts';

/** What the configuration decides. */
export interface TargetPolicy {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mapping: Mapping;
  /** Absent: everybody. */
  readonly scope?: Scope;
  /** Only who is assigned to this application, directly or by group. */
  readonly assigned?: { readonly system: SystemName; readonly application: string };
  /** Paths an account is looked for by, in order; the first unique hit decides. */
  readonly match: readonly string[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: readonly Permitted[];
  readonly leave: Leave;
  readonly limits: Readonly<Record<GuardedAction, Limit>>;
  /** Absent: a run that a person typed goes, any other is held. */
  readonly firstRun?: 'hold' | 'go';
  /** Naming values of the only people who are written while it is set. */
  readonly pilot?: readonly string[];
  /** The system is read as well, and its records are joined by rule: that proves whose they are. */
  readonly joined: boolean;
  /** The systems whose read map yields an identity attribute: for messages about absent values. */
  readonly suppliers: Readonly<Record<string, readonly SystemName[]>>;
}

export type Permitted = 'create' | 'update' | 'disable' | 'delete';

/** What becomes of the account of somebody who is out, disabled or gone. */
export type Leave =
  | { readonly type: 'disable' | 'delete' | 'keep' }
  | { readonly type: 'delete-after'; readonly days: number };

export type GuardedAction = 'disable' | 'delete' | 'update';

/** Held when both are exceeded. */
export interface Limit {
  /** 0 to 1 of the accounts under management. */
  readonly share: number;
  readonly count: number;
}

/** A policy together with what its system says about itself. */
export interface Target extends TargetPolicy {
  readonly traits: Partial<TargetTraits>;
  /** Every path of mapping, match, rules and traits, parsed once. */
  readonly paths: ReadonlyMap<string, AttributePath>;
  /** Paths that say whose account it is: nothing rewrites them after an unproven link. */
  readonly identifiers: ReadonlySet<string>;
  readonly attributeRules: ReadonlyMap<string, AttributeRule>;
  readonly referenceRules: readonly ReferenceRule[];
}

/** An e-mail address or a name is nobody's proof: whoever edits a profile can claim another's. */
const UNPROVEN = /^(emails|phoneNumbers|displayName|name|nickName)\b/;

const NAMES_THE_ACCOUNT = /^(userName|externalId|emails)\b/;

export function targetWith(policy: TargetPolicy, traits: Partial<TargetTraits>): Target {
  const rules = traits.attributeRules?.[policy.kind] ?? [];
  const referenceRules = policy.kind === 'user' ? (traits.referenceRules ?? []) : [];
  const mapped = policy.mapping.rows.map(({ row }) => row.path);
  const texts = [
    ...mapped,
    ...policy.match,
    ...policy.required,
    ...rules.map(({ path }) => path),
    ...referenceRules.flatMap(({ path, attribute }) => [path, attribute]),
    ...(traits.enabledPath === undefined ? [] : [traits.enabledPath]),
  ];
  const identifying = [...policy.match, ...(traits.uniquePaths ?? [])];
  return {
    ...policy,
    traits,
    paths: new Map(texts.map((text) => [text, pathOf(text)])),
    identifiers: new Set([
      ...identifying,
      ...mapped.filter((path) => NAMES_THE_ACCOUNT.test(path)),
    ]),
    attributeRules: new Map(rules.map((rule) => [rule.path, rule])),
    referenceRules,
  };
}

/** Whether a match by this path proves that the account is this person's. */
export function provesIdentity(path: string): boolean {
  return !UNPROVEN.test(path);
}

/** What an account holds at one of the target's paths. */
export function heldAt(
  target: Target,
  attributes: Attributes,
  path: string,
): AttributeValue | undefined {
  return readPath(attributes, target.paths.get(path) ?? pathOf(path));
}

function pathOf(text: string): AttributePath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new RangeError(parsed.problems[0]?.message ?? `not a path: ${text}`);
  return parsed.value;
}
