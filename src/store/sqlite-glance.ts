/**
 * A glance into the file of a tenant that nobody has open: whether a secret is one of its own. Opening it costs
 * a thread, and some 13 MB; this costs less than a millisecond, so it is done on the spot.
 */

import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const HELD = `select 1 from access_token where hash = ?
  union all select 1 from oauth_secret where hash = ?`;

/** @returns True as well where it cannot be told, as of a file that an earlier version has written. */
export function mayHold(file: string, hash: string): boolean {
  if (!existsSync(file)) return false;
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    return database.prepare(HELD).get(hash, hash) !== undefined;
  } catch {
    return true;
  }
}
