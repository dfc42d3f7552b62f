/** `scimmy-routers` from npm on Express, with its resources in memory: a service provider of a stranger. */

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
// @ts-expect-error Express ships no types.
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

export interface ScimmyProvider extends AsyncDisposable {
  readonly url: string;
  readonly users: ReadonlyMap<string, Stored>;
  readonly groups: ReadonlyMap<string, Stored>;
  clear(): void;
}

export interface Stored {
  readonly id: string;
  readonly [name: string]: unknown;
}

const users = new Map<string, Stored>();
const groups = new Map<string, Stored>();

/** One for a process: the package keeps its resource types in a singleton. */
export async function startScimmy(token: string): Promise<ScimmyProvider> {
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .extend(SCIMMY.Schemas.EnterpriseUser)
    .ingress(({ id }, data) => keep(users, 'userName', id, copy(data)))
    .egress(({ id, filter }) => show(users, id, filter))
    .degress(({ id }) => drop(users, id));
  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress(({ id }, data) => keep(groups, 'displayName', id, copy(data)))
    .egress(({ id, filter }) => show(groups, id, filter))
    .degress(({ id }) => drop(groups, id));
  const app = express();
  app.use(plainQuery);
  app.use(
    '/scim',
    new SCIMMYRouters({
      type: 'bearer',
      handler: (request: { header(name: string): string | undefined }) => {
        if (request.header('authorization') !== `Bearer ${token}`) throw new Error('not allowed');
        return 'lockstep';
      },
    }),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${address.port}/scim`,
    users,
    groups,
    clear: () => {
      users.clear();
      groups.clear();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The routers turn `startIndex` and `count` into numbers in place; in Express 5 the query is a getter. */
function plainQuery(request: object & { query?: unknown }, _: unknown, next: () => void): void {
  Object.defineProperty(request, 'query', { value: request.query, writable: true });
  next();
}

type Store = Map<string, Stored>;

interface Matching {
  match(values: Stored[]): unknown;
}

/** The package's own types want the resource's class back; plain JSON is what it takes. */
// biome-ignore lint/suspicious/noExplicitAny: see above
function copy(value: unknown): any {
  return JSON.parse(JSON.stringify(value));
}

function keep(store: Store, unique: string, id: string | undefined, data: Record<string, unknown>) {
  const taken = [...store.values()].some((one) => one[unique] === data[unique] && one.id !== id);
  if (taken) throw new SCIMMY.Types.Error(409, 'uniqueness', `${unique} is taken`);
  const stored = { ...data, id: id ?? randomUUID() };
  store.set(stored.id, stored);
  return copy(stored);
}

function show(store: Store, id: string | undefined, filter: Matching | undefined) {
  if (id !== undefined) return copy(held(store, id));
  const all = [...store.values()];
  return copy(filter?.match(all) ?? all);
}

function drop(store: Store, id: string | undefined): void {
  store.delete(held(store, id).id);
}

function held(store: Store, id: string | undefined): Stored {
  const found = store.get(id ?? '');
  if (found === undefined) throw new SCIMMY.Types.Error(404, '', 'no such resource');
  return found;
}
