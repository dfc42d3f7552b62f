/** The provisioning log as it is kept, found and forgotten, on whichever database. */

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../apply/outcome.ts';
import type { Basis } from '../plan/basis.ts';
import type { Evidence } from '../plan/evidence.ts';
import { ordering } from '../plan/order.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlanClosing, StoredPlan } from '../plan/plans.ts';
import type { OutcomeQuery } from '../sync/ledger.ts';
import type { Database } from './database.ts';
import { openPlans } from './plans.ts';
import { openLedger } from './runs.ts';

const MORNING = new Date('2026-03-02T08:00:00Z');
const DAY = 86_400_000;

const RULES = {
  user: {
    rows: [{ path: 'title', expression: '[jobTitle]', inputs: ['jobTitle'] }],
    match: ['userName'],
  },
};
const BASIS: Basis = { hash: 'basis-1', rules: JSON.stringify(RULES) };

const EVIDENCE: Evidence = {
  since: new Date('2026-03-02T07:59:00Z'),
  records: [{ system: 'entra', kind: 'user', id: 'e-1' }],
  present: true,
  seen: { department: 'R&D' },
  assigned: { direct: true, groups: [], roles: [{ value: 'User' }] },
  foundBy: 'userName',
};

function later(days: number): Date {
  return new Date(MORNING.getTime() + days * DAY);
}

function update(identity: string, system = 'ramp'): Operation {
  return {
    id: `o-${identity}`,
    identity,
    label: `${identity}@contoso.com`,
    system,
    kind: 'user',
    reason: 'source-changed',
    cause: 'changed',
    generation: 1,
    after: [],
    origins: { title: 'entra' },
    action: 'update',
    target: { system, kind: 'user', id: identity },
    precondition: { held: { title: 'Analyst' }, touched: ['title'] },
    changes: [{ path: 'title', before: 'Analyst', after: 'Lead analyst' }],
  };
}

interface Made {
  readonly at?: Date;
  readonly target?: string;
  readonly state?: PlanClosing['state'];
  readonly evidence?: readonly Evidence[];
  readonly partial?: boolean;
}

async function plan(
  database: Database,
  operations: readonly Operation[],
  { at = MORNING, target = 'ramp', state = 'ready', evidence = [], partial = false }: Made = {},
): Promise<StoredPlan> {
  const plans = openPlans(database);
  const order = ordering();
  for (const operation of operations) order.add(operation);
  const key = await plans.begin(target, 'v1', at, BASIS);
  await plans.append(key, 0, operations, [], evidence);
  return plans.close(key, {
    id: `id-${key}`,
    state,
    counts: { update: operations.length },
    considered: operations.length,
    managed: 0,
    holds: [],
    order: order.order(),
    partial,
  });
}

/** A plan whose operations ended one second after the other. */
async function applied(
  database: Database,
  run: string,
  outcomes: readonly Outcome[],
  made: Made = {},
): Promise<StoredPlan> {
  const { at = MORNING } = made;
  const stored = await plan(
    database,
    outcomes.map(({ operation }) => operation),
    made,
  );
  const ledger = openLedger(database);
  await ledger.beginRun(run, at, 'command');
  await ledger.recordOutcomes(
    outcomes.map((outcome, position) => ({
      at: new Date(at.getTime() + position * 1000),
      run,
      plan: stored.key,
      position,
      outcome,
    })),
  );
  await openPlans(database).setState(stored.key, 'applied');
  return stored;
}

function done(identity: string, system?: string): Outcome {
  return { type: 'done', operation: update(identity, system), milliseconds: 12 };
}

function failed(identity: string, code: string): Outcome {
  const failure = { kind: 'invalid', code, message: 'no', remedy: 'mend it' } as const;
  return { type: 'failed', operation: update(identity), failure, milliseconds: 3 };
}

async function people(database: Database, query: Partial<OutcomeQuery>): Promise<string[]> {
  const rows = openLedger(database).outcomes({ limit: 100, ...query });
  return (await Array.fromAsync(rows)).map(({ operation }) => operation.identity);
}

/** @param open Opens a store of its own, with migrations applied. */
export function logContract(open: () => Promise<Database>): void {
  describe('the log', () => {
    it('keeps what was planned from, by which rules, and what went over the wire', async () => {
      await using database = await open();
      await database.run(
        "insert into progress (system, kind, read_at) values ('entra', 'user', ?)",
        [MORNING.getTime()],
      );
      const exchanges =
        '[{"method":"PATCH","path":"/Users/ada","milliseconds":9,"status":200,"attempt":2}]';
      const outcome: Outcome = { ...done('ada'), wire: { attempts: 2, exchanges } } as Outcome;
      const stored = await applied(database, 'r', [outcome], { evidence: [EVIDENCE] });
      const query = { limit: 1, entry: `${stored.key.slice(0, 9)}.0` };
      expect(await Array.fromAsync(openLedger(database).details(query))).toEqual([
        {
          entry: `${stored.key}.0`,
          at: MORNING,
          run: 'r',
          plan: stored.key,
          type: 'done',
          operation: update('ada'),
          milliseconds: 12,
          attempts: 2,
          evidence: EVIDENCE,
          made: {
            id: stored.id,
            createdAt: MORNING,
            configVersion: 'v1',
            sources: [{ system: 'entra', kind: 'user', readAt: MORNING }],
            rules: RULES,
          },
          exchanges: [
            { attempt: 2, method: 'PATCH', path: '/Users/ada', milliseconds: 9, status: 200 },
          ],
        },
      ]);
    });

    it('is asked by person, system, run, code, result, time and entry', async () => {
      await using database = await open();
      const first = await applied(database, 'r1', [
        done('ada'),
        failed('grace', 'conflict'),
        failed('edsger', 'forbidden'),
      ]);
      await applied(database, 'r2', [done('ada', 'hr')], { at: later(1), target: 'hr' });
      expect(await people(database, {})).toEqual(['ada', 'edsger', 'grace', 'ada']);
      expect(await people(database, { identity: 'ada' })).toEqual(['ada', 'ada']);
      expect(await people(database, { target: 'hr' })).toEqual(['ada']);
      expect(await people(database, { run: 'r1' })).toEqual(['edsger', 'grace', 'ada']);
      expect(await people(database, { run: 'lost' })).toEqual([]);
      expect(await people(database, { code: 'conflict' })).toEqual(['grace']);
      expect(await people(database, { type: 'failed' })).toEqual(['edsger', 'grace']);
      expect(await people(database, { since: later(0.5) })).toEqual(['ada']);
      expect(await people(database, { until: later(0.5) })).toEqual(['edsger', 'grace', 'ada']);
      expect(await people(database, { entry: `${first.key}.1` })).toEqual(['grace']);
      expect(await people(database, { entry: `${first.key}.7` })).toEqual([]);
      expect(await people(database, { entry: 'nothing like it' })).toEqual([]);
      expect(await people(database, { limit: 2 })).toEqual(['ada', 'edsger']);
    });

    it('asks how a plan was made once, however many were carried out side by side', async () => {
      await using database = await open();
      const outcomes = ['ada', 'grace', 'edsger'].map((name) => done(name));
      await applied(database, 'r1', outcomes);
      // Their operations ended in the same seconds.
      await applied(database, 'r2', outcomes, { target: 'hr' });
      let makings = 0;
      const counting: Database = {
        ...database,
        all: (sql, parameters) => {
          if (sql.includes('left join plan_basis')) makings++;
          return database.all(sql, parameters);
        },
      };
      const details = await Array.fromAsync(openLedger(counting).details({ limit: 10 }));
      expect(new Set(details.map(({ plan: key }) => key)).size).toBe(2);
      expect(new Set(details.slice(0, 2).map(({ run }) => run)).size).toBe(2);
      expect(makings).toBe(2);
    });

    it('of people without evidence says what the operation says', async () => {
      await using database = await open();
      await applied(database, 'r', [done('ada')]);
      const [detail] = await Array.fromAsync(openLedger(database).details({ limit: 1 }));
      expect([detail?.evidence, detail?.exchanges, detail?.attempts]).toEqual([
        undefined,
        [],
        undefined,
      ]);
    });
  });

  describe('what is old', () => {
    async function pruned(database: Database, before: Date): Promise<void> {
      const cut = { applied: before, unapplied: before };
      while (await openPlans(database).prune(cut, 1000));
    }

    it('goes with its outcomes, its operations and its rules, a plan at a time', async () => {
      await using database = await open();
      await applied(database, 'r1', [done('ada'), done('grace')]);
      await applied(database, 'r2', [done('edsger')], { at: later(1) });
      await applied(database, 'r3', [done('barbara')], { at: later(2) });
      await pruned(database, later(2));
      expect(await people(database, {})).toEqual(['barbara']);
      const rows = async (table: string) => (await database.all(`select * from ${table}`)).length;
      expect([await rows('plan'), await rows('plan_operation'), await rows('plan_basis')]).toEqual([
        1, 1, 1,
      ]);
    });

    it('is still known to have been: a target is new only once', async () => {
      await using database = await open();
      const only = await applied(database, 'r1', [done('ada')]);
      await pruned(database, later(30));
      expect(await people(database, {})).toEqual([]);
      const plans = openPlans(database);
      expect(await plans.everApplied('ramp')).toBe(true);
      expect(await plans.current('ramp')).toMatchObject({ key: only.key, state: 'applied' });
      expect(await plans.prune({ applied: later(30), unapplied: later(30) }, 1000)).toBe(false);
    });

    it('says nothing of everybody where it was for some: the plan before it is kept', async () => {
      await using database = await open();
      const plans = openPlans(database);
      await applied(database, 'r1', [done('ada')], { partial: true });
      expect(await plans.everApplied('ramp')).toBe(false);
      await applied(database, 'r2', [done('ada')], { at: later(1) });
      await plan(database, [], { at: later(2) });
      await applied(database, 'r3', [done('ada')], { at: later(3), partial: true });
      await pruned(database, later(30));
      expect(await plans.everApplied('ramp')).toBe(true);
    });

    it('stays while it is held, however much of it was carried out', async () => {
      await using database = await open();
      const held = await plan(database, [update('ada'), update('grace')], { state: 'held' });
      await openLedger(database).recordOutcomes([
        { at: MORNING, run: 'r', plan: held.key, position: 0, outcome: done('ada') },
      ]);
      await pruned(database, later(30));
      const left = await Array.fromAsync(openPlans(database).leftContent(held.key, 10));
      expect(left.flat().map(({ identity }) => identity)).toEqual(['grace']);
    });

    it('goes sooner when nobody will ever apply it', async () => {
      await using database = await open();
      const plans = openPlans(database);
      const first = await plan(database, [update('ada')], { state: 'held' });
      await plan(database, [update('ada'), update('grace')], { at: later(1), state: 'held' });
      await plans.prune({ applied: new Date(0), unapplied: later(1) }, 1000);
      expect(await plans.byKey(first.key)).toBeUndefined();
      expect(await Array.fromAsync(plans.content(first.key, 10))).toEqual([]);
      expect(await plans.current('ramp')).toMatchObject({ state: 'held' });
    });

    it('goes a part at a time where there is much of it', async () => {
      await using database = await open();
      const many = Array.from({ length: 5 }, (_, index) => done(`p${index}`));
      await applied(database, 'r1', many);
      await applied(database, 'r2', [done('ada')], { at: later(1) });
      const cut = { applied: later(1), unapplied: later(1) };
      expect(await openPlans(database).prune(cut, 7)).toBe(true);
      expect(await openPlans(database).prune(cut, 7)).toBe(false);
      expect(await people(database, {})).toEqual(['ada']);
    });

    it('of runs goes as well, but the newest run is always known', async () => {
      await using database = await open();
      const ledger = openLedger(database);
      await ledger.beginRun('r1', MORNING, 'command');
      await ledger.beginRun('r2', later(1), 'command');
      await ledger.forgetRuns(later(30));
      expect((await ledger.runs(10)).map(({ id }) => id)).toEqual(['r2']);
    });
  });
}
