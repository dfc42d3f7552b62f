/** What becomes of those for whom a plan has no operation: they rest, wait, or are asked about. */

import { retryDelaySeconds } from '../apply/retry.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes } from '../identity/record.ts';
import { dateToCome, firstToCome } from '../plan/dates.ts';
import type { Release } from '../plan/desired.ts';
import { canDisable, deletionDate } from '../plan/leave.ts';
import type { Match } from '../plan/match.ts';
import type { Omission } from '../plan/plan.ts';
import type { PlannedBatch } from '../plan/planning.ts';
import { forKind, identifiersHeld, provesIdentity, type Target } from '../plan/target.ts';
import type { Escrow, Subject } from '../warehouse/subject.ts';
import type { Settlement } from '../warehouse/warehouse.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { isUnseen, probeAgainAt } from './probe.ts';

/** Nothing to do is an outcome as well: whoever is in sync, out, or refused is not due any more. */
export async function settleOmissions(
  { subjects, omissions, matches, adopted }: PlannedBatch,
  target: Target,
  released: ReadonlyMap<IdentityId, Release>,
  engine: Engine,
  watch: Watch,
): Promise<void> {
  if (omissions.length === 0) return;
  const { warehouse, ledger } = engine;
  const now = engine.now();
  const subjectOf = new Map(subjects.map((subject) => [subject.identity.id, subject]));
  await fenced(engine, watch, async () => {
    const settlements = omissions.flatMap((omission) => {
      const subject = subjectOf.get(omission.identity);
      if (subject === undefined) return [];
      const rules = forKind(target, subject.identity.kind);
      const settlement = settlementOf(omission, subject, rules, now);
      const asked = adopted.get(omission.identity);
      return [{ subject, settlement: asked ? adopting(settlement, asked, subject) : settlement }];
    });
    await warehouse.settle(target.system, settlements);
    const those = (which: (subject: Subject) => boolean): readonly IdentityId[] =>
      settlements.flatMap(({ subject }) => (which(subject) ? subject.identity.id : []));
    const landed = those(
      ({ inFlight, identity }) => inFlight !== undefined && matches.has(identity.id),
    );
    const made = those(({ identity }) => isMade(matches.get(identity.id)));
    const refused = those(
      ({ refusedCreate, identity }) =>
        refusedCreate !== undefined &&
        matches.has(identity.id) &&
        !isUnseen(refusedCreate, forKind(target, identity.kind), now),
    );
    await warehouse.clearInFlight(target.system, landed);
    await warehouse.clearRefused(target.system, [...made, ...refused]);
    const turnedOff = omissions.filter(({ code }) => code === 'disabled-in-target');
    const found = [...landed, ...made, ...turnedOff.map(({ identity }) => identity)];
    // There was nothing to let be done any more.
    const unneeded = omissions.filter(
      ({ code, identity }) => code === 'in-sync' && released.has(identity),
    );
    await ledger.spendRelease(
      target.system,
      unneeded.map(({ identity }) => identity),
    );
    await linkFound(new Set(found), matches, target, engine);
    for (const omission of omissions) await review(omission, subjectOf, matches, target, engine);
  });
}

/** By a create of ours that was refused, because it was delivered twice. */
function isMade(match: Match | undefined): boolean {
  return match?.type === 'one' && match.made === true;
}

/**
 * The account that a lost create made, or that is theirs and was turned off by somebody: nothing is to
 * be written, but it is known whose it is from now on, whatever they are called later.
 */
async function linkFound(
  people: ReadonlySet<IdentityId>,
  matches: PlannedBatch['matches'],
  target: Target,
  { warehouse }: Engine,
): Promise<void> {
  for (const identity of people) {
    const match = matches.get(identity);
    if (match?.type !== 'one') continue;
    const proven = provesIdentity(match.by, target.kind);
    const asked = proven ? identifiersHeld(target, match.record.attributes) : {};
    await warehouse.link(target.system, identity, match.record, asked);
  }
}

function settlementOf(
  { code, message, refused }: Omission,
  subject: Subject,
  target: Target,
  now: Date,
): Settlement {
  if (code === 'in-flight') {
    const notBefore = probeAgainAt(subject, target, now);
    if (notBefore === undefined) return { type: 'settled', refused: { code, message } };
    return { type: 'escrow', escrow: escrowed(code, message, subject, now), notBefore };
  }
  // Whoever has the account may be about to be called something else, in this very plan.
  if (code === 'account-taken') {
    const escrow = escrowed(code, message, subject, now);
    const seconds = retryDelaySeconds(escrow.attempts, 0);
    return { type: 'escrow', escrow, notBefore: new Date(now.getTime() + seconds * 1000) };
  }
  const outSince = refused ? undefined : waitingSince(code, subject, target, now);
  const out = outSince && { outSince };
  const againAt = firstToCome(
    now,
    dateToCome(subject, target, now),
    refused ? undefined : deletionDate({ ...subject, ...out }, target.leave),
  );
  return {
    type: 'settled',
    ...(refused && { refused: { code, message } }),
    ...out,
    ...(againAt && { againAt }),
  };
}

/** Nothing is written, and what the account holds of somebody else's doing counts as asked. */
function adopting(settlement: Settlement, asked: Attributes, { account }: Subject): Settlement {
  if (account === undefined || settlement.type !== 'settled') return settlement;
  const { ref, current, version } = account;
  const { againAt } = settlement;
  return {
    type: 'written',
    record: { ref, attributes: current, ...(version !== undefined && { version }) },
    asked,
    ...(againAt && { againAt }),
  };
}

/** What cannot be switched off waits for its deletion from the first plan on in which it is out. */
function waitingSince(
  code: Omission['code'],
  { account, outSince }: Subject,
  target: Target,
  now: Date,
): Date | undefined {
  if (account === undefined || account.missing || canDisable(target)) return undefined;
  if (target.leave.type !== 'delete-after' || !OUT.has(code)) return undefined;
  return outSince ?? now;
}

const OUT: ReadonlySet<Omission['code']> = new Set([
  'left',
  'not-active',
  'not-assigned',
  'out-of-scope',
]);

function escrowed(code: string, message: string, { due }: Subject, now: Date): Escrow {
  const { attempts = 0, firstFailedAt = now } = due?.escrow ?? {};
  return { code, message, attempts: attempts + 1, firstFailedAt };
}

/** Ambiguity is never guessed: a person is asked, with what was found. */
async function review(
  { code, identity, label, message }: Omission,
  subjects: ReadonlyMap<IdentityId, Subject>,
  matches: PlannedBatch['matches'],
  target: Target,
  { warehouse, now }: Engine,
): Promise<void> {
  const subject = subjects.get(identity);
  const match = matches.get(identity);
  const common = { system: target.system, subject: identity, message: `${label}: ${message}` };
  if (code === 'in-flight' && subject !== undefined) {
    if (probeAgainAt(subject, target, now()) !== undefined) return;
    await warehouse.addReview({ ...common, kind: 'unconfirmed-create', candidates: [] });
  }
  if (code !== 'ambiguous-match' && code !== 'account-taken') return;
  const found =
    match?.type === 'many' ? match.records : match?.type === 'taken' ? [match.record] : [];
  await warehouse.addReview({
    ...common,
    kind: 'ambiguous-match',
    candidates: found.flatMap(({ ref: { id } }) => (id === '' ? [] : [{ id, label: id }])),
  });
}
