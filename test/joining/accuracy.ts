/** How many of a labelled set are joined, and how many of those are one person. */

import type { SimilarRule } from '../../src/warehouse/similar/rule.ts';
import { indexed, judged } from './blocks.ts';
import { labelledPeople } from './people.ts';

export interface Accuracy {
  /** People whom both systems know. */
  readonly both: number;
  /** Records of the second system that were joined to one of the first, without asking anybody. */
  readonly joined: number;
  readonly right: number;
  /** Records that a person is asked about. */
  readonly asked: number;
  /** Of these, those whose person is among the candidates. */
  readonly askedRightly: number;
  /** Compared for each record of the second system. */
  readonly candidatesEach: number;
  /** Pairs by their confidence, and how many of them are one person. */
  readonly bands: readonly {
    readonly from: number;
    readonly pairs: number;
    readonly same: number;
  }[];
}

const BANDS = [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 0.9999];

export function accuracyOf(
  people: number,
  seed: number,
  { joins, reviews }: Pick<SimilarRule, 'joins' | 'reviews'>,
): Accuracy {
  const { payroll, directory, both } = labelledPeople(people, seed);
  let [joined, right, asked, askedRightly, pairs] = [0, 0, 0, 0, 0];
  const bands = BANDS.map((from) => ({ from, pairs: 0, same: 0 }));
  for (const { entry, hits } of judged(directory, indexed(payroll))) {
    pairs += hits.length;
    for (const hit of hits) {
      const band = bands.findLast(({ from }) => hit.confidence >= from);
      if (!band) continue;
      band.pairs++;
      if (hit.entry.person === entry.person) band.same++;
    }
    const likely = hits.filter(({ confidence }) => confidence >= reviews);
    const [first, ...others] = likely;
    if (!first) continue;
    if (first.confidence >= joins && others.length === 0) {
      joined++;
      if (first.entry.person === entry.person) right++;
    } else {
      asked++;
      if (likely.some((hit) => hit.entry.person === entry.person)) askedRightly++;
    }
  }
  const candidatesEach = pairs / directory.length;
  return { both, joined, right, asked, askedRightly, candidatesEach, bands };
}
