/** Objects in the order a client asked for, page by page. */

import { compareKeys, compareTexts, type SortKey, sortKey } from '../../scim/sort.ts';
import { ConnectorError, type Sort } from '../spi/index.ts';
import { searchable } from './record.ts';
import type { Selected, StoredObject } from './storage.ts';

/** Where an object stands; objects of one key stand by their ids. */
export interface Place {
  readonly key?: SortKey;
  readonly id: string;
}

export interface Order {
  keyOf(object: StoredObject): SortKey | undefined;
  readonly descending: boolean;
  /** By the folded name, on which the store has an index. */
  readonly byName: boolean;
  /** Of the last object of the page before. */
  readonly after?: Place;
}

/** Keys held at a time, where no index gives the order. */
export const MOST_SORTED = 10_000;

export function orderOf(
  { path, descending, caseExact }: Sort,
  name: string,
  cursor: string | undefined,
): Order {
  return {
    keyOf: (object) => sortKey(searchable(object), path, caseExact),
    descending,
    byName: !caseExact && path.attribute === name && path.schema === undefined,
    ...(cursor !== undefined && { after: placeIn(cursor) }),
  };
}

export function placeOf(order: Order, object: StoredObject): Place {
  const key = order.keyOf(object);
  return { id: object.id, ...(key !== undefined && { key }) };
}

export function comparePlaces(one: Place, other: Place, { descending }: Order): number {
  const ascending = compareKeys(one.key, other.key) || compareTexts(one.id, other.id);
  return descending ? -ascending : ascending;
}

/** Sorts what it is given, and takes the page out of it. */
export function pageOf<Placed extends Place>(
  places: Placed[],
  order: Order,
  { offset = 0, count }: { readonly offset?: number; readonly count: number },
): readonly Placed[] {
  places.sort((one, other) => comparePlaces(one, other, order));
  const { after } = order;
  const first = after && places.findIndex((place) => comparePlaces(place, after, order) > 0);
  if (first === -1) return [];
  const from = (first ?? 0) + offset;
  return places.slice(from, from + count);
}

/** The same for objects that are in hand. */
export function sortedPage(
  objects: readonly StoredObject[],
  order: Order,
  page: { readonly offset?: number; readonly count: number },
): Selected {
  if (!order.byName && objects.length > MOST_SORTED) throw tooManyToSort();
  const places = objects.map((object) => ({ ...placeOf(order, object), object }));
  return {
    objects: pageOf(places, order, page).map(({ object }) => object),
    total: places.length,
  };
}

export function tooManyToSort(): ConnectorError {
  return new ConnectorError(
    'invalid',
    `more than ${MOST_SORTED} objects are sorted by their name alone`,
    { code: 'sort-too-large', remedy: 'Narrow the filter, or sort by the name.' },
  );
}

export function cursorOf({
  key = null,
  id,
}: {
  readonly key?: SortKey | null;
  id: string;
}): string {
  return encodeURIComponent(JSON.stringify([key, id]));
}

function placeIn(cursor: string): Place {
  try {
    const told: unknown = JSON.parse(decodeURIComponent(cursor));
    const [key, id]: readonly unknown[] = Array.isArray(told) ? told : [];
    if (typeof id === 'string' && key === null) return { id };
    if (typeof id === 'string' && (typeof key === 'string' || typeof key === 'number'))
      return { key, id };
  } catch {
    // Told below: it is none of ours.
  }
  throw new ConnectorError('invalid', 'the cursor is none of this order', {
    code: 'cursor-invalid',
  });
}
