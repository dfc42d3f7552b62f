/** Changes as a PATCH (RFC 7644 §3.5.2), in the dialect of the profile. Pure. */

import { formatPath } from '../../scim/path.ts';
import type { AttributeChange } from '../spi/index.ts';
import { extensionOf, type KnownPath, type Paths } from './paths.ts';
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
  for (const { path, before, after } of changes) {
    const known = paths(path);
    if (after === undefined) {
      operations.push({ op: named('remove', update), path: removed(known, update) });
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
  return operations;
}

/**
 * The same with whole elements in place of filtered paths that nothing answers to (`noTarget`):
 * what a value filter names is added as an element, and what was to be removed is not there.
 */
export function withWholeElements(
  changes: readonly AttributeChange[],
  paths: Paths,
  update: Update,
): PatchOperation[] {
  const elements = new Map<string, AttributeChange[]>();
  const others: AttributeChange[] = [];
  for (const change of changes) {
    const known = paths(change.path);
    if (known.where === undefined) others.push(change);
    else if (change.after !== undefined) {
      const key = `${extensionOf(known.path) ?? ''}:${known.path.attribute}[${known.where}]`;
      const group = elements.get(key);
      if (group) group.push(change);
      else elements.set(key, [change]);
    }
  }
  const operations = patchOperations(others, paths, update);
  for (const group of elements.values()) {
    if (group.some(({ before }) => before !== undefined)) {
      operations.push(...patchOperations(group, paths, update));
      continue;
    }
    const element: Record<string, unknown> = {};
    let whole: KnownPath | undefined;
    for (const { path, after } of group) {
      if (after === undefined) continue;
      const known = paths(path);
      whole = known;
      Object.assign(element, known.implied);
      const value = wireValue(after, known);
      if (known.path.subAttribute !== undefined) element[known.path.subAttribute] = value;
      else if (isObject(value)) Object.assign(element, value);
    }
    if (whole === undefined) continue;
    const { where: _, subAttribute: __, ...attribute } = whole.path;
    operations.push({ op: named('add', update), path: formatPath(attribute), value: [element] });
  }
  return operations;
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
