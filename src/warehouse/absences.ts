/** What a reading that showed everything did not show is gone, provided that this is believable. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import { absorbRecords, prepare } from './absorb.ts';
import { acceptMissingAssignments } from './assignments.ts';
import type { Context } from './context.ts';
import { membersDue } from './members.ts';
import { membersMoved } from './membership-moves.ts';
import { isPlausible } from './plausible.ts';
import type { StoredReading, Withheld } from './reading-storage.ts';
import { nameWhoWaited } from './unique-heard.ts';

const ABSENT_PER_STEP = 150;
const LOOKED_AT_PER_STEP = 2000;

type Shown = Pick<StoredReading, 'id' | 'system' | 'kind'>;

/** Closes a reading that reached its end. Returns what was not believed. */
export async function completeReading(
  context: Context,
  reading: StoredReading,
): Promise<Withheld | undefined> {
  const { store, now } = context;
  const { id, system, kind } = reading;
  // Assignments are compared listing by listing, as they come.
  const doubted = kind === 'assignment' ? undefined : await doubt(context, reading);
  if (doubted === undefined && kind !== 'assignment')
    await absorbAbsences(context, reading, { believed: false });
  await store.transaction(async () => {
    if (kind !== 'assignment') await store.setWithheld(system, kind, doubted);
    await nameWhoWaited(context, system, kind);
    await store.setReadAt(system, kind, now().getTime());
    await store.closeReading(id, now().getTime());
  });
  return doubted;
}

/** A person says that what was withheld is really gone. Returns how many objects were. */
export async function acceptAbsences(
  context: Context,
  system: SystemName,
  kind: ObjectKind,
): Promise<number> {
  const { store, book } = context;
  const withheld = (await store.progress(system, kind))?.withheld;
  if (!withheld) return 0;
  let gone = 0;
  if (kind === 'assignment') {
    const applications = new Set(
      book.rules.targets.flatMap(({ assigned }) =>
        assigned?.system === system ? assigned.application : [],
      ),
    );
    for (const application of applications) {
      gone += await acceptMissingAssignments(context, { system, application }, withheld.reading);
    }
  } else {
    gone = await absorbAbsences(
      context,
      { id: withheld.reading, system, kind },
      { believed: true },
    );
  }
  await store.transaction(() => store.setWithheld(system, kind, undefined));
  return gone;
}

async function doubt(
  { store, book }: Context,
  reading: StoredReading,
): Promise<Withheld | undefined> {
  const { id, system, kind, tally } = reading;
  let absent = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof store.unseen>> = await store.unseen(
      reading,
      after,
      LOOKED_AT_PER_STEP,
    );
    absent += page.ids.length;
    after = page.last;
  }
  const [present, members] = await Promise.all([
    store.countPresent(system, kind),
    store.countMembers(system, kind, id),
  ]);
  const before = present - tally.added;
  const records = { seen: tally.seen, absent, before };
  const rows = {
    seen: members.all - members.unmarked,
    absent: members.unmarked,
    before: members.all,
  };
  // A group that lists nobody any more looks like a right that was lost.
  if (isPlausible(records, book.rules) && isPlausible(rows, book.rules)) return undefined;
  return { reading: id, absent: absent + members.unmarked, before: before + members.all };
}

async function absorbAbsences(
  context: Context,
  reading: Shown,
  { believed }: { readonly believed: boolean },
): Promise<number> {
  const { store } = context;
  const { id: mark, system, kind } = reading;
  let gone = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<typeof store.unseen>> = await store.unseen(
      reading,
      after,
      LOOKED_AT_PER_STEP,
    );
    for (let from = 0; from < page.ids.length; from += ABSENT_PER_STEP) {
      const ids = page.ids.slice(from, from + ABSENT_PER_STEP);
      await store.transaction(async () => {
        // Another process may have read them meanwhile, or given this reading up for its own.
        if (!believed && (await store.reading(mark))?.ended !== false) return;
        const still = await store.stillUnseen(reading, ids);
        const changes = still.map((id) => ({ type: 'absent', ref: { system, kind, id } }) as const);
        const { tally } = await absorbRecords(context, prepare(context, changes));
        await store.addToReading(mark, tally);
        gone += tally.removed;
      });
    }
    after = page.last;
  }
  for (;;) {
    const more = await store.transaction(async () => {
      if (!believed && (await store.reading(mark))?.ended !== false) return false;
      const rows = await store.unmarkedMembers(system, kind, mark, ABSENT_PER_STEP);
      await store.removeMembers(rows);
      await membersDue(context, rows);
      await membersMoved(context, [], rows);
      return rows.length > 0;
    });
    if (!more) return gone;
  }
}
