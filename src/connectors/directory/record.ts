/** Stored objects ⇄ records. Pure. */

import {
  type Attributes,
  type AttributeValue,
  type IdentityRecord,
  isReference,
  type ObjectKind,
  type ObjectRef,
  type SystemName,
} from '../../identity/record.ts';
import { removePath, writePath } from '../../scim/path.ts';
import type { AttributeChange } from '../spi/index.ts';
import type { UserRules } from './options.ts';
import { pathOf } from './paths.ts';
import type { StoredObject } from './storage.ts';

export function recordOf(system: SystemName, object: StoredObject): IdentityRecord {
  const { kind, id, attributes, version, createdAt, modifiedAt } = object;
  return {
    ref: { system, kind, id },
    attributes: { ...attributes, meta: { created: createdAt, lastModified: modifiedAt } },
    version: String(version),
  };
}

/** What filters see: the id and the dates are attributes there. */
export function searchable({ id, attributes, createdAt, modifiedAt }: StoredObject): Attributes {
  return { ...attributes, id, meta: { created: createdAt, lastModified: modifiedAt } };
}

/** Attributes by path as one object. */
export function nested(asked: Attributes): Attributes {
  if (isNested(asked)) return asked;
  let attributes: Attributes = {};
  for (const path in asked) {
    const value = asked[path];
    if (value !== undefined && path !== 'meta')
      attributes = writePath(attributes, pathOf(path), value);
  }
  return attributes;
}

/** As a client sends it: every path is a name, spelled once. */
function isNested(asked: Attributes): boolean {
  const names = Object.keys(asked);
  if (!names.every(isName)) return false;
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}

function isName(path: string): boolean {
  if (path === 'meta') return false;
  const { attribute, schema, subAttribute, where } = pathOf(path);
  return attribute === path && (schema ?? subAttribute ?? where) === undefined;
}

export function changed(attributes: Attributes, changes: readonly AttributeChange[]): Attributes {
  let result = attributes;
  for (const { path, after } of changes)
    result =
      after === undefined
        ? removePath(result, pathOf(path))
        : writePath(result, pathOf(path), after);
  return result;
}

export function isSame(
  before: StoredObject,
  after: Pick<StoredObject, 'attributes' | 'state'>,
): boolean {
  return (
    JSON.stringify(before.attributes) === JSON.stringify(after.attributes) &&
    JSON.stringify(before.state) === JSON.stringify(after.state)
  );
}

/** What no other account may have; capitals make no difference. */
export function uniqueName(
  { unique }: UserRules,
  kind: ObjectKind,
  { userName }: Attributes,
): string | undefined {
  return unique && kind === 'user' && typeof userName === 'string'
    ? userName.toLowerCase()
    : undefined;
}

export function referencesIn(value: AttributeValue | undefined): readonly ObjectRef[] {
  return [value ?? []]
    .flat()
    .flatMap((one) => (isReference(one) && 'id' in one.$ref ? [one.$ref] : []));
}
