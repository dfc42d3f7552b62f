/**
 * `npm run bench:join`: joining by what is alike. How right it is on labelled people that nothing was
 * counted with; how many pairs are judged a second; and what a record costs in the warehouse, in a
 * small company and in one ten times as large.
 *
 * Other sizes: `npm run bench:join -- 2000 20000`. The shares in `calibration.ts` are counted with
 * `npm run bench:join -- calibrate`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Attributes, Change } from '../src/identity/record.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { openWarehouseStore } from '../src/store/warehouse.ts';
import { openWarehouse } from '../src/warehouse/open.ts';
import { alike } from '../src/warehouse/similar/evidence.ts';
import type { SimilarRule } from '../src/warehouse/similar/rule.ts';
import type { SourceRules } from '../src/warehouse/warehouse.ts';
import { accuracyOf } from '../test/joining/accuracy.ts';
import { COMPARED, candidates, indexed } from '../test/joining/blocks.ts';
import { calibrated } from '../test/joining/calibrate.ts';
import { type Entry, labelledPeople } from '../test/joining/people.ts';

const RULE: SimilarRule = { similar: COMPARED, joins: 0.97, reviews: 0.5, never: [] };
const SEED = 11;
const COUNTED_WITH = [101, 102, 103, 104];
const PAGE = 1000;

if (process.argv[2] === 'calibrate') {
  console.log(JSON.stringify(calibrated(20_000, COUNTED_WITH), null, 2));
} else {
  const [small = 10_000, large = 100_000] = process.argv.slice(2).map(Number);
  tellAccuracy(20_000);
  tellPairs(20_000);
  const first = await joined(small);
  const second = small === large ? first : await joined(large);
  const flat = (pick: (figures: Figures) => number): string =>
    `${pick(first).toFixed(0)} µs at ${small}, ${pick(second).toFixed(0)} µs at ${large}: × ${(pick(second) / pick(first)).toFixed(2)}`;
  console.log(`the first source, a record   ${flat(({ alone }) => alone)}`);
  console.log(`the second, joined, a record ${flat(({ beside }) => beside)}`);
  console.log(
    `joined in the warehouse      ${percent(second.right / second.both)} of the people both know, ${percent(second.right / second.joined)} of the joins right`,
  );
}

function tellAccuracy(people: number): void {
  const { both, joined: joins, right, asked, askedRightly, bands } = accuracyOf(people, SEED, RULE);
  console.log(`${people} people, seed ${SEED}; both systems know ${both}`);
  console.log(`precision ${percent(right / joins)}  recall ${percent(right / both)}`);
  console.log(
    `asked about ${percent(asked / both)}, ${percent(askedRightly / asked)} of it rightly`,
  );
  for (const { from, pairs, same } of bands) {
    console.log(`  confidence from ${from}: ${pairs} pairs, ${percent(same / pairs)} one person`);
  }
}

function tellPairs(people: number): void {
  const { payroll, directory } = labelledPeople(people, SEED);
  const found = [...candidates(directory, indexed(payroll))];
  const begun = performance.now();
  let pairs = 0;
  for (const { features, found: others } of found) {
    for (const other of others) {
      alike(features, other.features, COMPARED);
      pairs++;
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${Math.round(pairs / seconds)} pairs judged a second`);
}

interface Figures {
  /** Microseconds for a record of the source that is read first, and of the one that is joined to it. */
  readonly alone: number;
  readonly beside: number;
  readonly joined: number;
  readonly right: number;
  readonly both: number;
}

async function joined(people: number): Promise<Figures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
  try {
    const { payroll, directory, both } = labelledPeople(people, SEED);
    await using database = await openSqlite(folder, 'default');
    let made = 0;
    const warehouse = await openWarehouse(
      openWarehouseStore(database),
      { sources: [source('payroll', 100), source('directory', 200)], targets: [] },
      { now: () => new Date(), newId: () => `i${String(++made).padStart(9, '0')}` },
    );
    const read = async (system: string, entries: readonly Entry[]): Promise<number> => {
      const begun = performance.now();
      const reading = await warehouse.beginReading(system, 'user', 'full');
      for (let at = 0; at < entries.length; at += PAGE) {
        const changes = entries.slice(at, at + PAGE).map((entry) => change(system, entry));
        await warehouse.absorb(reading, {
          changes,
          ...(at + PAGE >= entries.length && { complete: true }),
        });
      }
      await warehouse.endReading(reading, true);
      return ((performance.now() - begun) * 1000) / entries.length;
    };
    const alone = await read('payroll', payroll);
    const beside = await read('directory', directory);
    const links = await database.all<{ readonly one: string; readonly other: string }>(
      `select a.id as one, b.id as other from record a join record b on b.identity = a.identity
       where a.system = 'payroll' and b.system = 'directory'`,
    );
    const right = links.filter(({ one, other }) => one.slice(1) === other.slice(1)).length;
    return { alone, beside, joined: links.length, right, both };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function source(system: string, defaultPrecedence: number): SourceRules {
  return {
    system,
    kind: 'user',
    creates: true,
    authority: true,
    join: [RULE],
    map: {
      inputs: COMPARED.map(({ attribute }) => attribute),
      map: ({ taxNumber: _, ...attributes }): Attributes => attributes,
    },
    precedence: {},
    defaultPrecedence,
  };
}

function change(system: string, { id, attributes }: Entry): Change {
  return { type: 'present', record: { ref: { system, kind: 'user', id }, attributes } };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
