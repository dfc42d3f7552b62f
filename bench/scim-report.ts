/** The table of `bench:scim`. */

import type { Case } from './scim-cases.ts';
import type { Load } from './scim-load.ts';
import type { Peer } from './scim-peers.ts';

export interface Cost extends Load {
  /** Of the server's process, for each request. */
  readonly cpuMilliseconds: number;
}

export interface PeerFigures {
  readonly peer: Peer;
  /** By the name of the case. */
  readonly loads: ReadonlyMap<string, Load>;
  /** What it answered instead of what was asked for, by the name of the case. */
  readonly failures: ReadonlyMap<string, string>;
}

export interface Figures {
  readonly users: number;
  /** By the name of the case. */
  readonly rows: ReadonlyMap<string, { readonly limit: Cost; readonly product: Cost }>;
  readonly peers: readonly PeerFigures[];
  /** Of the product's process, before the cases and after them. */
  readonly megabytes: readonly [before: number, after: number];
}

const LEAST_SHARE = 60;
const FIRST_WIDTH = 38;
const LEAST_WIDTH = 17;

export function report(
  database: string,
  cases: readonly Case[],
  figures: readonly Figures[],
): void {
  const [first] = figures;
  for (const each of figures) {
    const titles = [
      'of the limit',
      'processor time',
      ...each.peers.map(titleOf),
      'p99 / p50',
      first === each ? '' : 'growth',
    ];
    const line = (what: string, values: readonly string[]): void =>
      console.log(
        what.padEnd(FIRST_WIDTH) +
          values
            .map((value, at) =>
              value.padStart(Math.max(LEAST_WIDTH, (titles[at]?.length ?? 0) + 3)),
            )
            .join(''),
      );
    line(`${database}, ${each.users.toLocaleString('en-US')} people`, titles);
    for (const one of cases) line(`  ${one.name}`, cells(one, each, first));
    const [before, after] = each.megabytes;
    line('  memory, after the cases to before', [`${(after / before).toFixed(2)} ×`]);
    for (const { peer, failures } of each.peers)
      for (const [name, what] of failures) console.log(`  ${peer.name} fails at ${name}: ${what}`);
  }
  console.log(
    `Writes are durable before they are answered, by the product and by the limit. Peers keep what they are sent in ${database} as well, or in memory alone where it says so.`,
  );
  console.log(
    `Budgets: reads and creates at least ${LEAST_SHARE} % of the limit, more than 1 × every peer (behind: !), p99 at most 5 × p50, growth about 1 × where it is marked =.`,
  );
  if (process.env.BENCH_DETAILS !== undefined)
    console.log(
      JSON.stringify(
        figures.map(({ rows, peers, ...rest }) => ({
          ...rest,
          rows: Object.fromEntries(rows),
          peers: Object.fromEntries(
            peers.map((peer) => [titleOf(peer), Object.fromEntries(peer.loads)]),
          ),
        })),
        undefined,
        1,
      ),
    );
}

function titleOf({ peer }: PeerFigures): string {
  const name = peer.name.replace(/^@.*\//, '');
  return `× ${name}${peer.storage === 'memory' ? ' (in memory)' : ''}`;
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
    ...peers.map((peer) => multiple(row.product, name, peer)),
    `${(row.product.p99 / row.product.p50).toFixed(1)}`,
    before === undefined
      ? ''
      : `${(before.product.perSecond / row.product.perSecond).toFixed(2)} ×${flat ? ' =' : ''}`,
  ];
}

function multiple(product: Load, name: string, { loads, failures }: PeerFigures): string {
  if (failures.has(name)) return 'fails  ';
  const peer = loads.get(name);
  if (peer === undefined) return '—  ';
  const times = product.perSecond / peer.perSecond;
  return `${times.toFixed(1)} ×${times < 1 ? ' !' : '  '}`;
}
