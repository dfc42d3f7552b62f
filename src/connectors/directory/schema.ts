/** The attributes of a directory: those of SCIM, and the administrator's own. */

import type { ObjectKind } from '../../identity/record.ts';
import {
  type AttributeDefinition,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  USER_SCHEMA,
} from '../../scim/schemas.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import type { AttributeSchema, KindSchema, SystemSchema } from '../spi/index.ts';
import type { DirectoryOptions } from './options.ts';

/** Attributes whose values name another object. */
const REFERENCES: ReadonlySet<string> = new Set([`${ENTERPRISE_USER}:manager`, 'members']);

/** A password is never stored. */
const LEFT_OUT: ReadonlySet<string> = new Set(['password']);

export function directorySchema({ kinds, attributes, receive }: DirectoryOptions): SystemSchema {
  const required = new Set(
    receive.required.filter((rule) => rule.default === undefined).map(({ path }) => path),
  );
  const own = attributes.map(
    ({ path, type, multiValued }): AttributeSchema => ({
      path,
      type,
      ...(multiValued && { multiValued }),
    }),
  );
  const user: KindSchema = {
    kind: 'user',
    enabledPath: 'active',
    attributes: [
      ...USER_SCHEMA.attributes.flatMap((definition) => described(definition, '')),
      ...ENTERPRISE_USER_SCHEMA.attributes.flatMap((definition) =>
        described(definition, `${ENTERPRISE_USER}:`),
      ),
      ...own,
    ].map((attribute) =>
      required.has(attribute.path) ? { ...attribute, required: true } : attribute,
    ),
  };
  const group: KindSchema = {
    kind: 'group',
    attributes: GROUP_SCHEMA.attributes.flatMap((definition) => described(definition, '')),
  };
  const all: Readonly<Record<ObjectKind, KindSchema>> = { user, group };
  return { kinds: kinds.flatMap((kind) => all[kind] ?? []) };
}

function described(definition: AttributeDefinition, prefix: string): readonly AttributeSchema[] {
  const path = prefix + definition.name;
  if (LEFT_OUT.has(path)) return [];
  const reference = REFERENCES.has(path);
  const whole: AttributeSchema = {
    path,
    type: reference ? 'reference' : definition.type,
    ...(definition.multiValued && { multiValued: true }),
    ...(definition.required && { required: true }),
    ...(definition.caseExact && { caseExact: true }),
    ...(definition.mutability !== 'readWrite' && { mutability: definition.mutability }),
    ...(definition.uniqueness !== 'none' && { uniqueness: definition.uniqueness }),
  };
  if (reference) return [whole];
  const parts = definition.subAttributes ?? [];
  return [whole, ...parts.flatMap((part) => described(part, `${path}.`))];
}
