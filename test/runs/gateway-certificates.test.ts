/** Clients that show a certificate, over real connections. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectorTypes } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startServing } from '../../src/serve/serve.ts';
import { createToken } from '../../src/server/tokens.ts';
import { openDatabase } from '../../src/store/open.ts';
import { tokenStorage } from '../../src/store/tokens.ts';
import { openInstallation } from '../../src/tenants.ts';
import { type Certificate, type Issuer, throwAwayAuthority } from '../services/certificates.ts';

const DOCUMENT = `
store: ./data
server:
  port: 0
  tls:
    certificate: "\${file:./server.pem}"
    key: "\${file:./server.key}"
    clients: "\${file:./clients.pem}"
    revoked: revoked.pem
tenants:
  document: tenant.yaml
  certificates:
    - { tenant: fabrikam, system: inbox, dns: portal.fabrikam.com }
    - { tenant: northwind, dns: portal.northwind.com }
systems:
  people:
    connector: file
    options: { path: people.csv, id: id }
    serve:
      certificates:
        - { subject: CN=payroll, rights: read }
        - { dns: portal.contoso.com }
  inbox:
    connector: directory
    serve:
      certificates:
        - { subject: CN=payroll, rights: read }
        - { dns: portal.contoso.com }
`;

let folder: string;
let own: Issuer;
let clients: Issuer;
let url: string;
let token: string;
const log: string[] = [];
const ending = new AbortController();
let ended: Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-tls-'));
  own = await throwAwayAuthority();
  clients = await throwAwayAuthority();
  const server = await own.issue('lockstep', 'localhost');
  const files = {
    'server.pem': server.certificate,
    'server.key': server.privateKey,
    'clients.pem': clients.certificate,
    'people.csv': 'id,userName\n1,ada\n',
    'revoked.pem': await clients.revoke([]),
    'tenant.yaml': 'systems: { inbox: { connector: directory, serve: {} } }',
    'lockstep.yaml': DOCUMENT,
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(path.join(folder, name), content);
  const world = { env: {}, connectors: connectorTypes(), profiles: folder };
  const loaded = await loadConfiguration(path.join(folder, 'lockstep.yaml'), world);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const { store, directory } = loaded.value;
  {
    await using database = await openDatabase(store, directory);
    const scope = { system: 'inbox' } as const;
    const made = await createToken(tokenStorage(database), database.tenant, scope, 1, new Date());
    token = made.token;
  }
  {
    await using installation = await openInstallation(loaded.value, world);
    await installation.tenants('ada@build-7', () => new Date()).create('fabrikam');
  }
  const options = { signal: ending.signal, log: (line: string) => void log.push(line) };
  const serving = await startServing(loaded.value, options, world);
  ({ url, ended } = serving);
});

afterAll(async () => {
  ending.abort();
  await ended;
  await rm(folder, { recursive: true });
});

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly bearer?: string;
  readonly agent?: Agent;
}

function ask(
  address: string,
  client: Certificate | undefined,
  { method = 'GET', body, bearer, agent }: Asked = {},
): Promise<{
  readonly status: number | undefined;
  readonly body: unknown;
  readonly resumed: boolean;
}> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        ...{ host: '127.0.0.1', port, path: `/scim/v2${address}`, method, agent: agent ?? false },
        servername: 'localhost',
        ca: own.certificate,
        ...(client && { cert: client.certificate, key: client.privateKey }),
        headers: {
          'content-type': 'application/scim+json',
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
      },
      (response) => {
        text(response).then(
          (told) =>
            resolve({
              status: response.statusCode,
              resumed: response.socket instanceof TLSSocket && response.socket.isSessionReused(),
              body: told === '' ? undefined : JSON.parse(told),
            }),
          reject,
        );
      },
    );
    asking.on('error', reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const ADA = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ada' };

it('lets a client in by its certificate, to what it may', async () => {
  const payroll = await clients.issue('payroll');
  expect(await ask('/people/Users', payroll)).toMatchObject({
    status: 200,
    body: { totalResults: 1, Resources: [{ userName: 'ada' }] },
  });
  const create = { method: 'POST', body: ADA };
  expect(await ask('/inbox/Users', payroll, create)).toMatchObject({ status: 403 });
  const portal = await clients.issue('anything', 'portal.contoso.com');
  expect(await ask('/inbox/Users', portal, create)).toMatchObject({ status: 201 });
  expect(await ask('/people/Users', portal, create)).toMatchObject({ status: 405 });
});

it('knows a client again that resumes its session', async () => {
  const agent = new Agent({ keepAlive: false });
  const payroll = await clients.issue('payroll');
  expect(await ask('/people/Users', payroll, { agent })).toMatchObject({ status: 200 });
  expect(await ask('/people/Users', payroll, { agent })).toMatchObject({
    status: 200,
    resumed: true,
  });
});

it('knows nobody else', async () => {
  const stranger = await clients.issue('stranger');
  const forged = await (await throwAwayAuthority()).issue('payroll');
  for (const client of [undefined, stranger, forged])
    expect(await ask('/people/Users', client)).toMatchObject({ status: 401 });
  const payroll = await clients.issue('payroll');
  expect(await ask('/other/Users', payroll)).toMatchObject({ status: 401 });
});

it('takes whoever sends a token for whom the token says', async () => {
  const payroll = await clients.issue('payroll');
  expect(await ask('/inbox/Users', undefined, { bearer: token })).toMatchObject({ status: 200 });
  expect(await ask('/inbox/Users', payroll, { bearer: 'none of ours' })).toMatchObject({
    status: 401,
  });
  expect(await ask('/people/Users', payroll, { bearer: token })).toMatchObject({ status: 404 });
});

it('opens the systems of the tenant that the installation gave a certificate to, and no others', async () => {
  const portal = await clients.issue('portal', 'portal.fabrikam.com');
  const create = { method: 'POST', body: { ...ADA, userName: 'eve' } };
  expect(await ask('/inbox/Users', portal, create)).toMatchObject({ status: 201 });
  const contoso = await clients.issue('anything', 'portal.contoso.com');
  const names = async (client: Certificate) =>
    (await ask('/inbox/Users?attributes=userName', client)).body;
  expect(await names(portal)).toMatchObject({ totalResults: 1, Resources: [{ userName: 'eve' }] });
  expect(JSON.stringify(await names(contoso))).not.toContain('eve');
  expect(await ask('/people/Users', portal)).toMatchObject({ status: 401 });
  // Nobody has made that tenant.
  const northwind = await clients.issue('portal', 'portal.northwind.com');
  expect(await ask('/inbox/Users', northwind)).toMatchObject({ status: 404 });
});

it('lets nobody in whose certificate was taken back, on a connection that is open already either', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const payroll = await clients.issue('payroll');
  const other = await clients.issue('payroll');
  expect(await ask('/people/Users', payroll, { agent })).toMatchObject({ status: 200 });
  const file = path.join(folder, 'revoked.pem');
  await writeFile(file, await clients.revoke([payroll]));
  await expect
    .poll(async () => (await ask('/people/Users', payroll, { agent })).status, { timeout: 5_000 })
    .toBe(401);
  expect(await ask('/people/Users', payroll)).toMatchObject({ status: 401 });
  expect(await ask('/people/Users', other)).toMatchObject({ status: 200 });
  // What is broken, or signed by somebody else, leaves the list before in force.
  await writeFile(file, await own.revoke([]));
  await expect
    .poll(() => ask('/people/Users', other).then(() => log.at(-1)), { timeout: 5_000 })
    .toContain('a list is signed by none of server.tls.clients');
  expect(await ask('/people/Users', payroll)).toMatchObject({ status: 401 });
  expect(await ask('/people/Users', other)).toMatchObject({ status: 200 });
  agent.destroy();
});
