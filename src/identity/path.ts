/**
 * Attribute paths (RFC 7644 §3.10): `userName`, `name.givenName`, `emails[type eq "work"].value`,
 * `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`.
 */

import type { Filter } from './filter.ts';

export interface AttributePath {
  /** The schema URN in front, when there is one; the extension's member name in a resource. */
  readonly schema?: string;
  readonly attribute: string;
  /** A value filter in brackets. */
  readonly where?: Filter;
  readonly subAttribute?: string;
}
