/**
 * The rules a plan was made by, as texts: kept once for all plans that were made by the same, so that
 * the provisioning log can say later why something was done, whatever the configuration says by then.
 */

import { hash } from 'node:crypto';
import type { ObjectKind } from '../identity/record.ts';
import type { CompiledRow } from '../mapping/mapping.ts';
import type { DateRules } from '../mapping/zone.ts';
import type { Target, TargetPolicy } from './target.ts';

/** By kind. */
export type KeptRules = Readonly<Record<ObjectKind, KindRules>>;

export interface KindRules {
  readonly rows: readonly KeptRow[];
  /** A SCIM filter; absent: everybody. */
  readonly scope?: string;
  /** Where days began, for a scope with dates. */
  readonly dates?: DateRules;
  readonly assigned?: { readonly system: string; readonly application: string };
  /** Paths an account is looked for by, in order. */
  readonly match: readonly string[];
  readonly pilot?: true;
}

export interface KeptRow {
  readonly path: string;
  readonly expression: string;
  readonly inputs: readonly string[];
  readonly default?: string;
  readonly redacted?: true;
}

/** Content with its own name: the same rules are the same basis. */
export interface Basis {
  readonly hash: string;
  readonly rules: string;
}

export function basisOf(target: Target): Basis {
  return basisOfKinds([target, ...(target.others?.values() ?? [])]);
}

/** @param kinds The policies of one system. */
export function basisOfKinds(kinds: readonly TargetPolicy[]): Basis {
  const rules = JSON.stringify(
    Object.fromEntries(kinds.map((each) => [each.kind, rulesOf(each)])) satisfies KeptRules,
  );
  return { hash: hash('sha256', rules, 'hex').slice(0, 32), rules };
}

function rulesOf({ mapping, scope, assigned, match, pilot }: TargetPolicy): KindRules {
  return {
    rows: mapping.rows.map(rowOf),
    ...(scope !== undefined && { scope: scope.text }),
    ...(scope?.dated && { dates: scope.dated.rules }),
    ...(assigned !== undefined && {
      assigned: { system: assigned.system, application: assigned.application },
    }),
    match,
    ...(pilot !== undefined && { pilot: true }),
  };
}

function rowOf({ row, inputs, redacted }: CompiledRow): KeptRow {
  const { path, expression, default: fallback } = row;
  return {
    path,
    expression,
    inputs,
    ...(fallback !== undefined && { default: fallback }),
    ...(redacted && { redacted }),
  };
}
