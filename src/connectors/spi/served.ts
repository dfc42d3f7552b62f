/** How a system that does not speak SCIM appears to those who reach it over SCIM. */

import type { ObjectKind, Scalar } from '../../identity/record.ts';

/**
 * By kind: path of SCIM → path in the system's own records, or how its values are told apart. One
 * path of the system may have several names. A kind that is not in it keeps its own names.
 */
export type ServeMap = Readonly<Record<ObjectKind, Readonly<Record<string, ServeRow>>>>;

export type ServeRow = string | ServeValues;

/** A value for each of the system's own, such as `{ A: true, I: false }`; others are no value. */
export interface ServeValues {
  readonly attribute: string;
  readonly values: Readonly<Record<string, Scalar>>;
}
