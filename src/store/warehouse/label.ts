/** What people call an identity, worked out in the database. */

import type { Database } from '../database.ts';

const NAMES = ['userPrincipalName', 'mail', 'userName', 'displayName', 'employeeId'];

/** @returns An expression over a row of `identity`, named `i`. */
export function labelOf({ dialect }: Pick<Database, 'dialect'>): string {
  const json = dialect === 'postgres' ? '::json' : '';
  const names = NAMES.map((name) => `i.attributes${json} ->> '${name}'`);
  return `coalesce(${names.join(', ')}, i.id)`;
}
