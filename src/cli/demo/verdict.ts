/** Whether Ramp holds what it should: every person's stated outcome against what is there. */

import type { Unsent } from '../../sync/verbs.ts';
import type { Expected } from './world.ts';

export interface Deviation {
  readonly person: string;
  readonly expected: string;
  readonly found: string;
}

/** Where the target is not as the source states it. */
export function deviations(
  people: readonly Expected[],
  accounts: ReadonlyMap<string, boolean>,
  unsent: readonly Unsent[],
): readonly Deviation[] {
  const refused = new Set(unsent.map(({ label }) => label.toLowerCase()));
  return people.flatMap(({ userPrincipalName, outcome }) => {
    const name = accountName(userPrincipalName);
    const active = accounts.get(name);
    const found =
      active === undefined
        ? refused.has(name)
          ? 'refused'
          : 'no account'
        : active
          ? 'active'
          : 'inactive';
    return isAs(outcome, found) ? [] : [{ person: userPrincipalName, expected: outcome, found }];
  });
}

type Found = 'active' | 'inactive' | 'no account' | 'refused';

function isAs(outcome: string, found: Found): boolean {
  if (outcome === 'provisioned') return found === 'active';
  if (outcome.startsWith('refused')) return found === 'refused' || found === 'active';
  return found === 'inactive' || found === 'no account';
}

/** A guest's user name without the part that its home address was wrapped in. */
function accountName(userPrincipalName: string): string {
  return userPrincipalName.replace(/#EXT#@.*$/i, '').toLowerCase();
}
