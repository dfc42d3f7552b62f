import type { IdentityId } from '../identity/identity.ts';
import type { Cause } from './history.ts';
import type { Rulebook } from './rulebook.ts';
import type { WarehouseStore } from './storage.ts';
import type { Fence } from './warehouse.ts';

/** What every part of the warehouse works with. */
export interface Context {
  readonly store: WarehouseStore;
  readonly book: Rulebook;
  readonly now: () => Date;
  readonly newId: () => IdentityId;
  /** Never the same number twice, by any process. */
  readonly generation: () => number;
  /** Why identities change, for their history. */
  readonly cause: Cause;
}

/** The same, with another reason for what it changes. */
export function caused(context: Context, cause: Cause): Context {
  return { ...context, cause };
}

/** The same, with a fence before whatever a transaction writes. */
export function fenced(context: Context, fence: Fence | undefined): Context {
  if (fence === undefined) return context;
  const { store } = context;
  return {
    ...context,
    store: {
      ...store,
      transaction: (work, outlives) => store.transaction(() => behind(fence, work), outlives),
    },
  };
}

/**
 * Work of a transaction that counts only where its fence holds. It need not wait for the answer:
 * nothing of it is kept without one, and the trip to the store is saved.
 */
export async function behind<Value>(
  fence: Fence | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  const [held, done] = await Promise.allSettled([fence?.(), work()]);
  // Why the right to write was lost says more than what went wrong because of it.
  if (held.status === 'rejected') throw held.reason;
  if (done.status === 'rejected') throw done.reason;
  return done.value;
}
