/**
 * What is not kept any longer: plans with their operations and outcomes, a few thousand rows each
 * time, so that nobody waits for the store. A plan goes as a whole, or what is left of a held plan
 * would look as if nothing of it had been carried out.
 */

import type { PlansBefore } from '../plan/plans.ts';
import type { Database, Row } from './database.ts';

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
  for (const plan of old) {
    for (;;) {
      const some = Math.min(ROWS, left);
      const dropped = await database.transaction(() => dropSome(database, plan, some), 'process');
      left -= dropped;
      if (left <= 0) return true;
      if (dropped < some) break;
    }
  }
  await database.run(
    'delete from plan_basis where not exists (select 1 from plan where plan.basis = plan_basis.hash)',
  );
  return old.length === PLANS;
}

interface Stale extends Row {
  readonly key: string;
  /** 1 where it says something still. */
  readonly says: number;
}

/** Keys begin with the time, so that old plans are found without looking at the others. */
function stale(database: Database, { applied, unapplied }: PlansBefore): Promise<readonly Stale[]> {
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

const PARTS = [
  ['outcome', 'position'],
  ['plan_operation', 'position'],
  ['plan_refusal', 'identity'],
] as const;

/** So many rows of a plan at most; with the last of them, the plan itself. Returns how many. */
async function dropSome(database: Database, { key, says }: Stale, most: number): Promise<number> {
  let dropped = 0;
  for (const [table, row] of PARTS) {
    dropped += await database.run(
      `delete from ${table} where plan = ? and ${row} in
         (select ${row} from ${table} where plan = ? limit ?)`,
      [key, key, most - dropped],
    );
    if (dropped >= most) return dropped;
  }
  await (says === 1
    ? database.run("update plan set ordering = '', basis = null where key = ?", [key])
    : database.run('delete from plan where key = ?', [key]));
  return dropped;
}
