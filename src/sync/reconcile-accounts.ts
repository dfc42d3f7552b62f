/** Accounts of nobody that were found are linked, imported, disabled or left, one by one or by rule. */

import { contentOf, operationId } from '../plan/hash.ts';
import { leaving } from '../plan/leave.ts';
import type { Operation, OperationContent } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import { heldAt, type Target } from '../plan/target.ts';
import { applySeen } from './apply-plan.ts';
import type { Engine, RunReport, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { personNamed } from './people.ts';
import type { ReconcileRequest } from './reconcile.ts';
import type { DriftWishes } from './reconcile-settle.ts';
import type { DriftRow, Space, SpaceAccount } from './reconcile-storage.ts';
import { VerbRefusal } from './refusal.ts';
import { planBeside, type SideBatch } from './side-plan.ts';
import type { OpenTarget } from './target.ts';

const BATCH = 200;

export interface OrphansSettled {
  readonly linked: number;
  readonly imported: number;
  /** Left as they are, and not told again. */
  readonly accepted: number;
  /** What could not be done, and why; the first few. */
  readonly refused: readonly { readonly account: string; readonly message: string }[];
  /** The plan that disables; absent when there was nobody to disable. */
  readonly disabling?: { readonly plan: StoredPlan; readonly run?: RunReport };
}

type OrphanWishes = DriftWishes & Pick<ReconcileRequest, 'to'>;

const MOST_REFUSED = 20;

export async function settleOrphans(
  open: OpenTarget,
  wishes: OrphanWishes,
  engine: Engine,
  watch: Watch,
): Promise<Partial<OrphansSettled>> {
  const { target } = open;
  const space: Space = { target: target.system, kind: target.kind };
  const only = wishes.account === undefined ? {} : { account: wishes.account };
  // Whoever names an account means it, even one that was to be left.
  const states: DriftRow['state'][] = wishes.account ? ['open', 'accepted'] : ['open'];
  const rows = engine.drift.rows({ ...space, ...only, types: ['orphan'], states });
  switch (wishes.policy.orphans) {
    case 'report':
      return {};
    case 'leave':
      return leave(rows, engine, watch);
    case 'link':
      return link(rows, wishes, target, engine, watch);
    case 'import':
      return imported(rows, target, engine, watch);
    case 'disable':
      return disable(rows, open, engine, watch);
  }
}

async function leave(
  rows: AsyncIterable<DriftRow>,
  engine: Engine,
  watch: Watch,
): Promise<Partial<OrphansSettled>> {
  let accepted = 0;
  for await (const batch of inBatches(rows)) {
    await fenced(engine, watch, () => engine.drift.setState(batch, 'accepted'));
    accepted += batch.length;
  }
  return { accepted };
}

/** To the one person who would match it, or to whom it is said to belong. */
async function link(
  rows: AsyncIterable<DriftRow>,
  { to, account }: OrphanWishes,
  { system, kind }: Target,
  engine: Engine,
  watch: Watch,
): Promise<Partial<OrphansSettled>> {
  const { drift, warehouse } = engine;
  const owner = to === undefined ? undefined : await ownerNamed(to, account, system, engine);
  const refused: { account: string; message: string }[] = [];
  let linked = 0;
  for await (const batch of inBatches(rows)) {
    const accounts = await drift.accounts({ target: system, kind }, batch.map(idOf));
    for (const row of batch) {
      const person = owner ?? row.person?.id;
      const held = accounts.get(row.account);
      if (held === undefined || held.identity !== undefined) continue;
      const ref = { system, kind, id: row.account };
      const refusal = await fenced(engine, watch, async () => {
        if (person === undefined) return row.note ?? NOBODY;
        const other = await warehouse.accountOf(system, person);
        if (other !== undefined)
          return `${row.person?.label ?? to} has another account, ${other.id}`;
        await warehouse.link(system, person, { ref, attributes: held.current });
        await drift.remove([row]);
        await warehouse.makeDue(system, [person], 'reconcile');
        return undefined;
      });
      if (refusal === undefined) linked++;
      else if (refused.length < MOST_REFUSED) {
        refused.push({ account: row.account, message: `${refusal}; say whose it is with --to` });
      }
    }
  }
  return { linked, refused };
}

const NOBODY = 'nobody here would match it';

async function ownerNamed(
  to: string,
  account: string | undefined,
  system: string,
  engine: Engine,
): Promise<string> {
  if (account === undefined) {
    throw new VerbRefusal(
      'which-account',
      'one person cannot have every account of nobody',
      'name the account as well: --account ID --orphans link --to PERSON',
    );
  }
  const { id } = await personNamed(to, engine);
  const other = await engine.warehouse.accountOf(system, id);
  if (other === undefined) return id;
  throw new VerbRefusal(
    'account-taken',
    `${to} has an account in ${system} already: ${other.id}`,
    'one account for one person: disable or delete one of the two in the target',
  );
}

/** Only where the system is read as a source that vouches for people: else they would count as left. */
async function imported(
  rows: AsyncIterable<DriftRow>,
  { system, kind }: Target,
  engine: Engine,
  watch: Watch,
): Promise<Partial<OrphansSettled>> {
  if (!engine.warehouse.vouches(system, kind)) {
    throw new VerbRefusal(
      'import-needs-authority',
      `${system} does not vouch for people: whoever came from its accounts alone would count as left`,
      `write under ${system}: read: { ${kind}: { authority: true } }`,
    );
  }
  let count = 0;
  for await (const batch of inBatches(rows)) {
    await fenced(engine, watch, async () => {
      const refs = batch.map(({ account: id }) => ({ system, kind, id }));
      count += (await engine.warehouse.importRecords(refs)).length;
      await engine.drift.remove(batch);
    });
  }
  return { imported: count };
}

async function disable(
  rows: AsyncIterable<DriftRow>,
  open: OpenTarget,
  engine: Engine,
  watch: Watch,
): Promise<Partial<OrphansSettled>> {
  const refused: { account: string; message: string }[] = [];
  const plan = await planBeside(open, engine, disabling(rows, open.target, engine, refused), watch);
  if (plan === undefined) return { refused };
  if (plan.state === 'held') return { refused, disabling: { plan } };
  const run = await applySeen(plan, engine, watch);
  return { refused, disabling: { plan, run } };
}

async function* disabling(
  rows: AsyncIterable<DriftRow>,
  target: Target,
  engine: Engine,
  refused: { account: string; message: string }[],
): AsyncGenerator<SideBatch> {
  const { system, kind } = target;
  const space = { target: system, kind };
  for await (const batch of inBatches(rows)) {
    const accounts = await engine.drift.accounts(space, batch.map(idOf));
    const operations: Operation[] = [];
    for (const row of batch) {
      const account = accounts.get(row.account);
      if (account === undefined || account.identity !== undefined) continue;
      const step = disablingOf(row, account, target, engine.now());
      if (typeof step !== 'string') operations.push(...step);
      else if (refused.length < MOST_REFUSED) refused.push({ account: row.account, message: step });
    }
    if (operations.length > 0) yield { operations, omissions: [] };
  }
}

/** @returns Nothing for an account that is off, or why it cannot be disabled. */
function disablingOf(
  { label }: DriftRow,
  { id, current }: SpaceAccount,
  target: Target,
  now: Date,
): readonly Operation[] | string {
  const { system, kind } = target;
  const ref = { system, kind, id };
  const account = { ref, current, asked: {}, answered: {} };
  const step = leaving(account, { ...target, leave: { type: 'disable' } }, now);
  if (step.type === 'not-allowed') return step.message;
  if (step.type !== 'disable') return [];
  const { path } = step.change;
  const held = heldAt(target, current, path);
  const content: OperationContent = {
    action: 'disable',
    changes: [step.change],
    target: ref,
    precondition: { touched: [path], held: held === undefined ? {} : { [path]: held } },
  };
  const identity = `${kind} ${id}`;
  return [
    {
      id: operationId(system, identity, contentOf(content)),
      identity,
      unowned: true,
      label,
      system,
      kind,
      reason: 'orphaned',
      cause: 'reconcile',
      generation: 0,
      after: [],
      origins: {},
      ...content,
    },
  ];
}

function idOf({ account }: DriftRow): string {
  return account;
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
