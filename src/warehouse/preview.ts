/**
 * The warehouse as it would be under other rules: identities merged anew from the records that are
 * stored. Nothing is written, so rules can be tried that are never put into force.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { rulebook } from './rulebook.ts';
import { openSpace, type Person } from './space.ts';
import type { WarehouseStore } from './storage.ts';
import type { Subject } from './subject.ts';
import { loadSubjects } from './subjects.ts';
import type { WarehouseRules } from './warehouse.ts';

export interface PreviewedWarehouse {
  /** Everybody of a kind, in batches of ids. */
  everybody(kind: ObjectKind): AsyncIterable<readonly IdentityId[]>;
  /** As a target would see them; nothing is due. */
  subjects(target: SystemName, ids: readonly IdentityId[]): Promise<readonly Subject[]>;
}

const BATCH = 500;

/** @param remerges Whether the sources have other rules than those identities were merged by. */
export function previewWarehouse(
  store: WarehouseStore,
  rules: WarehouseRules,
  remerges: boolean,
  now: () => Date,
): PreviewedWarehouse {
  const context: Context = {
    store,
    book: rulebook(rules),
    now,
    newId: neverWritten,
    generation: neverWritten,
  };
  const mergedAnew = async (ids: readonly IdentityId[]) => {
    const space = openSpace(context);
    await space.loadPeople(ids);
    for (const person of space.people.values()) space.remerge(person);
    return space.people;
  };
  return {
    everybody: async function* (kind) {
      for (let after: IdentityId | undefined = ''; after !== undefined; ) {
        const ids: readonly IdentityId[] = await store.identityIds(kind, after, BATCH);
        if (ids.length > 0) yield ids;
        after = ids.length < BATCH ? undefined : ids.at(-1);
      }
    },
    subjects: async (target, ids) => {
      const subjects = await loadSubjects(context, target, ids, new Map());
      if (!remerges) return subjects;
      const people = await mergedAnew(ids);
      return subjects.map((subject) => remerged(subject, people.get(subject.identity.id)));
    },
  };
}

function remerged(subject: Subject, person: Person | undefined): Subject {
  if (person === undefined) return subject;
  const { attributes, origins, present } = person;
  return { ...subject, identity: { ...subject.identity, attributes, origins, present } };
}

function neverWritten(): never {
  throw new TypeError('a preview makes nothing that could be written');
}
