/** What a target should hold for a subject: mapping rows evaluated, references resolved. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import {
  type Attributes,
  type AttributeValue,
  isReference,
  type Scalar,
} from '../identity/record.ts';
import type { CompiledRow, Desired, EvaluationContext } from '../mapping/mapping.ts';
import { REDACTED } from '../mapping/redacted.ts';
import type { Account, ResolvedReference, Subject } from '../warehouse/subject.ts';
import { type ChosenNames, takenBut } from './chosen.ts';
import type { Match, MatchValue } from './match.ts';
import { targetAttributes } from './standing.ts';
import { heldAt, type Target } from './target.ts';
import type { Trace } from './trace.ts';
import { asBoolean, sameValue } from './values.ts';

/** It may be enabled again and its identifiers be rewritten; or the latter alone, because it was on. */
export type Release = 'enable' | 'rewrite';

/** What planning may use besides its subject; all of it values, so that planning is repeatable. */
export interface PlanningContext {
  readonly now: Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Chosen before, for expressions that choose a free one; without it whatever comes first is free. */
  readonly names?: ChosenNames;
  /** What looking for the account found; only for subjects without one. */
  readonly match?: Match;
  /** What a person lets be done to the account. */
  readonly released?: Release;
  /** An undo put the account back: whatever would be written waits. */
  readonly paused?: boolean;
  /** What was written to this account lately; only where the system is read as well. */
  readonly lately?: readonly AttributeChange[];
  readonly trace?: Trace;
}

/** What a row asks for, once it is known where references lead. */
export type Wanted =
  | Exclude<Desired, { readonly type: 'value' }>
  | {
      readonly type: 'value';
      readonly path: string;
      readonly value: AttributeValue;
      readonly when: 'always' | 'create';
      /** The account a reference leads to, as the target holds it. */
      readonly referent?: Attributes;
      /** Whose account has to be created first. */
      readonly awaits?: IdentityId;
    }
  /** A reference to somebody the target does not have: left out until they arrive. */
  | {
      readonly type: 'dangling';
      readonly path: string;
      /** Whose account is missing, where we know the person. */
      readonly missing?: IdentityId;
    };

export interface WantedRow {
  readonly row: CompiledRow;
  readonly wanted: Wanted;
}

export function wantedRows(
  subject: Subject,
  target: Target,
  context: PlanningContext,
  { isIn, purpose }: { readonly isIn: boolean; readonly purpose: 'create' | 'update' },
): readonly WantedRow[] {
  const evaluated = evaluation(subject, context, isIn);
  const rows = isIn ? target.mapping.rows : target.mapping.rows.filter(readsDeletion);
  return rows.map((row) => {
    const chosen = choosing(row, evaluated, subject, context);
    const desired = row.desired(subject.identity.attributes, chosen, purpose);
    const wanted = resolved(desired, row, subject, target, purpose);
    context.trace?.(mappingStep(row, desired, wanted, subject, evaluated));
    return { row, wanted };
  });
}

/** A row that chooses a name chooses the one that is this person's. */
function choosing(
  { row, candidates }: CompiledRow,
  evaluated: EvaluationContext,
  { identity }: Subject,
  { names }: PlanningContext,
): EvaluationContext {
  if (candidates === undefined || names === undefined) return evaluated;
  return { ...evaluated, taken: takenBut(names, identity.id, row.path) };
}

/** For somebody who is out, only what says so is of interest; everything else keeps its last value. */
function readsDeletion({ inputs }: CompiledRow): boolean {
  return inputs.includes('IsSoftDeleted');
}

/** `IsSoftDeleted` towards a target: unassigned, out of scope, deleted or disabled at the source. */
export function evaluation(
  subject: Subject,
  { now, random }: PlanningContext,
  isIn: boolean,
): EvaluationContext {
  return {
    now,
    random,
    target: { ...targetAttributes(subject), IsSoftDeleted: !isIn },
    record: (system) => subject.records.find(({ ref }) => ref.system === system)?.attributes,
  };
}

function resolved(
  desired: Desired,
  row: CompiledRow,
  subject: Subject,
  target: Target,
  purpose: 'create' | 'update',
): Wanted {
  if (desired.type !== 'value') return desired;
  const { path, value } = desired;
  if (path === target.traits.enabledPath) return { ...desired, value: asBoolean(value) ?? value };
  if (!isReference(value)) return desired;
  const leadsTo = referenceOf(value, row, subject);
  switch (leadsTo?.type) {
    case 'account':
      return { ...desired, value: { $ref: leadsTo.ref }, referent: leadsTo.attributes };
    case 'pending':
      // An account that exists is brought in line when its manager's does; the arrival makes it due.
      if (purpose === 'update') return { type: 'dangling', path, missing: leadsTo.identity };
      return { ...desired, value: { $new: leadsTo.identity }, awaits: leadsTo.identity };
    case 'unknown':
    case undefined:
      return { type: 'dangling', path };
  }
}

function referenceOf(
  value: AttributeValue,
  { inputs }: CompiledRow,
  { identity, references }: Subject,
): ResolvedReference | undefined {
  const name = inputs.find((input) => sameValue(identity.attributes[input], value));
  return name === undefined ? undefined : references[name];
}

/** Which source supplied what a row reads: `hr`, or several. */
export function originOf({ inputs }: CompiledRow, { identity }: Subject): string | undefined {
  let first: string | undefined;
  let several: Set<string> | undefined;
  for (const input of inputs) {
    const slash = input.indexOf('/');
    const system = slash > 0 ? input.slice(0, slash) : identity.origins[input];
    if (system === undefined || system === first) continue;
    if (first === undefined) first = system;
    else several = (several ?? new Set([first])).add(system);
  }
  return several === undefined ? first : [...several].join(', ');
}

function mappingStep(
  { row, inputs, redacted }: CompiledRow,
  desired: Desired,
  wanted: Wanted,
  { identity }: Subject,
  { target: towards, record }: EvaluationContext,
): Parameters<Trace>[0] {
  const seen: Record<string, AttributeValue> = {};
  const origins: Record<string, string> = {};
  for (const input of inputs) {
    const [system, name] = input.split('/', 2);
    const raw = system !== undefined && name !== undefined ? record?.(system)?.[name] : undefined;
    const value = raw ?? towards?.[input] ?? identity.attributes[input];
    if (value === undefined) continue;
    seen[input] = value;
    const origin = raw === undefined ? identity.origins[input] : system;
    if (origin !== undefined) origins[input] = origin;
  }
  const byDefault = wanted.type === 'value' && isDefault(wanted.value, row.default, seen);
  return {
    type: 'mapping',
    path: row.path,
    expression: row.expression,
    inputs: redacted ? {} : seen,
    origins,
    result: byDefault ? 'default' : wanted.type,
    ...(wanted.type === 'value' && { value: redacted ? REDACTED : wanted.value }),
    ...(desired.type === 'failed' && { message: desired.message }),
  };
}

function isDefault(
  value: AttributeValue,
  fallback: Scalar | undefined,
  seen: Readonly<Record<string, AttributeValue>>,
): boolean {
  return fallback !== undefined && value === fallback && Object.keys(seen).length === 0;
}

/** Of rows evaluated for a create, those of the target's match paths, in their order. */
export function matchesOf(rows: readonly WantedRow[], { match }: Target): readonly MatchValue[] {
  return match.flatMap((path) => {
    const wanted = rows.find(({ row }) => row.row.path === path)?.wanted;
    if (wanted?.type !== 'value' || typeof wanted.value === 'object') return [];
    return [{ path, value: wanted.value }];
  });
}

/** What the account of a subject would hold at the target's match paths, in their order. */
export function matchValues(
  subject: Subject,
  target: Target,
  context: PlanningContext,
  purpose: 'create' | 'update' = 'create',
): readonly MatchValue[] {
  const evaluated = evaluation(subject, context, true);
  return target.match.flatMap((path) => {
    const row = target.mapping.rows.find((candidate) => candidate.row.path === path);
    const chosen = row && choosing(row, evaluated, subject, context);
    const desired = chosen && row.desired(subject.identity.attributes, chosen, purpose);
    if (desired?.type !== 'value' || typeof desired.value === 'object') return [];
    return [{ path, value: desired.value }];
  });
}

/** Of an account that is there, what it is about to be called at the target's match paths. */
export function newNames(
  subject: Subject,
  account: Account,
  target: Target,
  context: PlanningContext,
): readonly MatchValue[] {
  return matchValues(subject, target, context, 'update').filter(({ path, value }) => {
    const before = account.asked[path] ?? heldAt(target, account.current, path);
    return !sameValue(before, value);
  });
}
