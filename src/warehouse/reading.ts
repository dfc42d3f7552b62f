/**
 * Readings, from their first page to their end. Every page is one or several short transactions, of
 * which the last one saves the watermark; a process may die between any two of them.
 */

import type { ChangePage } from '../connectors/spi/index.ts';
import type { Change, IdentityRecord, ObjectKind, SystemName } from '../identity/record.ts';
import { completeReading } from './absences.ts';
import { absorbRecords, type RecordChange } from './absorb.ts';
import { absorbAssignments } from './assignments.ts';
import type { Context } from './context.ts';
import { mergeAnew } from './markers.ts';
import { absorbMembers } from './members.ts';
import type { Rejection, StoredReading, Tally, Withheld } from './storage.ts';
import type { Reading, ReadingResult } from './warehouse.ts';

/** Records of one transaction: about 10 ms. */
const RECORDS_PER_STEP = 250;
const MEMBERS_PER_STEP = 500;
const MOST_REJECTIONS = 100;
const PRUNED_PER_STEP = 2000;

export async function beginReading(
  context: Context,
  system: SystemName,
  kind: ObjectKind,
  mode: Reading['mode'],
): Promise<Reading> {
  const { store, now } = context;
  while (await mergeAnew(context));
  const open = await store.openReading(system, kind);
  if (open?.reachedEnd) await completeReading(context, open);
  else if (open?.mode === 'full' && open.resumable && mode === 'changes') {
    return { id: open.id, system, kind, mode: 'full', continued: true };
  } else if (open) await store.closeReading(open.id, now().getTime());
  const id = await store.transaction(() =>
    store.insertReading({ system, kind, mode }, now().getTime()),
  );
  const keep = (await store.progress(system, kind))?.withheld?.reading;
  while (await store.transaction(() => store.pruneReadings(system, kind, keep, PRUNED_PER_STEP)));
  return { id, system, kind, mode };
}

export async function absorbPage(
  context: Context,
  reading: Reading,
  page: ChangePage,
): Promise<void> {
  const { store } = context;
  const withheld = (await store.progress(reading.system, reading.kind))?.withheld;
  // What comes back after a reading that was not believed must not fall with it later.
  const marks =
    withheld && withheld.reading !== reading.id ? [reading.id, withheld.reading] : [reading.id];
  const steps = inSteps(page.changes);
  const last = steps.at(-1);
  const ends = last === undefined || last.type === 'assignments';
  for (const step of steps) {
    if (step.type === 'assignments') {
      const { tally, withheld: doubted } = await absorbAssignments(
        context,
        step.change,
        reading.id,
      );
      await store.transaction(async () => {
        await store.addToReading(reading.id, tally);
        await store.setWithheld(reading.system, reading.kind, doubted);
      });
      continue;
    }
    await store.transaction(async () => {
      await absorbStep(context, reading, marks, step);
      if (step === last) await savePage(context, reading, page);
    });
  }
  if (ends) await store.transaction(() => savePage(context, reading, page));
}

/** Records met outside of a reading. */
export async function observe(context: Context, records: readonly IdentityRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += RECORDS_PER_STEP) {
    const changes = records
      .slice(from, from + RECORDS_PER_STEP)
      .map((record) => ({ type: 'present', record }) as const);
    await context.store.transaction(() => absorbRecords(context, changes));
  }
}

type Step =
  | { readonly type: 'records'; readonly changes: RecordChange[] }
  | { readonly type: 'members'; readonly changes: Extract<Change, { type: 'members' }>[] }
  | { readonly type: 'assignments'; readonly change: Extract<Change, { type: 'assignments' }> };

/** A page in its own order, cut where a transaction would become long. */
function inSteps(changes: readonly Change[]): readonly Step[] {
  const steps: Step[] = [];
  let room = 0;
  for (const change of changes) {
    const last = steps.at(-1);
    if (change.type === 'assignments') {
      steps.push({ type: 'assignments', change });
    } else if (change.type === 'members') {
      for (const part of split(change)) {
        const size = part.added.length + part.removed.length;
        const current = steps.at(-1);
        if (current?.type === 'members' && room >= size) {
          current.changes.push(part);
          room -= size;
        } else {
          steps.push({ type: 'members', changes: [part] });
          room = MEMBERS_PER_STEP - size;
        }
      }
    } else if (last?.type === 'records' && last.changes.length < RECORDS_PER_STEP) {
      last.changes.push(change);
    } else {
      steps.push({ type: 'records', changes: [change] });
    }
  }
  return steps;
}

function* split(
  change: Extract<Change, { type: 'members' }>,
): Generator<Extract<Change, { type: 'members' }>> {
  const { added, removed } = change;
  const longest = Math.max(added.length, removed.length);
  if (longest <= MEMBERS_PER_STEP) return yield change;
  for (let from = 0; from < longest; from += MEMBERS_PER_STEP) {
    const to = from + MEMBERS_PER_STEP;
    yield { ...change, added: added.slice(from, to), removed: removed.slice(from, to) };
  }
}

async function absorbStep(
  context: Context,
  reading: Reading,
  marks: readonly number[],
  step: Exclude<Step, { readonly type: 'assignments' }>,
): Promise<void> {
  const { store } = context;
  if (step.type === 'members') {
    // With an unbelieved reading pending, members count as shown by that one.
    for (const change of step.changes) {
      await absorbMembers(
        context,
        change,
        reading.mode === 'full' ? reading.id : Math.min(...marks),
      );
    }
    return;
  }
  const { tally, sighted, rejected } = await absorbRecords(context, step.changes, reading.id);
  const ids = sighted
    .filter(({ system, kind }) => system === reading.system && kind === reading.kind)
    .map(({ id }) => id);
  await Promise.all([
    ...marks.map((mark) => store.addSightings(mark, ids)),
    store.addToReading(reading.id, tally),
    store.saveRejections(reading.id, rejected),
  ]);
}

async function savePage(
  { store, now }: Context,
  { id, system, kind, mode }: Reading,
  { watermark, complete }: ChangePage,
): Promise<void> {
  if (watermark !== undefined) {
    await store.setWatermark(system, kind, watermark);
    if (mode === 'changes') await store.setReadAt(system, kind, now().getTime());
  }
  if (watermark !== undefined || complete) {
    await store.markReading(id, {
      ...(watermark !== undefined && { resumable: true }),
      ...(complete && { reachedEnd: true }),
    });
  }
}

export async function endReading(
  context: Context,
  { id, mode }: Reading,
  complete: boolean,
): Promise<ReadingResult> {
  const { store, now } = context;
  let stored = await store.reading(id);
  if (!stored) throw new Error(`reading ${id} is not open`);
  if (mode === 'full' && complete && !stored.reachedEnd) {
    // Known before the first absence is absorbed, so that a process that dies now goes on with it.
    await store.markReading(id, { reachedEnd: true });
    stored = { ...stored, reachedEnd: true };
  }
  const withheld = stored.reachedEnd
    ? await completeReading(context, stored)
    : await store.closeReading(id, now().getTime()).then(() => undefined);
  return result(context, stored, withheld);
}

async function result(
  { store }: Context,
  { id, system, kind }: StoredReading,
  doubted: Withheld | undefined,
): Promise<ReadingResult> {
  const [closed, progress, { count, rejections }] = await Promise.all([
    store.reading(id),
    store.progress(system, kind),
    store.rejections(id, MOST_REJECTIONS),
  ]);
  const withheld = doubted ?? progress?.withheld;
  return {
    ...(closed?.tally ?? NOTHING),
    ...(withheld && { withheld: { absent: withheld.absent, before: withheld.before } }),
    rejected: rejections.map(({ ref, code, message }: Rejection) => ({ ref, code, message })),
    rejectedCount: count,
  };
}

const NOTHING: Tally = { seen: 0, added: 0, changed: 0, removed: 0 };
