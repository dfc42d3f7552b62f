/** Two engines on one store: whoever lost the lease to the other writes nothing any more. */

import { describe, expect, it } from 'vitest';
import type { World } from '../../src/compose.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import type { Boundary, Engine } from '../../src/sync/engine.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { runSync } from '../../src/sync/run.ts';
import { status } from '../../src/sync/status.ts';
import { describeWithPostgres } from '../services/postgres.ts';
import { type Contoso, contoso, typedByHand } from './contoso.ts';

const elsewhere = { host: 'elsewhere', pid: 1, processStart: '1' };

/** Slept so long that another process took the lane; that one is gone again when `left` is called. */
async function takenOver(engine: Engine, lane: string): Promise<{ left(): Promise<void> }> {
  const until = new Date(engine.now().getTime() + 60_000);
  const seen = (await engine.ledger.lease(lane))?.token ?? 0;
  const token = await engine.ledger.takeLease(lane, seen, elsewhere, until);
  return { left: () => engine.ledger.dropLease(lane, token ?? 0) };
}

interface Story extends AsyncDisposable {
  readonly company: Contoso;
  readonly other: Engine;
  /** What the first one does once, when it has come so far. */
  at(name: Boundary, happens: () => Promise<void>): void;
}

async function twoEngines(world: Partial<World>): Promise<Story> {
  let waiting: { readonly name: Boundary; readonly happens: () => Promise<void> } | undefined;
  const boundary = async (name: Boundary) => {
    if (waiting?.name !== name) return;
    const { happens } = waiting;
    waiting = undefined;
    await happens();
  };
  const company = await contoso({ world: { ...world, boundary } });
  for (const name of ['ada.lovelace', 'grace.hopper']) company.hire({ name });
  const other = await company.another();
  return {
    company,
    other,
    at: (name, happens) => {
      waiting = { name, happens };
    },
    [Symbol.asyncDispose]: async () => {
      await other[Symbol.asyncDispose]();
      await company[Symbol.asyncDispose]();
    },
  };
}

async function absorbsNothing({ company, other, at }: Story): Promise<void> {
  let owner: { left(): Promise<void> } | undefined;
  at('page-absorbed', async () => {
    owner = await takenOver(other, 'read/entra');
  });
  await expect(company.run()).rejects.toMatchObject({ code: 'lease-lost' });
  expect(await other.warehouse.freshness()).toEqual([]);
  await owner?.left();
  const report = await runSync(other, { trigger: 'command' }, company.watch);
  expect(report.targets[0]?.done).toEqual({ create: 2 });
}

async function closesNothing({ company, other, at }: Story): Promise<void> {
  let owner: { left(): Promise<void> } | undefined;
  at('plan-batch-stored', async () => {
    owner = await takenOver(other, 'write/ramp');
  });
  await expect(company.run()).rejects.toMatchObject({ code: 'lease-lost' });
  expect(await other.plans.current('ramp')).toBeUndefined();
  await owner?.left();
  const report = await runSync(other, { trigger: 'command' }, company.watch);
  expect(report.targets[0]?.done).toEqual({ create: 2 });
}

/** Grace is to go ahead of Ada, and was marked with her before. */
async function unmarksNothing({ company, other, at }: Story): Promise<void> {
  const { warehouse } = company.engine;
  let id = '';
  let owner: { left(): Promise<void> } | undefined;
  at('marked-in-flight', async () => {
    id = (await warehouse.findPerson('grace.hopper@contoso.com'))[0]?.id ?? '';
    await warehouse.makeDue('ramp', [id], 'requested', true);
    company.clock.advance(1);
    owner = await takenOver(other, 'write/ramp');
  });
  await expect(company.run()).rejects.toMatchObject({ code: 'lease-lost' });
  expect((await other.warehouse.subject('ramp', id))?.inFlight).toBeDefined();
  await owner?.left();
}

async function leavesNothing({ company, other }: Story): Promise<void> {
  const { engine, watch } = company;
  await company.run();
  await typedByHand(company, 'stranger@fabrikam.com');
  const request = { system: 'ramp', trigger: 'command' } as const;
  await reconcile(engine, request, watch);
  const [row] = await Array.fromAsync(engine.drift.rows({ types: ['orphan'] }));
  let owner: { left(): Promise<void> } | undefined;
  const drift: Engine['drift'] = {
    ...engine.drift,
    rows: async function* (query) {
      if (query.types?.includes('orphan')) owner = await takenOver(other, 'write/ramp');
      yield* engine.drift.rows(query);
    },
  };
  const leave = { ...request, orphans: 'leave', account: row?.account ?? '' } as const;
  await expect(reconcile({ ...engine, drift }, leave, watch)).rejects.toMatchObject({
    code: 'lease-lost',
  });
  expect(await Array.fromAsync(other.drift.rows({ types: ['orphan'] }))).toEqual([row]);
  await owner?.left();
}

describe('whoever lost the lease', () => {
  it('takes nobody out of flight', async () => {
    await using story = await twoEngines({});
    await unmarksNothing(story);
  });

  it('settles no account of nobody', async () => {
    await using story = await twoEngines({});
    await leavesNothing(story);
  });

  it('absorbs no further page, and the other reads it all', async () => {
    await using story = await twoEngines({});
    await absorbsNothing(story);
  });

  it('is told who has it', async () => {
    await using story = await twoEngines({});
    await takenOver(story.other, 'write/ramp');
    const { lanes } = await status(story.company.engine);
    expect(lanes).toEqual([{ work: 'write', system: 'ramp', host: 'elsewhere', pid: 1 }]);
  });

  it('closes no plan, and the other makes its own', async () => {
    await using story = await twoEngines({});
    await closesNothing(story);
  });
});

describeWithPostgres('whoever lost the lease', (server) => {
  it.each([
    ['absorbs no further page', absorbsNothing],
    ['closes no plan', closesNothing],
  ])('%s, on PostgreSQL as well', { timeout: 30_000 }, async (_, happens) => {
    await using database = await openPostgres(await server().database(), 'default');
    await using story = await twoEngines({ database });
    await happens(story);
  });
});
