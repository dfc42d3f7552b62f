/**
 * The members of a target's groups as they were read, against those that were written. A page at a
 * time on both sides: of a group of any size no more than a page is held.
 */

import { type IdentityId, label } from '../identity/identity.ts';
import { isOpen } from '../plan/members.ts';
import { forKind, type Target } from '../plan/target.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import type { KnownMember, MemberAccount, ShownMember } from './reconcile-members-storage.ts';
import type { DriftMark, DriftRow, Space } from './reconcile-storage.ts';

/** Rows looked at together; next to all of them say nothing. */
const PAGE = 2000;
/** So many may be gone at once and be believed, and so may half of them. */
const BELIEVED = 20;
const BELIEVED_SHARE = 0.5;

export interface ComparedMembers {
  /** That the target showed, in whatever group. */
  readonly shown: number;
  /** So many of those we wrote it did not show, which is not believed: nothing is told of them. */
  readonly withheld?: number;
}

/** After a reading of the groups that was believed. @param fresh What was written since is not judged. */
export async function compareMembers(
  target: Target,
  number: number,
  fresh: Date,
  engine: Engine,
  watch: Watch,
): Promise<ComparedMembers | undefined> {
  const rules = forKind(target, 'group');
  if (target.kind !== 'group' || rules.members === undefined) return undefined;
  if (target.traits.hidesMembers === true) return undefined;
  const finding = { target: rules, number, fresh, engine, watch };
  const { shown, ours } = await findAdded(finding);
  const held = await engine.warehouse.heldMemberships(target.system);
  const absent = held - ours;
  if (absent > BELIEVED && ours < held * BELIEVED_SHARE) return { shown, withheld: absent };
  await findRemoved(finding);
  return { shown };
}

interface Finding {
  readonly target: Target;
  readonly number: number;
  readonly fresh: Date;
  readonly engine: Engine;
  readonly watch: Watch;
}

async function findAdded(
  finding: Finding,
): Promise<{ readonly shown: number; readonly ours: number }> {
  const { target, engine, watch } = finding;
  const counts = { shown: 0, ours: 0 };
  for (let after: ShownMember | undefined; ; ) {
    watch.signal.throwIfAborted();
    const page = await engine.drift.shownMembers(target.system, after, PAGE);
    counts.shown += page.length;
    counts.ours += page.filter(({ isKnown }) => isKnown).length;
    const others = page.flatMap(({ group, isKnown, ...shown }) =>
      isKnown || group === undefined ? [] : [{ ...shown, group }],
    );
    await save(others, 'member-added', finding);
    after = page.at(-1);
    if (after === undefined || page.length < PAGE) return counts;
  }
}

async function findRemoved(finding: Finding): Promise<void> {
  const { target, engine, watch } = finding;
  for (let after: KnownMember | undefined; ; ) {
    watch.signal.throwIfAborted();
    const page = await engine.drift.knownMembers(target.system, after, PAGE);
    const missing = page.flatMap(({ isThere, isDue, memberAccount, ...known }) =>
      isThere || isDue || memberAccount === undefined ? [] : [{ ...known, memberAccount }],
    );
    await save(missing, 'member-removed', finding);
    after = page.at(-1);
    if (after === undefined || page.length < PAGE) return;
  }
}

interface Differing {
  readonly group: IdentityId;
  readonly groupAccount: string;
  readonly member?: IdentityId;
  readonly memberAccount: MemberAccount;
}

async function save(
  found: readonly Differing[],
  type: 'member-added' | 'member-removed',
  { target, number, fresh, engine, watch }: Finding,
): Promise<void> {
  if (found.length === 0) return;
  const { drift, now } = engine;
  const groups = await openGroups(
    [...new Set(found.map(({ group }) => group))],
    target,
    fresh,
    engine,
  );
  const { judged = [], left = [] } = Object.groupBy(found, ({ group }) =>
    groups.has(group) ? 'judged' : 'left',
  );
  const names = await namesOf(judged, target, engine);
  const since = now();
  const rows = judged.map((differing): DriftRow => {
    const { group, groupAccount, member, memberAccount } = differing;
    const name = names.get(memberAccount.id) ?? memberAccount.id;
    return {
      ...markOf(differing, type, target),
      state: 'open',
      label: groups.get(group) ?? groupAccount,
      identity: group,
      ...(member === undefined ? { note: name } : { person: { id: member, label: name } }),
      since,
    };
  });
  await fenced(engine, watch, async () => {
    await drift.save(number, rows);
    // Nothing new is said of groups that are not judged, and what was accepted there is not forgotten.
    await drift.seeAccepted(
      number,
      left.map((each) => markOf(each, type, target)),
    );
  });
}

function markOf(
  { groupAccount, memberAccount }: Differing,
  type: DriftMark['type'],
  { system }: Target,
): DriftMark {
  return {
    target: system,
    kind: 'group',
    account: groupAccount,
    path: memberPath(memberAccount),
    type,
  };
}

/** Names the member as SCIM would (RFC 7644 §3.5.2). */
function memberPath({ id }: MemberAccount): string {
  return `members[value eq ${JSON.stringify(id)}]`;
}

/** By identity what they are called: groups that are written to, and were not a moment ago. */
async function openGroups(
  ids: readonly IdentityId[],
  target: Target,
  fresh: Date,
  { warehouse, drift, now }: Engine,
): Promise<ReadonlyMap<IdentityId, string>> {
  const subjects = await warehouse.subjects(target.system, ids);
  const written = await drift.writtenSince(target.system, fresh, ids);
  const at = now();
  return new Map(
    subjects
      .filter(({ identity }) => !written.has(identity.id))
      .filter((subject) => isOpen(subject, target, at))
      .map(({ identity }) => [identity.id, label(identity)]),
  );
}

/** What people call the members, by the account's id. */
async function namesOf(
  differing: readonly Differing[],
  { system }: Target,
  { drift }: Engine,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [kind, those] of Map.groupBy(differing, ({ memberAccount }) => memberAccount.kind)) {
    const space: Space = { target: system, kind };
    const accounts = await drift.accounts(
      space,
      those.map(({ memberAccount }) => memberAccount.id),
    );
    for (const [id, { current }] of accounts) names.set(id, label({ id, attributes: current }));
  }
  return names;
}
