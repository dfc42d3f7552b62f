/** `lockstep serve` over a directory that is filled, in its own process. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { connectorTypes } from '../src/compose.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { startServing } from '../src/serve/serve.ts';
import { createToken } from '../src/server/tokens.ts';
import { openDatabase } from '../src/store/open.ts';
import { tokenStorage } from '../src/store/tokens.ts';
import { serveOrders, settingsOf } from './child.ts';
import { type Ready, type ServerSettings, state } from './scim-people.ts';
import { filled, looked, SYSTEM } from './scim-store.ts';

const settings = settingsOf<ServerSettings>();
const { folder, store } = settings;
const { document = { systems: { [SYSTEM]: { connector: 'directory', serve: {} } } } } = settings;
const file = path.join(folder, 'lockstep.yaml');
await writeFile(file, stringify({ store, ...document }));
const loaded = await loadConfiguration(file, {
  env: {},
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../profiles'),
});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { token, ...seeded } = await prepared();
const ending = new AbortController();
const { url, ended } = await startServing(loaded.value, {
  port: 0,
  signal: ending.signal,
  log: (line) => process.stderr.write(`${line}\n`),
});
const ready: Ready = { ...seeded, url: `${url}/scim/v2/${SYSTEM}`, token };
await serveOrders(ready, state);
ending.abort();
await ended;

async function prepared(): Promise<Omit<Ready, 'url'>> {
  await using database = await openDatabase(store, folder);
  const scope = { system: SYSTEM };
  const made = await createToken(tokenStorage(database), 'default', scope, 1, new Date());
  const seeded = await filled(database, settings);
  await looked(store);
  return { ...seeded, token: made.token };
}
