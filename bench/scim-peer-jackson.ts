/**
 * The directory sync of `@boxyhq/saml-jackson` from npm, as it comes, on a PostgreSQL database of its own with the tables
 * that it makes itself, or in memory. Of HTTP it brings nothing, and is put behind Express, as its guide does it. It
 * is not among the dependencies, for it brings four hundred packages: `npm install --prefix bench/peers`.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
// @ts-expect-error Express ships no types.
import express from 'express';
import { serveOrders, settingsOf } from './child.ts';
import { JACKSON } from './scim-peers.ts';
import { person, type Ready, type ServerSettings, sample, state } from './scim-people.ts';
import { looked } from './scim-store.ts';

/** What we use of it. */
interface Jackson {
  controllers(options: object): Promise<{
    readonly directorySyncController: {
      readonly directories: {
        create(directory: object): Promise<{
          readonly data: { readonly id: string; readonly scim: { readonly secret: string } };
        }>;
      };
      readonly groups: {
        setTenantAndProduct(tenant: string, product: string): void;
        getGroupMembers(page: {
          readonly groupId: string;
          readonly pageOffset: number;
        }): Promise<{ readonly data: readonly object[] }>;
      };
      readonly requests: {
        handle(request: object): Promise<{
          readonly status: number;
          readonly data?: { readonly id: string };
        }>;
      };
    };
  }>;
}

const OWNER = { tenant: 'contoso', product: 'bench' };
const TOGETHER = 16;
const MEMBERS_TOGETHER = 100;

const { users: count, groupSizes, store } = settingsOf<ServerSettings>();
const { controllers } = createRequire(JACKSON.manifest)(JACKSON.name) as Jackson;
// It greets on the standard output, where orders are answered, and says of each change that nobody listens.
const silent = () => {};
for (const name of ['log', 'info', 'warn', 'error'] as const) console[name] = silent;
const { directorySyncController: sync } = await controllers({
  externalUrl: 'http://127.0.0.1',
  samlAudience: 'none',
  samlPath: '/sso',
  scimPath: '/scim',
  db: store === '' ? { engine: 'mem' } : { engine: 'sql', type: 'postgres', url: store },
  noAnalytics: true,
  logger: { info: silent, warn: silent, error: silent },
});
const { data: directory } = await sync.directories.create({
  ...OWNER,
  type: 'generic-scim-v2',
  name: 'inbox',
});
const secret = directory.scim.secret;
const handle = (request: object) =>
  sync.requests.handle({ directoryId: directory.id, apiSecret: secret, query: {}, ...request });

const ids = await inTurn(count, (index) =>
  made({ method: 'POST', resourceType: 'users', body: person(index) }),
);
const groups: Record<string, string> = {};
for (const size of groupSizes) groups[size] = await group(size);
await looked(store);

const app = express();
app.use(express.json({ type: ['application/json', 'application/scim+json'] }));
app.all('/:type{/:id}', async (request: Asked, response: Answering) => {
  const { status, data } = await answer(request);
  if (data === undefined) response.status(status).end();
  else response.status(status).json(data);
});
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
const ready: Ready = {
  url: `http://127.0.0.1:${port}`,
  token: secret,
  users: sample(ids),
  groups,
};
await serveOrders(ready, state);
server.close();
process.exit();

/** Members are never among its answers, so that it is asked for them on its other side. */
async function group(size: number): Promise<string> {
  const body = { displayName: `Group of ${size}` };
  const id = await made({ method: 'POST', resourceType: 'groups', body });
  const patch = (operation: object) =>
    made({
      method: 'PATCH',
      resourceType: 'groups',
      resourceId: id,
      body: { Operations: [operation] },
    });
  const members = Array.from({ length: size }, (_, at) => ({ value: ids[at] ?? `member-${at}` }));
  await inTurn(Math.ceil(size / MEMBERS_TOGETHER), (part) => {
    const from = part * MEMBERS_TOGETHER;
    const value = members.slice(from, from + MEMBERS_TOGETHER);
    return patch({ op: 'add', path: 'members', value });
  });
  await patch({ op: 'add', path: 'members', value: [{ value: 'somebody' }] });
  const before = await lastPage(id, size);
  await patch({ op: 'remove', path: 'members[value eq "somebody"]' });
  if (before !== 1 || (await lastPage(id, size)) !== 0)
    throw new Error(`the group of ${size} does not have its members`);
  return id;
}

/** How many members there are after so many. */
async function lastPage(groupId: string, pageOffset: number): Promise<number> {
  sync.groups.setTenantAndProduct(OWNER.tenant, OWNER.product);
  return (await sync.groups.getGroupMembers({ groupId, pageOffset })).data.length;
}

/** @returns The id of what was made or changed. */
async function made(request: object): Promise<string> {
  const { status, data } = await handle(request);
  if (status >= 300 || data?.id === undefined) throw new Error(`it answers with ${status}`);
  return data.id;
}

/** So many at a time as will ask later. */
async function inTurn<Result>(
  times: number,
  make: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      for (let index = next++; index < times; index = next++) results[index] = await make(index);
    }),
  );
  return results;
}

interface Asked {
  readonly method: string;
  readonly headers: { readonly authorization?: string };
  readonly params: { readonly type: string; readonly id?: string };
  readonly query: { readonly filter?: string; readonly count?: string };
  readonly body: unknown;
}

interface Answering {
  status(status: number): { json(data: unknown): void; end(): void };
}

function answer({ method, headers, params, query, body }: Asked): ReturnType<typeof handle> {
  const { filter, count: asked } = query;
  return handle({
    ...{ method, body },
    ...{ resourceType: params.type.toLowerCase(), resourceId: params.id },
    apiSecret: headers.authorization?.slice('Bearer '.length),
    query: {
      ...(filter !== undefined && { filter }),
      ...(asked !== undefined && { count: Number(asked) }),
      startIndex: 1,
    },
  });
}
