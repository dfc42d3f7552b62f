/** What was written to accounts lately, from the outcomes and the operations they were of. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Ledger } from '../sync/ledger.ts';
import type { Database } from './database.ts';
import { operationOf } from './plans.ts';
import { list } from './rows.ts';

type Row = { readonly identity: string; readonly content: string };

export function openRewritten(database: Database): Pick<Ledger, 'writtenSince'> {
  return {
    writtenSince: async (system, identities, since) => {
      const written = new Map<string, AttributeChange[]>();
      if (identities.length === 0) return written;
      const rows = await database.all<Row>(
        `select o.identity, p.content from outcome o
           join plan_operation p on p.plan = o.plan and p.position = o.position
         where o.identity in ${database.inList} and o.at >= ? and o.system = ? and o.type = 'done'
         order by o.at, o.plan, o.position`,
        [list(identities), since.getTime(), system],
      );
      for (const { identity, content } of rows) {
        const operation = operationOf(content);
        if (!('changes' in operation)) continue;
        const before = written.get(identity) ?? [];
        written.set(identity, [...before, ...operation.changes]);
      }
      return written;
    },
  };
}
