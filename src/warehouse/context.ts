import type { IdentityId } from '../identity/identity.ts';
import type { Rulebook } from './rulebook.ts';
import type { WarehouseStore } from './storage.ts';

/** What every part of the warehouse works with. */
export interface Context {
  readonly store: WarehouseStore;
  readonly book: Rulebook;
  readonly now: () => Date;
  readonly newId: () => IdentityId;
  /** Never the same number twice, by any process. */
  readonly generation: () => number;
}
