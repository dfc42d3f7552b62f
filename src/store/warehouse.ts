/** The warehouse's storage over either database. */

import type { WarehouseStore } from '../warehouse/storage.ts';
import type { Database } from './database.ts';
import { uniqueStore } from './unique.ts';
import { dueStore } from './warehouse/due.ts';
import { groupStore } from './warehouse/groups.ts';
import { historyStore } from './warehouse/history.ts';
import { identityStore } from './warehouse/identities.ts';
import { joinStore } from './warehouse/joins.ts';
import { leavingStore } from './warehouse/leaving.ts';
import { membershipStore } from './warehouse/memberships.ts';
import { readingStore } from './warehouse/readings.ts';
import { recordStore } from './warehouse/records.ts';
import { ruleGroupStore, withRuleMembers } from './warehouse/rule-groups.ts';

export function openWarehouseStore(database: Database): WarehouseStore {
  const memberships = membershipStore(database);
  const ruleGroups = ruleGroupStore(database);
  return {
    ...recordStore(database),
    ...identityStore(database),
    ...groupStore(database),
    ...readingStore(database),
    ...dueStore(database),
    ...memberships,
    ...ruleGroups,
    ...leavingStore(database),
    ...withRuleMembers(database, memberships, ruleGroups),
    ...joinStore(database),
    ...historyStore(database),
    ...uniqueStore(database),
    committed: (work) => database.committed(work),
    sequence: () => database.sequence(),
    trailing: (work) => database.trailing(work),
    transaction: (work, outlives) =>
      database.transaction(async (queries) => {
        // One writer at a time, as SQLite has it anyway: two readings at once would both miss the
        // identity that the other is making. Not waited for; it holds up what comes behind it.
        const locked =
          database.dialect === 'postgres'
            ? queries.all(`select pg_advisory_xact_lock(hashtext('lockstep.warehouse' || ?))`, [
                database.tenant,
              ])
            : undefined;
        const value = await work();
        await locked;
        return value;
      }, outlives),
  };
}
