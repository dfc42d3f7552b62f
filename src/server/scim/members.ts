/** A group with its members and a user with its groups, which are read only where they are asked for. */

import {
  type AttributeValue,
  type IdentityRecord,
  isReference,
  type ObjectRef,
} from '../../identity/record.ts';
import { ScimError } from '../../scim/error.ts';
import type { ServedSystem } from './served.ts';

interface Reading {
  readonly served: ServedSystem;
  readonly signal: AbortSignal;
}

export function recordWithMembers(reading: Reading, ref: ObjectRef): Promise<IdentityRecord> {
  return recordWith(reading, ref, 'members');
}

export function recordWithGroups(reading: Reading, ref: ObjectRef): Promise<IdentityRecord> {
  return recordWith(reading, ref, 'groups');
}

async function recordWith(
  { served, signal }: Reading,
  { kind, id }: ObjectRef,
  attribute: 'members' | 'groups',
): Promise<IdentityRecord> {
  const { records } = await served.connector.search(kind, {
    filter: { type: 'compare', operator: 'eq', path: { attribute: 'id' }, value: id },
    attributes: [attribute],
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
