/**
 * `npm run bench:scim`: a served directory under 16 connections, on both databases, with durable writes.
 * Prints shares of limits measured in the same run and multiples of a peer, never a bare time.
 *
 * Other numbers of people: `npm run bench:scim -- 1000 100000`; a part of it with `sqlite` or `postgresql`
 * behind them, and with words of the cases: `npm run bench:scim -- 1000 sqlite read create`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newestPrograms, startPostgres } from '../test/services/postgres-server.ts';
import { AS_PRODUCT, type Child, child } from './child.ts';
import { type Case, casesFor } from './scim-cases.ts';
import { type Load, load } from './scim-load.ts';
import { installedPeers, type Peer } from './scim-peers.ts';
import type { Ready, ServerSettings, State } from './scim-people.ts';
import { type Cost, type Figures, type PeerFigures, report } from './scim-report.ts';

const GROUP_SIZES = [10, 1_000, 10_000];
/** How often limit and product take turns: a machine is not equally fast all the time. */
const ROUNDS = 6;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const SLOW_MILLISECONDS = 250;
const WARM_REQUESTS = 3_000;
const WARM_TURNS = 4;
const PROFILE = process.env.BENCH_PROFILE;

interface Place {
  readonly name: string;
  /** Of a new database. */
  store(folder: string): Promise<string>;
}

const parameters = process.argv.slice(2);
const isSize = (text: string): boolean => /^\d+$/.test(text);
const asked = parameters.filter(isSize).map(Number);
const sizes = asked.length > 0 ? asked : [1_000, 10_000];
const words = parameters.filter((text) => !isSize(text));
const among = (names: readonly string[]): readonly string[] => {
  const named = names.filter((name) => words.some((word) => name.includes(word)));
  return named.length > 0 ? named : names;
};
const all = casesFor(GROUP_SIZES);
const wanted = among(all.map(({ name }) => name));
const cases = all.filter(({ name }) => wanted.includes(name));

const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
await using server = await privateServer();
const places: readonly Place[] = [{ name: 'sqlite', store: async (here) => here }, ...server];
try {
  const named = among(places.map(({ name }) => name));
  for (const place of places.filter(({ name }) => named.includes(name))) {
    const figures: Figures[] = [];
    for (const users of sizes) figures.push(await measured(place, users));
    report(place.name, cases, figures);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function privateServer(): Promise<readonly Place[] & AsyncDisposable> {
  const programs = newestPrograms();
  const running =
    programs === undefined
      ? undefined
      : await startPostgres(programs, ['shared_buffers=256MB', 'max_wal_size=2GB']);
  const found = running ? [{ name: 'postgresql', store: () => running.database() }] : [];
  return Object.assign(found, { [Symbol.asyncDispose]: async () => running?.stop() });
}

async function measured(place: Place, users: number): Promise<Figures> {
  const peers: PeerFigures[] = [];
  for (const peer of installedPeers(place.name)) peers.push(await ofPeer(peer, place, users));
  await using limit = await started('scim-limit.ts', place, users);
  await using product = await started('scim-served.ts', place, users);
  const before = await product.ask<State>({});
  const rows = new Map<string, { limit: Cost; product: Cost }>();
  for (const each of cases) {
    note(`${place.name}, ${users} people: ${each.name}`);
    const ofLimit = each.requests(limit.ready, users);
    const ofProduct = each.requests(product.ready, users);
    const rounds: { limit: Cost; product: Cost }[] = [];
    await warm(limit, ofLimit);
    await warm(product, ofProduct);
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({
        limit: await costOf(limit, ofLimit),
        product: await costOf(product, ofProduct),
      });
    rows.set(each.name, {
      limit: mean(rounds.map((round) => round.limit)),
      product: mean(rounds.map((round) => round.product)),
    });
  }
  const after = await product.ask<State>({});
  return { users, rows, peers, megabytes: [before.megabytes, after.megabytes] };
}

async function costOf(server: Child<Ready>, requests: ReturnType<Case['requests']>): Promise<Cost> {
  const before = await server.ask<State>({});
  const loaded = await load(server.ready, requests, SECONDS / ROUNDS);
  const after = await server.ask<State>({});
  const cpuMilliseconds = (after.cpuMilliseconds - before.cpuMilliseconds) / loaded.requests;
  return { ...loaded, cpuMilliseconds };
}

async function ofPeer(peer: Peer, place: Place, users: number): Promise<PeerFigures> {
  const { name, script, storage, lacks } = peer;
  const nowhere: Place = { name: '', store: async () => '' };
  await using server = await started(script, storage === 'disk' ? place : nowhere, users);
  const loads = new Map<string, Load>();
  const failures = new Map<string, string>();
  for (const each of cases.filter((one) => !lacks.includes(one.name))) {
    note(`${name} (${storage}), beside ${place.name}, ${users} people: ${each.name}`);
    try {
      loads.set(each.name, await peerLoad(server, each.requests(server.ready, users)));
    } catch (error) {
      failures.set(each.name, `${error}`);
    }
  }
  return { peer, loads, failures };
}

async function peerLoad(
  server: Child<Ready>,
  requests: ReturnType<Case['requests']>,
): Promise<Load> {
  const alone = await load(server.ready, requests, SECONDS / 2, 1);
  // What takes so long alone is not waited for sixteen times.
  if (alone.p50 > SLOW_MILLISECONDS) return alone;
  await warm(server, requests);
  return load(server.ready, requests, SECONDS);
}

async function started(script: string, place: Place, users: number): Promise<Child<Ready>> {
  const here = await mkdtemp(path.join(folder, 'server-'));
  const store = await place.store(here);
  const settings: ServerSettings = { folder: here, store, users, groupSizes: GROUP_SIZES };
  const profile = PROFILE === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILE}`];
  return child<Ready>(script, { ...settings }, [...AS_PRODUCT, ...profile]);
}

/** What was not compiled yet is by then: it takes as many requests, however long one takes. */
async function warm(
  { ready }: Child<Ready>,
  requests: ReturnType<Case['requests']>,
): Promise<void> {
  let sent = 0;
  for (let turn = 0; turn < WARM_TURNS && sent < WARM_REQUESTS; turn++)
    sent += (await load(ready, requests, SECONDS / 2)).requests;
}

function mean(costs: readonly Cost[]): Cost {
  const of = (value: (cost: Cost) => number): number =>
    costs.reduce((sum, each) => sum + value(each), 0) / costs.length;
  return {
    requests: of(({ requests }) => requests),
    perSecond: of(({ perSecond }) => perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpuMilliseconds: of(({ cpuMilliseconds }) => cpuMilliseconds),
  };
}

function note(what: string): void {
  if (process.stderr.isTTY || process.env.BENCH_DETAILS !== undefined)
    process.stderr.write(`${what} …\n`);
}
