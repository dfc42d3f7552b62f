/** Whoever waited for a name until all who have names of their own were heard is given one then. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { SOURCES } from './markers.ts';
import { drawings } from './unique.ts';

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
  // One that is there comes to everybody anyway.
  if (markers.some(({ name }) => name === SOURCES.name)) return;
  await store.saveMarker({ ...SOURCES, cause: 'configuration', cursor: 'merge ' });
}
