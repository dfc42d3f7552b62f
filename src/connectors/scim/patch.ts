/** Changes as a PATCH (RFC 7644 §3.5.2), in the dialect of the profile. Pure. */

import type { AttributePath } from '../../identity/path.ts';
import type { Attributes } from '../../identity/record.ts';
import { formatPath, readPath } from '../../scim/path.ts';
import type { AttributeChange } from '../spi/index.ts';
import type { KnownPath, Paths } from './paths.ts';
import type { Protocol } from './profile.ts';
import { isObject, place, wireValue } from './translate.ts';

export interface PatchOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

type Update = Protocol['update'];
type Op = 'add' | 'replace' | 'remove';

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function patchBody(operations: readonly PatchOperation[]): object {
  return { schemas: [PATCH_SCHEMA], Operations: operations };
}

/** One operation for each change, or one for all the plain ones where the dialect combines. */
export function patchOperations(
  changes: readonly AttributeChange[],
  paths: Paths,
  update: Update,
): PatchOperation[] {
  const combined: Record<string, unknown> = {};
  const operations: PatchOperation[] = [];
  // After the others: an element that loses its last part is gone, and takes no new one.
  const removals: PatchOperation[] = [];
  for (const { path, before, after } of changes) {
    const known = paths(path);
    if (after === undefined) {
      removals.push({ op: named('remove', update), path: removed(known, update) });
      continue;
    }
    const value = dialectValue(wireValue(after, known), update);
    if (update.combine !== 'never' && known.where === undefined) {
      if (update.combine === 'dotted') combined[textOf(known, update)] = value;
      else place(combined, known, value);
      continue;
    }
    const op = before === undefined ? 'add' : 'replace';
    operations.push({ op: named(op, update), path: textOf(known, update), value });
  }
  if (Object.keys(combined).length > 0)
    operations.unshift({ op: named('replace', update), value: combined });
  return [...operations, ...removals];
}

/**
 * The same with whole elements in place of filtered paths that nothing answers to (`noTarget`).
 *
 * @param held The object as it was read: which of its elements there are.
 */
export function withWholeElements(
  changes: readonly AttributeChange[],
  held: Attributes,
  paths: Paths,
  update: Update,
): PatchOperation[] {
  const addressed: AttributeChange[] = [];
  const absent = new Map<string, AttributeChange[]>();
  for (const change of changes) {
    const { path, where } = paths(change.path);
    const { subAttribute: _, ...element } = path;
    if (where === undefined || readPath(held, element) !== undefined) addressed.push(change);
    else if (change.after !== undefined) {
      const group = absent.get(formatPath(element));
      if (group) group.push(change);
      else absent.set(formatPath(element), [change]);
    }
  }
  const added = [...absent.values()].flatMap((group) => wholeElement(group, paths, update));
  return [...added, ...patchOperations(addressed, paths, update)];
}

function wholeElement(
  changes: readonly AttributeChange[],
  paths: Paths,
  update: Update,
): PatchOperation[] {
  const element: Record<string, unknown> = {};
  let attribute: string | undefined;
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    const known = paths(path);
    attribute = formatPath(attributeOf(known.path));
    const value = wireValue(after, known);
    Object.assign(element, known.implied);
    if (known.path.subAttribute !== undefined) element[known.path.subAttribute] = value;
    else if (isObject(value)) Object.assign(element, value);
  }
  if (attribute === undefined) return [];
  return [{ op: named('add', update), path: attribute, value: [element] }];
}

/** Members join in one value; they leave each by its own filter, or all in one value. */
export function memberOperations(
  action: 'add' | 'remove',
  ids: readonly string[],
  update: Update,
): PatchOperation[] {
  const value = ids.map((id) => ({ value: id }));
  if (action === 'add') return [{ op: named('add', update), path: 'members', value }];
  if (update.removeMembers === 'value')
    return [{ op: named('remove', update), path: 'members', value }];
  return ids.map((id) => ({
    op: named('remove', update),
    path: `members[value eq ${JSON.stringify(id)}]`,
  }));
}

function named(op: Op, { operators }: Update): string {
  return operators === 'lower' ? op : op.charAt(0).toUpperCase() + op.slice(1);
}

/** Entra's template writes `roles[primary eq "True"]`; RFC 7643 has a boolean there. */
function textOf(known: KnownPath, { operators }: Update): string {
  return operators === 'lower' ? formatPath(known.path) : known.text;
}

/** An element that loses its value is no element any more. */
function removed(known: KnownPath, update: Update): string {
  if (known.where === undefined || known.path.subAttribute !== 'value')
    return textOf(known, update);
  const { subAttribute: _, ...element } = known.path;
  return formatPath(element);
}

function dialectValue(value: unknown, { stringBooleans, reference }: Update): unknown {
  if (typeof value === 'boolean' && stringBooleans) return value ? 'True' : 'False';
  if (reference === 'text' && isObject(value)) {
    const { value: id, ...rest } = value;
    if (typeof id === 'string' && Object.keys(rest).length === 0) return id;
  }
  return value;
}

function attributeOf({ where: _, subAttribute: __, ...attribute }: AttributePath): AttributePath {
  return attribute;
}
