/**
 * How long it takes what is pushed into a served directory to be in a target, with `lockstep serve` and its
 * schedule at work, all on this machine: `node scripts/with-node.mjs bench/scim-pushed.ts 1000`. Prints a share
 * of the second it may take.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AS_PRODUCT, child } from './child.ts';
import type { RampReady } from './ramp.ts';
import { person, type Ready, type ServerSettings } from './scim-people.ts';

const LIMIT_MILLISECONDS = 1000;
/** One push after the other, as identity providers do: they wait for the answer. */
const PAUSE_MILLISECONDS = 20;
const LOOK_MILLISECONDS = 10;
const [pushes = 1_000] = process.argv.slice(2).map(Number);
const listing = z.object({ Resources: z.array(z.object({ userName: z.string() })).default([]) });
let seen = 0;
/** Of creates at the same time, one with an earlier id may be the later to be seen. */
const OVERLAP = 100;

const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
try {
  await using ramp = await child<RampReady>('ramp.ts', { folder: path.join(folder, 'ramp') });
  const document = {
    systems: {
      inbox: { connector: 'directory', read: { user: {}, group: {} }, serve: {} },
      ramp: {
        connector: 'scim',
        profile: 'ramp',
        options: { url: ramp.ready.url, token: ramp.ready.token },
        write: { user: { firstRun: 'go' } },
      },
    },
    schedule: { every: '5s' },
  };
  const settings: ServerSettings = { folder, store: folder, users: 0, groupSizes: [], document };
  await using product = await child<Ready>('scim-served.ts', { ...settings }, AS_PRODUCT);
  const pushed = new Map<string, number>();
  const took: number[] = [];
  let pushing = true;
  const looking = (async () => {
    while (pushing || pushed.size > 0) {
      for (const name of await namesIn(ramp.ready)) {
        const at = pushed.get(name);
        if (at === undefined) continue;
        pushed.delete(name);
        took.push(performance.now() - at);
      }
      await sleep(LOOK_MILLISECONDS);
    }
  })();
  for (let index = 0; index < pushes; index++) {
    const body = person(index);
    pushed.set(body.userName, performance.now());
    const answer = await fetch(`${product.ready.url}/Users`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${product.ready.token}`,
        'content-type': 'application/scim+json',
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`a push was answered with ${answer.status}`);
    await sleep(PAUSE_MILLISECONDS);
  }
  pushing = false;
  await looking;
  const sorted = took.toSorted((a, b) => a - b);
  const share = (of: number): string =>
    `${Math.round(((sorted[Math.floor((sorted.length - 1) * of)] ?? Number.NaN) / LIMIT_MILLISECONDS) * 100)} %`;
  console.log(`${took.length} pushes, in the target, share of 1 s: median ${share(0.5)}`);
  console.log(`  99 of 100 ${share(0.99)}   ≤ 100 %, the slowest ${share(1)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Those who came last, by the ids of the stand-in. */
async function namesIn({ url, token }: RampReady): Promise<readonly string[]> {
  const from = Math.max(1, seen + 1 - OVERLAP);
  const answer = await fetch(`${url}/Users?startIndex=${from}&count=1000&attributes=userName`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { Resources } = listing.parse(await answer.json());
  seen = from - 1 + Resources.length;
  return Resources.map(({ userName }) => userName);
}
