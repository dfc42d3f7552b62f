/**
 * Names that are drawn for identities, and that nobody else has: jdoe, jdoe1 … Drawn once, when
 * somebody arrives, and hers from then on; whatever is given up is nobody's for a time.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind } from '../identity/record.ts';
import { chooseNames, type Holders, nameKey } from '../mapping/names.ts';
import type { Context } from './context.ts';
import { identityKey, objectKey, valueOfIdentityKey } from './keys.ts';
import { choice } from './merge.ts';
import { COMPUTED } from './merge-computed.ts';
import { contributionsOf, mergingOf } from './merge-person.ts';
import type { AttributeRule } from './merge-rules.ts';
import type { Person, Space } from './space.ts';
import type { StoredRecord } from './storage.ts';
import type { HeldName, NameSpace } from './unique-storage.ts';
import { namesInTarget, spaceOf } from './unique-targets.ts';
import type { SourceRules } from './warehouse.ts';

/** A rule that draws. */
export interface Drawing {
  readonly kind: ObjectKind;
  readonly attribute: string;
  readonly computed: NonNullable<AttributeRule['computed']>;
  readonly space: NameSpace;
  /** Sources that have names of their own: they are read before anybody is given one. */
  readonly suppliers: readonly SourceRules[];
}

/**
 * Names those who have none yet, and gives up the names of those who left. Within the transaction in
 * which the space was loaded, before it is written: warehouses are written one after the other, so
 * nobody else draws meanwhile.
 */
export async function settleNames(space: Space, context: Context): Promise<void> {
  for (const drawing of drawings(context)) {
    const people = [...space.people.values()].filter(({ kind }) => kind === drawing.kind);
    if (people.length === 0) continue;
    await takeBack(people, drawing, space, context);
    for (;;) {
      const drawn = await draw(people, drawing, space, context);
      if (drawn.length === 0) break;
      const late = await take(drawn, drawing, context);
      for (const { holder } of drawn) if (!late.has(holder)) space.remerge(personIn(space, holder));
      if (late.size === 0) break;
      for (const id of late) delete personIn(space, id).kept[drawing.attribute];
    }
    await giveUp(people, drawing, context);
  }
}

/** Names that were given while others are still to be named, by where they are unique. */
export type Supposed = Map<NameSpace, Map<string, IdentityId>>;

/**
 * As `settleNames` would draw them, without taking them.
 *
 * @param supposed Of those who came before, so that nobody is shown a name of theirs; grows.
 */
export async function supposeNames(
  space: Space,
  context: Context,
  supposed: Supposed,
): Promise<void> {
  for (const drawing of drawings(context)) {
    const people = [...space.people.values()].filter(({ kind }) => kind === drawing.kind);
    const given = supposed.get(drawing.space) ?? new Map<string, IdentityId>();
    supposed.set(drawing.space, given);
    const drawn = await draw(people, drawing, space, context, given);
    for (const { name, holder } of drawn) given.set(name, holder);
    for (const { holder } of drawn) space.remerge(personIn(space, holder));
  }
}

export function drawings({ book }: Pick<Context, 'book'>): readonly Drawing[] {
  return Object.entries(book.rules.identity ?? {}).flatMap(([kind, { ordered }]) =>
    ordered.flatMap(({ attribute, computed }) =>
      computed?.expression.candidates
        ? [
            {
              kind,
              attribute,
              computed,
              space: spaceOf({ system: '', kind, path: attribute }),
              suppliers: book.rules.sources.filter((source) =>
                supplies(source, kind, attribute, computed),
              ),
            },
          ]
        : [],
    ),
  );
}

function supplies(
  { kind: of, map }: SourceRules,
  kind: ObjectKind,
  attribute: string,
  { as, expression }: Drawing['computed'],
): boolean {
  if (of !== kind || (as !== 'default' && !expression.inputs.includes(attribute))) return false;
  return (map.inputsOf?.(attribute) ?? []).length > 0;
}

/** Whether everybody who has names of their own was heard, once. */
async function heard({ suppliers }: Drawing, { store }: Context): Promise<boolean> {
  for (const { system, kind } of suppliers) {
    if ((await store.progress(system, kind))?.readAt === undefined) return false;
  }
  return true;
}

function personIn(space: Space, id: IdentityId): Person {
  const found = space.people.get(id);
  if (!found) throw new TypeError(`${id} is not in hand`);
  return found;
}

/** Whoever comes back has her name again, unless somebody else got it meanwhile. */
async function takeBack(
  people: readonly Person[],
  drawing: Drawing,
  space: Space,
  context: Context,
): Promise<void> {
  const { attribute } = drawing;
  const returned = people.filter(
    ({ present, stored }) => present && stored !== undefined && !stored.present,
  );
  const rows = keptNames(returned, attribute);
  if (rows.length === 0) return;
  const holders = await holdersOf(drawing, space, context)(rows.map(({ name }) => name));
  const late = new Set(
    rows.flatMap(({ name, holder }) => ((holders.get(name) ?? holder) === holder ? [] : holder)),
  );
  const free = rows.filter(({ holder }) => !late.has(holder));
  for (const id of late.union(await take(free, drawing, context))) {
    const person = personIn(space, id);
    delete person.kept[attribute];
    space.remerge(person);
  }
}

/**
 * Under other rules, a value that was computed for several stays with one of them. Before people are
 * merged anew, so that the others are given another one then.
 */
export async function claimNames(space: Space, context: Context): Promise<void> {
  for (const drawing of drawings(context)) {
    const people = [...space.people.values()].filter(
      ({ kind, stored }) => kind === drawing.kind && stored?.present,
    );
    const rows = keptNames(people, drawing.attribute);
    if (rows.length === 0) continue;
    for (const id of await take(rows, drawing, context)) {
      delete personIn(space, id).kept[drawing.attribute];
    }
  }
}

function keptNames(people: readonly Person[], attribute: string): readonly HeldName[] {
  return people.flatMap(({ id, kept }) => {
    const name = keyOf(kept[attribute]);
    return name === undefined ? [] : [{ name, holder: id }];
  });
}

/**
 * Chooses names, and puts them into `kept`.
 *
 * @param given To others than those in hand, and not stored.
 */
async function draw(
  people: readonly Person[],
  drawing: Drawing,
  space: Space,
  context: Context,
  given: ReadonlyMap<string, IdentityId> = new Map(),
): Promise<readonly HeldName[]> {
  const { kind, attribute, computed } = drawing;
  const { expression } = computed;
  const nameless = people.filter(
    ({ undrawn, present, kept }) =>
      undrawn.includes(attribute) && present && kept[attribute] === undefined,
  );
  const rules = context.book.attributes(kind);
  if (nameless.length === 0 || rules === undefined) return [];
  if (!(await heard(drawing, context))) return [];
  // What others in hand hold is not stored yet.
  const taken = new Map<string, IdentityId>();
  for (const { id, attributes, undrawn } of people) {
    const key = undrawn.includes(attribute) ? undefined : keyOf(attributes[attribute]);
    if (key !== undefined) taken.set(key, id);
  }
  const chosen = await chooseNames(
    nameless.map((each) => {
      const merging = mergingOf(each, space, rules);
      const { now, record } = merging;
      const contributions = contributionsOf(each, space, rules.recency);
      const { value } = choice(contributions, attribute, each.attributes, merging);
      const decided =
        value === undefined ? each.attributes : { ...each.attributes, [attribute]: value };
      const evaluation = { now, ...(record && { record }) };
      return { id: each.id, candidates: expression.candidates?.(decided, evaluation) ?? [] };
    }),
    givenBefore(given, holdersOf(drawing, space, context)),
    taken,
  );
  return nameless.flatMap((each): readonly HeldName[] => {
    const name = chosen.get(each.id);
    const key = keyOf(name);
    if (name === undefined || key === undefined) return [];
    each.kept[attribute] = name;
    return [{ name: key, holder: each.id }];
  });
}

function givenBefore(given: ReadonlyMap<string, IdentityId>, holders: Holders): Holders {
  if (given.size === 0) return holders;
  return async (names) => {
    const found = new Map(await holders(names));
    for (const name of names) {
      const key = nameKey(name);
      const holder = key === undefined ? undefined : given.get(key);
      if (key !== undefined && holder !== undefined && !found.has(key)) found.set(key, holder);
    }
    return found;
  };
}

/**
 * Where a name may be somebody's: kept for them, said by a source, or held in a target. Of one that
 * several have, nobody is the holder, so that none of them is given it anew.
 */
function holdersOf(
  { kind, attribute, space: of }: Drawing,
  { records }: Space,
  context: Context,
): Holders {
  const { store, book, now } = context;
  // An account that is about to be somebody's again holds the name for them.
  const ownerOf = ({ ref, identity }: StoredRecord) =>
    (records.get(objectKey(ref)) ?? { identity }).identity;
  return async (names) => {
    const keys = names.flatMap((name) => nameKey(name) ?? []);
    const [held, said] = await Promise.all([
      store.namesHeld(of, keys, now().getTime()),
      store.identitiesWithKeys(keys.flatMap((key) => identityKey(kind, attribute, key) ?? [])),
    ]);
    const holders = new Map<string, IdentityId>();
    for (const { name, holder } of held) holders.set(name, holder);
    const add = (name: string, holder: IdentityId): void => {
      holders.set(name, (holders.get(name) ?? holder) === holder ? holder : '');
    };
    // Names of those who left long ago are still among their last values, and free all the same.
    const ids = [...new Set(said.map(({ identity }) => identity))];
    const there = ids.length === 0 ? [] : await store.identities(ids);
    const present = new Set(there.flatMap((each) => (each.present ? each.id : [])));
    for (const { key, identity } of said) {
      const name = valueOfIdentityKey(key, kind, attribute);
      if (name !== undefined && present.has(identity)) add(name, identity);
    }
    for (const { system, unique = {}, kind: of } of book.rules.targets) {
      if (of !== kind) continue;
      for (const [path, { drawn }] of Object.entries(unique)) {
        if (drawn?.attribute !== attribute) continue;
        const values = new Map(
          names.flatMap((name) => {
            const value = drawn.valueOf(name);
            const key = value === undefined ? undefined : nameKey(value);
            return value === undefined || key === undefined ? [] : [[key, name] as const];
          }),
        );
        const nameOf = (value: string) => nameKey(values.get(value) ?? '');
        const at = { system, kind, path };
        const { kept, accounts } = await namesInTarget(context, at, [...values.keys()], ownerOf);
        for (const [value, holder] of kept) {
          const name = nameOf(value);
          // Whoever had the account is known better by whom the name was drawn for.
          if (name !== undefined && !holders.has(name)) holders.set(name, holder);
        }
        for (const [value, holder] of accounts) {
          const name = nameOf(value);
          if (name !== undefined) add(name, holder);
        }
      }
    }
    return holders;
  };
}

/** @returns Who was too late. */
async function take(
  rows: readonly HeldName[],
  { space: of }: Drawing,
  { store, now }: Context,
): Promise<ReadonlySet<IdentityId>> {
  if (rows.length === 0) return new Set();
  const held = await store.takeNames(of, rows, now().getTime());
  const holders = new Map(held.map(({ name, holder }) => [name, holder]));
  return new Set(rows.flatMap(({ name, holder }) => (holders.get(name) === holder ? [] : holder)));
}

/** Names of those who left, and names that somebody has no more. */
async function giveUp(
  people: readonly Person[],
  { attribute, computed, space: of }: Drawing,
  { store, now }: Context,
): Promise<void> {
  const given = people.flatMap((each): readonly HeldName[] => {
    const { id, before, attributes, stored, present, records, origins } = each;
    if (stored === undefined) return [];
    const had = keyOf(before[attribute]);
    const has = keyOf(attributes[attribute]);
    const left = (stored.present && !present) || records.size === 0;
    const kept = origins[attribute] === COMPUTED ? undefined : keyOf(each.kept[attribute]);
    const lost = had !== has || left ? had : undefined;
    return [...new Set([lost, kept])].flatMap((name) =>
      name === undefined ? [] : [{ name, holder: id }],
    );
  });
  if (given.length === 0) return;
  const at = now().getTime();
  await store.freeNames(of, given, at, at + computed.reuseAfterSeconds * 1000);
}

function keyOf(value: unknown): string | undefined {
  return typeof value === 'string' ? nameKey(value) : undefined;
}
