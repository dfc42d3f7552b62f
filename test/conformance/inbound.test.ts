/**
 * The bulk upload of Entra ID's API-driven provisioning, as a client of that would use it: over a
 * listening server, with the bodies, limits and answers of that contract and the results beside them.
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import type { Services } from '../../src/cli/services.ts';
import { connectorTypes } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startServing } from '../../src/serve/serve.ts';
import type { Role } from '../../src/server/api/policy.ts';
import { createToken } from '../../src/server/tokens.ts';
import { openDatabase } from '../../src/store/open.ts';
import { tokenStorage } from '../../src/store/tokens.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const DOCUMENT = `
systems:
  hr:
    connector: inbound
    options: { callsPer5Seconds: 1000 }
    read: { user: {} }
  slow:
    connector: inbound
    options: { callsPer5Seconds: 2 }
    read: { user: {} }
  ours:
    connector: directory
    serve: {}
server: { port: 0 }
`;

let folder: string;
let url: string;
const ending = new AbortController();
let ended: Promise<void>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-inbound-'));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, DOCUMENT);
  const profiles = path.resolve(import.meta.dirname, '../../profiles');
  const connectors = connectorTypes();
  const loaded = await loadConfiguration(file, { env: {}, connectors, profiles });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  {
    await using database = await openDatabase(loaded.value.store, loaded.value.directory);
    const storage = tokenStorage(database);
    const make = async (scope: { system: string } | { role: Role }): Promise<string> =>
      (await createToken(storage, database.tenant, scope, 1, new Date())).token;
    for (const system of ['hr', 'slow', 'ours']) tokens[system] = await make({ system });
    for (const role of ['viewer', 'operator'] as const) tokens[role] = await make({ role });
  }
  const serving = await startServing(loaded.value, { signal: ending.signal, log: () => {} });
  ({ url, ended } = serving);
});

afterAll(async () => {
  ending.abort();
  await ended;
  await rm(folder, { recursive: true, force: true });
});

interface Asked {
  readonly token?: string;
  readonly system?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function upload(body: unknown, { token = 'hr', system = 'hr', headers = {} }: Asked = {}) {
  const response = await fetch(`${url}/api/inbound/${system}/bulkUpload`, {
    method: 'POST',
    headers: {
      ...(tokens[token] !== undefined && { authorization: `Bearer ${tokens[token]}` }),
      'content-type': 'application/scim+json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
    body: JSON.parse(text) as any,
  };
}

async function get(route: string, token: string) {
  const headers = { authorization: `Bearer ${tokens[token]}` };
  const response = await fetch(url + route, { headers });
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  return { status: response.status, body: (await response.json()) as any };
}

function bulk(...data: readonly Readonly<Record<string, unknown>>[]) {
  const Operations = data.map((one, index) => ({
    method: 'POST',
    bulkId: String(index + 1),
    path: '/Users',
    data: one,
  }));
  return { schemas: [BULK], Operations, failOnErrors: null };
}

const BARBARA = {
  schemas: [USER, ENTERPRISE],
  externalId: '701984',
  userName: 'bjensen@contoso.com',
  name: { formatted: 'Ms. Barbara J Jensen, III', familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Babs Jensen',
  nickName: 'Babs',
  emails: [{ value: 'bjensen@contoso.com', type: 'work', primary: true }],
  addresses: [
    {
      type: 'work',
      streetAddress: '100 Universal City Plaza',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'USA',
      primary: true,
    },
  ],
  phoneNumbers: [{ value: '555-555-5555', type: 'work' }],
  userType: 'Employee',
  title: 'Tour Guide',
  active: true,
  [ENTERPRISE]: {
    employeeNumber: '701984',
    costCenter: '4130',
    organization: 'Universal Studios',
    division: 'Theme Park',
    department: 'Tour Operations',
    manager: { value: '89607', displayName: 'John Smith' },
  },
};

describe('a bulk upload', () => {
  it('is accepted with 202 and its place in the log; each record has its result', async () => {
    const kate = { schemas: [USER, ENTERPRISE], externalId: '701985', active: true };
    const { status, headers, body } = await upload(bulk(BARBARA, kate));
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/inbound/hr/uploads/${body.id}`);
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      id: expect.any(String),
      at: expect.any(String),
      taken: 2,
      unchanged: 0,
      refused: 0,
      Operations: [
        { method: 'POST', bulkId: '1', externalId: '701984', status: '202', result: 'taken' },
        { method: 'POST', bulkId: '2', externalId: '701985', status: '202', result: 'taken' },
      ],
    });
  });

  it('is what the documentation shows', async () => {
    const file = path.resolve(import.meta.dirname, '../../docs/connectors/inbound.md');
    const [, shown = ''] = /```json\n(.*?)```/s.exec(await readFile(file, 'utf8')) ?? [];
    const { status, body } = await upload(shown);
    expect([status, body.taken, body.refused]).toEqual([202, 1, 0]);
    expect(body.Operations[0]).not.toHaveProperty('ignored');
  });

  it('that is waited for tells whose records they are', async () => {
    const headers = { prefer: 'wait=30' };
    const { status, body } = await upload(bulk(BARBARA), { headers });
    expect([status, body.Operations]).toEqual([
      200,
      [expect.objectContaining({ status: '200', identity: expect.any(String) })],
    ]);
    const people = await get(
      `/api/people?q=${encodeURIComponent('bjensen@contoso.com')}`,
      'viewer',
    );
    expect(people.body.items).toMatchObject([
      {
        id: body.Operations[0].identity,
        attributes: { displayName: 'Babs Jensen', employeeId: '701984' },
      },
    ]);
    const shown = await get(`/api/inbound/hr/uploads/${body.id}`, 'hr');
    expect(shown.body).toEqual(body);
  });

  it('refuses a record by itself, with its code and what to do', async () => {
    const wrong = { schemas: [USER], externalId: '9', active: 'perhaps' };
    const { status, body } = await upload(bulk(wrong, { ...BARBARA, externalId: '10' }));
    expect([status, body.taken, body.refused]).toEqual([202, 1, 1]);
    expect(body.Operations[0]).toEqual({
      method: 'POST',
      bulkId: '1',
      externalId: '9',
      status: '400',
      result: 'refused',
      response: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        status: '400',
        detail: 'active must be true or false',
        code: 'record-invalid',
        remedy: 'Correct it and send it again.',
      },
    });
  });

  it('disables who left by active: false, and takes nobody away who is not sent', async () => {
    const wait = { headers: { prefer: 'wait=30' } };
    await upload(bulk({ externalId: '1', userName: 'a@contoso.com', active: true }), wait);
    await upload(bulk({ externalId: '1', active: false }), wait);
    await upload(bulk({ externalId: '2', userName: 'b@contoso.com' }), wait);
    const { body } = await get('/api/people?q=a%40contoso.com', 'operator');
    expect(body.items).toMatchObject([{ present: true, attributes: { accountEnabled: false } }]);
  });

  it('is one upload however often it is sent under its key', async () => {
    const one = bulk({ externalId: '20', title: 'a' });
    const keyed = { headers: { 'idempotency-key': 'batch-7' } };
    const graph = { headers: { 'client-request-id': '0b1f6d0e' } };
    const first = await upload(one, keyed);
    const again = await upload(one, keyed);
    expect(again.body.id).toBe(first.body.id);
    const other = await upload(bulk({ externalId: '20', title: 'b' }), keyed);
    expect([other.status, other.body.code]).toEqual([409, 'upload-key-reused']);
    const third = await upload(one, graph);
    expect(third.body).toMatchObject({ unchanged: 1 });
    expect((await upload(one, graph)).body.id).toBe(third.body.id);
    const fourth = await upload(bulk({ externalId: '20', title: 'c' }), graph);
    expect(fourth.body).toMatchObject({ taken: 1 });
  });
});

describe('what is no upload', () => {
  it.each([
    ['of another type', bulk(BARBARA), { 'content-type': 'text/plain' }],
    ['no JSON', '{"schemas":', {}],
    ['a list', '[]', {}],
    ['without its schema', { Operations: bulk(BARBARA).Operations }, {}],
    ['without operations', { schemas: [BULK], Operations: [] }, {}],
    ['with an operation that is none', { schemas: [BULK], Operations: [null] }, {}],
    ['with a method that is no text', { schemas: [BULK], Operations: [{ method: 1 }] }, {}],
    ['to fail on no error', { ...bulk(BARBARA), failOnErrors: 0 }, {}],
  ])('%s: 400', async (_, body, headers) => {
    const answer = await upload(body, { headers });
    expect([answer.status, answer.body.code]).toEqual([400, 'upload-invalid']);
  });

  it('is too large: 413', async () => {
    const many = bulk(...Array.from({ length: 51 }, (_, index) => ({ externalId: `${index}` })));
    expect(await upload(many)).toMatchObject({ status: 413, body: { code: 'upload-too-large' } });
    const heavy = await upload(bulk({ externalId: '1', title: 'x'.repeat(9_000_000) }));
    expect([heavy.status, heavy.body.code]).toEqual([413, 'request-too-large']);
  });

  it('comes too often: 429, with the time to wait', async () => {
    const slow = { token: 'slow', system: 'slow' };
    const answers = [];
    for (let call = 0; call < 3; call++) answers.push(await upload(bulk(BARBARA), slow));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]?.body.code).toBe('upload-throttled');
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is asked otherwise than with POST: 405', async () => {
    const answer = await get('/api/inbound/hr/bulkUpload', 'hr');
    expect([answer.status, answer.body.code]).toEqual([405, 'method-not-allowed']);
  });
});

describe('a token', () => {
  it.each([
    ['none', 'nobody', 'hr', 401],
    ['of another system that is pushed to', 'slow', 'hr', 403],
    ['of a served system', 'ours', 'hr', 401],
    ['of the role viewer', 'viewer', 'hr', 403],
    ['of the role operator', 'operator', 'hr', 202],
    ['of the role operator, for a system that is not pushed to', 'operator', 'ours', 409],
    ['of the role operator, for a system that is not there', 'operator', 'nowhere', 404],
  ])('%s', async (_, token, system, status) => {
    expect((await upload(bulk(BARBARA), { token, system })).status).toBe(status);
  });

  it('of a system opens its log and nothing else', async () => {
    expect((await get('/api/inbound/hr/uploads', 'hr')).body.items[0]).toEqual({
      id: expect.any(String),
      system: 'hr',
      at: expect.any(String),
      taken: expect.any(Number),
      unchanged: expect.any(Number),
      refused: expect.any(Number),
    });
    const asked = ['/api/status', '/scim/v2/hr/Users', '/api/inbound/slow/uploads'];
    const statuses = await Promise.all(asked.map(async (route) => (await get(route, 'hr')).status));
    expect(statuses).toEqual([401, 404, 403]);
    expect((await get('/api/inbound/hr/uploads/none', 'viewer')).status).toBe(404);
  });
});

it('is sent by the command line: a list, a line each, here or at a server', async () => {
  const lines = ['{"externalId":"30","title":"a"}', '', '{"title":"nobody"}'];
  await writeFile(path.join(folder, 'people.ndjson'), lines.join('\n'));
  await writeFile(path.join(folder, 'people.json'), '[{"externalId":"30","title":"a"}]');
  let stdout = '';
  const write = (text: string): void => {
    stdout += text;
  };
  const services = {
    version: '1',
    world: { env: { LOCKSTEP_TOKEN: tokens.operator } },
    fetch: globalThis.fetch,
  } as unknown as Services;
  const sink = { write };
  const terminal = { stdin: {}, stdout: sink, stderr: sink, env: {} };
  const send = async (name: string) => {
    stdout = '';
    const file = path.join(folder, name);
    const parameters = ['import', 'records', file, '--system', 'hr', '--server', url];
    return runProgram(parameters, services, terminal, new AbortController().signal);
  };
  expect(await send('people.ndjson')).toBe(1);
  expect(stdout).toContain('✗ 3  no externalId, or none that can be kept  record-without-id');
  expect(stdout).toContain('1 record taken, 0 unchanged, 1 refused.');
  expect(await send('people.json')).toBe(0);
  expect(stdout).toBe('0 records taken, 1 unchanged, 0 refused.\n');
});
