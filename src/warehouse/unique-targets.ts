/** Names in targets that only one account may have: who has them, who is to get them, what was given up. */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import { nameKey } from '../mapping/names.ts';
import type { Context } from './context.ts';
import { matchKey, matchKeys, valueOfMatchKey } from './keys.ts';
import type { Rulebook } from './rulebook.ts';
import type { RecordKey, StoredRecord, WarehouseStore } from './storage.ts';
import type { HeldName, NameSpace } from './unique-storage.ts';
import type { TargetRules } from './warehouse.ts';

/** A path of the accounts of a target. */
export interface NamedPath {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly path: string;
}

/** What the plan asks. */
export interface Names {
  /**
   * Of these names, by the key they are compared by, whose they are: in the target, as far as it was
   * read, by a plan, or until lately. The empty text for an account of nobody.
   */
  namesHeld(at: NamedPath, names: readonly string[]): Promise<ReadonlyMap<string, IdentityId>>;
  /** Takes names for people who are to get accounts. @returns Who was too late. */
  takeNames(
    at: NamedPath,
    names: readonly { readonly name: string; readonly holder: IdentityId }[],
  ): Promise<ReadonlySet<IdentityId>>;
  /** Drops what is on file of names that are free again, so many at most. @returns Whether there is more. */
  pruneNames(most: number): Promise<boolean>;
}

/** No system is called nothing: names of identities are in no target's space. */
export function spaceOf({ system, kind, path }: NamedPath): NameSpace {
  return `${system}/${kind}/${path}`;
}

export function names(context: Context): Names {
  const { store, now } = context;
  return {
    namesHeld: (at, wanted) => heldInTarget(context, at, wanted),
    takeNames: (at, wanted) =>
      store.transaction(async () => {
        const rows = wanted.flatMap(({ name, holder }): readonly HeldName[] => {
          const key = nameKey(name);
          return key === undefined ? [] : [{ name: key, holder }];
        });
        const since = now().getTime();
        const until = since + reuseAfter(context, at);
        const held = await store.takeNames(spaceOf(at), rows, since, until);
        const holders = new Map(held.map(({ name, holder }) => [name, holder]));
        return new Set(
          rows.flatMap(({ name, holder }) => (holders.get(name) === holder ? [] : [holder])),
        );
      }),
    pruneNames: async (most) => {
      const at = now().getTime();
      if (!(await store.anyNameFree(at))) return false;
      return most === 0 || store.transaction(() => store.pruneNames(at, most));
    },
  };
}

/** Of names that are drawn for a target, how long nobody else gets one that has become free. */
function reuseAfter({ book }: Context, { system, kind, path }: NamedPath): number {
  return (book.uniquePaths(system, kind)[path]?.reuseAfterSeconds ?? 0) * 1000;
}

async function heldInTarget(
  { store, now }: Context,
  at: NamedPath,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, IdentityId>> {
  const { kept, accounts } = await namesInTarget({ store, now }, at, wanted);
  // What the target has counts, whoever it was kept for.
  return new Map([...kept, ...accounts]);
}

/** By the key a name is compared by. */
interface NamesInTarget {
  /** Whom a plan gave it to, or who had it until lately; the empty text where nobody knows. */
  readonly kept: ReadonlyMap<string, IdentityId>;
  /** Whose account has it; the empty text for an account of nobody. */
  readonly accounts: ReadonlyMap<string, IdentityId>;
}

/** @param ownerOf Whose an account is, as far as that is known better than it is stored. */
export async function namesInTarget(
  { store, now }: Pick<Context, 'store' | 'now'>,
  at: NamedPath,
  wanted: readonly string[],
  ownerOf: (record: StoredRecord) => IdentityId | undefined = ({ identity }) => identity,
): Promise<NamesInTarget> {
  const keys = wanted.flatMap((name) => nameKey(name) ?? []);
  const [kept, accounts] = await Promise.all([
    store.namesHeld(spaceOf(at), keys, now().getTime()),
    store.recordsWithKeys(
      at.system,
      at.kind,
      keys.flatMap((key) => matchKey(at.path, key) ?? []),
      1,
    ),
  ]);
  return {
    kept: new Map(kept.map(({ name, holder }) => [name, holder])),
    accounts: new Map(
      accounts.flatMap(({ key, record }) => {
        const name = valueOfMatchKey(key, at.path);
        return name === undefined ? [] : [[name, ownerOf(record) ?? ''] as const];
      }),
    ),
  };
}

/** The same, and what accounts do not hold any more, by our hand or another's, is given up. */
export function rememberingNames(
  store: WarehouseStore,
  book: Rulebook,
  now: () => Date,
): WarehouseStore {
  if (!book.rules.targets.some(({ unique }) => unique !== undefined)) return store;
  return {
    ...store,
    removeRecordKeys: async (keys) => {
      await store.removeRecordKeys(keys);
      await freeLost({ store, book, now }, keys);
    },
  };
}

/** Of accounts that were read before their names mattered. @returns Where the step ended. */
export async function indexNames(
  { store, book }: Pick<Context, 'store' | 'book'>,
  { system, kind, unique }: Pick<TargetRules, 'system' | 'kind' | 'unique'>,
  after: string,
  limit: number,
): Promise<string | undefined> {
  if (unique === undefined) return undefined;
  const paths = book.matchPaths(system, kind).filter(({ text }) => Object.hasOwn(unique, text));
  const accounts = await store.accountsAfter(system, kind, after, limit);
  await store.addRecordKeys(
    accounts.flatMap(({ id, attributes }) =>
      [...matchKeys(JSON.parse(attributes), paths)].map((key) => ({
        ref: { system, kind, id },
        key,
      })),
    ),
  );
  return accounts.length < limit ? undefined : accounts.at(-1)?.id;
}

async function freeLost(
  { store, book, now }: Pick<Context, 'store' | 'book' | 'now'>,
  lost: readonly RecordKey[],
): Promise<void> {
  const since = now().getTime();
  const lots = Map.groupBy(lost, ({ ref }) => `${ref.system}/${ref.kind}`);
  for (const lot of lots.values()) {
    const [first] = lot;
    if (!first) continue;
    const { system, kind } = first.ref;
    for (const [path, { reuseAfterSeconds }] of Object.entries(book.uniquePaths(system, kind))) {
      const names = lot.flatMap(({ key }): readonly HeldName[] => {
        const name = valueOfMatchKey(key, path);
        return name === undefined ? [] : [{ name, holder: '' }];
      });
      if (names.length === 0) continue;
      const until = since + reuseAfterSeconds * 1000;
      await store.freeNames(spaceOf({ system, kind, path }), names, since, until);
    }
  }
}
