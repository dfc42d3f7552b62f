/** Members that others added or removed are written over or accepted, as the policy of `members` has it. */

import type { IdentityId } from '../identity/identity.ts';
import { actionOn } from '../plan/drift.ts';
import type { KnownMembership } from '../warehouse/membership.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import type { DriftSettled, DriftWishes } from './reconcile-settle.ts';
import type { DriftRow } from './reconcile-storage.ts';
import type { OpenTarget } from './target.ts';

const BATCH = 500;
const MOST_REFUSED = 20;

export interface MembersSettled extends DriftSettled {
  /** Whoever is a member without being anybody here; the first few. */
  readonly refused: readonly { readonly account: string; readonly message: string }[];
}

export async function settleMemberDrift(
  { target }: OpenTarget,
  { policy, account }: DriftWishes,
  engine: Engine,
  watch: Watch,
): Promise<MembersSettled> {
  const settled = {
    reverting: 0,
    adopted: 0,
    refused: [] as { account: string; message: string }[],
  };
  if (target.kind !== 'group' || target.members === undefined) return settled;
  const rows = engine.drift.rows({
    target: target.system,
    kind: target.kind,
    ...(account !== undefined && { account }),
    states: ['open', 'reverting'],
    types: ['member-added', 'member-removed'],
  });
  const action = actionOn('members', policy);
  for await (const batch of inBatches(rows)) {
    watch.signal.throwIfAborted();
    await fenced(engine, watch, async () => {
      const { waiting, over } = await progressOf(batch, target.system, engine);
      await engine.drift.remove(over);
      const open = batch.filter(({ state }) => state === 'open');
      const refused = action === 'revert' ? open.filter(({ person }) => person === undefined) : [];
      settled.refused.push(...refused.slice(0, MOST_REFUSED - settled.refused.length).map(refusal));
      if (action === 'revert') {
        const known = open.flatMap(takenBack);
        await engine.warehouse.putMemberships(target.system, known);
        await engine.drift.setState(
          open.filter(({ person }) => person !== undefined),
          'reverting',
        );
        settled.reverting += known.length;
      }
      if (action === 'adopt') {
        const known = waiting.flatMap(asBefore);
        await engine.warehouse.putMemberships(target.system, known);
        await engine.drift.setState([...open, ...waiting], 'accepted');
        settled.adopted += open.length + waiting.length;
      }
    });
  }
  return settled;
}

/** Of those that a plan was to take back: which still wait for it, and which are done. */
async function progressOf(
  batch: readonly DriftRow[],
  system: string,
  { drift }: Engine,
): Promise<{ readonly waiting: readonly DriftRow[]; readonly over: readonly DriftRow[] }> {
  const reverting = batch.filter(({ state }) => state === 'reverting');
  const due = await drift.membersDue(system, reverting.flatMap(pairOf));
  const keys = new Set(due.map(({ group, member }) => `${group} ${member}`));
  const waits = (row: DriftRow) =>
    pairOf(row).some(({ group, member }) => keys.has(`${group} ${member}`));
  return { waiting: reverting.filter(waits), over: reverting.filter((row) => !waits(row)) };
}

function pairOf({ identity, person }: DriftRow): readonly {
  readonly group: IdentityId;
  readonly member: IdentityId;
}[] {
  return identity === undefined || person === undefined
    ? []
    : [{ group: identity, member: person.id }];
}

/** Who was added is known as a member now, so that a plan removes her; who was removed is known as none. */
function takenBack(row: DriftRow): readonly KnownMembership[] {
  return pairOf(row).map((pair) => ({
    ...pair,
    ...(row.type === 'member-added' && { held: accountsOf(row) }),
    isDue: true,
  }));
}

/** As it was known before it was to be taken back. */
function asBefore(row: DriftRow): readonly KnownMembership[] {
  return pairOf(row).map((pair) => ({
    ...pair,
    ...(row.type === 'member-removed' && { held: accountsOf(row) }),
    isDue: false,
  }));
}

function accountsOf({ account, path = '' }: DriftRow): {
  readonly group: string;
  readonly member: string;
} {
  return { group: account, member: memberIdOf(path) };
}

function refusal({ account, label, note, path = '' }: DriftRow): {
  readonly account: string;
  readonly message: string;
} {
  const name = note ?? memberIdOf(path);
  return {
    account,
    message: `${name}, a member of ${label}, is nobody's account here: link it first`,
  };
}

/** @param path As `members[value eq "42"]`. */
function memberIdOf(path: string): string {
  const text = path.slice(path.indexOf('"'), path.lastIndexOf('"') + 1);
  const id: unknown = text === '' ? '' : JSON.parse(text);
  return String(id);
}

async function* inBatches(rows: AsyncIterable<DriftRow>): AsyncGenerator<readonly DriftRow[]> {
  let batch: DriftRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
