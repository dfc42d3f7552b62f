/** What can be done to the objects of a system besides reading them; what cannot is told as it is. */

import type { Connector } from '../../connectors/spi/index.ts';
import type { ObjectKind } from '../../identity/record.ts';
import type { AttributeDefinition, SchemaDefinition } from '../../scim/schemas.ts';

export interface Abilities {
  readonly create: boolean;
  readonly change: boolean;
  readonly remove: boolean;
}

export function abilitiesOf(connector: Connector, kind?: ObjectKind): Abilities {
  const { create, update, addMembers, delete: remove } = connector;
  const members = kind === 'group' && addMembers !== undefined;
  return {
    create: create !== undefined,
    change: update !== undefined || members,
    remove: remove !== undefined,
  };
}

export function canBeWritten(connector: Connector): boolean {
  const { create, change, remove } = abilitiesOf(connector, 'group');
  return create || change || remove;
}

/** The same system without its writes. */
export function readOnly<Reading extends Connector>(connector: Reading): Reading {
  const { create, update, delete: remove, addMembers, removeMembers, ...reads } = connector;
  return reads as Reading;
}

/** A schema that promises no write nobody can make (RFC 7643 §2.2). */
export function truthful(
  schema: SchemaDefinition,
  { create, change }: Abilities,
): SchemaDefinition {
  if (change) return schema;
  const mutability = create ? 'immutable' : 'readOnly';
  const settled = (attribute: AttributeDefinition): AttributeDefinition => ({
    ...attribute,
    ...(attribute.mutability !== 'readOnly' && { mutability }),
    ...(attribute.subAttributes && { subAttributes: attribute.subAttributes.map(settled) }),
  });
  return { ...schema, attributes: schema.attributes.map(settled) };
}
