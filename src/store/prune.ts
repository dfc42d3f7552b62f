/**
 * What is not kept any longer: plans with their operations and outcomes, a few thousand rows each
 * time, so that nobody waits for the store. A plan goes as a whole, or what is left of a held plan
 * would look as if nothing of it had been carried out.
 */

import type { PlansBefore } from '../plan/plans.ts';
import type { Database } from './database.ts';

/** In one transaction. */
const ROWS = 500;
const PLANS = 20;

/** The newest plan of a target, and the newest that was carried out: both say something still. */
const STILL_SAYS = `plan.key in (
  (select each.key from plan each where each.target = plan.target and each.state <> 'building'
     and each.partial = 0 order by each.key desc limit 1),
  (select each.key from plan each where each.target = plan.target
     and each.partial = 0 and (each.state in ('applying', 'applied') or each.carried is not null)
     order by each.key desc limit 1))`;

/**
 * @param mostRows None: only looks.
 * @returns Whether there is more.
 */
export async function prunePlans(
  database: Database,
  before: PlansBefore,
  mostRows: number,
): Promise<boolean> {
  const old = await stale(database, before);
  if (old.length === 0) return false;
  if (mostRows === 0) return true;
  let left = mostRows;
  for (const { key, says } of old) {
    for (const table of ['outcome', 'plan_operation', 'plan_refusal']) {
      for (;;) {
        const some = Math.min(ROWS, left);
        const dropped = await dropSome(database, table, key, some);
        left -= dropped;
        if (left <= 0) return true;
        if (dropped < some) break;
      }
    }
    if (says === 1) {
      await database.run("update plan set ordering = '', basis = null where key = ?", [key]);
    } else {
      await database.run('delete from plan where key = ?', [key]);
    }
  }
  await database.run(
    'delete from plan_basis where not exists (select 1 from plan where plan.basis = plan_basis.hash)',
  );
  return old.length === PLANS;
}

/** Keys begin with the time, so that old plans are found without looking at the others. */
function stale(
  database: Database,
  { applied, unapplied }: PlansBefore,
): Promise<readonly { readonly key: string; readonly says: number }[]> {
  const keyAt = (time: Date) => time.getTime().toString(36).padStart(9, '0');
  return database.all(
    `select key, case when ${STILL_SAYS} then 1 else 0 end as says from plan
     where ((key < ? and state in ('applied', 'superseded')
             and not exists (select 1 from outcome where outcome.plan = plan.key and outcome.at >= ?))
         or (key < ? and state = 'superseded'
             and not exists (select 1 from outcome where outcome.plan = plan.key)))
       and (ordering <> '' or not ${STILL_SAYS})
     order by key limit ?`,
    [keyAt(applied), applied.getTime(), keyAt(unapplied), PLANS],
  );
}

function dropSome(database: Database, table: string, plan: string, rows: number): Promise<number> {
  const part = table === 'plan_refusal' ? 'identity' : 'position';
  return database.run(
    `delete from ${table} where plan = ? and ${part} in
       (select ${part} from ${table} where plan = ? limit ?)`,
    [plan, plan, rows],
  );
}
