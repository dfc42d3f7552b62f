/** Accounts that came to be nobody's when two identities that had one each were merged, and still are. */

import type { IdentityId } from '../../identity/identity.ts';
import type { ObjectRef } from '../../identity/record.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';
import { record } from './find.ts';

export async function looseAccounts(
  identities: readonly IdentityId[],
  { all, inList }: Pick<Database, 'all' | 'inList'>,
): Promise<readonly ObjectRef[]> {
  const merged = await all<{ readonly detached: string }>(
    `select detached from decision
     where identity in ${inList} and type = 'merged' and undone_at is null`,
    [list(identities)],
  );
  const refs = merged.flatMap(({ detached }): readonly ObjectRef[] => JSON.parse(detached));
  const condition = record('system', 'kind', 'id')({ ids: [], refs, addresses: [] }, { inList });
  if (condition === undefined || refs.length === 0) return [];
  const loose = await all<ObjectRef & { readonly [column: string]: string }>(
    `select system, kind, id from record where identity is null and ${condition.sql}
     order by system, kind, id`,
    condition.parameters,
  );
  return loose.map(({ system, kind, id }) => ({ system, kind, id }));
}
