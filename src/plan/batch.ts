/**
 * A batch of people on its way through planning: first everything is asked about them that takes
 * time, while others are decided on, and then they are decided on, which takes none.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { Subject } from '../warehouse/subject.ts';
import { ahead } from './ahead.ts';
import { evaluation, type PlanningContext } from './desired.ts';
import type { Evidence } from './evidence.ts';
import type { Match } from './match.ts';
import type { Omission, Operation } from './plan.ts';
import { planSubject } from './planner.ts';
import type { Planning } from './planning.ts';
import { forKind, type Target } from './target.ts';

export interface AskedBatch {
  readonly subjects: readonly Subject[];
  readonly matches: ReadonlyMap<IdentityId, Match>;
  readonly paused: ReadonlySet<IdentityId>;
}

export interface DecidedBatch {
  readonly operations: readonly Operation[];
  /** Of each operation. */
  readonly evidence: readonly Evidence[];
  readonly omissions: readonly Omission[];
}

/**
 * One batch ahead. Not where expressions choose free values: what the batch before chose is not free.
 *
 * @param taken Values that are not free, in lower case; grows.
 */
export function askedBatches(planning: Planning, taken: Set<string>): AsyncIterable<AskedBatch> {
  const { target } = planning;
  const chooses = [target, ...(target.others?.values() ?? [])].some(({ mapping }) =>
    mapping.rows.some(({ candidates }) => candidates !== undefined),
  );
  const batches = asked(planning, taken);
  return chooses ? batches : ahead(batches);
}

async function* asked(planning: Planning, taken: Set<string>): AsyncGenerator<AskedBatch> {
  for await (const subjects of planning.due) {
    const [paused, matches] = await Promise.all([
      planning.paused(subjects.map(({ identity }) => identity.id)),
      matchesOf(subjects, taken, planning),
    ]);
    yield { subjects, matches, paused };
  }
}

/** People are looked for among people, groups among groups. */
async function matchesOf(
  subjects: readonly Subject[],
  taken: Set<string>,
  planning: Planning,
): Promise<ReadonlyMap<IdentityId, Match>> {
  const found: (readonly [IdentityId, Match])[] = [];
  for (const [kind, those] of Map.groupBy(subjects, ({ identity }) => identity.kind)) {
    const target = forKind(planning.target, kind);
    await lookUpCandidates(those, taken, { ...planning, target });
    found.push(...(await planning.match(those, contextOf(planning, taken), target)));
  }
  return new Map(found);
}

function contextOf({ now, random }: Planning, taken: ReadonlySet<string>): PlanningContext {
  return { now, random, taken: (value) => taken.has(value.toLowerCase()) };
}

/** Each by the rules of their kind. */
export function decided(
  { subjects, matches, paused }: AskedBatch,
  taken: Set<string>,
  planning: Planning,
): DecidedBatch {
  const operations: Operation[] = [];
  const evidence: Evidence[] = [];
  const omissions: Omission[] = [];
  const context = contextOf(planning, taken);
  for (const subject of subjects) {
    const { id, kind } = subject.identity;
    const target = forKind(planning.target, kind);
    const found = matches.get(id);
    const decision = planSubject(subject, target, {
      ...context,
      ...(found !== undefined && { match: found }),
      ...(planning.released.has(id) && { released: true }),
      ...(paused.has(id) && { paused: true }),
    });
    if (decision.type === 'operation') {
      operations.push(decision.operation);
      evidence.push(decision.evidence);
      reserve(decision.operation, taken, target);
    } else {
      omissions.push(decision.omission);
    }
  }
  return { operations, evidence, omissions };
}

/** Of expressions that choose a free value, what the target has of all they would choose from. */
async function lookUpCandidates(
  subjects: readonly Subject[],
  taken: Set<string>,
  { target, taken: takenIn, now, random }: Planning,
): Promise<void> {
  for (const row of target.mapping.rows) {
    if (row.candidates === undefined) continue;
    const values = subjects
      .filter(({ account }) => account === undefined)
      .flatMap((subject) => {
        const context = evaluation(subject, { now, random }, true);
        return row.candidates?.(subject.identity.attributes, context) ?? [];
      });
    if (values.length === 0) continue;
    for (const value of await takenIn(row.row.path, values)) taken.add(value.toLowerCase());
  }
}

/** Two people of one plan never get the same value. */
function reserve(operation: Operation, taken: Set<string>, { mapping }: Target): void {
  if (operation.action !== 'create') return;
  for (const { row, candidates } of mapping.rows) {
    const value = candidates === undefined ? undefined : operation.attributes[row.path];
    if (typeof value === 'string') taken.add(value.toLowerCase());
  }
}
