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
}
