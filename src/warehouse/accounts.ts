/** Accounts as targets answered them: linked, remembered, and followed by those who waited for them. */

import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, IdentityRecord, SystemName } from '../identity/record.ts';
import { parsePath, readPath } from '../scim/path.ts';
import type { Context } from './context.ts';
import { type LinkChange, writeLinks } from './history-write.ts';
import { reviewId } from './join.ts';
import { matchKeys, objectKey } from './keys.ts';
import { mergeIdentities } from './markers.ts';
import { accountsAnswered } from './membership-moves.ts';
import { dueByReference } from './references.ts';
import type { AccountState, RecordKey, StoredAccount, StoredRecord } from './storage.ts';
import { type Doubt, UNSURE } from './subject.ts';

export interface Answer {
  readonly identity: IdentityId;
  readonly record: IdentityRecord;
  /** By path; joins what was asked before. */
  readonly asked: Attributes;
  /** Absent where the answer says nothing about it. */
  readonly disabled?: boolean;
}

/**
 * Within a transaction. Returns identities whose account could not be theirs, because it belongs to
 * somebody else: a target may answer a create with an account it had.
 */
export async function recordAnswers(
  context: Context,
  target: SystemName,
  answers: readonly Answer[],
): Promise<ReadonlySet<IdentityId>> {
  if (answers.length === 0) return new Set();
  const { store, book } = context;
  const [known, theirs] = await Promise.all([
    store.records(answers.map(({ record }) => record.ref)),
    store.recordsIn(
      target,
      answers.map(({ identity }) => identity),
    ),
  ]);
  const states = new Map(
    theirs.flatMap(({ identity, ref, state }) =>
      identity === undefined || state.deleted ? [] : [[identity, { identity, ref, ...state }]],
    ),
  );
  const byRef = new Map(known.map((record) => [objectKey(record.ref), record]));
  const owners = new Map(known.map((record) => [objectKey(record.ref), record.identity]));
  const taken = new Set<IdentityId>();
  const accepted: Answer[] = [];
  for (const answer of answers) {
    const key = objectKey(answer.record.ref);
    const owner = owners.get(key);
    if (owner !== undefined && owner !== answer.identity) {
      taken.add(answer.identity);
      await store.addReview({
        id: reviewId('ambiguous-match', target, answer.identity),
        kind: 'ambiguous-match',
        system: target,
        subject: answer.identity,
        message: `${target} answered with the account ${answer.record.ref.id}, which is another identity's`,
        candidates: [{ id: answer.record.ref.id, label: owner }],
        since: context.now(),
      });
      continue;
    }
    owners.set(key, answer.identity);
    accepted.push(answer);
  }
  const replaced = await displace(context, accepted, theirs);
  await saveRecords(context, target, accepted, byRef);
  await writeLinks(context, linksOf(accepted, byRef, replaced));
  await store.saveAccounts(
    accepted.map((answer) => accountOf(answer, states, context.now().getTime())),
  );
  await store.removeReviews(
    accepted.map(({ identity }) => ({ system: target, subject: identity })),
  );

  const before = new Set(
    theirs.flatMap(({ ref, identity, present }) =>
      present && identity !== undefined && states.has(identity)
        ? `${identity} ${objectKey(ref)}`
        : [],
    ),
  );
  const arrived = accepted.filter(
    ({ identity, record }) => !before.has(`${identity} ${objectKey(record.ref)}`),
  );
  // Whoever was written together with her manager says herself whether she waited in vain.
  const written = new Set(accepted.map(({ identity }) => identity));
  await followAccounts(context, target, arrived, written);
  await accountsAnswered(context, target, {
    arrived: arrived.map(({ identity, record }) => ({ identity, kind: record.ref.kind })),
    turnedOff: turned(accepted, states, true),
    turnedOn: turned(accepted, states, false),
  });
  const merged = accepted.filter(({ record }) => book.source(target, record.ref.kind));
  await mergeIdentities(
    context,
    merged.map(({ identity }) => identity),
  );
  return taken;
}

/** Whose accounts this answer turned off, or on again. */
function turned(
  accepted: readonly Answer[],
  states: ReadonlyMap<IdentityId, StoredAccount>,
  off: boolean,
): readonly IdentityId[] {
  return accepted.flatMap(({ identity, disabled }) => {
    const wasOff = states.get(identity)?.disabledAt !== undefined;
    return disabled === off && wasOff !== off ? identity : [];
  });
}

/** Within a transaction. */
export async function recordDoubts(
  context: Context,
  target: SystemName,
  doubts: readonly Doubt[],
): Promise<void> {
  if (doubts.length === 0) return;
  await linkDoubted(context, target, doubts);
  const { store, now } = context;
  const known = await store.accounts(
    target,
    doubts.map(({ identity }) => identity),
  );
  const states = new Map(known.map((state) => [state.identity, state]));
  await store.saveAccounts(
    doubts.flatMap(({ identity, account, paths, disables }) => {
      const state = states.get(identity) ?? { identity, ref: account, ...NEVER_ASKED };
      if (state.deleted || state.ref.id !== account.id) return [];
      const unsure = Object.fromEntries(paths.map((path) => [path, UNSURE]));
      return {
        ...state,
        asked: JSON.stringify({ ...JSON.parse(state.asked), ...unsure }),
        ...(disables && { disabledAt: state.disabledAt ?? now().getTime() }),
      };
    }),
  );
}

/** Links of accounts that belong to nobody; what was listed of them is known better than what was planned. */
async function linkDoubted(
  context: Context,
  target: SystemName,
  doubts: readonly Doubt[],
): Promise<void> {
  const taking = doubts.filter(({ links }) => links !== undefined);
  const listed = await context.store.records(taking.map(({ account }) => account));
  const known = new Map(listed.map((record) => [objectKey(record.ref), record]));
  const answers = taking.flatMap(({ identity, account, links = {} }): readonly Answer[] => {
    const record = known.get(objectKey(account));
    if (record?.identity !== undefined) return [];
    const attributes = record === undefined ? links : JSON.parse(record.attributes);
    return [{ identity, record: { ref: account, attributes }, asked: {} }];
  });
  await recordAnswers(context, target, answers);
}

const NEVER_ASKED: AccountState = { asked: '{}', answered: '{}', deleted: false };

function linksOf(
  accepted: readonly Answer[],
  known: ReadonlyMap<string, StoredRecord>,
  replaced: readonly StoredRecord[],
): readonly LinkChange[] {
  const lost = replaced.flatMap(({ ref, identity, present }): readonly LinkChange[] =>
    present && identity !== undefined ? [{ identity, lost: ref }] : [],
  );
  const gained = accepted.flatMap(({ identity, record: { ref } }): readonly LinkChange[] => {
    const stored = known.get(objectKey(ref));
    return stored?.present && stored.identity === identity ? [] : [{ identity, gained: ref }];
  });
  return [...lost, ...gained];
}

/** Accounts that an identity had before and that this answer replaces. */
async function displace(
  { store }: Context,
  accepted: readonly Answer[],
  theirs: readonly StoredRecord[],
): Promise<readonly StoredRecord[]> {
  const now = new Map(
    accepted.map(({ identity, record }) => [`${identity} ${record.ref.kind}`, record.ref]),
  );
  const replaced = theirs.filter(({ ref, identity }) => {
    const other = now.get(`${identity} ${ref.kind}`);
    return other !== undefined && other.id !== ref.id;
  });
  await store.deleteRecords(replaced.filter(({ present }) => !present).map(({ ref }) => ref));
  await store.unlink(replaced.filter(({ present }) => present).map(({ ref }) => ref));
  return replaced;
}

async function saveRecords(
  { store, book }: Context,
  target: SystemName,
  accepted: readonly Answer[],
  known: ReadonlyMap<string, StoredRecord>,
): Promise<void> {
  const lost: RecordKey[] = [];
  const gained: RecordKey[] = [];
  for (const { record } of accepted) {
    const paths = book.matchPaths(target, record.ref.kind);
    const stored = known.get(objectKey(record.ref));
    const before = stored?.present
      ? matchKeys(JSON.parse(stored.attributes), paths)
      : new Set<string>();
    const after = matchKeys(record.attributes, paths);
    for (const key of before.difference(after)) lost.push({ ref: record.ref, key });
    for (const key of after.difference(before)) gained.push({ ref: record.ref, key });
  }
  await Promise.all([
    store.saveRecords(
      accepted.map(({ identity, record: { ref, attributes, version } }) => ({
        ref,
        attributes: JSON.stringify(attributes),
        present: true,
        recoverable: false,
        shownBy: 0,
        identity,
        ...(version !== undefined && { version }),
      })),
    ),
    store.removeRecordKeys(lost),
    store.addRecordKeys(gained),
    store.forgetUnjoined(accepted.map(({ record }) => record.ref)),
  ]);
}

function accountOf(
  { identity, record, asked, disabled }: Answer,
  states: ReadonlyMap<IdentityId, StoredAccount>,
  now: number,
): StoredAccount {
  const before = states.get(identity);
  const answered: Record<string, AttributeValue> = JSON.parse(before?.answered ?? '{}');
  for (const path of Object.keys(asked)) {
    const value = valueAt(record.attributes, path);
    if (value === undefined) delete answered[path];
    else answered[path] = value;
  }
  const since = before?.disabledAt ?? now;
  const stays = disabled ?? before?.disabledAt !== undefined;
  return {
    identity,
    ref: record.ref,
    asked: JSON.stringify({ ...JSON.parse(before?.asked ?? '{}'), ...asked }),
    answered: JSON.stringify(answered),
    ...(stays && { disabledAt: since }),
    deleted: false,
  };
}

function valueAt(attributes: Attributes, text: string): AttributeValue | undefined {
  const path = parsePath(text);
  return path.ok ? readPath(attributes, path.value) : attributes[text];
}

/** Whoever refers to somebody who has an account now, and is not due anyway. */
async function followAccounts(
  context: Context,
  target: SystemName,
  arrived: readonly Answer[],
  except: ReadonlySet<IdentityId>,
): Promise<void> {
  if (arrived.length === 0) return;
  const edges = await context.store.edgesLeadingTo(arrived.map(({ identity }) => identity));
  const rows = dueByReference(edges, context).filter(
    (row) => row.target === target && !except.has(row.identity),
  );
  await context.store.addDueIfIdle(rows);
}
