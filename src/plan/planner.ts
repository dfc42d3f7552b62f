/**
 * The operation that brings one target in line with one identity, or the reason why there is none.
 * Pure: the same subject, target and context always give the same answer.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import { type IdentityId, label } from '../identity/identity.ts';
import type { Attributes, AttributeValue, IdentityRecord } from '../identity/record.ts';
import type { Account, Escrow, Subject } from '../warehouse/subject.ts';
import { dateToCome, unreadableDates } from './dates.ts';
import {
  evaluation,
  matchesOf,
  originOf,
  type PlanningContext,
  type WantedRow,
  wantedRows,
} from './desired.ts';
import { type Difference, difference } from './difference.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { contentOf, operationId } from './hash.ts';
import { isOff, leaving } from './leave.ts';
import { withoutLoops } from './loop.ts';
import type { Match } from './match.ts';
import type {
  Intent,
  Omission,
  Operation,
  OperationContent,
  Precondition,
  Reason,
} from './plan.ts';
import { missingMessage, missingRequired, refusal } from './precheck.ts';
import { inPilot, type Standing, standing } from './standing.ts';
import { heldAt, provesIdentity, type Target } from './target.ts';

export type Decision =
  | Operated
  | {
      readonly type: 'omission';
      readonly omission: Omission;
      /** What counts as asked of the account from now on, by path. */
      readonly adopts?: Attributes;
    };

interface Operated {
  readonly type: 'operation';
  readonly operation: Operation;
  readonly evidence: Evidence;
}

export function planSubject(subject: Subject, target: Target, context: PlanningContext): Decision {
  const decision = decide(subject, target, context);
  if (decision.type === 'omission') return decision;
  if (!context.paused) return withDate(decision, dateToCome(subject, target, context.now));
  const { action } = decision.operation;
  return refuse(
    subject,
    'paused',
    `${action} would take back what an undo put back; it waits for a change of the configuration, or for a person`,
  );
}

function withDate(decision: Operated, againAt: Date | undefined): Decision {
  if (againAt === undefined) return decision;
  return { ...decision, operation: { ...decision.operation, againAt } };
}

function decide(subject: Subject, target: Target, context: PlanningContext): Decision {
  const stands = standing(subject, target, context.now, context.trace);
  const unreadable = unreadableDates(subject, target);
  if (unreadable.length > 0 && (stands.in || stands.why === 'out-of-scope')) {
    return refuse(
      subject,
      'date-unreadable',
      `${unreadable.join(', ')} cannot be read as a date, so nobody knows what the scope says`,
    );
  }
  if (!inPilot(subject, target, context.trace)) {
    return omit(subject, 'not-in-pilot', 'a pilot is set, and this person is not in it');
  }
  const ignored = target.mapping.omits?.(
    subject.identity.attributes,
    evaluation(subject, context, stands.in),
  );
  if (ignored) return omit(subject, 'ignored', 'a mapping with IgnoreObjectFlow leaves it alone');
  const account = subject.account?.missing ? undefined : subject.account;
  if (account !== undefined) {
    context.trace?.({ type: 'match', tried: [], result: 'linked', account: account.ref.id });
    if (stands.in) return planAccount(subject, account, target, context);
    return planLeaver(subject, account, stands, target, context);
  }
  const unknown = unknownCreate(subject);
  if (unknown !== undefined && context.match === undefined) {
    return refuse(subject, 'in-flight', unknown);
  }
  if (!stands.in) {
    const { match } = context;
    // Somebody who left before it was known what the create did: an account we made is ours to close.
    if (match?.type !== 'one' || !(subject.inFlight !== undefined || match.made)) {
      return omit(subject, stands.why, stands.message);
    }
    return planLeaver(subject, unaskedAccount(match.record), stands, target, context, match.by);
  }
  return planMatch(subject, context.match ?? { type: 'none', tried: [] }, target, context);
}

/** Why nobody knows whether there is an account. */
function unknownCreate({ inFlight, refusedCreate }: Subject): string | undefined {
  if (inFlight !== undefined) {
    return 'a create was sent and its answer lost; the target is probed before anything else is sent';
  }
  if (refusedCreate === undefined) return undefined;
  return 'a create was refused because the account is there, which it may have made itself; the target is probed when it shows it';
}

function planMatch(
  subject: Subject,
  match: Match,
  target: Target,
  context: PlanningContext,
): Decision {
  const tried = match.tried;
  switch (match.type) {
    case 'none':
      context.trace?.({ type: 'match', tried, result: 'none' });
      return planCreate(subject, target, context);
    case 'one': {
      context.trace?.({ type: 'match', tried, result: 'one', account: match.record.ref.id });
      return planAccount(subject, unaskedAccount(match.record), target, context, match.by);
    }
    case 'many':
      context.trace?.({ type: 'match', tried, result: 'many' });
      return refuse(
        subject,
        'ambiguous-match',
        `${match.records.length} accounts hold the same ${match.by}; a person has to choose`,
      );
    case 'taken':
      context.trace?.({ type: 'match', tried, result: 'taken', account: match.record.ref.id });
      return refuse(
        subject,
        'account-taken',
        `the account found by ${match.by} already belongs to another identity`,
      );
  }
}

function unaskedAccount({ ref, attributes, version }: IdentityRecord): Account {
  const known = { ref, current: attributes, asked: {}, answered: {} };
  return version === undefined ? known : { ...known, version };
}

function planCreate(subject: Subject, target: Target, context: PlanningContext): Decision {
  if (!target.do.includes('create')) {
    return refuse(subject, 'action-not-allowed', `${target.system} is not allowed to create`);
  }
  const rows = wantedRows(subject, target, context, { isIn: true, purpose: 'create' });
  const refused = refusedRows(subject, rows, target, context, undefined);
  if (refused !== undefined) return refused;
  const found = matchesOf(rows, target);
  if (target.match.length > 0 && found.length === 0) {
    return refuse(
      subject,
      'no-match-value',
      `none of ${target.match.join(', ')} has a value, so the account could never be found again`,
    );
  }
  const attributes: Record<string, AttributeValue> = {};
  const after: string[] = [];
  for (const { wanted } of rows) {
    if (wanted.type !== 'value') continue;
    attributes[wanted.path] = wanted.value;
    if (wanted.awaits !== undefined) after.push(wanted.awaits);
  }
  const match: Attributes = Object.fromEntries(found.map(({ path, value }) => [path, value]));
  const reason = subject.account?.missing ? 'drifted' : 'entered-scope';
  return operate(subject, target, reason, rows, Object.keys(attributes), after, {
    action: 'create',
    attributes,
    match,
  });
}

/** @param linkedBy The path by which the account was found just now; absent when it was known. */
function planAccount(
  subject: Subject,
  account: Account,
  target: Target,
  context: PlanningContext,
  linkedBy?: string,
): Decision {
  const rows = wantedRows(subject, target, context, { isIn: true, purpose: 'update' });
  const off = isOff(account, target);
  const staysOff = rows.some(({ wanted }) => wantsOff(wanted, target));
  if (off && !staysOff && account.disabledBy !== 'us' && context.released !== 'enable') {
    return refuse(
      subject,
      'disabled-in-target',
      `somebody disabled the account in ${target.system}; it stays so until a person releases it`,
    );
  }
  const enables = off && !staysOff;
  const differs = difference(rows, account, target, {
    again: enables,
    proven:
      context.released !== undefined ||
      (linkedBy === undefined ? target.joined : provesIdentity(linkedBy, target.kind)),
  });
  const permitted = permittedChanges(differs.changes, enables, target);
  const { changes, loops } = withoutLoops(permitted, enables ? undefined : context.lately);
  context.trace?.({ type: 'difference', changes });
  if (changes.length === 0 && loops.length > 0) return looping(subject, loops, target);
  if (changes.length === 0) {
    if (linkedBy === undefined) return unchanged(subject, differs, target);
    const content: OperationContent = {
      action: 'link',
      adopts: differs.adopts,
      ...onAccount(account, [], target),
    };
    return operate(subject, target, 'linked', rows, [], [], content, linkedBy);
  }
  const refused = refusedRows(subject, rows, target, context, account.current);
  if (refused !== undefined) return refused;
  const touched = changes.map(({ path }) => path);
  const { match } = context;
  if (match?.type === 'taken' && touched.includes(match.by)) {
    context.trace?.({
      type: 'match',
      tried: match.tried,
      result: 'taken',
      account: match.record.ref.id,
    });
    return refuse(
      subject,
      'account-taken',
      `another account holds the same ${match.by} already, and nobody here is known to have it`,
    );
  }
  const turnsOff = changes.some(
    ({ path, after }) => path === target.traits.enabledPath && after === false,
  );
  return operate(
    subject,
    target,
    linkedBy === undefined ? updateReason(subject, enables) : 'linked',
    rows,
    touched,
    [],
    {
      action: turnsOff ? 'disable' : enables ? 'enable' : 'update',
      changes,
      ...(linkedBy !== undefined && { links: true }),
      ...(Object.keys(differs.adopts).length > 0 && { adopts: differs.adopts }),
      ...onAccount(account, [...new Set([...touched, ...enabledPaths(target)])], target),
    },
    linkedBy,
  );
}

function unchanged(
  subject: Subject,
  { changes, kept, taken }: Difference,
  target: Target,
): Decision {
  if (changes.length > 0) {
    const paths = changes.map(({ path }) => path).join(', ');
    return refuse(
      subject,
      'action-not-allowed',
      `${paths} differ, and ${target.system} is not allowed to change them`,
    );
  }
  if (kept.length === 0) {
    const inSync = omit(subject, 'in-sync', 'everything is as it should be');
    return Object.keys(taken).length > 0 ? { ...inSync, adopts: taken } : inSync;
  }
  return refuse(
    subject,
    'unverified-link',
    `${kept.join(', ')} differ and are left alone: the account was found by an attribute that proves nothing`,
  );
}

function looping(subject: Subject, loops: readonly string[], target: Target): Decision {
  return refuse(
    subject,
    'write-loop',
    `${loops.join(', ')}: what is written to ${target.system} comes back from there as another value each time; it is left as it is for a day`,
  );
}

function permittedChanges(
  changes: readonly AttributeChange[],
  enables: boolean,
  target: Target,
): readonly AttributeChange[] {
  const { enabledPath } = target.traits;
  return changes.filter(({ path, after }) => {
    if (path !== enabledPath) return target.do.includes('update');
    if (enables) return target.do.includes('disable') || target.do.includes('update');
    return target.do.includes(after === false ? 'disable' : 'update');
  });
}

function planLeaver(
  subject: Subject,
  account: Account,
  stands: Exclude<Standing, { readonly in: true }>,
  target: Target,
  context: PlanningContext,
  foundBy?: string,
): Decision {
  const step = leaving(account, target, context.now, subject.outSince);
  switch (step.type) {
    case 'rest':
      return omit(subject, stands.why, stands.message);
    case 'not-allowed':
      return refuse(subject, 'action-not-allowed', step.message);
    case 'delete':
      return operate(
        subject,
        target,
        stands.reason,
        [],
        [],
        [],
        {
          action: 'delete',
          before: account.current,
          ...onAccount(account, enabledPaths(target), target),
        },
        foundBy,
      );
    case 'disable': {
      const rows = wantedRows(subject, target, context, { isIn: false, purpose: 'update' }).filter(
        ({ row }) => row.row.path !== target.traits.enabledPath,
      );
      const differs = difference(rows, account, target, { again: false, proven: false });
      const others = target.do.includes('update') ? differs.changes : [];
      const changes = [step.change, ...others];
      context.trace?.({ type: 'difference', changes });
      const touched = changes.map(({ path }) => path);
      const content: OperationContent = {
        action: 'disable',
        changes,
        ...(subject.account === undefined && { links: true }),
        ...onAccount(account, touched, target),
      };
      return operate(subject, target, stands.reason, rows, touched, [], content, foundBy);
    }
  }
}

/** What speaks against writing these rows: a failed expression, a missing value, the target's rules. */
function refusedRows(
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

function wantsOff(wanted: WantedRow['wanted'], target: Target): boolean {
  return (
    wanted.type === 'value' && wanted.path === target.traits.enabledPath && wanted.value === false
  );
}

function updateReason({ due }: Subject, enables: boolean): Reason {
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

function enabledPaths({ traits }: Target): readonly string[] {
  return traits.enabledPath === undefined ? [] : [traits.enabledPath];
}

function onAccount(
  { ref, current, version }: Account,
  touched: readonly string[],
  target: Target,
): { readonly target: Account['ref']; readonly precondition: Precondition } {
  const held: Record<string, AttributeValue> = {};
  for (const path of touched) {
    const value = heldAt(target, current, path);
    if (value !== undefined) held[path] = value;
  }
  // A target that shows changes late compares versions with what it shows.
  const late = (target.traits.visibilityLagSeconds ?? 0) > 0;
  return {
    target: ref,
    precondition: { held, touched, ...(version !== undefined && !late && { version }) },
  };
}

function operate(
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
function omit(
  subject: Subject,
  code: Omission['code'],
  message: string,
): Extract<Decision, { readonly type: 'omission' }> {
  return { type: 'omission', omission: omission(subject, code, message, false) };
}

/** Something should be done and cannot be: listed as unsent until it is mended. */
function refuse(subject: Subject, code: Omission['code'], message: string): Decision {
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
