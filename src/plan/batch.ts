/**
 * A batch of people on its way through planning: first everything is asked about them that takes
 * time, while others are decided on, and then they are decided on, which takes none.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes } from '../identity/record.ts';
import type { Subject } from '../warehouse/subject.ts';
import { ahead } from './ahead.ts';
import type { ChosenNames } from './chosen.ts';
import type { PlanningContext } from './desired.ts';
import type { Evidence } from './evidence.ts';
import type { Match } from './match.ts';
import { chooses, type KnownNames, namesFor, takeChosen } from './names.ts';
import type { Omission, Operation } from './plan.ts';
import { planSubject } from './planner.ts';
import type { Planning } from './planning.ts';
import { forKind } from './target.ts';

export interface AskedBatch {
  readonly subjects: readonly Subject[];
  readonly matches: ReadonlyMap<IdentityId, Match>;
  readonly paused: ReadonlySet<IdentityId>;
  readonly lately?: ReadonlyMap<IdentityId, readonly AttributeChange[]>;
  readonly names: ChosenNames;
}

export interface DecidedBatch {
  readonly operations: readonly Operation[];
  /** Of each operation. */
  readonly evidence: readonly Evidence[];
  readonly omissions: readonly Omission[];
  /** Of people for whom nothing is planned, what counts as asked of their accounts from now on. */
  readonly adopted: ReadonlyMap<IdentityId, Attributes>;
}

/**
 * One batch is loaded and one asked about while another is decided on. Where expressions choose names
 * none is asked about ahead: what the batch before chose is not free.
 */
export function askedBatches(planning: Planning, names: KnownNames): AsyncIterable<AskedBatch> {
  const { target } = planning;
  const batches = asked(planning, names);
  return [target, ...(target.others?.values() ?? [])].some(chooses) ? batches : ahead(batches);
}

async function* asked(planning: Planning, names: KnownNames): AsyncGenerator<AskedBatch> {
  for await (const subjects of ahead(planning.due)) yield askedOf(subjects, planning, names);
}

async function askedOf(
  subjects: readonly Subject[],
  planning: Planning,
  known: KnownNames,
): Promise<AskedBatch> {
  const ids = subjects.map(({ identity }) => identity.id);
  const [paused, lately, { matches, names }] = await Promise.all([
    planning.paused(ids),
    planning.writtenLately?.(ids),
    matchesOf(subjects, planning, known),
  ]);
  return { subjects, matches, names, paused, ...(lately && { lately }) };
}

/** People are looked for among people, groups among groups; by the names they would have. */
async function matchesOf(
  subjects: readonly Subject[],
  planning: Planning,
  known: KnownNames,
): Promise<Pick<AskedBatch, 'matches' | 'names'>> {
  const names: (readonly [IdentityId, ReadonlyMap<string, string>])[] = [];
  const found: (readonly [IdentityId, Match])[] = [];
  for (const [kind, those] of Map.groupBy(subjects, ({ identity }) => identity.kind)) {
    const target = forKind(planning.target, kind);
    const chosen = chooses(target) ? await namesFor(those, target, planning, known) : undefined;
    names.push(...(chosen ?? []));
    found.push(...(await planning.match(those, contextOf(planning, chosen), target)));
  }
  return { matches: new Map(found), names: new Map(names) };
}

function contextOf({ now, random }: Planning, names: ChosenNames | undefined): PlanningContext {
  return { now, random, ...(names && { names }) };
}

/** Decides on a batch, and takes the names it gives; once more, with others, where somebody was faster. */
export async function decidedAndNamed(
  batch: AskedBatch,
  planning: Planning,
  known: KnownNames,
): Promise<{ readonly batch: AskedBatch; readonly decided: DecidedBatch }> {
  for (let asking = batch; ; asking = await askedOf(batch.subjects, planning, known)) {
    const answer = decided(asking, planning);
    let late = false;
    for (const target of [planning.target, ...(planning.target.others?.values() ?? [])]) {
      if (!chooses(target)) continue;
      if (await takeChosen(answer.operations, target, planning.takeNames)) late = true;
    }
    if (!late) return { batch: asking, decided: answer };
  }
}

/** Each by the rules of their kind. */
function decided(
  { subjects, matches, paused, names, lately }: AskedBatch,
  planning: Planning,
): DecidedBatch {
  const operations: Operation[] = [];
  const evidence: Evidence[] = [];
  const omissions: Omission[] = [];
  const adopted = new Map<IdentityId, Attributes>();
  const context = contextOf(planning, names);
  for (const subject of subjects) {
    const { id, kind } = subject.identity;
    const target = forKind(planning.target, kind);
    const found = matches.get(id);
    const before = lately?.get(id);
    const released = planning.released.get(id);
    const decision = planSubject(subject, target, {
      ...context,
      ...(found !== undefined && { match: found }),
      ...(released !== undefined && { released }),
      ...(paused.has(id) && { paused: true }),
      ...(before && { lately: before }),
    });
    if (decision.type === 'operation') {
      operations.push(decision.operation);
      evidence.push(decision.evidence);
    } else {
      omissions.push(decision.omission);
      if (decision.adopts) adopted.set(id, decision.adopts);
    }
  }
  return { operations, evidence, omissions, adopted };
}
