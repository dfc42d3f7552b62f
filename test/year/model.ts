/**
 * What the accounts of an application have to be, day by day, told in as few words as there are, and
 * without a line of the product.
 */

import type { Employment, Human } from './company.ts';
import { type Day, localDay } from './days.ts';

export interface ModelAccount {
  userName: string;
  department: string;
  userType: string;
  active: boolean;
  /** Since when it is off. */
  off: Day;
}

export const LOOK_AHEAD = 7;
export const DELETED_AFTER = 30;

/** @param accounts By person; brought to that day. */
export function bringTo(
  day: Day,
  humans: readonly Human[],
  accounts: Map<string, ModelAccount>,
): void {
  for (const { person, employments } of humans) {
    const [hr, agency] = [employments.get('hr'), employments.get('agency')];
    const employee = hr && counts(hr, day) ? hr : undefined;
    const contractor = agency && counts(agency, day) ? agency : undefined;
    const first = employee ?? contractor;
    const account = accounts.get(person);
    const away = employee?.away ?? contractor?.away;
    if (first !== undefined && !isWithin(away, localDay(day, first.office))) {
      accounts.set(person, {
        userName: first.mail,
        department: first.department,
        userType: first.side === 'hr' ? 'Employee' : 'Contractor',
        active: true,
        off: 0,
      });
    } else if (account?.active) {
      account.active = false;
      account.off = day;
    } else if (account !== undefined && day - account.off >= DELETED_AFTER) {
      accounts.delete(person);
    }
  }
}

function counts({ hired, left, office }: Employment, day: Day): boolean {
  const today = localDay(day, office);
  return hired - LOOK_AHEAD <= today && (left === undefined || today <= left);
}

function isWithin(away: Employment['away'], today: Day): boolean {
  return away !== undefined && away[0] <= today && today <= away[1];
}
