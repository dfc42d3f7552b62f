/** What keeps somebody from being erased: records that are there, creates without an answer, plans that wait. */

import type { PlanState } from '../../plan/plan.ts';
import type { Standing, Whom } from '../../sync/privacy-storage.ts';
import type { Database } from '../database.ts';
import { list } from '../rows.ts';
import { naming, record } from './find.ts';

type RecordRow = {
  readonly system: string;
  readonly kind: string;
  readonly id: string;
  readonly present: number;
  readonly deleted: number;
  readonly served: number;
  readonly pushed: number;
};

const RECORD = `select r.system, r.kind, r.id, r.present, r.deleted,
    (select count(*) from directory_object o
     where o.system = r.system and o.kind = r.kind and o.id = r.id) as served,
    (select count(*) from inbound_record i where i.system = r.system and i.id = r.id) as pushed
  from record r`;

type WaitingRow = {
  readonly target: string;
  readonly state: PlanState;
  readonly key: string;
  readonly id: string;
  readonly partial: number;
};

/** Something of these may still be carried out. */
const OPEN = `plan.state in ('building', 'ready', 'held', 'released', 'applying')`;

export async function standingOf(whom: Whom, database: Database): Promise<Standing> {
  const { inList } = database;
  const theirs = record('r.system', 'r.kind', 'r.id')(whom, database);
  // What is nobody's since a merge is theirs as well.
  const loose = theirs === undefined ? '' : `or (r.identity is null and ${theirs.sql})`;
  const records = await database.all<RecordRow>(
    `${RECORD} where r.identity in ${inList} ${loose} order by r.system, r.kind, r.id`,
    [list(whom.ids), ...(theirs?.parameters ?? [])],
  );
  const sent = await database.all<{ readonly target: string }>(
    `select target from in_flight where identity in ${inList}
     union select target from refused_create where identity in ${inList} order by target`,
    [list(whom.ids), list(whom.ids)],
  );
  const named = naming('o.content')(whom, database);
  const waiting = await database.all<WaitingRow>(
    `select distinct plan.target, plan.state, plan.key, plan.id, plan.partial from plan join plan_operation o on o.plan = plan.key
     where ${OPEN} and ${named?.sql} and not exists (
       select 1 from outcome where outcome.plan = o.plan and outcome.position = o.position
       and outcome.type <> 'skipped') order by plan.target, plan.key`,
    named?.parameters ?? [],
  );
  return {
    records: records.map(({ system, kind, id, present, deleted, served, pushed }) => ({
      ref: { system, kind, id },
      present: present === 1,
      deleted: deleted === 1,
      served: served > 0,
      pushed: pushed > 0,
    })),
    inFlight: sent.map(({ target }) => target),
    waiting: waiting.map(({ target, state, key, id, partial }) => ({
      target,
      state,
      ...(partial === 1 &&
        (state === 'held' || state === 'ready') && { beside: { key, plan: id } }),
    })),
  };
}
