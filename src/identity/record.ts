/**
 * The nouns every room speaks: what a connected system holds, and what changed there.
 */

/** `user`, `group`, `role`, `device` …: each connector publishes the kinds it has (`describe`). */
export type ObjectKind = string;

/** The name an administrator gave a connected system, such as `hr` or `corp-ad`. */
export type SystemName = string;

/** Where an object lives. `id` is the system's own immutable identifier, compared byte for byte. */
export interface ObjectRef {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly id: string;
}

export type Scalar = string | number | boolean;

/**
 * A scalar, named parts, several of either (RFC 7643 §2.3), or a reference to another object.
 * Instants are RFC 3339 strings in UTC. An attribute without a value is absent; neither `null`,
 * `undefined`, the empty string nor the empty list occurs.
 */
export type AttributeValue = Scalar | ReferenceValue | ComplexValue | readonly AttributeValue[];

export interface ComplexValue {
  readonly [part: string]: AttributeValue;
}

/**
 * A value that names another object: a manager, an owner. Told from a complex value by its only
 * part, `$ref`, with an object below it, which no schema has.
 */
export interface ReferenceValue {
  readonly $ref: Reference;
}

/** The object itself, or "whoever has this value in this identity attribute". */
export type Reference =
  | ObjectRef
  | { readonly kind: ObjectKind; readonly by: string; readonly value: Scalar };

/**
 * Attributes by name. In records of systems the names are that system's own; paths with dots and
 * filters (`name.givenName`) address parts and are resolved by `path.ts`, never stored as keys.
 */
export interface Attributes {
  readonly [name: string]: AttributeValue;
}

/** One object as a connected system holds it. */
export interface IdentityRecord {
  readonly ref: ObjectRef;
  readonly attributes: Attributes;
  /** The system's own version of the object (an ETag, a uSNChanged), for conditional updates. */
  readonly version?: string;
  /** When, and by whom, it was changed last, where the system tells; RFC 3339. */
  readonly modified?: { readonly at: string; readonly by?: string };
}

/** An assignment of a principal to an application of the system that was read, with its role. */
export interface Assignment {
  /** The system's identifier of the assignment itself. */
  readonly id: string;
  readonly principal: ObjectRef;
  /** Absent for default access. */
  readonly role?: AppRole;
}

export interface AppRole {
  readonly value: string;
  readonly displayName?: string;
}

/**
 * What a reading says about one object. Most systems cannot tell "created" from "updated", so a
 * change only says what is there now; the warehouse knows what was there before.
 */
export type Change =
  /** The whole record. */
  | { readonly type: 'present'; readonly record: IdentityRecord }
  /** Only what moved; an object not known yet begins with what is set. */
  | {
      readonly type: 'patch';
      readonly ref: ObjectRef;
      readonly set: Attributes;
      readonly cleared: readonly string[];
      readonly version?: string;
    }
  /** Members that joined and left a group; a large group comes in many of these. */
  | {
      readonly type: 'members';
      readonly group: ObjectRef;
      readonly added: readonly ObjectRef[];
      readonly removed: readonly ObjectRef[];
    }
  /** All assignments of one application: whatever is not here is not assigned any more. */
  | {
      readonly type: 'assignments';
      readonly system: SystemName;
      /** As configured under `assigned`, such as the display name `Ramp`. */
      readonly application: string;
      readonly assignments: readonly Assignment[];
    }
  /** `recoverable`: soft-deleted, it may come back as the same object. */
  | { readonly type: 'absent'; readonly ref: ObjectRef; readonly recoverable?: true };

export function isReference(value: AttributeValue | undefined): value is ReferenceValue {
  // A SCIM manager has a `$ref` too (RFC 7643 §2.3.7), but that one is a URI, a string.
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    typeof (value as ReferenceValue).$ref === 'object'
  );
}
