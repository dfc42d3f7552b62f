/** What a system has: kinds and attributes, in RFC 7643 §7's terms. */

import type { ObjectKind } from '../../identity/record.ts';

export interface SystemSchema {
  readonly kinds: readonly KindSchema[];
}

export interface KindSchema {
  readonly kind: ObjectKind;
  /** The path that enables an account, where the kind has one. */
  readonly enabledPath?: string;
  readonly attributes: readonly AttributeSchema[];
  /** How the kind is served, where it is none of the RFC's. */
  readonly resource?: ResourceSchema;
  /** What is said of the schemas that attribute paths begin with. */
  readonly extensions?: readonly ExtensionSchema[];
}

export interface ResourceSchema {
  /** `Device`, as in `meta.resourceType`. */
  readonly name: string;
  /** `/Devices` */
  readonly endpoint: string;
  readonly description: string;
  /** The URN of its schema. */
  readonly schema: string;
}

export interface ExtensionSchema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Every resource has it. */
  readonly required: boolean;
}

export interface AttributeSchema {
  /** As it is written in a mapping: `userName`, `name.givenName`, `urn:…:User:department`. */
  readonly path: string;
  readonly type:
    | 'string'
    | 'boolean'
    | 'integer'
    | 'decimal'
    | 'dateTime'
    | 'binary'
    | 'reference'
    | 'complex';
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly uniqueness?: 'none' | 'server' | 'global';
  readonly returned?: 'always' | 'never' | 'default' | 'request';
  readonly canonicalValues?: readonly string[];
  readonly description?: string;
  /** The kind of object a reference names; a user when absent. */
  readonly refersTo?: ObjectKind;
}
