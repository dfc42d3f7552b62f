/** How an element of a collection, or a single object, is shown: selection and expansion. */

import { propertiesOf } from '../contract.ts';
import { linkedAt, type ObjectType } from '../directory.ts';
import { badRequest } from '../failure.ts';
import {
  type Body,
  odataType,
  type Selection,
  selectionOf,
  shapeOf,
  unknownProperty,
} from '../query/shape.ts';
import { type Found, liveAt } from '../tenant.ts';
import type { Call } from './call.ts';

/** `directoryObject` where a collection holds several types. */
export type ElementType = ObjectType | 'directoryObject';

const MIXED: readonly ObjectType[] = ['user', 'group', 'servicePrincipal', 'application'];

export function elementShape(
  call: Call,
  type: ElementType,
  select: readonly string[] | undefined,
  expand: string | undefined,
): { readonly selection: Selection; readonly shape: (found: Found) => Body } {
  if (type === 'directoryObject') return mixedShape(call, select);
  const selection = selectionOf(type, select, call.mode.unknown);
  const expansion = expand === undefined ? undefined : expansionOf(call, type, expand);
  return {
    selection,
    shape: (found) => ({ ...shapeOf(found, selection), ...expansion?.(found) }),
  };
}

/** Elements of several types carry their type, and each shows what its own type has. */
function mixedShape(
  call: Call,
  select: readonly string[] | undefined,
): { readonly selection: Selection; readonly shape: (found: Found) => Body } {
  const stranger = select?.find((name) => MIXED.every((type) => !propertiesOf(type).has(name)));
  if (stranger !== undefined) throw unknownProperty('directoryObject', stranger, call.mode.unknown);
  const chosen = (type: ObjectType): Selection =>
    selectionOf(
      type,
      select?.filter((name) => propertiesOf(type).has(name)),
      call.mode.unknown,
    );
  const selections = new Map(MIXED.map((type) => [type, chosen(type)]));
  return {
    selection: { properties: select ?? [], navigation: [], explicit: select !== undefined },
    shape: (found) => ({
      '@odata.type': odataType(found.entry.type),
      ...shapeOf(found, selections.get(found.entry.type) ?? chosen(found.entry.type)),
    }),
  };
}

const MOST_EXPANDED = 20;

type Expansion = (found: Found) => Body;

/** One level of related objects; a nested selection is honoured for `manager` alone. */
function expansionOf(call: Call, type: ObjectType, expand: string): Expansion {
  const match = /^(\w+)(?:\((?:\$?select=([\w,\s]+))?[^)]*\))?$/.exec(expand.trim());
  const name = match?.[1] ?? '';
  if (type === 'user' && name === 'manager') return managerExpansion(call, match?.[2]);
  const kind = name === 'members' ? 'member' : name === 'owners' ? 'owner' : undefined;
  if (kind === undefined || (type !== 'group' && kind === 'member'))
    throw badRequest(`Parsing OData Select and Expand failed: '${expand}' cannot be expanded.`);
  const { shape } = mixedShape(call, undefined);
  return ({ entry }) => {
    const related: Body[] = [];
    for (const link of call.tenant.directory.linksFrom(kind, entry.id)) {
      if (related.length === MOST_EXPANDED) break;
      const target = linkedAt(link, call.number)
        ? liveAt(call.tenant, link.target, call.number)
        : undefined;
      if (target !== undefined) related.push(shape(target));
    }
    return { [name]: related };
  };
}

function managerExpansion(call: Call, nested: string | undefined): Expansion {
  const select = nested?.split(',').map((name) => name.trim());
  const selection = selectionOf('user', select, call.mode.unknown);
  return ({ entry }) => {
    const manager = managerOf(call, entry.id);
    if (manager === undefined) return {};
    return {
      manager: { '@odata.type': odataType('user'), ...shapeOf(manager, selection) },
    };
  };
}

export function managerOf(call: Call, user: string): Found | undefined {
  const link = call.tenant.directory
    .linksFrom('manager', user)
    .find((each) => linkedAt(each, call.number));
  return link === undefined ? undefined : liveAt(call.tenant, link.target, call.number);
}
