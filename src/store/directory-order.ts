/** Searching a directory in an order: by the index on names, or by the keys of what was found. */

import {
  comparePlaces,
  MOST_SORTED,
  type Order,
  type Place,
  pageOf,
  placeOf,
  tooManyToSort,
} from '../connectors/directory/order.ts';
import type { Selected, Selection, StoredObject } from '../connectors/directory/storage.ts';
import type { SqlValue } from './database.ts';

/** Reads objects of one kind; `rest` is what follows in the statement. */
export type Lots = (
  rest: string,
  parameters: readonly SqlValue[],
) => Promise<readonly StoredObject[]>;

/** Objects looked at in one trip. */
const LOT_SIZE = 500;

/** Every object has a name here. What stands before or behind the page is not kept. */
export async function inOrderOfNames(
  lots: Lots,
  { matches = () => true, offset = 0, count }: Selection,
  order: Order,
): Promise<Selected> {
  const page: StoredObject[] = [];
  let total = 0;
  let passed = 0;
  let last: Place | undefined;
  for (;;) {
    const lot = await afterName(lots, order, last, LOT_SIZE, 0);
    for (const object of lot) {
      if (!matches(object)) continue;
      total++;
      const { after } = order;
      if (after && comparePlaces(placeOf(order, object), after, order) <= 0) continue;
      if (passed++ >= offset && page.length < count) page.push(object);
    }
    const end = lot.at(-1);
    if (end === undefined || lot.length < LOT_SIZE) return { objects: page, total };
    last = placeOf(order, end);
  }
}

/** One page, of all objects. */
export function pageOfNames(
  lots: Lots,
  { offset = 0, count }: Selection,
  order: Order,
): Promise<readonly StoredObject[]> {
  return afterName(lots, order, order.after, count, offset);
}

function afterName(
  lots: Lots,
  { descending }: Order,
  after: Place | undefined,
  count: number,
  offset: number,
): Promise<readonly StoredObject[]> {
  const [compare, direction] = descending ? ['<', ' desc'] : ['>', ''];
  const page = ` order by name${direction}, id${direction} limit ? offset ?`;
  if (after === undefined) return lots(page, [count, offset]);
  const place = [String(after.key ?? ''), after.id];
  return lots(` and (name, id) ${compare} (?, ?)${page}`, [...place, count, offset]);
}

export async function inOrderOfKeys(
  lots: Lots,
  { matches = () => true, ...page }: Selection,
  order: Order,
  byIds: (ids: readonly string[]) => Promise<readonly StoredObject[]>,
): Promise<Selected> {
  const places: Place[] = [];
  let last = '';
  for (;;) {
    const lot = await lots(' and id > ? order by id limit ?', [last, LOT_SIZE]);
    for (const object of lot) if (matches(object)) places.push(placeOf(order, object));
    if (places.length > MOST_SORTED) throw tooManyToSort();
    if (lot.length < LOT_SIZE) break;
    last = lot.at(-1)?.id ?? last;
  }
  const wanted = pageOf(places, order, page).map(({ id }) => id);
  const found = new Map((await byIds(wanted)).map((object) => [object.id, object]));
  return { objects: wanted.flatMap((id) => found.get(id) ?? []), total: places.length };
}
