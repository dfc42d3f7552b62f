/**
 * What the provisioning log costs. It cannot be switched off, so its work is done once more, alone: the
 * operations of the last run are noted and stored again in an empty database, with all that the log
 * keeps and without, and the processor time of all threads is compared.
 */

import path from 'node:path';
import { wireOf } from '../src/apply/exchange.ts';
import type { IdentityId } from '../src/identity/identity.ts';
import { type Basis, basisOf } from '../src/plan/basis.ts';
import type { WantedRow } from '../src/plan/desired.ts';
import { type Evidence, evidenceOf } from '../src/plan/evidence.ts';
import type { Target } from '../src/plan/target.ts';
import { targetWith } from '../src/plan/target.ts';
import { openPlans } from '../src/store/plans.ts';
import { openLedger } from '../src/store/runs.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import type { Engine } from '../src/sync/engine.ts';
import type { OutcomeDetail, OutcomeEntry } from '../src/sync/ledger.ts';
import type { Subject } from '../src/warehouse/subject.ts';

/** Processor time of one operation, in microseconds. */
export interface LogCost {
  /** Everything: noting, and storing operations with before-images and outcomes. */
  readonly whole: number;
  /** Of that, what the log keeps beyond the operation and how it ended. */
  readonly evidence: number;
}

const MOST = 10_000;
const PLANNED = 500;
const RECORDED = 128;
const { signal } = new AbortController();

export async function logCost(engine: Engine, folder: string): Promise<LogCost> {
  const [policy] = engine.targets;
  if (policy === undefined) throw new Error('there is no target');
  const target = targetWith(policy, (await engine.connector(policy.system)).traits ?? {});
  const details = await Array.fromAsync(engine.ledger.details({ limit: MOST, type: 'done' }));
  const subjects = new Map<IdentityId, Subject>();
  for (const those of batches(details, PLANNED)) {
    const ids = those.map(({ operation }) => operation.identity);
    for (const subject of await engine.warehouse.subjects(policy.system, ids)) {
      subjects.set(subject.identity.id, subject);
    }
  }
  let noted: Noted = { evidence: [], entries: [] };
  const noting = await processorTime(async () => {
    noted = note(details, subjects, target);
  });
  const bare: Noted = { evidence: [], entries: noted.entries.map(withoutExchanges) };
  const without = await storing(path.join(folder, 'log-without'), details, bare, basisOf(target));
  const all = await storing(path.join(folder, 'log-with'), details, noted, basisOf(target));
  const each = (milliseconds: number) => (milliseconds * 1000) / details.length;
  return { whole: each(noting + all), evidence: each(noting + all - without) };
}

interface Noted {
  readonly evidence: readonly Evidence[];
  readonly entries: readonly OutcomeEntry[];
}

/** As planning and applying do on their way. */
function note(
  details: readonly OutcomeDetail[],
  subjects: ReadonlyMap<IdentityId, Subject>,
  target: Target,
): Noted {
  const evidence: Evidence[] = [];
  const entries = details.map(({ operation, at, exchanges, milliseconds }, position) => {
    const subject = subjects.get(operation.identity);
    const written = operation.action === 'create' ? operation.attributes : {};
    const rows = target.mapping.rows.flatMap((row): readonly WantedRow[] => {
      const { path: name, when } = row.row;
      const value = written[name];
      return value === undefined
        ? []
        : [{ row, wanted: { type: 'value', path: name, value, when } }];
    });
    if (subject !== undefined) {
      evidence.push(evidenceOf(subject, target, rows, Object.keys(written)));
    }
    const sender = wireOf(target);
    for (const exchange of exchanges) sender.call(exchange.attempt, signal).exchanged?.(exchange);
    const wire = sender.wire();
    const outcome = { type: 'done' as const, operation, milliseconds, wire };
    return { at, run: 'again', plan: '', position, outcome };
  });
  return { evidence, entries };
}

function withoutExchanges(entry: OutcomeEntry): OutcomeEntry {
  const { outcome } = entry;
  if (outcome.type === 'skipped') return entry;
  const { wire: _, ...rest } = outcome;
  return { ...entry, outcome: rest };
}

async function storing(
  folder: string,
  details: readonly OutcomeDetail[],
  { evidence, entries }: Noted,
  basis: Basis,
): Promise<number> {
  await using database = await openSqlite(folder, 'default');
  const plans = openPlans(database);
  const ledger = openLedger(database);
  // Awaited here: the database closes when this function does.
  return await processorTime(async () => {
    const plan = await plans.begin('ramp', 'again', new Date(), basis);
    let from = 0;
    for (const those of batches(details, PLANNED)) {
      const operations = those.map(({ operation }) => operation);
      await plans.append(plan, from, operations, [], evidence.slice(from, from + PLANNED));
      from += operations.length;
    }
    for (const those of batches(entries, RECORDED)) {
      await ledger.recordOutcomes(those.map((entry) => ({ ...entry, plan })));
    }
  });
}

function* batches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** In milliseconds, of all threads. */
async function processorTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
