/** Whoever waited for a name until all who have names of their own were heard is given one then. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { SOURCES } from './markers.ts';
import { drawings } from './unique.ts';

const HAS_BEGUN = /^(merge|join) /;

/** Within the transaction in which a reading ends. */
export async function nameWhoWaited(
  { store, book }: Context,
  system: SystemName,
  kind: ObjectKind,
): Promise<void> {
  const supplies = drawings({ book }).some(({ suppliers }) =>
    suppliers.some((source) => source.system === system && source.kind === kind),
  );
  if (!supplies || (await store.progress(system, kind))?.readAt !== undefined) return;
  const markers = await store.markers(SOURCES.target);
  const there = markers.find(({ name }) => name === SOURCES.name);
  // One that has not begun to merge people comes to everybody anyway.
  if (there !== undefined && !HAS_BEGUN.test(there.cursor)) return;
  await store.saveMarker({ ...SOURCES, cause: 'configuration', cursor: 'merge ' });
}
