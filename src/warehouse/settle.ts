/** What became of subjects. Their accounts are remembered; who was planned from the last state rests. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectRef, SystemName } from '../identity/record.ts';
import { type Answer, recordAnswers } from './accounts.ts';
import type { Context } from './context.ts';
import type { DateRow, EscrowRow, NewDue, RefusalRow, SettledRow } from './due-storage.ts';
import { type LinkChange, writeLinks } from './history-write.ts';
import { matchKeys } from './keys.ts';
import { accountsDeleted } from './membership-moves.ts';
import { notesOut } from './rulebook.ts';
import type { Warehouse } from './warehouse.ts';

export type Settled = Parameters<Warehouse['settle']>[1][number];

/** Within a transaction. */
export async function settle(
  context: Context,
  target: SystemName,
  settled: readonly Settled[],
): Promise<void> {
  const { store, now } = context;
  const at = now().getTime();
  const answers: Answer[] = [];
  const deleted: IdentityId[] = [];
  const unlinked: (LinkChange & { readonly lost: ObjectRef })[] = [];
  const resting: SettledRow[] = [];
  const dated: DateRow[] = [];
  const escrows: EscrowRow[] = [];
  const refusals: RefusalRow[] = [];
  const waiting = new Map<IdentityId, readonly IdentityId[]>();
  for (const { subject, settlement } of settled) {
    const identity = subject.identity.id;
    const row = subject.due && { identity, generation: subject.due.generation };
    if (settlement.type === 'escrow') {
      const notBefore = settlement.notBefore?.getTime();
      if (row) {
        escrows.push({
          ...row,
          escrow: settlement.escrow,
          ...(notBefore !== undefined && { notBefore }),
        });
      }
      continue;
    }
    const againAt = 'againAt' in settlement ? settlement.againAt : undefined;
    if (row && againAt) dated.push({ ...row, at: againAt.getTime() });
    else if (row) resting.push(row);
    switch (settlement.type) {
      case 'settled':
        if (settlement.refused) refusals.push({ identity, ...settlement.refused, at });
        break;
      case 'written':
        answers.push({
          identity,
          record: settlement.record,
          asked: settlement.asked,
          disabled: settlement.disabledBy === 'us',
        });
        if (settlement.unresolved?.length) waiting.set(identity, settlement.unresolved);
        break;
      case 'deleted':
        deleted.push(identity);
        break;
      case 'unlinked':
        unlinked.push({ identity, lost: settlement.account });
        break;
    }
  }
  const all = settled.map(({ subject }) => subject.identity.id);
  const answered = [...answers.map(({ identity }) => identity), ...deleted];
  await Promise.all([
    store.settle(target, resting),
    store.settleToDate(target, dated),
    store.settleToEscrow(target, escrows),
    store.clearRefusals(target, all),
    store.saveRefusals(target, refusals),
    store.clearInFlight(target, answered),
    store.clearRefusedCreates(target, answered),
  ]);
  const taken = await recordAnswers(context, target, answers);
  await refuseTaken(context, target, taken, at);
  await forgetAccounts(context, target, deleted);
  await accountsDeleted(context, target, deleted);
  await store.unlink(unlinked.map(({ lost }) => lost));
  await writeLinks(context, unlinked);
  await waitOn(context, target, waiting);
  await settleOut(context, target, settled);
}

/** Whoever is out for the first time is noted, and whoever is not out any more is forgotten. */
async function settleOut(
  { store, book }: Context,
  target: SystemName,
  settled: readonly Settled[],
): Promise<void> {
  if (!notesOut(book, target)) return;
  const out: { readonly identity: IdentityId; readonly since: number }[] = [];
  const others: IdentityId[] = [];
  for (const { subject, settlement } of settled) {
    const identity = subject.identity.id;
    if (settlement.type === 'settled' && settlement.outSince !== undefined) {
      out.push({ identity, since: settlement.outSince.getTime() });
    } else if (settlement.type !== 'escrow') others.push(identity);
  }
  await store.noteOut(target, out);
  await store.forgetOut(target, others);
}

/** Nothing was written for them after all; a person has to look. */
async function refuseTaken(
  { store }: Context,
  target: SystemName,
  taken: ReadonlySet<IdentityId>,
  at: number,
): Promise<void> {
  await store.saveRefusals(
    target,
    [...taken].map((identity) => ({
      identity,
      code: 'account-taken',
      message: `${target} answered with an account that belongs to another identity`,
      at,
    })),
  );
}

/** We deleted them: no account is left, and one that comes back is a new one. */
async function forgetAccounts(
  context: Context,
  target: SystemName,
  deleted: readonly IdentityId[],
): Promise<void> {
  if (deleted.length === 0) return;
  const { store, book } = context;
  const records = await store.recordsIn(target, deleted);
  await writeLinks(
    context,
    records.flatMap(({ identity, ref, present }) =>
      present && identity !== undefined ? [{ identity, lost: ref }] : [],
    ),
  );
  // The record of a system that is read as well keeps its last values.
  const isSource = ({ ref }: { readonly ref: ObjectRef }): boolean =>
    book.source(ref.system, ref.kind) !== undefined;
  const kept = records.filter(isSource);
  await store.saveRecords(kept.map((record) => ({ ...record, present: false, shownBy: 0 })));
  await store.saveAccounts(
    kept.flatMap(({ identity, ref }) =>
      identity === undefined ? [] : [{ identity, ref, asked: '{}', answered: '{}', deleted: true }],
    ),
  );
  const gone = records.filter((record) => !isSource(record));
  await store.deleteRecords(gone.map(({ ref }) => ref));
  await store.removeRecordKeys(
    records.flatMap(({ ref, attributes }) =>
      [...matchKeys(JSON.parse(attributes), book.matchPaths(ref.system, ref.kind))].map((key) => ({
        ref,
        key,
      })),
    ),
  );
}

/** Somebody whose account came between the sending and this recording is not waited for any more. */
async function waitOn(
  { store, generation, now }: Context,
  target: SystemName,
  waiting: ReadonlyMap<IdentityId, readonly IdentityId[]>,
): Promise<void> {
  if (waiting.size === 0) return;
  const accounts = await store.recordsIn(target, [...new Set([...waiting.values()].flat())]);
  const there = new Set(accounts.flatMap(({ identity, present }) => (present ? identity : [])));
  const number = generation();
  const since = now().getTime();
  const rows = [...waiting]
    .filter(([, referents]) => referents.some((id) => id !== undefined && there.has(id)))
    .map(
      ([identity]): NewDue => ({
        identity,
        target,
        cause: 'reference',
        generation: number,
        since,
      }),
    );
  await store.addDue(rows);
}
