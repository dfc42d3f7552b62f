/**
 * The limit: a bare server on the same HTTP layer and the same database, filled the same way. It parses the
 * body, runs one query where the case reads, or one statement in a transaction shared by all who wait where it
 * writes, and answers with what it has, as it has it. It looks at no token and checks nothing.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Database, SqlValue } from '../src/store/database.ts';
import { openDatabase } from '../src/store/open.ts';
import { serveOrders, settingsOf } from './child.ts';
import { type Ready, type ServerSettings, state } from './scim-people.ts';
import { filled, looked, SYSTEM } from './scim-store.ts';

const settings = settingsOf<ServerSettings>();
await using database = await openDatabase(settings.store, settings.folder);
const seeded = await filled(database, settings);
await looked(settings.store);

const USERS = `select attributes from directory_object where system = '${SYSTEM}' and kind = 'user'`;
const NICKNAME =
  database.dialect === 'sqlite'
    ? `json_extract(attributes, '$.nickName')`
    : `(attributes::json ->> 'nickName')`;
const INSERT = `insert into directory_object
    (system, kind, id, sequence, created_at, modified_at, attributes, state, name)
  values ('${SYSTEM}', 'user', ?, ?, '', '', ?, '{}', ?)`;
const UPDATE = `update directory_object set state = ? where system = '${SYSTEM}' and kind = ? and id = ?`;

const app = new Hono();
const insert = together(database, INSERT);
const update = together(database, UPDATE);
let sequence = 1e9;
app.get('/Users/:id', async (context) => {
  const [text = ''] = await texts(`${USERS} and id = ?`, [context.req.param('id')]);
  return answer(text);
});
app.get('/Users', async (context) => {
  const [, name, value = ''] = /^(\w+) eq "(.*)"$/.exec(context.req.query('filter') ?? '') ?? [];
  return listed(
    name === undefined
      ? await texts(`${USERS} order by id limit 100`, [])
      : await texts(`${USERS} and ${name === 'userName' ? 'name' : NICKNAME} = ? limit 100`, [
          value,
        ]),
  );
});
app.post('/Users', async (context) => {
  const body = { ...(await context.req.json()), id: randomUUID() };
  const text = JSON.stringify(body);
  await insert([body.id, sequence++, text, body.userName]);
  return answer(text, 201);
});
app.patch('/:type/:id', async (context) => {
  const { type, id } = context.req.param();
  const [operation] = (await context.req.json()).Operations;
  await update([JSON.stringify(operation), type === 'Users' ? 'user' : 'group', id]);
  return new Response(null, { status: 204 });
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address ? address.port : 0;
const ready: Ready = { ...seeded, url: `http://127.0.0.1:${port}`, token: 'none' };
await serveOrders(ready, state);
server.close();

async function texts(sql: string, parameters: readonly SqlValue[]): Promise<readonly string[]> {
  const rows = await database.all<{ readonly attributes: string }>(sql, parameters);
  return rows.map(({ attributes }) => attributes);
}

function listed(resources: readonly string[]): Response {
  return answer(`{"totalResults":${resources.length},"Resources":[${resources.join()}]}`);
}

function answer(text: string, status = 200): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/scim+json' } });
}

/** Whoever comes while a transaction is under way waits for the next one; each is answered when it is durable. */
function together(
  { transaction }: Database,
  sql: string,
): (row: readonly SqlValue[]) => Promise<void> {
  let waiting: { readonly row: readonly SqlValue[]; readonly done: () => void }[] = [];
  let busy = false;
  const commitAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const those = waiting;
      waiting = [];
      await transaction((queries) =>
        queries.batch(
          sql,
          those.map(({ row }) => row),
        ),
      );
      for (const { done } of those) done();
    }
    busy = false;
  };
  return (row) =>
    new Promise((done) => {
      waiting.push({ row, done });
      if (!busy) setImmediate(() => void commitAll());
      busy = true;
    });
}
