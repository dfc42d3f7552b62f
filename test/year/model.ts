/**
 * What the accounts of an application have to be, day by day, told in as few words as there are, and
 * without a line of the product.
 */

import type { Employment, Human } from './company.ts';
import { type Day, localDay } from './days.ts';

export interface ModelAccount {
  readonly userName: string;
  readonly department: string;
  readonly userType: string;
  readonly active: boolean;
  /** Since when it is off. */
  readonly off: Day;
}

export interface Model {
  /** In the order of the humans; nothing for who has none. */
  readonly accounts: (ModelAccount | undefined)[];
  readonly byName: Map<string, ModelAccount>;
}

export const LOOK_AHEAD = 7;
export const DELETED_AFTER = 30;

/** Asks after everybody. Returns the names of accounts that are not as they were. */
export function bringTo(day: Day, humans: readonly Human[], model: Model): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const [index, human] of humans.entries()) {
    const before = model.accounts[index];
    const account = accountOn(day, human, before);
    if (account === before) continue;
    model.accounts[index] = account;
    if (before !== undefined) {
      model.byName.delete(before.userName);
      changed.add(before.userName);
    }
    if (account !== undefined) {
      model.byName.set(account.userName, account);
      changed.add(account.userName);
    }
  }
  return changed;
}

function accountOn(
  day: Day,
  { hr, agency }: Human,
  account: ModelAccount | undefined,
): ModelAccount | undefined {
  const employee = hr !== undefined && counts(hr, day) ? hr : undefined;
  const contractor = agency !== undefined && counts(agency, day) ? agency : undefined;
  const first = employee ?? contractor;
  const away = employee?.away ?? contractor?.away;
  if (first !== undefined && !isWithin(away, localDay(day, first.office))) {
    const { mail: userName, department, side } = first;
    const userType = side === 'hr' ? 'Employee' : 'Contractor';
    const same =
      account?.active &&
      account.userName === userName &&
      account.department === department &&
      account.userType === userType;
    return same ? account : { userName, department, userType, active: true, off: 0 };
  }
  if (account?.active) return { ...account, active: false, off: day };
  return account && day - account.off >= DELETED_AFTER ? undefined : account;
}

function counts({ hired, left, office }: Employment, day: Day): boolean {
  const today = localDay(day, office);
  return hired - LOOK_AHEAD <= today && (left === undefined || today <= left);
}

function isWithin(away: Employment['away'], today: Day): boolean {
  return away !== undefined && away[0] <= today && today <= away[1];
}
