/**
 * Whether the memory of a service provider stays as it is over very many requests:
 * `node scripts/with-node.mjs bench/scim-memory.ts 1000000`. Prints what its process holds after each tenth,
 * as a multiple of what it held after the first.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AS_PRODUCT, child } from './child.ts';
import { casesFor } from './scim-cases.ts';
import { type Asked, load } from './scim-load.ts';
import type { Ready, ServerSettings, State } from './scim-people.ts';

const USERS = 1_000;
const GROUP = 1_000;
const PARTS = 10;
/** As clients ask: most of it is looking somebody up. The other cases come once. */
const OFTEN: Readonly<Record<string, number>> = { read: 20, 'filter by userName': 16 };
const [requests = 1_000_000] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
try {
  const settings: ServerSettings = { folder, store: folder, users: USERS, groupSizes: [GROUP] };
  await using product = await child<Ready>('scim-served.ts', { ...settings }, AS_PRODUCT);
  const mixed = casesFor([GROUP])
    .filter(({ name }) => name !== 'create')
    .flatMap(({ name, requests: of }) => {
      const one = of(product.ready, USERS);
      return Array.from({ length: OFTEN[name] ?? 1 }, () => one);
    });
  let sent = 0;
  const next = (connection: number): Asked => {
    const requestsOf = mixed[sent++ % mixed.length];
    if (requestsOf === undefined) throw new RangeError('there is no case');
    return requestsOf(connection);
  };
  let first: number | undefined;
  for (let part = 1; part <= PARTS; part++) {
    while (sent < (requests / PARTS) * part) await load(product.ready, next, 1);
    const { megabytes } = await product.ask<State>({});
    first ??= megabytes;
    console.log(
      `${sent.toLocaleString('en-US').padStart(10)} requests ${(megabytes / first).toFixed(2)} ×`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
