import type { Attributes, ObjectKind, ObjectRef, SystemName } from './record.ts';

/** Ours, generated; never an identifier of a connected system. */
export type IdentityId = string;

export type Tenant = string;

/** One person or group, merged from every record joined to it. */
export interface Identity {
  readonly id: IdentityId;
  readonly kind: ObjectKind;
  /** Under the names of Entra's provisioning schema (`userPrincipalName`, `surname` …). */
  readonly attributes: Attributes;
  /** Which system supplied each attribute; the answer to "why does it say that?". */
  readonly origins: Readonly<Record<string, SystemName>>;
  /** The live records joined to this identity, at most one for each system and kind. */
  readonly links: readonly ObjectRef[];
  /** False once no authoritative record remains: the person has left, the last values stay. */
  readonly present: boolean;
}

/** What people call it: the first of the usual naming attributes that has a value, else the id. */
export function label({ id, attributes }: Pick<Identity, 'id' | 'attributes'>): string {
  for (const name of ['userPrincipalName', 'mail', 'userName', 'displayName', 'employeeId']) {
    const value = attributes[name];
    if (typeof value === 'string') return value;
  }
  return id;
}
