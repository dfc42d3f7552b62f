/**
 * The limit: a bare loop on the same HTTP client that POSTs the bodies a stand-in already holds to an
 * empty one, at the same concurrency, managers before their reports, and does nothing else.
 */

import { z } from 'zod';
import { leanFetch } from '../src/connectors/spi/index.ts';
import { serveOrders, settingsOf } from './child.ts';

export interface Bare {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly created: number;
}

interface Settings {
  readonly from: string;
  readonly to: string;
  readonly token: string;
  readonly concurrency: number;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const listing = z.object({
  totalResults: z.number(),
  Resources: z.array(z.looseObject({ id: z.string() })).default([]),
});

type User = z.output<typeof listing>['Resources'][number];

const { from, to, token, concurrency } = settingsOf<Settings>();
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
const users = await everybody();
await serveOrders({ users: users.length }, async (): Promise<Bare> => {
  const created = new Map<string, Promise<string>>();
  const begun = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let user = users[next++]; user !== undefined; user = users[next++]) {
        const answer = create(user, created);
        created.set(user.id, answer);
        await answer;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    milliseconds: performance.now() - begun,
    cpuMilliseconds: (user + system) / 1000,
    created: users.length,
  };
});

/** In the order they were created, so that a manager's answer is never waited for in vain. */
async function everybody(): Promise<readonly User[]> {
  const found: User[] = [];
  for (let start = 1; ; start += 200) {
    const answer = await fetch(`${from}/Users?startIndex=${start}&count=200`, { headers });
    const page = listing.parse(await answer.json());
    found.push(...page.Resources);
    if (page.Resources.length === 0 || found.length >= page.totalResults) return found;
  }
}

async function create(user: User, created: Map<string, Promise<string>>): Promise<string> {
  const { id: _, meta: __, ...body } = user;
  const extension = body[ENTERPRISE] as { manager?: { value: string } } | undefined;
  const manager = extension?.manager;
  if (extension !== undefined && manager !== undefined) {
    const value = await created.get(manager.value);
    body[ENTERPRISE] = { ...extension, ...(value !== undefined && { manager: { value } }) };
  }
  const answer = await leanFetch(`${to}/Users`, {
    redirect: 'manual',
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const { id } = z.object({ id: z.string() }).parse(await answer.json());
  return id;
}
