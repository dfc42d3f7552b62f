/**
 * Two sources that know the same people, as files of one record a line: written by the benchmark, and
 * read by the engine and by the limit, which then go through them in the same order.
 */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Attributes } from '../src/identity/record.ts';
import { type Chance, chanceOf } from '../test/faults/chance.ts';
import { LANGUAGES } from '../test/joining/names.ts';
import { type Entry, labelledPeople } from '../test/joining/people.ts';

/** In the order in which they are read. */
export const SYSTEMS = ['hr', 'directory'] as const;

export type System = (typeof SYSTEMS)[number];

export const TARGET = 'ramp';

/** Records of one page, and of one transaction. */
const PAGE = 1000;

/** By the same employee number, or by what is alike. */
export type Joined = 'exact' | 'similar';

export interface Line {
  readonly id: string;
  readonly attributes: Attributes;
}

const SEED = 17;
const DEPARTMENTS = 50;
/** Made one lot after the other, so that the benchmark need not hold everybody. */
const LOT = 5000;

export function department(index: number): string {
  return `Department ${String(index % DEPARTMENTS).padStart(2, '0')}`;
}

export function* departments(): Generator<string> {
  for (let index = 0; index < DEPARTMENTS; index++) yield department(index);
}

function fileOf(folder: string, system: System): string {
  return path.join(folder, `${system}.ndjson`);
}

/** @returns How many records there are. */
export async function writePeople(folder: string, people: number, joined: Joined): Promise<number> {
  const sources = joined === 'exact' ? exact(people) : similar(people);
  let records = 0;
  for (const system of SYSTEMS) {
    const stream = createWriteStream(fileOf(folder, system));
    for (const line of sources[system]()) {
      records++;
      if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'close');
  }
  return records;
}

type Sources = Readonly<Record<System, () => Iterable<Line>>>;

/** HR in the order of employee numbers; the directory in the order of its own ids, which is none. */
function exact(people: number): Sources {
  const step = coprime(people);
  return {
    hr: function* () {
      const chance = chanceOf(SEED);
      for (let index = 0; index < people; index++) yield hrLine(index, chance);
    },
    directory: function* () {
      for (let turn = 0; turn < people; turn++) yield directoryLine((turn * step) % people);
    },
  };
}

/** Near the golden section of the number, so that neighbours end up far from each other. */
function coprime(number: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.floor(number * 0.618));
  while (divisor(number, step) !== 1) step++;
  return step;
}

function employeeId(index: number): string {
  return String(100_000 + index);
}

function hrLine(index: number, chance: Chance): Line {
  const { women, men, surnames, places } = LANGUAGES.english;
  const givenName = chance.pick([...women, ...men]);
  const surname = chance.pick(surnames);
  return {
    id: employeeId(index),
    attributes: {
      employeeId: employeeId(index),
      givenName,
      surname,
      displayName: `${givenName} ${surname}`,
      department: department(chance.below(DEPARTMENTS)),
      jobTitle: chance.pick(['Engineer', 'Clerk', 'Buyer', 'Analyst', 'Accountant']),
      companyName: 'Contoso',
      city: chance.pick(places),
      employeeHireDate: `20${10 + chance.below(15)}-0${1 + chance.below(9)}-1${chance.below(9)}`,
      manager: employeeId(Math.floor(index / 12)),
    },
  };
}

function directoryLine(index: number): Line {
  const digest = createHash('sha256').update(String(index)).digest('hex');
  const id = [0, 8, 12, 16, 20].map((from, part) => digest.slice(from, [8, 12, 16, 20, 32][part]));
  const name = `user${index}@contoso.example`;
  return {
    id: id.join('-'),
    attributes: {
      employeeId: employeeId(index),
      userPrincipalName: name,
      mail: name,
      displayName: `User ${index}`,
      accountEnabled: true,
      mobilePhone: `+1 425 55${String(index).padStart(7, '0')}`,
      usageLocation: 'US',
      preferredLanguage: 'en-US',
    },
  };
}

/** Labelled people, each lot with mailboxes of its own; the directory in no order within one. */
function similar(people: number): Sources {
  const lines = (pick: (lot: ReturnType<typeof labelledPeople>) => readonly Entry[]) =>
    function* () {
      for (let from = 0; from < people; from += LOT) {
        const lot = from / LOT;
        const labelled = labelledPeople(Math.min(LOT, people - from), SEED + lot);
        for (const { id, attributes } of pick(labelled)) {
          const { taxNumber: _, mail, ...others } = attributes;
          const own = typeof mail === 'string' ? { mail: mail.replace('@', `@${lot}.`) } : {};
          yield { id: `${id}-${lot}`, attributes: { ...others, ...own } };
        }
      }
    };
  return { hr: lines(({ payroll }) => payroll), directory: lines(({ directory }) => directory) };
}

/** Pages of a file; no more than one is in memory. */
export function* pagesOf(folder: string, system: System): Generator<readonly Line[]> {
  const file = openSync(fileOf(folder, system), 'r');
  try {
    const chunk = Buffer.alloc(64 * 1024);
    let rest: Buffer = Buffer.alloc(0);
    let page: Line[] = [];
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, size)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        page.push(JSON.parse(rest.toString('utf8', 0, end)) as Line);
        rest = rest.subarray(end + 1);
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
    }
    if (page.length > 0) yield page;
  } finally {
    closeSync(file);
  }
}
