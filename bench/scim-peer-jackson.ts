/**
 * The directory sync of `@boxyhq/saml-jackson` from npm, as it comes, with its storage in memory, which is never
 * on a disk. Of HTTP it brings nothing, and is put behind Express, as its guide does it. It is not among the
 * dependencies, for it brings four hundred packages: `npm install --prefix bench/peers`.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
// @ts-expect-error Express ships no types.
import express from 'express';
import { serveOrders, settingsOf } from './child.ts';
import { JACKSON } from './scim-peers.ts';
import { person, type Ready, type ServerSettings, sample, state } from './scim-people.ts';

/** What we use of it. */
interface Jackson {
  controllers(options: object): Promise<{
    readonly directorySyncController: {
      readonly directories: {
        create(directory: object): Promise<{
          readonly data: { readonly id: string; readonly scim: { readonly secret: string } };
        }>;
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

const { users: count, groupSizes } = settingsOf<ServerSettings>();
const { controllers } = createRequire(JACKSON.manifest)(JACKSON.name) as Jackson;
// It greets on the standard output, where orders are answered, and says of each change that nobody listens.
const silent = () => {};
for (const name of ['log', 'info', 'warn', 'error'] as const) console[name] = silent;
const { directorySyncController: sync } = await controllers({
  externalUrl: 'http://127.0.0.1',
  samlAudience: 'none',
  samlPath: '/sso',
  scimPath: '/scim',
  db: { engine: 'mem' },
  noAnalytics: true,
  logger: { info: silent, warn: silent, error: silent },
});
const { data: directory } = await sync.directories.create({
  tenant: 'contoso',
  product: 'bench',
  type: 'generic-scim-v2',
  name: 'inbox',
});
const secret = directory.scim.secret;
const handle = (request: object) =>
  sync.requests.handle({ directoryId: directory.id, apiSecret: secret, query: {}, ...request });

const ids: string[] = [];
for (let index = 0; index < count; index++) {
  const made = await handle({ method: 'POST', resourceType: 'users', body: person(index) });
  ids.push(made.data?.id ?? '');
}
const groups: Record<string, string> = {};
for (const size of groupSizes) {
  const body = { displayName: `Group of ${size}` };
  const made = await handle({ method: 'POST', resourceType: 'groups', body });
  const group = made.data?.id ?? '';
  const value = Array.from({ length: size }, (_, at) => ({ value: ids[at] ?? `member-${at}` }));
  const Operations = [{ op: 'add', path: 'members', value }];
  const members = { method: 'PATCH', resourceType: 'groups', resourceId: group };
  await handle({ ...members, body: { Operations } });
  groups[size] = group;
}

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
