/** Erases one person, provably: what goes, what stays and why, and that nothing else is found afterwards. */

import { canonical, sha256 } from '../audit/entry.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Engine, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { personNamed } from './people.ts';
import {
  type Block,
  type Counted,
  type ErasurePlan,
  type ErasureRequest,
  erasurePlan,
  refuseOthers,
} from './privacy-plan.ts';
import type { ErasureId, Holding, Overwritten, StoredErasure, Whom } from './privacy-storage.ts';
import { VerbRefusal } from './refusal.ts';

export interface EraseRequest extends ErasureRequest {
  /** Why; kept in the proof, so that it should name nobody. */
  readonly reason: string;
}

/** What can be shown of an erasure, without anything of the person but the former id. */
export interface Erasure {
  readonly id: ErasureId;
  readonly person: IdentityId;
  readonly reason: string;
  readonly begunAt: Date;
  /** Absent while it is under way, or was interrupted. */
  readonly finishedAt?: Date;
  /** SHA-256 over the JSON of `holdings` as an export has them, without those of the audit trail. */
  readonly digest: string;
  readonly erased: readonly Counted[];
  readonly kept: ErasurePlan['kept'];
  readonly suppressed: number;
  /** Systems in which an account stays that is nobody's. */
  readonly left: readonly SystemName[];
  /** Of the trail, once it is finished: it holds the SHA-256 of the canonical JSON of all above. */
  readonly audit?: { readonly number: number; readonly hash: string };
  /** Whether what was deleted is gone from the file of the store as well. */
  readonly overwritten?: Overwritten;
}

const PATIENCE_SECONDS = 60;
/** What came in meanwhile, over a served system say, is taken away as well. */
const ROUNDS = 3;

export async function erasePerson(
  engine: Engine,
  request: EraseRequest,
  watch: Watch,
): Promise<Erasure> {
  const known = await engine.privacy.erasureOf(request.person);
  const id = known?.person ?? (await personNamed(request.person, engine)).id;
  return alone(lanesOf(engine), engine, watch, async (watched) => {
    const before = await engine.privacy.erasureOf(id);
    if (before !== undefined && before.whom === undefined) await refuseErased(before, engine);
    const begun = before?.whom === undefined ? await begin(id, request, engine) : before;
    return finish(begun, engine, watched);
  });
}

export async function erasures(engine: Engine, limit: number): Promise<readonly Erasure[]> {
  const stored = await engine.privacy.erasures(limit);
  return Promise.all(stored.map((each) => erasureOf(each, engine)));
}

/** Somebody who came back under the same id is somebody else to erase. */
async function refuseErased({ id, person, finishedAt }: StoredErasure, engine: Engine) {
  if ((await engine.warehouse.identity(person)) !== undefined) return;
  throw new VerbRefusal(
    'already-erased',
    `${person} was erased on ${finishedAt?.toISOString() ?? 'an earlier day'}`,
    `nothing is left to erase; the proof is ${id}: lockstep privacy proof ${id}`,
  );
}

async function begin(
  id: IdentityId,
  request: EraseRequest,
  engine: Engine,
): Promise<StoredErasure> {
  const { privacy, warehouse, now } = engine;
  const identity = await warehouse.identity(id);
  if (identity === undefined) {
    throw new VerbRefusal('unknown-person', `nobody here has the id ${id}`, 'name somebody else');
  }
  refuseOthers(identity);
  const whom = await privacy.whom(id);
  const holdings = await Array.fromAsync(privacy.holdings(whom));
  const plan = await erasurePlan(identity, whom, holdings, request, engine);
  if (plan.blocks.length > 0) throw blocked(plan);
  const { records, waiting } = await privacy.standing(whom);
  const accounts = records.filter(
    ({ ref, present, deleted }) =>
      present && !deleted && engine.targets.some(({ system }) => system === ref.system),
  );
  const begunAt = now();
  const erasure: Erasure = {
    id: sha256(`${id} ${begunAt.toISOString()} ${engine.random()}`).slice(0, 32),
    person: id,
    reason: request.reason,
    begunAt,
    digest: digestOf(holdings),
    erased: plan.erased,
    kept: plan.kept,
    suppressed: plan.suppressed,
    left: [...new Set(accounts.map(({ ref }) => ref.system))],
  };
  const stored = { id: erasure.id, person: id, begunAt, content: JSON.stringify(erasure), whom };
  await engine.transaction(async () => {
    await privacy.saveErasure(stored);
    // Without what was for the person they are not what somebody looked at.
    for (const { beside } of waiting) {
      if (beside !== undefined) await engine.plans.setState(beside.key, 'superseded');
    }
    if (request.suppress) await privacy.suppress(whom.refs, erasure.id);
  });
  return stored;
}

/** From here on it only goes forward: whoever is interrupted asks again, and it goes on. */
async function finish(begun: StoredErasure, engine: Engine, watch: Watch): Promise<Erasure> {
  const { privacy, now } = engine;
  const whom = begun.whom ?? { ids: [begun.person], refs: [], addresses: [] };
  for (let round = 1; ; round++) {
    await privacy.erase(whom, async (entries) => {
      await watch.fence?.();
      await engine.note({ action: 'audit-erased', detail: { entries } });
    });
    const found = await remaining(whom, engine);
    if (found.length === 0) break;
    if (round === ROUNDS) throw incomplete(found, begun);
  }
  const erasure: Erasure = { ...proofIn(begun), finishedAt: now() };
  await engine.transaction(async () => {
    const { whom: _, ...rest } = begun;
    await privacy.saveErasure({
      ...rest,
      finishedAt: erasure.finishedAt ?? now(),
      content: JSON.stringify(erasure),
    });
    const { id, erased, kept, suppressed } = erasure;
    await engine.note({
      action: 'person-erased',
      subject: id,
      detail: {
        erased: total(erased),
        kept: total(kept),
        suppressed,
        proof: sha256(canonical(JSON.parse(JSON.stringify(erasure)))),
      },
    });
  });
  const overwritten = await privacy.overwrite(false);
  return { ...(await withEntry(erasure, engine)), overwritten };
}

async function remaining(whom: Whom, { privacy }: Engine): Promise<readonly Holding[]> {
  const found = await Array.fromAsync(privacy.holdings(whom));
  return found.filter(({ kept }) => kept === undefined);
}

async function erasureOf(stored: StoredErasure, engine: Engine): Promise<Erasure> {
  const proof = proofIn(stored);
  return stored.finishedAt === undefined ? proof : withEntry(proof, engine);
}

/** As it was written by this file, and by nobody else. */
function proofIn({ content }: StoredErasure): Erasure {
  return JSON.parse(content, (key, value) =>
    key === 'begunAt' || key === 'finishedAt' ? new Date(value) : value,
  ) as Erasure;
}

async function withEntry(erasure: Erasure, { audit }: Engine): Promise<Erasure> {
  const query = { action: 'person-erased', subject: erasure.id, limit: 1 } as const;
  for await (const { number, hash } of audit.entries(query)) {
    return { ...erasure, audit: { number, hash } };
  }
  return erasure;
}

function digestOf(holdings: readonly Holding[]): string {
  // Exports themselves add to the trail.
  return sha256(JSON.stringify(holdings.filter(({ table }) => !table.startsWith('audit_'))));
}

function total(tables: readonly Counted[]): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** Nobody reads or writes meanwhile what is being taken away. */
function lanesOf({ sources, targets }: Engine): readonly string[] {
  return [
    ...new Set([
      ...sources.map(({ system }) => `read/${system}`),
      ...targets.map(({ system }) => `write/${system}`),
    ]),
  ].toSorted();
}

async function alone<Value>(
  [lane, ...others]: readonly string[],
  engine: Engine,
  watch: Watch,
  work: (watch: Watch) => Promise<Value>,
): Promise<Value> {
  if (lane === undefined) return work(watch);
  return underLease(lane, engine, watch, PATIENCE_SECONDS, (watched) =>
    alone(others, engine, watched, work),
  );
}

function blocked({ person, blocks }: ErasurePlan): VerbRefusal {
  const list = (texts: readonly string[]): string => [...new Set(texts)].join('; ');
  return new VerbRefusal(
    'erasure-blocked',
    `${person.label} cannot be erased: ${list(blocks.map(({ message }: Block) => message))}`,
    list(blocks.map(({ remedy }) => remedy)),
  );
}

function incomplete(found: readonly Holding[], { id }: StoredErasure): VerbRefusal {
  return new VerbRefusal(
    'erasure-incomplete',
    `something about the person comes in again and again: ${found.map(({ table }) => table).join(', ')}`,
    `end what writes it, and erase again: it goes on as ${id}`,
  );
}
