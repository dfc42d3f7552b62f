/** The table of `bench:scim`. */

import type { Case } from './scim-cases.ts';
import type { Load } from './scim-load.ts';

export interface Cost extends Load {
  /** Of the server's process, for each request. */
  readonly cpuMilliseconds: number;
}

/** By the name of the peer, and of the case. */
export type PeerLoads = ReadonlyMap<string, ReadonlyMap<string, Load>>;

export interface Figures {
  readonly users: number;
  /** By the name of the case. */
  readonly rows: ReadonlyMap<string, { readonly limit: Cost; readonly product: Cost }>;
  readonly peers: PeerLoads;
  /** Of the product's process, before the cases and after them. */
  readonly megabytes: readonly [before: number, after: number];
}

const LEAST_SHARE = 60;

export function report(
  database: string,
  cases: readonly Case[],
  figures: readonly Figures[],
): void {
  const [first] = figures;
  for (const each of figures) {
    const title = `${database}, ${each.users.toLocaleString('en-US')} people`;
    line(
      title,
      'of the limit',
      'processor time',
      ...[...each.peers.keys()].map((peer) => `× ${peer.replace(/^@.*\//, '')}`),
      'p99 / p50',
      first === each ? '' : 'growth',
    );
    for (const one of cases) line(`  ${one.name}`, ...cells(one, each, first));
    const [before, after] = each.megabytes;
    line('  memory, after the cases to before', `${(after / before).toFixed(2)} ×`);
  }
  console.log(
    `Budgets: reads and creates at least ${LEAST_SHARE} % of the limit, more than 1 × every peer, p99 at most 5 × p50, growth about 1 × where it is marked =.`,
  );
  if (process.env.BENCH_DETAILS !== undefined)
    console.log(
      JSON.stringify(
        figures.map(({ rows, peers, ...rest }) => ({
          ...rest,
          rows: Object.fromEntries(rows),
          peers: Object.fromEntries(
            [...peers].map(([peer, loads]) => [peer, Object.fromEntries(loads)]),
          ),
        })),
        undefined,
        1,
      ),
    );
}

function cells(
  { name, limit, flat }: Case,
  { rows, peers }: Figures,
  first: Figures | undefined,
): readonly string[] {
  const row = rows.get(name);
  if (row === undefined) return [];
  const share = (row.product.perSecond / row.limit.perSecond) * 100;
  const before = first?.rows === rows ? undefined : first?.rows.get(name);
  return [
    `${Math.round(share)} %${limit === undefined ? ' ' : share < LEAST_SHARE ? ' !' : ' ✓'}`,
    `${Math.round((row.limit.cpuMilliseconds / row.product.cpuMilliseconds) * 100)} %`,
    ...[...peers.values()].map((loads) => {
      const peer = loads.get(name);
      return peer === undefined ? '—' : `${(row.product.perSecond / peer.perSecond).toFixed(1)} ×`;
    }),
    `${(row.product.p99 / row.product.p50).toFixed(1)}`,
    before === undefined
      ? ''
      : `${(before.product.perSecond / row.product.perSecond).toFixed(2)} ×${flat ? ' =' : ''}`,
  ];
}

function line(what: string, ...values: readonly string[]): void {
  console.log(what.padEnd(38) + values.map((value) => value.padStart(17)).join(''));
}
