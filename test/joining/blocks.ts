/** Finding and judging candidates without a database, as the warehouse does it with one. */

import { type Alike, alike } from '../../src/warehouse/similar/evidence.ts';
import {
  blocksOf,
  type Compared,
  type Features,
  featuresOf,
} from '../../src/warehouse/similar/features.ts';
import { MOST_IN_BLOCK } from '../../src/warehouse/similar/rule.ts';
import type { Entry } from './people.ts';

export const COMPARED: readonly Compared[] = [
  { attribute: 'givenName', comparison: { as: 'given-name' } },
  { attribute: 'surname', comparison: { as: 'surname' } },
  { attribute: 'birthDate', comparison: { as: 'birth-date' } },
  { attribute: 'mail', comparison: { as: 'email', tags: false, dots: false } },
  { attribute: 'mobile', comparison: { as: 'phone' } },
  { attribute: 'streetAddress', comparison: { as: 'text' } },
  { attribute: 'city', comparison: { as: 'text' } },
];

interface Known {
  readonly entry: Entry;
  readonly features: Features;
}

/** Those known by the blocks they are in. */
export function indexed(entries: readonly Entry[]): ReadonlyMap<string, readonly Known[]> {
  const index = new Map<string, Known[]>();
  for (const entry of entries) {
    const known = { entry, features: featuresOf(entry.attributes, COMPARED) };
    for (const block of blocksOf(known.features).kept) {
      const others = index.get(block);
      if (others) others.push(known);
      else index.set(block, [known]);
    }
  }
  return index;
}

export function* candidates(
  entries: readonly Entry[],
  index: ReadonlyMap<string, readonly Known[]>,
): Generator<{
  readonly entry: Entry;
  readonly features: Features;
  readonly found: readonly Known[];
}> {
  for (const entry of entries) {
    const features = featuresOf(entry.attributes, COMPARED);
    const found = new Set<Known>();
    for (const block of blocksOf(features).sought) {
      const others = index.get(block) ?? [];
      if (others.length <= MOST_IN_BLOCK) for (const other of others) found.add(other);
    }
    yield { entry, features, found: [...found] };
  }
}

export interface Judged extends Alike {
  readonly entry: Entry;
}

export function* judged(
  entries: readonly Entry[],
  index: ReadonlyMap<string, readonly Known[]>,
): Generator<{ readonly entry: Entry; readonly hits: readonly Judged[] }> {
  for (const { entry, features, found } of candidates(entries, index)) {
    const hits = found
      .map((known) => ({
        entry: known.entry,
        ...alike(features, known.features, COMPARED),
      }))
      .toSorted((a, b) => b.confidence - a.confidence);
    yield { entry, hits };
  }
}
