/** What planning decides of one identity: an operation with its evidence, or why there is none. */

import { type IdentityId, label } from '../identity/identity.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Account, Escrow, Subject } from '../warehouse/subject.ts';
import { originOf, type PlanningContext, type WantedRow } from './desired.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { contentOf, operationId } from './hash.ts';
import type {
  Intent,
  Omission,
  Operation,
  OperationContent,
  Precondition,
  Reason,
} from './plan.ts';
import { missingMessage, missingRequired, refusal } from './precheck.ts';
import { heldAt, type Target } from './target.ts';

export type Decision =
  | Operated
  | {
      readonly type: 'omission';
      readonly omission: Omission;
      /** What counts as asked of the account from now on, by path. */
      readonly adopts?: Attributes;
    };

export interface Operated {
  readonly type: 'operation';
  readonly operation: Operation;
  readonly evidence: Evidence;
}

/** What speaks against writing these rows: a failed expression, a missing value, the target's rules. */
export function refusedRows(
  subject: Subject,
  rows: readonly WantedRow[],
  target: Target,
  { trace }: PlanningContext,
  held: Attributes | undefined,
): Decision | undefined {
  for (const { wanted } of rows) {
    if (wanted.type !== 'failed') continue;
    return refuse(subject, 'mapping-failed', `${wanted.path}: ${wanted.message}`);
  }
  const missing = missingRequired(rows, target, held);
  trace?.({ type: 'required', missing });
  if (missing.length > 0) {
    return refuse(subject, 'missing-required', missingMessage(missing, rows, target, subject));
  }
  const message = refusal(rows, target);
  if (message === undefined) return undefined;
  trace?.({ type: 'precheck', message });
  return refuse(subject, 'refused-by-precheck', message);
}

export function updateReason({ due }: Subject, enables: boolean): Reason {
  if (enables) return 'returned';
  switch (due?.cause) {
    case 'reference':
      return 'reference-arrived';
    case 'reconcile':
      return 'drifted';
    case 'requested':
      return 'requested';
    default:
      return 'source-changed';
  }
}

export function enabledPaths({ traits }: Target): readonly string[] {
  return traits.enabledPath === undefined ? [] : [traits.enabledPath];
}

export function onAccount(
  { ref, current, version }: Account,
  touched: readonly string[],
  target: Target,
): { readonly target: Account['ref']; readonly precondition: Precondition } {
  const held: Record<string, AttributeValue> = {};
  for (const path of touched) {
    const value = heldAt(target, current, path);
    if (value !== undefined) held[path] = value;
  }
  // A target that shows changes late compares versions with what it shows; and a group may have another
  // one by the members that we gave it, so that what it holds is looked at instead.
  const late = (target.traits.visibilityLagSeconds ?? 0) > 0;
  const guards = !late && ref.kind !== 'group';
  return {
    target: ref,
    precondition: { held, touched, ...(version !== undefined && guards && { version }) },
  };
}

export function operate(
  subject: Subject,
  target: Target,
  reason: Reason,
  rows: readonly WantedRow[],
  touched: readonly string[],
  after: readonly string[],
  content: OperationContent,
  foundBy?: string,
): Decision {
  const { identity, due } = subject;
  const origins: Record<string, string> = {};
  const without: IdentityId[] = [];
  for (const { row, wanted } of rows) {
    if (wanted.type === 'dangling' && wanted.missing !== undefined) without.push(wanted.missing);
    const origin = touched.includes(row.row.path) ? originOf(row, subject) : undefined;
    if (origin !== undefined) origins[row.row.path] = origin;
  }
  const intent: Intent = {
    id: operationId(target.system, identity.id, contentOf(content)),
    identity: identity.id,
    label: label(identity),
    system: target.system,
    kind: target.kind,
    reason,
    cause: due?.cause ?? 'requested',
    generation: due?.generation ?? 0,
    ...(due?.urgent && { urgent: true }),
    after,
    ...(without.length > 0 && { without }),
    origins,
    ...(due?.escrow && { failedBefore: failedBefore(due.escrow) }),
  };
  return {
    type: 'operation',
    operation: { ...intent, ...content },
    evidence: evidenceOf(subject, target, rows, touched, foundBy),
  };
}

function failedBefore({ code, attempts, firstFailedAt }: Escrow): Intent['failedBefore'] & object {
  return { code, attempts, firstFailedAt };
}

/** Nothing is to be done, and nobody has to look. */
export function omit(
  subject: Subject,
  code: Omission['code'],
  message: string,
): Extract<Decision, { readonly type: 'omission' }> {
  return { type: 'omission', omission: omission(subject, code, message, false) };
}

/** Something should be done and cannot be: listed as unsent until it is mended. */
export function refuse(subject: Subject, code: Omission['code'], message: string): Decision {
  return { type: 'omission', omission: omission(subject, code, message, true) };
}

function omission(
  { identity, due }: Subject,
  code: Omission['code'],
  message: string,
  refused: boolean,
): Omission {
  return {
    identity: identity.id,
    label: label(identity),
    generation: due?.generation ?? 0,
    code,
    message,
    refused,
  };
}
