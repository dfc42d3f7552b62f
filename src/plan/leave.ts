/** What becomes of the account of somebody who is out. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import { type Account, isUnsure, type Subject } from '../warehouse/subject.ts';
import { heldAt, type Leave, type Permitted, type Target } from './target.ts';
import { asBoolean } from './values.ts';

export type Leaving =
  | { readonly type: 'disable'; readonly change: AttributeChange }
  | { readonly type: 'delete' }
  /** Nothing is left to do. */
  | { readonly type: 'rest' }
  | { readonly type: 'not-allowed'; readonly message: string };

const MILLISECONDS_PER_DAY = 86_400_000;

/** @param outSince Of what cannot be switched off: since when it has been out, once that is noted. */
export function leaving(account: Account, target: Target, now: Date, outSince?: Date): Leaving {
  switch (target.leave.type) {
    case 'keep':
      return { type: 'rest' };
    case 'disable':
      return disabling(account, target);
    case 'delete':
      return permitted(target, 'delete', { type: 'delete' });
    case 'delete-after': {
      const first: Leaving = canDisable(target) ? disabling(account, target) : { type: 'rest' };
      if (first.type !== 'rest') return first;
      const at = deletionDate({ account, ...(outSince && { outSince }) }, target.leave);
      if (at === undefined || at > now) return { type: 'rest' };
      return permitted(target, 'delete', { type: 'delete' });
    }
  }
}

/**
 * When an account that we disabled is to be deleted, or one that cannot be disabled and is out. One
 * that others disabled is never ours to delete.
 */
export function deletionDate(
  { account, outSince }: Pick<Subject, 'account' | 'outSince'>,
  leave: Leave,
): Date | undefined {
  if (leave.type !== 'delete-after' || account === undefined) return undefined;
  const { disabledBy, disabledAt } = account;
  const since = outSince ?? (disabledBy === 'us' ? disabledAt : undefined);
  return since && new Date(since.getTime() + leave.days * MILLISECONDS_PER_DAY);
}

/** Whether there is a switch. What has none stays as it is until it is deleted. */
export function canDisable({ traits }: Target): boolean {
  return traits.enabledPath !== undefined;
}

/** Whether the target holds the account as switched off. */
export function isOff(account: Pick<Account, 'current'>, target: Target): boolean {
  const { enabledPath } = target.traits;
  if (enabledPath === undefined) return false;
  return asBoolean(heldAt(target, account.current, enabledPath)) === false;
}

function disabling(account: Account, target: Target): Leaving {
  const { enabledPath: path } = target.traits;
  if (path === undefined) {
    return {
      type: 'not-allowed',
      message: `${target.system} has no attribute that disables an account; choose leave: delete or keep`,
    };
  }
  // It looks off, but we may have turned it on.
  if (isOff(account, target) && !isUnsure(account.asked[path])) return { type: 'rest' };
  const before = heldAt(target, account.current, path);
  const change = { path, after: false, ...(before !== undefined && { before }) };
  return permitted(target, 'disable', { type: 'disable', change });
}

function permitted(target: Target, action: Permitted, then: Leaving): Leaving {
  if (target.do.includes(action)) return then;
  return { type: 'not-allowed', message: `${target.system} is not allowed to ${action} accounts` };
}
