/** What comparing the members of groups asks of the store: what is known against what was read. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';

export interface MemberAccount {
  readonly kind: ObjectKind;
  readonly id: string;
}

/** A membership that the target had when it was written last. */
export interface KnownMember {
  readonly group: IdentityId;
  readonly member: IdentityId;
  readonly groupAccount: string;
  /** Absent where the account is gone: that is told of the account. */
  readonly memberAccount?: MemberAccount;
  /** Whether the last reading of the target had it. */
  readonly isThere: boolean;
  /** Something is to be done for it anyway. */
  readonly isDue: boolean;
}

/** A member of a group of the target as it was read last. */
export interface ShownMember {
  readonly groupAccount: string;
  readonly memberAccount: MemberAccount;
  /** Its kind in the words of the target, which may not say. */
  readonly shownAs: ObjectKind;
  /** Of the group; absent for a group of nobody. */
  readonly group?: IdentityId;
  readonly member?: IdentityId;
  /** Whether it is one that we wrote, or may be writing. */
  readonly isKnown: boolean;
}

export interface MemberDriftStore {
  /** By group, then member. */
  knownMembers(
    target: SystemName,
    after: Pick<KnownMember, 'group' | 'member'> | undefined,
    limit: number,
  ): Promise<readonly KnownMember[]>;
  /** By group, then shown kind and id. */
  shownMembers(
    target: SystemName,
    after: Pick<ShownMember, 'groupAccount' | 'shownAs' | 'memberAccount'> | undefined,
    limit: number,
  ): Promise<readonly ShownMember[]>;
  /** Of these, which are still due. */
  membersDue(
    target: SystemName,
    pairs: readonly Pick<KnownMember, 'group' | 'member'>[],
  ): Promise<readonly Pick<KnownMember, 'group' | 'member'>[]>;
}
