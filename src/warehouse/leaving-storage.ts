/** Since when accounts have been out that are deleted after some days and cannot be switched off. */

import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';

export interface LeavingStore {
  outSince(
    target: SystemName,
    identities: readonly IdentityId[],
  ): Promise<ReadonlyMap<IdentityId, Date>>;
  /** Of who is out already, the first moment stays. */
  noteOut(
    target: SystemName,
    rows: readonly { readonly identity: IdentityId; readonly since: number }[],
  ): Promise<void>;
  forgetOut(target: SystemName, identities: readonly IdentityId[]): Promise<void>;
}
