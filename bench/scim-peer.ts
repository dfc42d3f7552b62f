/**
 * `scimmy-routers` from npm on Express, as it comes. What it leaves to whoever uses it is done for it as cheaply
 * as can be: resources in memory, by id and by name, and never on a disk.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
// @ts-expect-error Express ships no types.
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { serveOrders, settingsOf } from './child.ts';
import { person, type Ready, type ServerSettings, sample, state } from './scim-people.ts';

interface Stored {
  readonly id: string;
  readonly [name: string]: unknown;
}

interface Matching {
  match(values: Stored[]): unknown;
}

interface Kept {
  readonly byId: Map<string, Stored>;
  readonly ids: Map<unknown, string>;
  /** The attribute that no two have alike. */
  readonly unique: string;
}

const { users: count, groupSizes } = settingsOf<ServerSettings>();
const users = kept('userName');
const groups = kept('displayName');
for (let index = 0; index < count; index++) keep(users, undefined, person(index));
const ids = [...users.byId.keys()];
const sized: Record<string, string> = {};
for (const size of groupSizes) {
  const members = Array.from({ length: size }, (_, at) => ({ value: ids[at] ?? `member-${at}` }));
  sized[size] = keep(groups, undefined, { displayName: `Group of ${size}`, members }).id;
}

SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .extend(SCIMMY.Schemas.EnterpriseUser)
  .ingress(({ id }, data) => copy(keep(users, id, copy(data))))
  .egress(({ id, filter }) => show(users, id, filter))
  .degress(({ id }) => drop(users, id));
SCIMMY.Resources.declare(SCIMMY.Resources.Group)
  .ingress(({ id }, data) => copy(keep(groups, id, copy(data))))
  .egress(({ id, filter }) => show(groups, id, filter))
  .degress(({ id }) => drop(groups, id));

const app = express();
app.use(plainQuery);
app.use('/scim', new SCIMMYRouters({ type: 'bearer', handler: () => 'lockstep' }));
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
const url = `http://127.0.0.1:${port}/scim`;
const ready: Ready = { url, token: 'none', users: sample(ids), groups: sized };
await serveOrders(ready, state);
server.close();

/** The routers turn `startIndex` and `count` into numbers in place; in Express 5 the query is a getter. */
function plainQuery(request: object & { query?: unknown }, _: unknown, next: () => void): void {
  Object.defineProperty(request, 'query', { value: request.query, writable: true });
  next();
}

function kept(unique: string): Kept {
  return { byId: new Map(), ids: new Map(), unique };
}

/** The package's own types want the resource's class back; plain JSON is what it takes. */
// biome-ignore lint/suspicious/noExplicitAny: see above
function copy(value: unknown): any {
  return JSON.parse(JSON.stringify(value));
}

function keep(
  { byId, ids: known, unique }: Kept,
  id: string = randomUUID(),
  data: Readonly<Record<string, unknown>>,
): Stored {
  const owner = known.get(data[unique]);
  if (owner !== undefined && owner !== id)
    throw new SCIMMY.Types.Error(409, 'uniqueness', `${unique} is taken`);
  const stored = { ...data, id };
  byId.set(id, stored);
  known.set(data[unique], id);
  return stored;
}

function show({ byId }: Kept, id: string | undefined, filter: Matching | undefined) {
  const all = [...(id === undefined ? byId.values() : [held(byId, id)])];
  if (id !== undefined) return copy(all[0]);
  // The package copies what it answers itself; what it was given stays as it is.
  return (filter?.match(all) ?? all) as never;
}

function drop({ byId, ids: known, unique }: Kept, id: string | undefined): void {
  const gone = held(byId, id);
  known.delete(gone[unique]);
  byId.delete(gone.id);
}

function held(byId: ReadonlyMap<string, Stored>, id: string | undefined): Stored {
  const found = byId.get(id ?? '');
  if (found === undefined) throw new SCIMMY.Types.Error(404, '', 'no such resource');
  return found;
}
