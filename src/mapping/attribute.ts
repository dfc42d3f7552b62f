/** `[name]`: how an attribute is found, decided once for each reference. */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import { parsePath, readPath } from '../scim/path.ts';
import type { Compiled } from './functions/definition.ts';
import type { Value } from './value.ts';

const FLAT = /^[A-Za-z_][\w-]*$/;
const OF_SYSTEM = /^([a-z][a-z0-9-]*)\/(.+)$/s;

type Read = (attributes: Attributes) => Value;

/**
 * Reads from what exists only towards the target, then from the identity. A name with dots,
 * brackets or a URN is a path; `system/name` is the raw record of that system.
 */
export function attributeReader(name: string): Compiled {
  const read = reader(name);
  const record = OF_SYSTEM.exec(name);
  if (record) {
    const [, system = '', attribute = ''] = record;
    const readRecord = reader(attribute);
    return ({ attributes, context }) => {
      // A column of a file may have a slash in its name.
      const own = read(attributes);
      if (own !== undefined) return own;
      const raw = context.record?.(system);
      return raw && readRecord(raw);
    };
  }
  return ({ attributes, target }) => {
    if (target !== undefined) {
      const value = read(target);
      if (value !== undefined) return value;
    }
    return read(attributes);
  };
}

function reader(name: string): Read {
  const direct = memberReader(name);
  if (FLAT.test(name)) return direct;
  const path = parsePath(name);
  if (!path.ok) return direct;
  return (attributes) => direct(attributes) ?? readPath(attributes, path.value);
}

/** Names that every object inherits need a second look. */
function memberReader(name: string): Read {
  return name in Object.prototype
    ? (attributes) => (Object.hasOwn(attributes, name) ? orNothing(attributes[name]) : undefined)
    : (attributes) => orNothing(attributes[name]);
}

/** JSON from outside may hold `null` where there is no value. */
function orNothing(value: AttributeValue | null | undefined): Value {
  return value ?? undefined;
}

/** What a reference depends on: the attribute without the rest of its path. */
export function inputOf(name: string): string {
  if (FLAT.test(name) || OF_SYSTEM.test(name)) return name;
  const path = parsePath(name);
  return path.ok ? (path.value.schema ?? path.value.attribute) : name;
}
