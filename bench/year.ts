/**
 * A year of a company of 10,000 on a virtual clock, two personnel systems, every account compared with a
 * model after every day: `npm run bench:year -- [people] [seed]`. The limit is a minute.
 * The store is kept in the folder for temporary files: on a disk, most of the time is waiting for it.
 */

import { yearOf } from '../test/year/year.ts';

const LIMIT_SECONDS = 60;
const [people = 10_000, seed = 1] = process.argv.slice(2).map(Number);

const before = process.cpuUsage();
const { differences, happened, lookedAt, writes, accounts, milliseconds } = await yearOf(
  people,
  seed,
);
const { user, system } = process.cpuUsage(before);

const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
const whole = milliseconds.first + milliseconds.others + milliseconds.model;
const events = Object.values(happened).reduce((sum, count) => sum + count, 0);
console.log(`${people} people, seed ${seed}: ${events} events, ${accounts} accounts in the end`);
for (const [name, count] of Object.entries(happened)) console.log(`  ${name}: ${count}`);
console.log(
  `first day ${seconds(milliseconds.first)}, the other 365 ${seconds(milliseconds.others)}, model and comparison ${seconds(milliseconds.model)}; processor ${seconds((user + system) / 1000)}`,
);
console.log(
  `${lookedAt} planned after the first day (polling would be ${people * 365}), ${writes} writes`,
);
const share = (value: number): string => `× ${(value / 1000 / LIMIT_SECONDS).toFixed(2)}`;
console.log(
  `of the limit of ${LIMIT_SECONDS} s: ${share(whole)} by the clock, ${share((user + system) / 1000)} by the processor, model included`,
);
for (const difference of differences) console.log(difference);
process.exitCode = differences.length === 0 ? 0 : 1;
