/** A group with its members, which are read only where they are asked for. */

import {
  type AttributeValue,
  type IdentityRecord,
  isReference,
  type ObjectRef,
} from '../../identity/record.ts';
import { ScimError } from '../../scim/error.ts';
import type { ServedSystem } from './served.ts';

export async function recordWithMembers(
  { served, signal }: { readonly served: ServedSystem; readonly signal: AbortSignal },
  { kind, id }: ObjectRef,
): Promise<IdentityRecord> {
  const { records } = await served.connector.search(kind, {
    filter: { type: 'compare', operator: 'eq', path: { attribute: 'id' }, value: id },
    attributes: ['members'],
    count: 1,
    signal,
  });
  const [record] = records;
  if (!record) throw new ScimError(404, `${kind} ${id} does not exist`);
  return record;
}

export function membersIn(value: AttributeValue | undefined): readonly ObjectRef[] {
  return [value ?? []]
    .flat()
    .flatMap((one) => (isReference(one) && 'id' in one.$ref ? [one.$ref] : []));
}
