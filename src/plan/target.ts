/** One target as the planner sees it: what should be there, what may be done, and how it behaves. */

import type { AttributeRule, ReferenceRule, TargetTraits } from '../connectors/spi/index.ts';
import type { AttributePath } from '../identity/path.ts';
import type { Attributes, AttributeValue, ObjectKind, SystemName } from '../identity/record.ts';
import type { Mapping, Scope } from '../mapping/mapping.ts';
import { parsePath, readPath } from '../scim/path.ts';
import type { MembersMode } from '../warehouse/membership-store.ts';
import type { DriftPolicy } from './drift.ts';

/** What the configuration decides. */
export interface TargetPolicy {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mapping: Mapping;
  /** Absent: everybody. */
  readonly scope?: Scope;
  /** Only who is assigned to this application, directly or by group. */
  readonly assigned?: {
    readonly system: SystemName;
    readonly application: string;
    readonly nested?: true;
  };
  /** Paths an account is looked for by, in order; the first unique hit decides. */
  readonly match: readonly string[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: readonly Permitted[];
  readonly leave: Leave;
  /** Of groups: whether and how members are written. */
  readonly members?: MembersMode;
  readonly limits: Limits;
  readonly holds: HoldPolicy;
  /** Who goes ahead of everybody, by identity attributes and `why`. */
  readonly urgent?: Scope;
  /** Absent: a run that a person typed goes, any other is held. */
  readonly firstRun?: 'hold' | 'go';
  /** Naming values of the only people who are written while it is set. */
  readonly pilot?: readonly string[];
  /** What becomes of changes that others make in the target; told only, when absent. */
  readonly drift?: DriftPolicy;
  /** `lockstep serve` reconciles so often; never when absent. */
  readonly reconcileEverySeconds?: number;
  /** The system is read as well, and its records make people or are joined by rule: that proves whose they are. */
  readonly joined: boolean;
  /** It holds names that are drawn for identities: what it has must be known before any is drawn. */
  readonly named?: true;
  /** The systems whose read map yields an identity attribute: for messages about absent values. */
  readonly suppliers: Readonly<Record<string, readonly SystemName[]>>;
}

export type Permitted = 'create' | 'update' | 'disable' | 'delete';

/** What becomes of the account of somebody who is out, disabled or gone. */
export type Leave =
  | { readonly type: 'disable' | 'delete' | 'keep' }
  | { readonly type: 'delete-after'; readonly days: number };

export type GuardedAction = 'disable' | 'delete' | 'update' | 'churn' | 'members' | 'failures';

export interface Limits extends Readonly<Record<GuardedAction, Limit>> {
  /** Whether a plan in which an identifier goes from one account to another is held. */
  readonly swap: boolean;
  /** What was done so long ago counts with what a plan would do. */
  readonly windowSeconds: number;
}

/** What becomes of a plan that a guard holds. */
export interface HoldPolicy {
  /** `go`: only what the guard is about waits. */
  readonly rest: 'go' | 'wait';
  /** An older one is not let go any more. */
  readonly expiresSeconds: number;
}

/** Held when both are exceeded. */
export interface Limit {
  /** 0 to 1 of the accounts under management; of the operations tried, for `failures`. */
  readonly share: number;
  readonly count: number;
}

/** A policy together with what its system says about itself. */
export interface Target extends TargetPolicy {
  /** The rules for other kinds of the same system. */
  readonly others?: ReadonlyMap<ObjectKind, Target>;
  readonly traits: Partial<TargetTraits>;
  /** Every path of mapping, match, rules and traits, parsed once. */
  readonly paths: ReadonlyMap<string, AttributePath>;
  /** Paths that say whose account it is: nothing rewrites them after an unproven link. */
  readonly identifiers: ReadonlySet<string>;
  readonly attributeRules: ReadonlyMap<string, AttributeRule>;
  readonly referenceRules: readonly ReferenceRule[];
}

/** The rules of a system for one of its kinds. */
export function forKind(target: Target, kind: ObjectKind): Target {
  return kind === target.kind ? target : (target.others?.get(kind) ?? target);
}

/** An e-mail address or a name is nobody's proof: whoever edits a profile can claim another's. */
const UNPROVEN = /^(emails|phoneNumbers|displayName|name|nickName)\b/;

const NAMES_THE_ACCOUNT = /^(userName|externalId|emails)\b/;

export function targetWith(policy: TargetPolicy, all: Partial<TargetTraits>): Target {
  const traits = traitsOf(policy, all);
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

/** What a system says of its accounts is about people; a group is not switched off, and has no login. */
function traitsOf(
  { kind, mapping }: TargetPolicy,
  traits: Partial<TargetTraits>,
): Partial<TargetTraits> {
  if (kind === 'user') return traits;
  const { enabledPath: _, uniquePaths = [], ...rest } = traits;
  const mapped = new Set(mapping.rows.map(({ row }) => row.path));
  return { ...rest, uniquePaths: uniquePaths.filter((path) => mapped.has(path)) };
}

/**
 * Whether a match by this path proves that the account is this person's. Groups are known by their
 * names, which whoever assigns or scopes them has seen.
 */
export function provesIdentity(path: string, kind: ObjectKind): boolean {
  return kind !== 'user' || !UNPROVEN.test(path);
}

/**
 * What an account says of whose it is. Where it is linked to somebody by a proof, all of this counts as
 * asked: it follows them when they are called something else.
 */
export function identifiersHeld(target: Target, attributes: Attributes): Attributes {
  const held: Record<string, AttributeValue> = {};
  for (const path of target.identifiers) {
    const value = heldAt(target, attributes, path);
    if (value !== undefined) held[path] = value;
  }
  return held;
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
