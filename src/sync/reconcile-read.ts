/**
 * Reads a target to its end and compares page by page what its accounts hold with what it answered
 * to us. Nothing of a page is kept; whoever is urgent is served between two pages.
 */

import { randomUUID } from 'node:crypto';
import type { ChangePage } from '../connectors/spi/index.ts';
import { type IdentityId, label } from '../identity/identity.ts';
import type { Attributes, AttributeValue, IdentityRecord } from '../identity/record.ts';
import { REDACTED } from '../mapping/redacted.ts';
import { type Drift, driftFinder } from '../plan/drift.ts';
import type { Target } from '../plan/target.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Engine, ReadingReport, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { readSource } from './read.ts';
import { type ComparedMembers, compareMembers } from './reconcile-members.ts';
import { type OrphanFinder, orphanFinder } from './reconcile-orphans.ts';
import type { DriftRow, Space, SpaceAccount } from './reconcile-storage.ts';
import type { OpenTarget } from './target.ts';
import { NOTHING_UNDER_WAY, urgentLane } from './urgent.ts';

const PAGE = 500;

export interface Compared {
  readonly reading: ReadingReport;
  /** Accounts the target showed. */
  readonly accounts: number;
  /** Without waiting for the target. */
  readonly ownMilliseconds: number;
  /** Of groups whose members are written, where the target shows them. */
  readonly members?: ComparedMembers;
}

export async function readAndCompare(
  open: OpenTarget,
  engine: Engine,
  watch: Watch,
): Promise<Compared> {
  const { target } = open;
  const { drift, now } = engine;
  const space: Space = { target: target.system, kind: target.kind };
  const { number, startedAt } = await drift.begin(space, now());
  const fresh = new Date(startedAt.getTime() - (target.traits.visibilityLagSeconds ?? 0) * 1000);
  const look = comparison(target, number, fresh, engine, watch);
  const timer = stopwatch(engine);
  let accounts = 0;
  const warehouse: Warehouse = {
    ...engine.warehouse,
    absorb: (reading, page, absorbing) =>
      timer.time(async () => {
        await engine.warehouse.absorb(reading, page, absorbing);
        accounts += page.changes.length;
        await look(page);
      }),
    endReading: (reading, complete, fence) =>
      timer.time(() => engine.warehouse.endReading(reading, complete, fence)),
  };
  const lane = urgentLane(open, engine, randomUUID(), watch);
  const job = jobOf(target, engine);
  const reader: Engine = {
    ...engine,
    warehouse,
    boundary: async (name) => {
      await engine.boundary(name);
      if (name === 'page-absorbed') await lane(NOTHING_UNDER_WAY);
    },
  };
  const reading = await readSource(job, reader, true, watch);
  let members: ComparedMembers | undefined;
  if (reading.result !== undefined) {
    await timer.time(async () => {
      if (reading.result?.withheld === undefined) {
        await listGone(space, number, engine, watch);
        members = await compareMembers(target, number, fresh, engine, watch);
      }
      const unjudged = unjudgedOf(reading, members);
      await fenced(engine, watch, () => drift.finish(space, number, now(), unjudged));
    });
  }
  await fenced(engine, watch, () => drift.doubtRivals(space));
  const compared = { reading, accounts, ownMilliseconds: timer.milliseconds() };
  return members === undefined ? compared : { ...compared, members };
}

/** What is not believed, or was not compared, is not gone. */
function unjudgedOf(
  { result }: ReadingReport,
  members: ComparedMembers | undefined,
): readonly DriftRow['type'][] {
  const compared = members !== undefined && members.withheld === undefined;
  return [
    ...(result?.withheld === undefined ? [] : (['orphan'] as const)),
    ...(compared ? [] : (['member-added', 'member-removed'] as const)),
  ];
}

/** All that a source reads of it, or everything: a narrower reading would take values away. */
function jobOf({ system, kind }: Target, { sources }: Engine): Engine['sources'][number] {
  const source = sources.find((each) => each.system === system && each.kind === kind);
  return { system, kind, attributes: source?.attributes ?? [], applications: [] };
}

function stopwatch({ now }: Engine): {
  time<Value>(work: () => Promise<Value>): Promise<Value>;
  milliseconds(): number;
} {
  let total = 0;
  return {
    time: async (work) => {
      const began = now().getTime();
      try {
        return await work();
      } finally {
        total += now().getTime() - began;
      }
    },
    milliseconds: () => total,
  };
}

/** Looks at the accounts of a page, as the connector space holds them now. */
function comparison(
  target: Target,
  number: number,
  fresh: Date,
  engine: Engine,
  watch: Watch,
): (page: ChangePage) => Promise<void> {
  const { drift, now } = engine;
  const { system, kind } = target;
  const space = { target: system, kind };
  const find = driftFinder(target);
  const orphans = orphanFinder(target, engine);
  const redacted = new Set(
    target.mapping.rows.flatMap((row) => (row.redacted ? [row.row.path] : [])),
  );
  const isMasked = (path: string) => redacted.has(path);
  return async (page) => {
    for (let from = 0; from < page.changes.length; from += PAGE) {
      const shown = shownIn(page.changes.slice(from, from + PAGE));
      if (shown.size === 0) continue;
      const held = new Map(
        [...shown].flatMap(([id, record]) => (record ? [[id, record.attributes] as const] : [])),
      );
      const accounts = await drift.accounts(space, [...shown.keys()], held);
      const rows = await rowsOf([...accounts.values()], {
        space,
        find,
        orphans,
        isMasked,
        shown,
        fresh,
        since: now(),
        engine,
      });
      // In one transaction: row by row would wait for the disk as many times.
      if (rows.length > 0) await fenced(engine, watch, () => drift.save(number, rows));
    }
  };
}

/** What a page says of each account; nothing where it only says what moved. */
type Shown = ReadonlyMap<string, IdentityRecord | undefined>;

function shownIn(changes: ChangePage['changes']): Shown {
  const shown = new Map<string, IdentityRecord | undefined>();
  for (const change of changes) {
    if (change.type === 'present') shown.set(change.record.ref.id, change.record);
    else if (change.type === 'patch') shown.set(change.ref.id, undefined);
  }
  return shown;
}

function modifiedOf(record: IdentityRecord | undefined): IdentityRecord['modified'] {
  if (record?.modified !== undefined) return record.modified;
  const meta = record?.attributes.meta;
  const at = typeof meta === 'object' && 'lastModified' in meta ? meta.lastModified : undefined;
  return typeof at === 'string' ? { at } : undefined;
}

interface Looking {
  readonly space: Space;
  readonly find: ReturnType<typeof driftFinder>;
  readonly orphans: OrphanFinder;
  readonly isMasked: (path: string) => boolean;
  readonly shown: Shown;
  readonly fresh: Date;
  readonly since: Date;
  readonly engine: Engine;
}

async function rowsOf(
  accounts: readonly SpaceAccount[],
  looking: Looking,
): Promise<readonly DriftRow[]> {
  const { space, find, orphans, shown, fresh, engine } = looking;
  const differing = accounts.flatMap((account) => {
    if (account.identity === undefined) return [];
    const { current, asked, answered, disabledByUs } = account;
    const drifts = find({ current, asked, answered, ...(disabledByUs && { disabledBy: 'us' }) });
    return drifts.length === 0 ? [] : [{ account, identity: account.identity, drifts }];
  });
  // What the target shows of somebody whom we wrote a moment ago may be from before.
  const written: ReadonlySet<IdentityId> = await engine.drift.writtenSince(
    space.target,
    fresh,
    differing.map(({ identity }) => identity),
  );
  const nobodys = accounts.filter(({ identity }) => identity === undefined);
  return [
    ...differing
      .filter(({ identity }) => !written.has(identity))
      .flatMap(({ account, drifts }) => drifts.map((each) => rowOf(account, each, looking))),
    ...(await orphans(nobodys)).map(({ account, person, note }) => ({
      ...common(account, looking, modifiedOf(shown.get(account.id))),
      type: 'orphan' as const,
      ...(person !== undefined && { person }),
      ...(note !== undefined && { note }),
    })),
  ];
}

function rowOf(account: SpaceAccount, drift: Drift, looking: Looking): DriftRow {
  const { type, path, asked, answered, current } = drift;
  const shownValue = (value: AttributeValue) => (looking.isMasked(path) ? REDACTED : value);
  return {
    ...common(account, looking, modifiedOf(looking.shown.get(account.id))),
    type,
    path,
    ...(asked !== undefined && { asked: shownValue(asked) }),
    ...(answered !== undefined && { answered: shownValue(answered) }),
    ...(current !== undefined && { current: shownValue(current) }),
  };
}

function common(
  { id, identity, current }: SpaceAccount,
  { space, since }: Pick<Looking, 'space' | 'since'>,
  modified: IdentityRecord['modified'] | undefined,
): Omit<DriftRow, 'type'> {
  return {
    ...space,
    account: id,
    state: 'open',
    label: accountLabel(id, current),
    ...(identity !== undefined && { identity }),
    ...(modified !== undefined && { changedAt: modified.at }),
    ...(modified?.by !== undefined && { changedBy: modified.by }),
    since,
  };
}

function accountLabel(id: string, current: Attributes): string {
  return label({ id, attributes: current });
}

/** Accounts of somebody that the target does not have any more. Their people are due by that alone. */
async function listGone(space: Space, number: number, engine: Engine, watch: Watch): Promise<void> {
  const { drift, now } = engine;
  for (let after = ''; ; ) {
    const accounts = await drift.gone(space, after, PAGE);
    const since = now();
    const rows = accounts.map((account) => ({
      ...common(account, { space, since }, undefined),
      type: 'gone' as const,
    }));
    if (rows.length > 0) await fenced(engine, watch, () => drift.save(number, rows));
    const last = accounts.at(-1);
    if (last === undefined || accounts.length < PAGE) return;
    after = last.id;
  }
}
