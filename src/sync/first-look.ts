/**
 * Before the first plan of a target: accounts of people who are out already. A store that was lost
 * does not know that it made them, and nobody looks for the account of somebody who is to have none.
 */

import type { IdentityRecord } from '../identity/record.ts';
import { matchValues } from '../plan/desired.ts';
import { chooseMatch } from '../plan/match.ts';
import { standing } from '../plan/standing.ts';
import { identifiersHeld, provesIdentity, type Target } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine, Watch } from './engine.ts';
import { fenced } from './fence.ts';
import { candidatesOf, FEW, findAccounts, listTarget } from './match.ts';
import { orphanFinder } from './reconcile-orphans.ts';
import type { OpenTarget } from './target.ts';

const PAGE = 500;

/**
 * Links those accounts, so that the plan disables or keeps them like any leaver's. Costs one question
 * where a plan was ever applied.
 *
 * @param listed Whether the target's accounts were read to their end a moment ago.
 * @returns The same, afterwards.
 */
export async function firstLook(
  open: OpenTarget,
  engine: Engine,
  listed: boolean,
  watch: Watch,
): Promise<boolean> {
  const { target, connector } = open;
  const { plans, warehouse, now } = engine;
  // Whose accounts are read as a source are known by joining them.
  if (target.kind !== 'user' || target.joined || target.pilot !== undefined) return listed;
  if (await plans.everApplied(target.system)) return listed;
  const due = await warehouse.dueCount(target.system, now());
  if (due === 0) return listed;
  if (due <= FEW && !listed) {
    await askForEach(open, engine, watch);
    return false;
  }
  // The first plan lists it anyway: whoever is to have an account may have one already.
  if (!listed && !(await listTarget(target, connector, engine, watch))) return false;
  await lookThrough(target, engine, watch);
  return true;
}

async function askForEach(
  { target, connector }: OpenTarget,
  engine: Engine,
  watch: Watch,
): Promise<void> {
  const { warehouse, now, random } = engine;
  const context = { now: now(), random };
  for (const subject of await warehouse.due(target.system, context.now, FEW)) {
    if (!isOut(subject, target, context.now)) continue;
    const values = matchValues(subject, target, context);
    const found = await findAccounts(values, target, connector, engine, watch);
    const match = chooseMatch(subject.identity.id, values, ({ path }) => found.get(path) ?? []);
    if (match.type !== 'one' || !provesIdentity(match.by, target.kind)) continue;
    await link(target, [{ person: subject.identity.id, record: match.record }], engine, watch);
  }
}

/**
 * Backwards, from the accounts: those that are nobody's, and the one person who would match each. Then
 * forwards: she has to match that account and no other.
 */
async function lookThrough(target: Target, engine: Engine, watch: Watch): Promise<void> {
  const { warehouse, drift, now, random } = engine;
  const { system, kind } = target;
  const find = orphanFinder(target, engine);
  for (let after = ''; ; ) {
    watch.signal.throwIfAborted();
    const accounts = await drift.nobodys({ target: system, kind }, after, PAGE);
    const matched = (await find(accounts)).flatMap(({ account, person, by }) =>
      person !== undefined && by !== undefined && provesIdentity(by, kind)
        ? [{ account, person: person.id }]
        : [],
    );
    const subjects = await warehouse.subjects(
      system,
      matched.map(({ person }) => person),
    );
    const context = { now: now(), random };
    const out = subjects
      .filter((each) => isOut(each, target, context.now))
      .map((each) => ({ id: each.identity.id, values: matchValues(each, target, context) }));
    const wanted = out.flatMap(({ values }) => values);
    const candidates = await candidatesOf(wanted, target, engine);
    const chosen = new Map(
      out.flatMap(({ id, values }) => {
        const match = chooseMatch(id, values, candidates);
        return match.type === 'one' ? [[id, match.record.ref.id] as const] : [];
      }),
    );
    const theirs = matched.flatMap(({ account: { id, current }, person }) =>
      chosen.get(person) === id
        ? [{ person, record: { ref: { system, kind, id }, attributes: current } }]
        : [],
    );
    await link(target, theirs, engine, watch);
    const last = accounts.at(-1);
    if (last === undefined || accounts.length < PAGE) return;
    after = last.id;
  }
}

function isOut(subject: Subject, target: Target, now: Date): boolean {
  const { identity, account, inFlight, refusedCreate } = subject;
  if (identity.kind !== target.kind || inFlight !== undefined || refusedCreate !== undefined) {
    return false;
  }
  return account === undefined && !standing(subject, target, now).in;
}

async function link(
  target: Target,
  theirs: readonly { readonly person: string; readonly record: IdentityRecord }[],
  engine: Engine,
  watch: Watch,
): Promise<void> {
  if (theirs.length === 0) return;
  const { warehouse } = engine;
  const { system } = target;
  await fenced(engine, watch, async () => {
    for (const { person, record } of theirs) {
      await warehouse.link(system, person, record, identifiersHeld(target, record.attributes));
    }
    const people = theirs.map(({ person }) => person);
    await warehouse.makeDue(system, people, 'reconcile');
  });
}
