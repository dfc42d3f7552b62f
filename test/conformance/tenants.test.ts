/** Two companies in one installation, made at the command line, pushed to at the same address. */

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CommandLine, commandLine } from './command-line.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const INSTALLATION = `
store: ./data
server: { port: 0 }
tenants: { document: customer.yaml }
systems:
  inbox: { connector: directory, serve: {} }
`;

const CUSTOMER = `
systems:
  inbox: { connector: directory, serve: {} }
`;

let folder: string;
let line: CommandLine;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-tenants-'));
  await writeFile(path.join(folder, 'lockstep.yaml'), INSTALLATION);
  await writeFile(path.join(folder, 'customer.yaml'), CUSTOMER);
  line = commandLine(path.join(folder, 'lockstep.yaml'));
});

afterAll(() => rm(folder, { recursive: true }));

const newToken = z.object({ token: z.string() });

async function tokenOf(tenant: string): Promise<string> {
  const made = await line.run('token', 'create', '--tenant', tenant, '--system', 'inbox', '--json');
  return newToken.parse(JSON.parse(made.stdout)).token;
}

describe('two tenants', () => {
  it('are made at the command line, and pushed to at one address, each its own', async () => {
    for (const name of ['contoso', 'fabrikam']) {
      const made = await line.run('tenant', 'create', name);
      expect(made).toMatchObject({ exit: 0, stderr: '' });
    }
    const [contoso, fabrikam] = [await tokenOf('contoso'), await tokenOf('fabrikam')];
    await using server = await line.serve();
    const send = async (token: string, method: string, route: string, body?: unknown) => {
      const answer = await fetch(`${server.url}/scim/v2/inbox${route}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    };
    const ada = { schemas: [USER], userName: 'ada@contoso.com' };

    const made = await send(contoso, 'POST', '/Users', ada);
    expect(made.status).toBe(201);
    expect((await send(fabrikam, 'GET', '/Users')).body.totalResults).toBe(0);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { body: ada } : {};
      const answer = await send(fabrikam, method, `/Users/${made.body.id}`, body.body);
      expect([method, answer.status]).toEqual([method, 404]);
    }
    expect((await send(fabrikam, 'POST', '/Users', ada)).status).toBe(201);
    expect((await send(contoso, 'GET', '/Users')).body.Resources).toEqual([made.body]);
    expect(await readdir(path.join(folder, 'data'))).toEqual(
      expect.arrayContaining(['contoso.sqlite', 'default.sqlite', 'fabrikam.sqlite']),
    );
  });
});
