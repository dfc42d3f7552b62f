/** An account that exists: brought in line with whoever it belongs to, or closed when they are out. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Account, Subject } from '../warehouse/subject.ts';
import {
  type Decision,
  enabledPaths,
  omit,
  onAccount,
  operate,
  refuse,
  refusedRows,
  updateReason,
} from './decision.ts';
import { type PlanningContext, type WantedRow, wantedRows } from './desired.ts';
import { type Difference, difference } from './difference.ts';
import { isOff, leaving } from './leave.ts';
import { withoutLoops } from './loop.ts';
import type { OperationContent } from './plan.ts';
import type { Standing } from './standing.ts';
import { provesIdentity, type Target } from './target.ts';

/** @param linkedBy The path by which the account was found just now; absent when it was known. */
export function planAccount(
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

export function planLeaver(
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

function wantsOff(wanted: WantedRow['wanted'], target: Target): boolean {
  return (
    wanted.type === 'value' && wanted.path === target.traits.enabledPath && wanted.value === false
  );
}
