/** Companies in one installation: made, pushed to at the same address, removed. */

import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ISSUER, JWKS, type TestIssuer, testIssuer } from '../../src/server/auth/testing-issuer.ts';
import { type CommandLine, commandLine, type Served } from './command-line.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const INSTALLATION = `
store: ./data
tenants: { document: customer.yaml }
systems:
  inbox: { connector: directory, serve: {} }
`;

const CUSTOMER = `
systems:
  inbox: { connector: directory, serve: {} }
  closed: { connector: directory }
`;

let folder: string;
let line: CommandLine;
let server: Served;
let issuer: TestIssuer;
let keys: Server;
let administrator: string;

const newToken = z.object({ token: z.string(), id: z.string() });

async function token(...options: readonly string[]): Promise<string> {
  const made = await line.run('token', 'create', ...options, '--json');
  return newToken.parse(JSON.parse(made.stdout)).token;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  readonly body: any;
}

async function ask(
  bearer: string,
  method: string,
  route: string,
  body?: unknown,
  type = 'application/json',
): Promise<Answer> {
  const answer = await fetch(server.url + route, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': type },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

const scim = (bearer: string, method: string, route: string, body?: unknown) =>
  ask(bearer, method, `/scim/v2/inbox${route}`, body, 'application/scim+json');
const api = (method: string, route: string, body?: unknown) =>
  ask(administrator, method, `/api${route}`, body);
const user = (userName: string) => ({ schemas: [USER], userName });

/** What a server believes it looks up again after two seconds. */
const noticed = () => new Promise((resolve) => setTimeout(resolve, 2_100));

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-tenants-'));
  issuer = await testIssuer(() => new Date());
  keys = createServer((_, response) => {
    issuer.fetch(JWKS).then(
      async (answer) => response.end(await answer.text()),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(keys, 'listening');
  await writeFile(path.join(folder, 'lockstep.yaml'), INSTALLATION);
  await writeFile(path.join(folder, 'customer.yaml'), CUSTOMER);
  line = commandLine(path.join(folder, 'lockstep.yaml'));
  for (const name of ['contoso', 'fabrikam']) {
    expect(await line.run('tenant', 'create', name)).toMatchObject({ exit: 0, stderr: '' });
  }
  administrator = await token('--role', 'administrator');
  server = await line.serve();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  keys.close();
  await rm(folder, { recursive: true });
});

describe('two tenants', () => {
  it('are made at the command line, and pushed to at one address, each its own', async () => {
    const contoso = await token('--tenant', 'contoso', '--system', 'inbox');
    const fabrikam = await token('--tenant', 'fabrikam', '--system', 'inbox');
    const ada = user('ada@contoso.com');
    const made = await scim(contoso, 'POST', '/Users', ada);
    expect(made.status).toBe(201);
    expect((await scim(fabrikam, 'GET', '/Users')).body.totalResults).toBe(0);
    for (const [method, body] of [['GET'], ['PUT', ada], ['DELETE']] as const) {
      const { status } = await scim(fabrikam, method, `/Users/${made.body.id}`, body);
      expect([method, status]).toEqual([method, 404]);
    }
    expect((await scim(fabrikam, 'POST', '/Users', ada)).status).toBe(201);
    expect((await scim(contoso, 'GET', '/Users')).body.Resources).toEqual([made.body]);
    expect(await readdir(path.join(folder, 'data'))).toEqual(
      expect.arrayContaining(['contoso.sqlite', 'default.sqlite', 'fabrikam.sqlite']),
    );
  });

  it('have nothing under the name of one in the token of the other', async () => {
    const contoso = await token('--tenant', 'contoso', '--system', 'inbox');
    const renamed = contoso.replace('lockstep_contoso_', 'lockstep_fabrikam_');
    for (const forged of [renamed, contoso.replace('contoso', 'nobody')]) {
      expect((await scim(forged, 'GET', '/Users')).status).toBe(401);
    }
  });
});

describe('a tenant by the API', () => {
  it('is made with a token of the installation, gets tokens, is removed, let in again, and erased', async () => {
    const made = await api('POST', '/tenants', { name: 'northwind' });
    expect(made).toMatchObject({ status: 200, body: { configuredBy: 'shared' } });
    const created = await api('POST', '/tokens?tenant=northwind', { scope: { system: 'inbox' } });
    const bearer = String(created.body.token);
    expect((await scim(bearer, 'POST', '/Users', user('nancy@northwind.com'))).status).toBe(201);

    expect((await api('DELETE', '/tenants/northwind')).body).toHaveProperty('removedAt');
    await noticed();
    expect((await scim(bearer, 'GET', '/Users')).status).toBe(401);
    expect((await api('GET', '/tokens?tenant=northwind')).status).toBe(404);

    expect((await api('POST', '/tenants/northwind/restoration')).status).toBe(200);
    await noticed();
    expect((await scim(bearer, 'GET', '/Users')).body.totalResults).toBe(1);

    expect((await api('DELETE', '/tenants/northwind?erase=true')).body).toHaveProperty('erasedAt');
    await noticed();
    expect((await scim(bearer, 'GET', '/Users')).status).toBe(401);
    expect(await readdir(path.join(folder, 'data'))).not.toContain('northwind.sqlite');
    expect(await api('POST', '/tenants', { name: 'northwind' })).toMatchObject({
      status: 409,
      body: { code: 'tenant-exists' },
    });
    expect((await api('POST', '/tenants/northwind/restoration')).status).toBe(404);
  });

  it('is configured by a document of its own, in force within seconds', async () => {
    const document = 'systems: { people: { connector: directory, serve: {} } }';
    const made = await api('POST', '/tenants', { name: 'tailspin', document });
    expect(made.body).toMatchObject({ name: 'tailspin', configuredBy: 'store' });
    const refused = await api('POST', '/tokens?tenant=tailspin', { scope: { system: 'inbox' } });
    expect(refused).toMatchObject({ status: 404, body: { code: 'unknown-system' } });
    const people = await api('POST', '/tokens?tenant=tailspin', { scope: { system: 'people' } });
    expect((await ask(people.body.token, 'GET', '/scim/v2/people/Users')).status).toBe(200);

    expect((await api('POST', '/tenants/tailspin/configuration', {})).body).toMatchObject({
      configuredBy: 'shared',
    });
    await noticed();
    expect((await ask(people.body.token, 'GET', '/scim/v2/people/Users')).status).toBe(404);
  });

  it('is refused with a document that reaches this machine, and its mistakes are told', async () => {
    const refused = async (document: string) => {
      const { status, body } = await api('POST', '/tenants', { name: 'wingtip', document });
      return [status, body.code, body.detail];
    };
    expect(await refused('sistems: {}')).toEqual([
      400,
      'configuration-refused',
      expect.any(String),
    ]);
    const own = `systems: { a: { connector: directory, options: { note: "\${env:HOME}" } } }`;
    expect(await refused(own)).toEqual([
      400,
      'configuration-refused',
      expect.stringContaining('no reference to a variable or a file'),
    ]);
    expect((await api('GET', '/tenants')).body.items).not.toContainEqual(
      expect.objectContaining({ name: 'wingtip' }),
    );
  });

  it('is there for the installation alone: others are answered as if there was none', async () => {
    const theirs = await token('--tenant', 'contoso', '--role', 'administrator');
    for (const [method, route] of [
      ['GET', '/tenants'],
      ['DELETE', '/tenants/fabrikam'],
      ['GET', '/tokens?tenant=fabrikam'],
      ['GET', '/tokens?tenant=default'],
    ] as const) {
      expect((await ask(theirs, method, `/api${route}`)).status).toBe(404);
    }
    const making = await ask(theirs, 'POST', '/api/tenants', { name: 'evil' });
    expect(making.status).toBe(404);
    // What is tried out would name files and variables of this machine.
    const trying = { configuration: CUSTOMER };
    expect((await ask(theirs, 'POST', '/api/plans/with', trying)).status).toBe(404);
    const tokens = await ask(theirs, 'GET', '/api/tokens');
    expect(tokens.body.items.length).toBeGreaterThan(0);
    const viewer = await token('--role', 'viewer');
    expect((await ask(viewer, 'GET', '/api/tokens')).status).toBe(403);
  });

  it('is told to the trail of who did it, and its tokens to its own', async () => {
    const deeds = async (bearer: string) => {
      const answer = await fetch(`${server.url}/api/audit?limit=1000`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      const lines = (await answer.text()).trimEnd().split('\n');
      return lines.map((each) => JSON.parse(each)).map(({ action }) => action);
    };
    expect(await deeds(administrator)).toEqual(
      expect.arrayContaining([
        'tenant-created',
        'tenant-removed',
        'tenant-restored',
        'tenant-erased',
      ]),
    );
    const theirs = await token('--tenant', 'fabrikam', '--role', 'auditor');
    const own = await deeds(theirs);
    expect(own).toContain('token-created');
    expect(own).not.toContain('tenant-created');
  });
});

describe('tokens', () => {
  it('for reading alone read, search, and change nothing', async () => {
    const reading = await token('--tenant', 'contoso', '--system', 'inbox', '--rights', 'read');
    expect((await scim(reading, 'GET', '/Users')).status).toBe(200);
    expect((await scim(reading, 'POST', '/Users/.search', { schemas: [] })).status).toBe(200);
    for (const [method, route] of [
      ['POST', '/Users'],
      ['PUT', '/Users/1'],
      ['PATCH', '/Users/1'],
      ['DELETE', '/Users/1'],
      ['POST', '/Bulk'],
    ] as const) {
      expect((await scim(reading, method, route, {})).status).toBe(403);
    }
  });

  it('are given to a client of OAuth, which is made, rotated and revoked by the API', async () => {
    const scope = { system: 'inbox' };
    const made = await api('POST', '/clients?tenant=contoso', { name: 'Okta', scope });
    const { client, secret } = made.body;
    const grant = (of: string) =>
      fetch(`${server.url}/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: client,
          client_secret: of,
          scope: 'inbox',
        }),
      });
    const granted = await (await grant(secret)).json();
    const bearer = z.object({ access_token: z.string() }).parse(granted).access_token;
    expect((await scim(bearer, 'GET', '/Users')).body.totalResults).toBe(1);
    expect((await ask(bearer, 'GET', '/api/status')).status).toBe(401);

    const at = `/clients/${client}`;
    const { body } = await api('POST', `${at}/rotation?tenant=contoso`, { overlapDays: 1 });
    expect([(await grant(secret)).status, (await grant(body.secret)).status]).toEqual([200, 200]);
    await api('DELETE', `${at}?tenant=contoso`);
    await noticed();
    expect([(await grant(secret)).status, (await grant(body.secret)).status]).toEqual([401, 401]);
    expect((await scim(bearer, 'GET', '/Users')).status).toBe(401);
  });

  it('are listed and rotated at the command line, clients too', async () => {
    const options = ['--tenant', 'fabrikam'];
    const made = await line.run(
      'token',
      'create',
      '--system',
      'inbox',
      '--client',
      'Ping',
      ...options,
    );
    const [, client = '', secret = ''] =
      /client_id +(\S+)\nclient_secret +(\S+)\nscope +inbox/.exec(made.stdout) ?? [];
    expect(client).toMatch(/^fabrikam\./);
    const rotated = await line.run('token', 'rotate', client, '--overlap', '0', ...options);
    expect(rotated).toMatchObject({ exit: 0, stdout: expect.stringContaining(client) });
    const list = await line.run('token', 'list', ...options);
    expect(list.stdout.split('\n').filter((each) => each.startsWith(client))).toHaveLength(2);
    expect(list.stdout).not.toContain(secret);
    expect((await line.run('token', 'revoke', client, ...options)).exit).toBe(0);
    expect(await line.run('token', 'rotate', client, ...options)).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('token-ended'),
    });
  });

  it('of an issuer that a system trusts open it, and not the one of another tenant', async () => {
    const address = keys.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const document = `
systems:
  inbox:
    connector: directory
    serve:
      trust:
        - issuer: ${ISSUER.issuer}
          audience: api://lockstep
          jwks: http://127.0.0.1:${address.port}/keys
          claims: { azp: provisioning }
          algorithms: [ES256]
`;
    await api('POST', '/tenants', { name: 'adatum', document });
    const bearer = await issuer.sign({});
    expect((await scim(bearer, 'POST', '/Users', user('ada@adatum.com'))).status).toBe(201);
    expect((await ask(bearer, 'GET', '/scim/v2/other/Users')).status).toBe(404);
    expect((await ask(bearer, 'GET', '/api/status')).status).toBe(401);
    const expired = await issuer.sign({ exp: Math.floor(Date.now() / 1000) - 120 });
    expect((await scim(expired, 'GET', '/Users')).status).toBe(401);
    expect(server.log()).toContain('a JWT was refused');
  });
});

describe('the command line for tenants', () => {
  it('lists them with what configures each', async () => {
    const { stdout } = await line.run('tenant', 'list');
    expect(stdout).toMatch(/contoso +created .* configured by the document for all/);
    const { stdout: json } = await line.run('tenant', 'list', '--json');
    expect(JSON.parse(json.split('\n')[0] ?? '')).toHaveProperty('createdAt');
  });

  it.each([
    [['tenant', 'create', 'default'], 'tenant-exists'],
    [['tenant', 'create', '../evil'], 'tenant-name'],
    [['tenant', 'create', 'Contoso'], 'tenant-name'],
    [['tenant', 'remove', 'nobody'], 'unknown-tenant'],
    [['tenant', 'remove', 'fabrikam', '--erase'], 'choice-missing'],
    [['token', 'list', '--tenant', 'nobody'], 'unknown-tenant'],
    [['serve', '--tenant', 'contoso'], 'serves-all-tenants'],
    [['token', 'create', '--tenant', 'contoso', '--system', 'closed'], 'system-not-served'],
  ])('says what cannot be done: %j', async (parameters, code) => {
    const { exit, stderr } = await line.run(...parameters);
    expect([exit > 0, stderr]).toEqual([true, expect.stringContaining(code)]);
  });

  it('works for a tenant with every other command', async () => {
    expect((await line.run('status', '--tenant', 'contoso', '--json')).exit).toBe(0);
  });
});
