/** References to accounts of the same plan, put in place once those exist. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, ObjectRef } from '../identity/record.ts';

/**
 * What is sent of a create: a reference to a new account becomes the account's own, and is left out
 * while there is none. It follows when that account arrives.
 */
export async function withReferences(
  attributes: Attributes,
  accountOf: (identity: IdentityId) => Promise<ObjectRef | undefined>,
): Promise<{ readonly sent: Attributes; readonly unresolved: readonly IdentityId[] }> {
  let resolved: Record<string, AttributeValue> | undefined;
  const unresolved: IdentityId[] = [];
  for (const [path, value] of Object.entries(attributes)) {
    const identity = newAccountOf(value);
    if (identity === undefined) continue;
    resolved ??= { ...attributes };
    const ref = await accountOf(identity);
    if (ref === undefined) {
      delete resolved[path];
      unresolved.push(identity);
    } else {
      resolved[path] = { $ref: ref };
    }
  }
  return { sent: resolved ?? attributes, unresolved };
}

function newAccountOf(value: AttributeValue): IdentityId | undefined {
  if (typeof value !== 'object' || Array.isArray(value) || !('$new' in value)) return undefined;
  const { $new: identity } = value;
  return typeof identity === 'string' ? identity : undefined;
}
