/** What groups made by rule ask of the store. Their members are identities themselves. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Stamp } from './membership-store.ts';

export interface RuleMember {
  readonly group: string;
  readonly member: IdentityId;
}

export interface RuleGroupStore {
  addRuleMembers(rows: readonly RuleMember[]): Promise<void>;
  removeRuleMembers(rows: readonly RuleMember[]): Promise<void>;
  /** Of a group, in the order of the ids. */
  ruleMembers(group: string, after: IdentityId, limit: number): Promise<readonly IdentityId[]>;
  /** Members by group; a group without any is left out. */
  countRuleMembers(): Promise<ReadonlyMap<string, number>>;
  /** Names of the groups that are there, whether or not a rule still makes them. */
  ruleGroups(): Promise<readonly string[]>;
  /** Makes due in a target whoever joined or left, where both ends have accounts. */
  wakeRuleMembers(target: SystemName, rows: readonly RuleMember[], stamp: Stamp): Promise<void>;

  /** When somebody has to be looked at again; without a date, never. */
  saveRegroupDates(
    rows: readonly { readonly identity: IdentityId; readonly at?: number }[],
  ): Promise<void>;
  /** Whose date has come, the longest due first. */
  regroupsDue(now: number, limit: number): Promise<readonly IdentityId[]>;
}
