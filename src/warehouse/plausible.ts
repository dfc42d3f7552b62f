/** An empty share, a filter gone wrong, a page lost on the way look like everybody having left. */

import type { WarehouseRules } from './warehouse.ts';

export interface Showing {
  /** Objects the reading showed. */
  readonly seen: number;
  /** Known objects it did not show. */
  readonly absent: number;
  /** Objects known before it. */
  readonly before: number;
}

export function isPlausible(
  { seen, absent, before }: Showing,
  { plausible = { share: 0.5, count: 20 } }: WarehouseRules,
): boolean {
  if (absent === 0) return true;
  if (seen === 0) return false;
  return absent <= plausible.count || before - absent >= before * plausible.share;
}
