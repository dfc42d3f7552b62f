/** What plans and the ledger keep, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import { ordering } from '../plan/order.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlanClosing } from '../plan/plans.ts';
import type { Database } from './database.ts';
import { openPlans } from './plans.ts';
import { openLedger } from './runs.ts';

const createdAt = new Date('2026-03-02T08:00:00Z');

function create(identity: string, after: readonly string[] = []): Operation {
  return {
    id: `o-${identity}`,
    identity,
    label: `${identity}@contoso.com`,
    system: 'ramp',
    kind: 'user',
    reason: 'entered-scope',
    cause: 'changed',
    generation: 1,
    after,
    origins: {},
    action: 'create',
    attributes: { userName: identity },
    match: { userName: identity },
    failedBefore: { code: 'throttled', attempts: 2, firstFailedAt: createdAt },
  };
}

function titled(identity: string, title: string): Operation {
  const {
    action: _,
    attributes: __,
    match: ___,
    ...intent
  } = {
    attributes: {},
    match: {},
    ...create(identity),
  };
  return {
    ...intent,
    id: `o-${identity}-${title}`,
    action: 'update',
    target: { system: 'ramp', kind: 'user', id: identity },
    precondition: { held: {}, touched: ['title'] },
    changes: [{ path: 'title', after: title }],
  };
}

function closing(operations: readonly Operation[], rest: Partial<PlanClosing> = {}): PlanClosing {
  const order = ordering();
  for (const operation of operations) order.add(operation);
  return {
    id: operations.map(({ id }) => id).join(),
    state: 'ready',
    counts: { create: operations.length },
    considered: operations.length,
    managed: 0,
    holds: [],
    order: order.order(),
    partial: false,
    heldSince: new Date(0),
    ...rest,
  };
}

/** @param open Opens a store of its own, with migrations applied. */
export function ledgerContract(open: () => Promise<Database>): void {
  async function planned(
    database: Database,
    operations: readonly Operation[],
    rest: Partial<PlanClosing> = {},
  ) {
    const plans = openPlans(database);
    const key = await plans.begin('ramp', 'v1', createdAt);
    await plans.append(key, 0, operations, []);
    return plans.close(key, closing(operations, rest));
  }

  describe('a stored plan', () => {
    it('comes back level by level, and in the order of planning', async () => {
      await using database = await open();
      const operations = [create('edsger', ['grace']), create('ada'), create('grace', ['ada'])];
      const plan = await planned(database, operations);
      const plans = openPlans(database);
      const read = (await Array.fromAsync(plans.operations(plan.key, 2))).flat();
      expect(read).toEqual([
        { position: 1, level: 0, awaited: true, operation: operations[1] },
        { position: 2, level: 1, awaited: true, operation: operations[2] },
        { position: 0, level: 2, awaited: false, operation: operations[0] },
      ]);
      expect((await Array.fromAsync(plans.content(plan.key, 2))).flat()).toEqual(operations);
      expect(await plans.find(plan.id.slice(0, 4))).toEqual(plan);
      expect(await plans.current('ramp')).toEqual(plan);
    });

    it('gives way to the next one, but not to one for some people only', async () => {
      await using database = await open();
      const plans = openPlans(database);
      const held = { state: 'held', holds: [{ guard: 'first-run', message: 'look' }] } as const;
      const first = await planned(database, [create('ada')], held);
      await planned(database, [create('grace')], { partial: true });
      expect(await plans.current('ramp')).toMatchObject({ key: first.key, state: 'held' });
      const second = await planned(database, [create('ada'), create('grace')], held);
      expect(await plans.byKey(first.key)).toMatchObject({ state: 'superseded' });
      expect(await plans.current('ramp')).toMatchObject({ key: second.key, state: 'held' });
    });

    it('that is held keeps its age when the next says the same', async () => {
      await using database = await open();
      const held = { state: 'held', holds: [{ guard: 'first-run', message: 'look' }] } as const;
      const first = await planned(database, [create('ada')], held);
      expect(await planned(database, [create('ada')], held)).toEqual(first);
    });

    it('for everybody is kept although one that is held for some people says the same', async () => {
      await using database = await open();
      const held = {
        state: 'held',
        holds: [{ guard: 'identifier-swap', message: 'look' }],
      } as const;
      await planned(database, [create('ada')], { ...held, partial: true });
      const whole = await planned(database, [create('ada')], held);
      expect(await openPlans(database).current('ramp')).toEqual(whole);
    });

    it('that was never closed leaves nothing behind', async () => {
      await using database = await open();
      const plans = openPlans(database);
      const lost = await plans.begin('ramp', 'v1', createdAt);
      await plans.append(lost, 0, [create('ada')], []);
      await plans.begin('ramp', 'v1', createdAt);
      expect(await plans.byKey(lost)).toBeUndefined();
      expect(await plans.current('ramp')).toBeUndefined();
    });
  });

  describe('the ledger', () => {
    it('tells what became of operations, the newest first', async () => {
      await using database = await open();
      const ledger = openLedger(database);
      const operations = [create('ada'), create('grace')];
      const plan = await planned(database, operations);
      const [ada = create('ada'), grace = create('grace')] = operations;
      const common = { run: 'r', plan: plan.key };
      await ledger.recordOutcomes([
        {
          ...common,
          position: 0,
          at: createdAt,
          outcome: { type: 'done', operation: ada, milliseconds: 3 },
        },
        {
          ...common,
          position: 1,
          at: new Date(createdAt.getTime() + 1),
          outcome: {
            type: 'failed',
            operation: grace,
            failure: { kind: 'invalid', code: 'refused-by-target', message: 'no' },
            milliseconds: 4,
          },
        },
      ]);
      const all = await Array.fromAsync(ledger.outcomes({ limit: 10 }));
      expect(all.map(({ operation, type }) => [operation.identity, type])).toEqual([
        ['grace', 'failed'],
        ['ada', 'done'],
      ]);
      const failed = await Array.fromAsync(
        ledger.outcomes({ limit: 10, code: 'refused-by-target' }),
      );
      expect(failed).toMatchObject([{ failure: { message: 'no' }, operation: grace }]);
      const hers = {
        limit: 10,
        identity: 'ada',
        target: 'ramp',
        run: 'r',
        since: createdAt,
      } as const;
      expect(await Array.fromAsync(ledger.outcomes(hers))).toHaveLength(1);
    });

    it('tells what was written to accounts since then, in order', async () => {
      await using database = await open();
      const ledger = openLedger(database);
      const operations = ['Analyst', 'Lead'].map((title) => titled('ada', title));
      const failing = titled('grace', 'Admiral');
      const plan = await planned(database, [...operations, failing]);
      const at = (position: number) => new Date(createdAt.getTime() + position);
      const common = { run: 'r', plan: plan.key };
      await ledger.recordOutcomes([
        ...operations.map((operation, position) => ({
          ...common,
          position,
          at: at(position),
          outcome: { type: 'done' as const, operation, milliseconds: 3 },
        })),
        {
          ...common,
          position: 2,
          at: at(2),
          outcome: {
            type: 'failed',
            operation: failing,
            failure: { kind: 'invalid', code: 'refused-by-target', message: 'no' },
            milliseconds: 4,
          },
        },
      ]);
      const [first, second] = ['Analyst', 'Lead'].map((after) => ({ path: 'title', after }));
      const people = ['ada', 'grace'];
      expect(await ledger.writtenSince('ramp', people, at(0))).toEqual(
        new Map([['ada', [first, second]]]),
      );
      expect(await ledger.writtenSince('ramp', people, at(1))).toEqual(
        new Map([['ada', [second]]]),
      );
      expect(await ledger.writtenSince('slack', people, at(0))).toEqual(new Map());
    });

    it('gives a lane to one holder at a time, with a token that only grows', async () => {
      await using database = await open();
      const ledger = openLedger(database);
      const until = new Date(createdAt.getTime() + 60_000);
      const holder = { host: 'a', pid: 1, processStart: '1' };
      expect(await ledger.lease('write/ramp')).toBeUndefined();
      expect(await ledger.takeLease('write/ramp', 0, holder, until)).toBe(1);
      expect(await ledger.takeLease('write/ramp', 0, holder, until)).toBeUndefined();
      expect(await ledger.lease('write/ramp')).toEqual({ token: 1, holder, until });
      expect(await ledger.renewLease('write/ramp', 1, until)).toBe(true);
      expect(await ledger.takeLease('write/ramp', 1, holder, until)).toBe(2);
      expect(await ledger.renewLease('write/ramp', 1, until)).toBe(false);
      await ledger.dropLease('write/ramp', 1);
      expect(await ledger.lease('write/ramp')).toMatchObject({ token: 2, holder });
      await ledger.dropLease('write/ramp', 2);
      expect(await ledger.lease('write/ramp')).toEqual({ token: 2, until: new Date(0) });
    });

    it('remembers health, releases and runs', async () => {
      await using database = await open();
      const ledger = openLedger(database);
      expect(await ledger.health('ramp')).toEqual({ state: 'well', attempts: 0 });
      const ill = {
        state: 'quarantined',
        code: 'denied',
        probeAt: createdAt,
        attempts: 1,
      } as const;
      await ledger.setHealth('ramp', ill);
      expect(await ledger.health('ramp')).toEqual(ill);

      await ledger.releaseAccount('ramp', 'ada', createdAt, 'rewrite');
      await ledger.releaseAccount('ramp', 'ada', createdAt, 'enable');
      expect(await ledger.releasedAccounts('ramp')).toEqual(new Map([['ada', 'enable']]));
      await ledger.spendRelease('ramp', ['ada']);
      expect(await ledger.releasedAccounts('ramp')).toEqual(new Map());

      await ledger.beginRun('r', createdAt, 'command');
      expect(await ledger.runs(1)).toEqual([{ id: 'r', startedAt: createdAt }]);
      const report = {
        run: 'r',
        verdict: 'done',
        startedAt: createdAt,
        milliseconds: 7,
        readings: [],
        targets: [],
      } as const;
      await ledger.endRun(report);
      const finishedAt = new Date(createdAt.getTime() + 7);
      expect(await ledger.runs(1)).toEqual([{ id: 'r', startedAt: createdAt, finishedAt, report }]);
    });
  });
}
