/** What the store keeps of drift, undone runs and pauses, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import { ordering } from '../plan/order.ts';
import type { Operation } from '../plan/plan.ts';
import type { DriftRow } from '../sync/reconcile-storage.ts';
import { openWarehouse } from '../warehouse/open.ts';
import type { Database } from './database.ts';
import { openDrift } from './drift.ts';
import { openPlans } from './plans.ts';
import { openLedger } from './runs.ts';
import { openUndo } from './undo.ts';
import { openWarehouseStore } from './warehouse.ts';

const at = new Date('2026-03-02T08:00:00Z');
const space = { target: 'ramp', kind: 'user' };

const ADA: DriftRow = {
  ...space,
  account: '1',
  path: 'title',
  type: 'changed',
  state: 'open',
  label: 'ada@contoso.com',
  identity: 'i-ada',
  asked: 'Analyst',
  answered: 'Analyst',
  current: { nested: ['Boss'] },
  changedAt: '2026-03-01T10:00:00Z',
  changedBy: 'root',
  since: at,
};

const NOBODY: DriftRow = {
  ...space,
  account: '2',
  type: 'orphan',
  state: 'open',
  label: 'stranger',
  person: { id: 'i-grace', label: 'grace@contoso.com' },
  note: 'two of them',
  since: at,
};

function update(identity: string, title: string): Operation {
  return {
    id: `${identity}-${title}`,
    identity,
    label: identity,
    system: 'ramp',
    kind: 'user',
    reason: 'source-changed',
    cause: 'changed',
    generation: 1,
    after: [],
    origins: {},
    action: 'update',
    target: { system: 'ramp', kind: 'user', id: identity },
    precondition: { held: {}, touched: [] },
    changes: [{ path: 'title', after: title }],
  };
}

/** A run that did these in their order, a millisecond after the other. */
async function ran(
  database: Database,
  run: string,
  operations: readonly Operation[],
): Promise<string> {
  const [plans, ledger] = [openPlans(database), openLedger(database)];
  await ledger.beginRun(run, at, 'command');
  const key = await plans.begin('ramp', 'v1', at);
  await plans.append(key, 0, operations, []);
  const order = ordering();
  for (const operation of operations) order.add(operation);
  await plans.close(key, {
    id: `plan-of-${run}`,
    state: 'ready',
    counts: { update: operations.length },
    considered: operations.length,
    managed: 1,
    holds: [],
    order: order.order(),
    partial: true,
    heldSince: at,
  });
  await ledger.recordOutcomes(
    operations.map((operation, position) => ({
      at: new Date(at.getTime() + position),
      run,
      plan: key,
      position,
      outcome: { type: 'done', operation, milliseconds: 1 },
    })),
  );
  return key;
}

/** @param open Opens a store of its own, with migrations applied. */
export function driftContract(open: () => Promise<Database>): void {
  it('drift is kept with its age and state, until a reconciliation does not find it', async () => {
    await using database = await open();
    const drift = openDrift(database);
    const first = await drift.begin(space, at);
    await drift.save(first.number, [ADA, NOBODY]);
    await drift.finish(space, first.number, at, []);
    expect(await Array.fromAsync(drift.rows({}))).toEqual([ADA, NOBODY]);
    expect(await Array.fromAsync(drift.rows({ ...space, types: ['orphan'] }))).toEqual([NOBODY]);
    expect(await drift.counts(space)).toEqual(
      expect.arrayContaining([
        { type: 'changed', path: 'title', state: 'open', count: 1 },
        { type: 'orphan', state: 'open', count: 1 },
      ]),
    );
    expect(await drift.last(space)).toMatchObject({ startedAt: at, finishedAt: at });

    await drift.setState([NOBODY], 'accepted');
    const later = new Date(at.getTime() + 1000);
    const second = await drift.begin(space, later);
    await drift.save(second.number, [{ ...NOBODY, since: later }]);
    await drift.finish(space, second.number, later, []);
    expect(await Array.fromAsync(drift.rows({}))).toEqual([{ ...NOBODY, state: 'accepted' }]);
    await drift.remove([NOBODY]);
    expect(await Array.fromAsync(drift.rows({}))).toEqual([]);
  });

  it('what was accepted stays as long as nobody could judge it', async () => {
    await using database = await open();
    const drift = openDrift(database);
    const first = await drift.begin(space, at);
    const added = { ...NOBODY, account: '3', type: 'member-added' } as const;
    await drift.save(first.number, [ADA, NOBODY, added]);
    await drift.setState([NOBODY, added], 'accepted');
    const accepted = [NOBODY, added].map((row) => ({ ...row, state: 'accepted' }));

    const second = await drift.begin(space, at);
    await drift.finish(space, second.number, at, ['orphan', 'member-added']);
    expect(await Array.fromAsync(drift.rows({}))).toEqual(accepted);

    const third = await drift.begin(space, at);
    await drift.seeAccepted(third.number, [added]);
    await drift.finish(space, third.number, at, []);
    expect(await Array.fromAsync(drift.rows({}))).toEqual([accepted[1]]);
  });

  it('of several accounts of nobody none is said to be the one person’s who would match them', async () => {
    await using database = await open();
    const drift = openDrift(database);
    const { person: _, note: __, ...nobody } = NOBODY;
    const edsger = { id: 'i-edsger', label: 'edsger@contoso.com' };
    const other = { ...nobody, account: '3', person: edsger };
    await drift.save(1, [NOBODY, other, { ...NOBODY, account: '4' }]);
    await drift.doubtRivals(space);
    const note = 'several accounts of nobody would match grace@contoso.com';
    expect(await Array.fromAsync(drift.rows({}))).toEqual([
      { ...nobody, note },
      other,
      { ...nobody, account: '4', note },
    ]);
  });

  it('a member of whom no more than the id is shown is the group that alone has it', async () => {
    await using database = await open();
    const rules = { sources: [], targets: [] };
    const world = { now: () => at, newId: () => 'i-new' };
    const warehouse = await openWarehouse(openWarehouseStore(database), rules, world);
    const ref = (kind: string, id: string) => ({ system: 'app', kind, id });
    const [everybody, team] = [ref('group', '1'), ref('group', '2')];
    const reading = await warehouse.beginReading('app', 'group', 'full');
    const [first, second] = [everybody, team].map((each) => ({ ref: each, attributes: {} }));
    if (first === undefined || second === undefined) throw new Error('two groups');
    const changes = [
      { type: 'present', record: first },
      { type: 'present', record: second },
      { type: 'members', group: everybody, added: [ref('user', '2')], removed: [] },
    ] as const;
    await warehouse.absorb(reading, { changes, complete: true });
    await warehouse.endReading(reading, true);
    await warehouse.link('app', 'i-everybody', first);
    await warehouse.link('app', 'i-team', second);
    const known = { group: 'i-everybody', member: 'i-team', isDue: false } as const;
    await warehouse.putMemberships('app', [{ ...known, held: { group: '1', member: '2' } }]);

    const drift = openDrift(database);
    expect(await drift.knownMembers('app', undefined, 10)).toMatchObject([{ isThere: true }]);
    const shown = await drift.shownMembers('app', undefined, 10);
    expect(shown).toEqual([
      {
        groupAccount: '1',
        memberAccount: { kind: 'group', id: '2' },
        shownAs: 'user',
        group: 'i-everybody',
        member: 'i-team',
        isKnown: true,
      },
    ]);
    expect(await drift.shownMembers('app', shown[0], 10)).toEqual([]);

    await warehouse.observe([{ ref: ref('user', '2'), attributes: {} }]);
    expect(await drift.knownMembers('app', undefined, 10)).toMatchObject([{ isThere: false }]);
    expect(await drift.shownMembers('app', undefined, 10)).toMatchObject([
      { memberAccount: { kind: 'user', id: '2' }, isKnown: false },
    ]);
  });

  it('drift that is being reverted stays until it is written', async () => {
    await using database = await open();
    const drift = openDrift(database);
    const first = await drift.begin(space, at);
    await drift.save(first.number, [ADA]);
    await drift.setState([ADA], 'reverting');
    const second = await drift.begin(space, at);
    await drift.finish(space, second.number, at, []);
    expect(await Array.fromAsync(drift.rows({}))).toEqual([{ ...ADA, state: 'reverting' }]);
  });

  it('accounts of nobody come by their ids', async () => {
    await using database = await open();
    const world = { now: () => at, newId: () => 'i-new' };
    const rules = { sources: [], targets: [] };
    const warehouse = await openWarehouse(openWarehouseStore(database), rules, world);
    const account = (id: string) => ({
      ref: { system: 'ramp', kind: 'user', id },
      attributes: { userName: id },
    });
    await warehouse.observe(['3', '1', '2'].map((id) => account(id)));
    const drift = openDrift(database);
    const ids = async (after: string) =>
      (await drift.nobodys(space, after, 2)).map(({ id, current }) => [id, current.userName]);
    expect(await ids('')).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    expect(await ids('2')).toEqual([['3', '3']]);
  });

  it('more rows than a page come all, in their order', async () => {
    await using database = await open();
    const drift = openDrift(database);
    const many = Array.from({ length: 1203 }, (_, index) => ({
      ...ADA,
      account: String(index).padStart(5, '0'),
    }));
    await drift.save(1, many);
    expect(await Array.fromAsync(drift.rows(space))).toEqual(many);
  });

  it('what a run did comes by identity, in the order in which it was done', async () => {
    await using database = await open();
    const undos = openUndo(database);
    const operations = [update('b', 'one'), update('a', 'two'), update('b', 'three')];
    const plan = await ran(database, 'run-1', operations);
    await ran(database, 'run-2', [update('a', 'other')]);
    expect(await undos.targetsOf('run-1')).toEqual([{ target: 'ramp', operations: 3 }]);
    const deeds = (await Array.fromAsync(undos.deeds('run-1', 'ramp', 1))).flat();
    expect(deeds).toEqual([
      { identity: 'a', operations: [operations[1]] },
      { identity: 'b', operations: [operations[0], operations[2]] },
    ]);
    expect(await database.all('select * from undo_step')).toEqual([]);
    expect(await openPlans(database).byKey(plan)).toMatchObject({ partial: true });
    expect(await undos.runsNamed('run-')).toHaveLength(2);
    expect(await undos.runsNamed('run-1')).toEqual(['run-1']);
  });

  it('a run is known to have undone another by the plan it applied', async () => {
    await using database = await open();
    const undos = openUndo(database);
    await ran(database, 'run-2', [update('a', 'back')]);
    expect(await undos.undoneBy('run-2')).toBeUndefined();
    await undos.note('plan-of-run-2', 'run-1', at);
    expect(await undos.undoneBy('run-2')).toBe('run-1');
    expect(await undos.runOf('plan-of-run-2')).toBe('run-1');
  });

  describe('people', () => {
    it('are paused under one configuration, until they are resumed', async () => {
      await using database = await open();
      const undos = openUndo(database);
      await undos.pause('ramp', ['a', 'b'], 'run-1', 'v1', at);
      expect(await undos.paused('ramp', ['a', 'b', 'c'], 'v1')).toEqual(new Set(['a', 'b']));
      expect(await undos.paused('ramp', ['a'], 'v2')).toEqual(new Set());
      expect(await undos.outdated('ramp', 'v2', 1)).toEqual(['a']);
      expect(await undos.outdated('ramp', 'v1', 10)).toEqual([]);
      await undos.resume('ramp', ['a']);
      expect(await undos.pausedBy('run-1', 10)).toEqual([
        { target: 'ramp', identity: 'b', run: 'run-1', at },
      ]);
      expect(await undos.pauseCount('ramp')).toBe(1);
    });

    it('whom we wrote lately are told from the others', async () => {
      await using database = await open();
      const drift = openDrift(database);
      await ran(database, 'run-1', [update('a', 'one')]);
      const since = (seconds: number) => new Date(at.getTime() + seconds * 1000);
      expect(await drift.writtenSince('ramp', since(-60), ['a', 'b'])).toEqual(new Set(['a']));
      expect(await drift.writtenSince('ramp', since(60), ['a'])).toEqual(new Set());
    });
  });
}
