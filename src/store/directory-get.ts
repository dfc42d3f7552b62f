/** Single objects of a directory: those that are asked for in one turn of the event loop are one question. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { DirectoryStorage, StoredObject } from '../connectors/directory/storage.ts';
import type { ObjectKind } from '../identity/record.ts';

type Wanted = Map<string, PromiseWithResolvers<StoredObject | undefined>>;

/** @param find In any order, and without those that are not there. */
export function getTogether(
  find: (kind: ObjectKind, ids: readonly string[]) => Promise<readonly StoredObject[]>,
): DirectoryStorage['get'] {
  // They are asked for from anywhere: nobody's transaction is that of the others.
  const outside = AsyncLocalStorage.snapshot();
  let waiting = new Map<ObjectKind, Wanted>();

  async function ask(kind: ObjectKind, wanted: Wanted): Promise<void> {
    try {
      const found = await find(kind, [...wanted.keys()]);
      for (const object of found) wanted.get(object.id)?.resolve(object);
      for (const { resolve } of wanted.values()) resolve(undefined);
    } catch (error) {
      for (const { reject } of wanted.values()) reject(error);
    }
  }

  function askAll(): void {
    const all = waiting;
    waiting = new Map();
    for (const [kind, wanted] of all) void ask(kind, wanted);
  }

  return async (kind, id) => {
    // No database keeps such an id, and asked for it would fail those of the others.
    if (id.includes('\0') || !id.isWellFormed()) return undefined;
    if (waiting.size === 0) outside(() => setImmediate(askAll));
    const wanted: Wanted = waiting.get(kind) ?? new Map();
    waiting.set(kind, wanted);
    const held = wanted.get(id) ?? Promise.withResolvers();
    wanted.set(id, held);
    return held.promise;
  };
}
