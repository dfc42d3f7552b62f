/** What becomes of the account of somebody who is out. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import { type Account, isUnsure } from '../warehouse/subject.ts';
import { heldAt, type Leave, type Permitted, type Target } from './target.ts';
import { asBoolean } from './values.ts';

export type Leaving =
  | { readonly type: 'disable'; readonly change: AttributeChange }
  | { readonly type: 'delete' }
  /** Nothing is left to do. */
  | { readonly type: 'rest' }
  | { readonly type: 'not-allowed'; readonly message: string };

const MILLISECONDS_PER_DAY = 86_400_000;

export function leaving(account: Account, target: Target, now: Date): Leaving {
  switch (target.leave.type) {
    case 'keep':
      return { type: 'rest' };
    case 'disable':
      return disabling(account, target);
    case 'delete':
      return permitted(target, 'delete', { type: 'delete' });
    case 'delete-after': {
      const first = disabling(account, target);
      if (first.type !== 'rest') return first;
      const at = deletionDate(account, target.leave);
      if (at === undefined || at > now) return { type: 'rest' };
      return permitted(target, 'delete', { type: 'delete' });
    }
  }
}

/** When an account that we disabled is to be deleted. One that others disabled is never ours to delete. */
export function deletionDate({ disabledBy, disabledAt }: Account, leave: Leave): Date | undefined {
  if (leave.type !== 'delete-after' || disabledBy !== 'us' || disabledAt === undefined) {
    return undefined;
  }
  return new Date(disabledAt.getTime() + leave.days * MILLISECONDS_PER_DAY);
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
