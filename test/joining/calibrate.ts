/**
 * Counts how often which comparison has which level, among pairs of a labelled set that are one
 * person, strangers, relatives, twins and namesakes: what `calibration.ts` holds.
 */

import {
  type Calibration,
  levelsOf,
  type Measured,
  OTHERWISE,
  type Otherwise,
} from '../../src/warehouse/similar/evidence.ts';
import { type Compared, type Features, featuresOf } from '../../src/warehouse/similar/features.ts';
import { chanceOf } from '../faults/chance.ts';
import { COMPARED } from './blocks.ts';
import { type Entry, labelledPeople } from './people.ts';

const LEVELS: Readonly<Record<Measured, readonly string[]>> = {
  'given-name': [
    'same',
    'spelling',
    'other-form',
    'part',
    'initial',
    'near',
    'exchanged',
    'different',
  ],
  surname: ['same', 'spelling', 'part', 'near', 'exchanged', 'different'],
  'birth-date': ['same', 'exchanged', 'digit', 'different'],
  email: ['same', 'mailbox', 'different'],
  phone: ['same', 'end', 'different'],
  code: ['same', 'near', 'different'],
  text: ['same', 'near', 'different'],
};

const MEASURED: readonly Compared[] = [
  ...COMPARED,
  { attribute: 'taxNumber', comparison: { as: 'code' } },
];

/** A company of which nothing is known is taken for one of so many people. */
const STRANGERS = 100_000;

const STRANGERS_EACH = 20;

type Relation = 'same' | Otherwise;

export function calibrated(people: number, seeds: readonly number[]): Calibration {
  const counts = new Map<string, number>();
  const pairs = new Map<Relation, number>();
  let records = 0;
  for (const seed of seeds) {
    const { payroll, directory } = labelledPeople(people, seed);
    records += directory.length;
    for (const [relation, left, right] of related(directory, payroll, seed)) {
      pairs.set(relation, (pairs.get(relation) ?? 0) + 1);
      for (const { as, level } of levelsOf(left, right, MEASURED)) {
        for (const name of [`${relation} ${as}`, `${relation} ${as} ${level}`]) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      }
    }
  }
  const share = (relation: Relation, as: string, level: string): number => {
    // What was never seen is rare, not impossible.
    const seen = (counts.get(`${relation} ${as} ${level}`) ?? 0) + 0.5;
    return Number((seen / ((counts.get(`${relation} ${as}`) ?? 0) + 1)).toPrecision(2));
  };
  const expected = (relation: Relation): number =>
    Number(((pairs.get(relation) ?? 0) / records).toPrecision(2));
  const levels = Object.entries(LEVELS).map(([as, names]) => [
    as,
    Object.fromEntries(
      names.map((level) => [
        level,
        (['same', ...OTHERWISE] as const).map((relation) => share(relation, as, level)),
      ]),
    ),
  ]);
  return {
    expected: {
      same: expected('same'),
      stranger: STRANGERS,
      relative: expected('relative'),
      twin: expected('twin'),
      namesake: expected('namesake'),
    },
    levels: Object.fromEntries(levels),
  };
}

function* related(
  left: readonly Entry[],
  right: readonly Entry[],
  seed: number,
): Generator<readonly [Relation, Features, Features]> {
  const known = right.map((entry) => ({
    entry,
    features: featuresOf(entry.attributes, MEASURED),
  }));
  const people = new Map(known.map((each) => [each.entry.person, each]));
  const families = Map.groupBy(known, ({ entry }) => entry.kin?.family);
  const chance = chanceOf(seed);
  for (const entry of left) {
    const features = featuresOf(entry.attributes, MEASURED);
    const same = people.get(entry.person);
    if (same) yield ['same', features, same.features];
    const family = entry.kin === undefined ? [] : (families.get(entry.kin.family) ?? []);
    for (const other of family) {
      if (other.entry.person === entry.person) continue;
      const relation = entry.kin?.as ?? other.entry.kin?.as;
      if (relation !== undefined) yield [relation, features, other.features];
    }
    for (let draw = 0; draw < STRANGERS_EACH; draw++) {
      const other = chance.pick(known);
      if (family.includes(other) || other === same) continue;
      yield ['stranger', features, other.features];
    }
  }
}
