/** Opens the warehouse of a tenant under its configured rules. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef, Scalar, SystemName } from '../identity/record.ts';
import { acceptAbsences } from './absences.ts';
import { prepare } from './absorb.ts';
import { recordAnswers, recordDoubts } from './accounts.ts';
import { choicesOf } from './choices.ts';
import { type Context, caused, fenced } from './context.ts';
import { decisions } from './decisions.ts';
import { openForesight } from './foresight.ts';
import { forgetValues } from './forget.ts';
import { histories } from './histories.ts';
import type { Cause } from './history.ts';
import { importRecords } from './import.ts';
import { reviewId } from './join.ts';
import { matchKey, namingKeys } from './keys.ts';
import { expandMarkers, markEverybody } from './markers.ts';
import { memberships } from './membership.ts';
import { asOn, offersOf, onDay, withoutSystem } from './offers.ts';
import { parseOrigins } from './origins.ts';
import { absorbPage, beginReading, endReading, observe } from './reading.ts';
import { ruleGroupViews } from './rule-group-views.ts';
import { rulebook } from './rulebook.ts';
import { noticeChangedRules } from './rules-changed.ts';
import { settle } from './settle.ts';
import { openSteps } from './steps.ts';
import type { StoredIdentity, WarehouseStore } from './storage.ts';
import type { Due, Subject } from './subject.ts';
import { loadSubjects, recordOf } from './subjects.ts';
import { names, rememberingNames } from './unique-targets.ts';
import type { Candidate, Reading, Refusal, Warehouse, WarehouseRules } from './warehouse.ts';

export interface World {
  readonly now: () => Date;
  /** Sorts in the order of making: rows of one time then lie side by side in the store. */
  readonly newId: () => IdentityId;
}

const MOST_URGENT = 1000;
const MOST_PEOPLE_OF_A_NAME = 50;
const PAGE = 500;
/** Accounts of one value that are looked at; two are too many already. */
const CANDIDATES_PER_VALUE = 4;

export async function openWarehouse(
  store: WarehouseStore,
  rules: WarehouseRules,
  { now, newId }: World,
): Promise<Warehouse> {
  const epoch = await store.transaction(async () => {
    await noticeChangedRules(store, rules, now().getTime());
    return store.nextEpoch();
  });
  let steps = 0;
  const book = rulebook(rules);
  const context: Context = {
    store: rememberingNames(store, book, now),
    book,
    now,
    newId,
    // Unique without a trip to the store: nobody else has this epoch.
    generation: () => epoch * 2 ** 31 + steps++,
    cause: { type: 'reading' },
  };
  const foresight = openForesight();
  const cut = openSteps((changes) => prepare(context, changes));
  return {
    ...memberships(context),
    ...ruleGroupViews(context),
    ...names(context),
    ...decisions(context, (ids) => identitiesOf(context, ids)),
    ...histories(context, (ids) => identitiesOf(context, ids)),
    beginReading: (system, kind, mode, fence) =>
      beginReading(fenced(context, fence), system, kind, mode),
    watermark: async (system, kind) => (await store.progress(system, kind))?.watermark,
    absorb: (reading, page, { fence, following = () => undefined } = {}) =>
      absorbPage(fenced(caused(context, causeOf(reading)), fence), reading, page, {
        foresight,
        steps: cut,
        following,
      }),
    endReading: (reading, complete, fence) =>
      endReading(fenced(caused(context, causeOf(reading)), fence), reading, complete),
    observe: (records) => observe(context, records),
    acceptAbsences: (system, kind) =>
      acceptAbsences(caused(context, causeOf({ system, kind })), system, kind),
    forgetWatermark: (system, kind) => store.setWatermark(system, kind),

    expandMarkers: (target) => expandMarkers(context, target),
    dueCount: (target, at) => store.dueCount(target, at.getTime()),
    anyUrgent: async (target) => (await store.urgentDue(target, 1)).length > 0,
    due: (target, at, limit, after) => due(context, target, at, limit, after),
    makeEverybodyDue: (target, cause) =>
      store.transaction(() => markEverybody(context, target, cause)),
    makeDue: (target, identities, cause, urgent) => {
      const generation = context.generation();
      const since = now().getTime();
      return store.addDue(
        identities.map((identity) => ({
          identity,
          target,
          cause,
          generation,
          since,
          ...(urgent && { urgent }),
        })),
      );
    },
    settle: (target, settlements, run) => {
      const answered = caused(context, answerOf(target, run));
      return store.transaction(() => settle(answered, target, settlements));
    },
    markInFlight: (target, creates) => {
      const since = now();
      return store.transaction(() =>
        store.saveInFlight(
          target,
          creates.map((create) => ({ ...create, since })),
        ),
      );
    },
    clearInFlight: (target, identities) => store.clearInFlight(target, identities),
    markRefused: (target, creates) => {
      const since = now();
      return store.saveRefusedCreates(
        target,
        creates.map((create) => ({ ...create, since })),
      );
    },
    clearRefused: (target, identities) => store.clearRefusedCreates(target, identities),
    doubt: (target, doubts) =>
      store.transaction(() => recordDoubts(caused(context, answerOf(target)), target, doubts)),

    candidates: (target, kind, path, values) => candidates(context, target, kind, path, values),
    link: (target, identity, record, asked = {}) =>
      store.transaction(async () => {
        const answered = caused(context, answerOf(target));
        const taken = await recordAnswers(answered, target, [{ identity, record, asked }]);
        if (taken.size > 0) {
          throw new Error(`${record.ref.id} of ${target} belongs to another identity`);
        }
      }),
    forgetValues: (identities, attributes, besides) =>
      store.transaction(async () => {
        await besides();
        await forgetValues(context, identities, attributes);
      }),
    vouches: (system, kind) => context.book.source(system, kind)?.authority ?? false,
    importRecords: (refs) => store.transaction(() => importRecords(context, refs)),
    managed: (target) => store.managed(target),

    identity: async (id) => (await identitiesOf(context, [id]))[0],
    findPerson: (text, kind) => findPerson(context, text, kind),
    peopleNamed: (values) => peopleNamed(context, values),
    subject: async (target, identity) => {
      const rows = await store.dueOf(target, [identity]);
      return (await subjects(context, target, [identity], rows))[0];
    },
    offers: (identity, at) => offersOf(asOn(context, at), identity),
    choices: (identity, attributes, without) => choicesOf(context, identity, attributes, without),
    onDay: (subject, at) => onDay(context, subject, at),
    without: (subject, system, at) => withoutSystem(asOn(context, at), subject, system),
    subjects: async (target, identities) =>
      subjects(context, target, identities, await store.dueOf(target, identities)),
    ownersOf: async (accounts) =>
      new Map(
        (await store.records(accounts)).flatMap(({ ref, identity }) =>
          identity === undefined ? [] : [[ref.id, identity] as const],
        ),
      ),
    accountOf: (target, identity) => accountRef(context, target, identity),
    addReview: (item) =>
      store.addReview({
        ...item,
        id: reviewId(item.kind, item.system, item.subject),
        since: now(),
      }),
    reviews: () => store.reviews(),
    dueRows: (target) => dueRows(context, target),
    refusals: (target) => refusals(context, target),
    freshness: async () => {
      const progress = (await store.allProgress()).filter(({ readAt }) => readAt !== undefined);
      return Promise.all(
        progress.map(async ({ system, kind, readAt, withheld }) => ({
          system,
          kind,
          readAt: new Date(readAt ?? 0),
          records: await store.countPresent(system, kind),
          ...(withheld && { withheld: { absent: withheld.absent, before: withheld.before } }),
        })),
      );
    },
  };
}

function causeOf({ system, kind, run }: Pick<Reading, 'system' | 'kind' | 'run'>): Cause {
  return { type: 'reading', system, kind, ...(run !== undefined && { run }) };
}

function answerOf(system: SystemName, run?: string): Cause {
  return { type: 'answer', system, ...(run !== undefined && { run }) };
}

async function due(
  context: Context,
  target: SystemName,
  at: Date,
  limit: number,
  after: IdentityId | undefined,
): Promise<readonly Subject[]> {
  const { store } = context;
  const urgent: Due[] = [];
  if (after === undefined) {
    await store.releaseDue(target, at.getTime());
    urgent.push(...(await store.urgentDue(target, MOST_URGENT)));
  }
  // At least one that is not urgent, if there is any: the next batch goes on behind the last.
  const room = Math.max(1, limit - urgent.length);
  const others = await store.ordinaryDue(target, after ?? '', room);
  const rows = [...urgent, ...others];
  return subjects(
    context,
    target,
    rows.map(({ identity }) => identity),
    rows,
  );
}

function subjects(
  context: Context,
  target: SystemName,
  ids: readonly IdentityId[],
  rows: readonly Due[],
): Promise<readonly Subject[]> {
  return loadSubjects(context, target, ids, new Map(rows.map((row) => [row.identity, row])));
}

async function candidates(
  { store }: Context,
  target: SystemName,
  kind: string,
  path: string,
  values: readonly Scalar[],
): Promise<ReadonlyMap<Scalar, readonly Candidate[]>> {
  const keys = new Map(values.map((value) => [value, matchKey(path, value)]));
  const asked = [...new Set([...keys.values()].filter((key) => key !== undefined))];
  const found = await store.recordsWithKeys(target, kind, asked, CANDIDATES_PER_VALUE);
  const byKey = Map.groupBy(found, ({ key }) => key);
  return new Map(
    [...keys].map(([value, key]) => [
      value,
      (key === undefined ? [] : (byKey.get(key) ?? [])).map(({ record }) => ({
        record: recordOf(record),
        ...(record.identity !== undefined && { linkedTo: record.identity }),
      })),
    ]),
  );
}

async function accountRef(
  { store }: Context,
  target: SystemName,
  identity: IdentityId,
): Promise<ObjectRef | undefined> {
  const records = await store.recordsIn(target, [identity]);
  return records.find(({ present, state }) => present && !state.deleted)?.ref;
}

async function findPerson(
  context: Context,
  text: string,
  kind: ObjectKind | undefined,
): Promise<readonly Identity[]> {
  const { store } = context;
  const kinds = kind === undefined ? ['user', 'group'] : [kind];
  const keys = kinds.flatMap((each) => namingKeys(each, text.trim()));
  const hits = await store.identitiesWithKeys(keys);
  const ids = new Set([text.trim(), ...hits.map(({ identity }) => identity)]);
  const found = await identitiesOf(context, [...ids].slice(0, MOST_PEOPLE_OF_A_NAME));
  if (kind !== undefined) return found.filter((identity) => identity.kind === kind);
  const people = found.filter((identity) => identity.kind !== 'group');
  return people.length > 0 ? people : found;
}

async function peopleNamed(
  { store }: Context,
  values: readonly string[],
): Promise<ReadonlyMap<string, readonly IdentityId[]>> {
  const keys = new Map(values.map((value) => [value, namingKeys('user', value.trim())]));
  const asked = [...new Set([...keys.values()].flat())];
  const hits = Map.groupBy(await store.identitiesWithKeys(asked), ({ key }) => key);
  return new Map(
    [...keys].map(([value, theirs]) => {
      const found = theirs.flatMap((key) => hits.get(key) ?? []);
      return [value, [...new Set(found.map(({ identity }) => identity))]];
    }),
  );
}

async function identitiesOf(
  { store }: Context,
  ids: readonly IdentityId[],
): Promise<readonly Identity[]> {
  const [identities, records] = await Promise.all([store.identities(ids), store.recordsOf(ids)]);
  return identities.map((identity) => ({
    ...parsed(identity),
    links: records
      .filter((record) => record.identity === identity.id && record.present)
      .map(({ ref }) => ref),
  }));
}

function parsed(identity: StoredIdentity): Omit<Identity, 'links'> {
  const attributes = JSON.parse(identity.attributes);
  return { ...identity, attributes, origins: parseOrigins(identity.origins, attributes) };
}

async function* dueRows(
  { store, book }: Context,
  only: SystemName | undefined,
): AsyncGenerator<Due> {
  const targets = new Set(book.rules.targets.map(({ system }) => system));
  for (const target of only === undefined ? targets : [only]) {
    for (let after: IdentityId | undefined = ''; after !== undefined; ) {
      const rows: readonly Due[] = await store.dueAfter(target, after, PAGE);
      yield* rows;
      after = rows.length < PAGE ? undefined : rows.at(-1)?.identity;
    }
  }
}

async function* refusals({ store }: Context, target: SystemName): AsyncGenerator<Refusal> {
  for (let after: IdentityId | undefined = ''; after !== undefined; ) {
    const rows: Awaited<ReturnType<WarehouseStore['refusals']>> = await store.refusals(
      target,
      after,
      PAGE,
    );
    const people = await store.identities(rows.map(({ identity }) => identity));
    const known = new Map(people.map((person) => [person.id, person]));
    for (const { identity, code, message, at } of rows) {
      const attributes = JSON.parse(known.get(identity)?.attributes ?? '{}');
      yield { identity: { id: identity, attributes }, code, message, since: new Date(at) };
    }
    after = rows.length < PAGE ? undefined : rows.at(-1)?.identity;
  }
}
