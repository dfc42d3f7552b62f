/**
 * Readings, from their first page to their end. Every page is one or several short transactions, of
 * which the last one saves the watermark; a process may die between any two of them.
 */

import type { ChangePage } from '../connectors/spi/index.ts';
import type { IdentityRecord, ObjectKind, SystemName } from '../identity/record.ts';
import { completeReading } from './absences.ts';
import { absorbRecords, absorbWorkedOut, prepare } from './absorb.ts';
import { absorbAssignments } from './assignments.ts';
import type { Context } from './context.ts';
import type { Foresight } from './foresight.ts';
import { mergeAnew } from './markers.ts';
import { absorbMembers } from './members.ts';
import type { Rejection, StoredReading, Tally, Withheld } from './reading-storage.ts';
import { RECORDS_PER_STEP, type RecordStep, type Step, type Steps } from './steps.ts';
import type { Reading, ReadingResult } from './warehouse.ts';

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
  const [open, before] = await Promise.all([
    store.openReading(system, kind),
    store.progress(system, kind),
  ]);
  if (open?.reachedEnd) await completeReading(context, open);
  else if (open?.mode === 'full' && open.resumable && mode === 'changes') {
    return { id: open.id, system, kind, mode: 'full', continued: true };
  }
  const progress = open?.reachedEnd ? await store.progress(system, kind) : before;
  const keep = progress?.withheld?.reading;
  const prune = (): Promise<boolean> => store.pruneReadings(system, kind, keep, PRUNED_PER_STEP);
  const [id, more] = await store.transaction(async () => {
    if (open && !open.reachedEnd) await store.closeReading(open.id, now().getTime());
    return Promise.all([store.insertReading({ system, kind, mode }, now().getTime()), prune()]);
    // What is lost with the power before its end is read again.
  }, 'process');
  for (let some = more; some; ) some = await store.transaction(prune);
  return { id, system, kind, mode };
}

/** What can be worked on while the database writes. */
export interface Meanwhile {
  readonly foresight: Foresight;
  readonly steps: Steps;
  /** The page after this one, if it is there. */
  readonly following: () => ChangePage | undefined;
}

export async function absorbPage(
  context: Context,
  reading: Reading,
  page: ChangePage,
  { foresight, steps: cut, following }: Meanwhile,
): Promise<void> {
  const { store } = context;
  const steps = cut.of(page);
  const last = steps.at(-1);
  const doubts: Withheld[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.type === 'assignments') {
      const { tally, withheld: doubted } = await absorbAssignments(
        context,
        step.change,
        reading.id,
      );
      await store.transaction(() => store.addToReading(reading.id, tally));
      if (doubted) doubts.push(doubted);
      continue;
    }
    const next = (): Step | undefined => {
      if (step !== last) return steps[index + 1];
      const after = following();
      return after && cut.ahead(after)[0];
    };
    await store.transaction(async () => {
      const ended = step === last ? () => savePage(context, reading, page) : nothing;
      if (step.type === 'members') {
        await absorbMemberStep(context, reading, step);
        await ended();
      } else await absorbRecordStep(context, reading, step, { foresight, next, ended });
    }, 'process');
  }
  if (last === undefined || last.type === 'assignments') {
    await store.transaction(async () => {
      if (last) await store.setWithheld(reading.system, reading.kind, together(doubts));
      await savePage(context, reading, page);
    }, 'process');
  }
}

const nothing = async (): Promise<void> => undefined;

function together(doubts: readonly Withheld[]): Withheld | undefined {
  const [first] = doubts;
  return (
    first && {
      reading: first.reading,
      absent: doubts.reduce((sum, { absent }) => sum + absent, 0),
      before: doubts.reduce((sum, { before }) => sum + before, 0),
    }
  );
}

async function absorbMemberStep(
  context: Context,
  reading: Reading,
  { changes }: Extract<Step, { readonly type: 'members' }>,
): Promise<void> {
  for (const change of changes) await absorbMembers(context, change, reading.id);
}

interface Around {
  readonly foresight: Foresight;
  readonly next: () => Step | undefined;
  /** Saves what the page says, where the step is its last. */
  readonly ended: () => Promise<unknown>;
}

async function absorbRecordStep(
  context: Context,
  reading: Reading,
  step: RecordStep,
  { foresight, next, ended }: Around,
): Promise<void> {
  const { store } = context;
  const marks = marksOf(context, reading);
  // It fails where it is waited for.
  marks.catch(() => undefined);
  const work = await foresight.workedOut(context, step);
  const following = next();
  const goOn = await foresight.ahead(
    context,
    following?.type === 'records' ? following : undefined,
    work.space,
  );
  // Behind the message to the database, which is sent before.
  const meanwhile = (): unknown => setImmediate(goOn);
  const { tally, sighted, rejected } = await absorbWorkedOut(
    context,
    work,
    reading.id,
    meanwhile,
  ).finally(goOn);
  const ids = sighted
    .filter(({ system, kind }) => system === reading.system && kind === reading.kind)
    .map(({ id }) => id);
  const counted = await marks;
  await store.trailing(() =>
    Promise.all([
      ...counted.map((mark) => store.addSightings(mark, ids)),
      store.addToReading(reading.id, tally),
      store.saveRejections(reading.id, rejected),
      ended(),
    ]),
  );
}

/** What comes back after a reading that was not believed must not fall with it later. */
async function marksOf(
  { store }: Context,
  { id, system, kind }: Reading,
): Promise<readonly number[]> {
  const withheld = (await store.progress(system, kind))?.withheld;
  return withheld && withheld.reading !== id ? [id, withheld.reading] : [id];
}

/** Records met outside of a reading. */
export async function observe(context: Context, records: readonly IdentityRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += RECORDS_PER_STEP) {
    const changes = records
      .slice(from, from + RECORDS_PER_STEP)
      .map((record) => ({ type: 'present', record }) as const);
    await context.store.transaction(
      () => absorbRecords(context, prepare(context, changes)),
      'process',
    );
  }
}

async function savePage(
  { store, now }: Context,
  { id, system, kind, mode }: Reading,
  { watermark, complete }: ChangePage,
): Promise<void> {
  const marked = watermark !== undefined || complete;
  await Promise.all([
    watermark !== undefined && store.setWatermark(system, kind, watermark),
    watermark !== undefined && mode === 'changes' && store.setReadAt(system, kind, now().getTime()),
    marked &&
      store.markReading(id, {
        ...(watermark !== undefined && { resumable: true }),
        ...(complete && { reachedEnd: true }),
      }),
  ]);
}

export async function endReading(
  context: Context,
  { id, mode }: Reading,
  complete: boolean,
): Promise<ReadingResult> {
  const { store, now } = context;
  const stored = await store.transaction(async () => {
    const found = await store.reading(id);
    if (found === undefined || found.ended) return found;
    if (found.reachedEnd) return found;
    if (mode === 'full' && complete) {
      // Known before the first absence is absorbed, so that a process that dies now goes on with it.
      await store.markReading(id, { reachedEnd: true });
      return { ...found, reachedEnd: true };
    }
    await store.closeReading(id, now().getTime());
    return { ...found, ended: true };
  });
  // Another process began the same reading meanwhile: it is that one's to say who is absent.
  if (stored === undefined) return { ...NOTHING, rejected: [], rejectedCount: 0 };
  const withheld = stored.ended ? undefined : await completeReading(context, stored);
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
