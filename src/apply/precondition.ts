import type { IdentityRecord } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';
import { heldAt, type Target } from '../plan/target.ts';
import { sameValue } from '../plan/values.ts';

/**
 * The touched paths that hold something else now than when this was planned.
 *
 * @param record The account as it is now; absent when it is gone.
 */
export function movedFields(
  operation: Operation,
  record: IdentityRecord,
  target: Target,
): readonly string[] {
  if (operation.action === 'create') return [];
  const { touched, held } = operation.precondition;
  return touched.filter((path) => !sameValue(held[path], heldAt(target, record.attributes, path)));
}
