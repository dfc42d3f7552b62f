/**
 * A directory whose readers see a change only after a while, as a system does that answers from a
 * copy. Before-images are kept in memory for as long as they are shown.
 */

import type { ObjectKind } from '../../identity/record.ts';
import { sortedPage } from './order.ts';
import type { DirectoryStorage, Selected, Selection, StoredObject } from './storage.ts';

interface Mask {
  readonly kind: ObjectKind;
  readonly id: string;
  /** Undefined while a new object is not to be seen yet. */
  readonly shown: StoredObject | undefined;
  readonly untilMilliseconds: number;
}

export function delayed(
  storage: DirectoryStorage,
  seconds: number,
  now: () => Date,
): DirectoryStorage {
  /** By object, the oldest first: each write is seen when its own time has come. */
  const masks = new Map<string, readonly Mask[]>();

  function current(): readonly Mask[] {
    const time = now().getTime();
    for (const [key, all] of masks) {
      const left = all.filter(({ untilMilliseconds }) => untilMilliseconds > time);
      if (left.length === 0) masks.delete(key);
      else masks.set(key, left);
    }
    return [...masks.values()].flatMap(([oldest]) => oldest ?? []);
  }

  async function search(kind: ObjectKind, selection: Selection): Promise<Selected> {
    const hidden = current().filter((mask) => mask.kind === kind);
    if (hidden.length === 0) return storage.search(kind, selection);
    const ids = new Set(hidden.map(({ id }) => id));
    const { exactly: _, ...narrowed } = selection;
    const { matches = () => true } = selection;
    const found = await storage.search(kind, {
      ...narrowed,
      matches: (object) => !ids.has(object.id) && matches(object),
    });
    const { order, offset = 0, count } = selection;
    if (order) {
      const shown = hidden.flatMap((mask) => mask.shown ?? []).filter(matches);
      const first = await storage.search(kind, {
        ...narrowed,
        matches: (object) => !ids.has(object.id) && matches(object),
        offset: 0,
        count: offset + count,
      });
      const page = sortedPage([...first.objects, ...shown], order, { offset, count });
      return { ...page, total: first.total + shown.length };
    }
    // Masked objects come after the others: their before-images are in no index.
    const old = hidden.flatMap(({ shown }) => (shown && matches(shown) ? [shown] : []));
    const room = selection.count - found.objects.length;
    const skipped = Math.max(0, (selection.offset ?? 0) - found.total);
    const later = old.filter(({ id }) => selection.after === undefined || id > selection.after);
    return {
      objects: [...found.objects, ...later.slice(skipped, skipped + room)],
      total: found.total + old.length,
    };
  }

  // Their texts would show what is hidden yet.
  const { texts: _, ...objects } = storage;
  return {
    ...objects,
    search,
    get: async (kind, id) => {
      const mask = current().find((one) => one.kind === kind && one.id === id);
      return mask ? mask.shown : storage.get(kind, id);
    },
    changes: async (kind, since, count) => {
      const ids = new Set(current().map(({ id }) => id));
      const changes = await storage.changes(kind, since, count);
      // What comes later waits as well, or a watermark would leave the hidden change behind.
      const first = changes.findIndex((change) => ids.has(subjectOf(change)));
      return first < 0 ? changes : changes.slice(0, first);
    },
    write: async (write) => {
      const [kind, id] = write.type === 'put' ? [write.object.kind, write.object.id] : idOf(write);
      const shown = await storage.get(kind, id);
      const written = await storage.write(write);
      if (written.type === 'done') {
        const key = `${kind}\n${id}`;
        const untilMilliseconds = now().getTime() + seconds * 1_000;
        masks.set(key, [...(masks.get(key) ?? []), { kind, id, shown, untilMilliseconds }]);
      }
      return written;
    },
  };
}

type Change = Awaited<ReturnType<DirectoryStorage['changes']>>[number];

function subjectOf(change: Change): string {
  switch (change.type) {
    case 'object':
      return change.object.id;
    case 'removed':
      return change.id;
    case 'member':
      return change.group;
  }
}

type Removal = Exclude<Parameters<DirectoryStorage['write']>[0], { readonly type: 'put' }>;

function idOf(write: Removal): readonly [ObjectKind, string] {
  return write.type === 'remove' ? [write.kind, write.id] : ['group', write.group];
}
