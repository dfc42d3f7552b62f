import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ListeningGraph, startGraph } from './server.ts';
import { requestToken } from './testing.ts';

let graph: ListeningGraph;

beforeAll(async () => {
  graph = await startGraph();
});

afterAll(() => graph[Symbol.asyncDispose]());

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${graph.urls.control}${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === '' ? response.status : JSON.parse(text);
}

describe('the control listener', () => {
  it('changes the directory, and tells what the primary holds', async () => {
    const properties = {
      accountEnabled: true,
      displayName: 'Ada',
      mailNickname: 'ada',
      userPrincipalName: 'ada@contoso.com',
    };
    const made = await control('POST', '/act', { act: 'create', type: 'user', properties });
    expect(await control('POST', '/act', { act: 'create', type: 'user', properties })).toEqual({
      error: {
        code: 'Request_BadRequest',
        message:
          'Another object with the same value for property userPrincipalName already exists.',
      },
    });
    expect(await control('GET', '/truth/ada@contoso.com')).toMatchObject({
      ...(made as object),
      life: 'live',
    });
  });

  it('moves the clock and sets profile, switches, faults, lag and quotas', async () => {
    expect(
      await Promise.all([
        control('PUT', '/profile', { profile: 'typical' }),
        control('PUT', '/profile', { deltaPageSize: 5 }),
        control('PUT', '/switches', { 'delta.reset': '410-resync' }),
        control('POST', '/faults', { path: '/shoes', effect: { type: 'html' } }),
        control('DELETE', '/faults'),
        control('POST', '/replicas/0/hold'),
        control('POST', '/replicas/0/release'),
        control('POST', '/settle'),
        control('POST', '/throttle', { scale: 0 }),
        control('POST', '/delta/generation'),
      ]),
    ).toEqual(Array(10).fill(204));
    const before = Date.now();
    const { now } = (await control('POST', '/clock', { advance: 3600 })) as { now: string };
    expect(Date.parse(now)).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(await control('GET', '/events')).toEqual([]);
    expect(await control('GET', '/findings')).toEqual([]);
  });

  it.each([
    ['POST', '/act', { act: 'promote' }],
    ['POST', '/act', { act: 'delete' }],
    ['POST', '/faults', { effect: { type: 'gremlin' } }],
    ['PUT', '/profile', { profile: 'friendly' }],
    ['PUT', '/profile', { deltaPageSize: 'many' }],
    ['PUT', '/switches', { 'delta.reset': 'perhaps' }],
    ['POST', '/shoes', {}],
  ])('refuses %s %s %j', async (method, path, body) => {
    expect(await control(method, path, body)).toMatchObject({
      error: { code: expect.any(String) },
    });
  });
});

it('links name the ports it listens on', async () => {
  const { appId = '' } = graph.emulator.control.act({
    act: 'register-application',
    displayName: 'Reader',
    secret: 'secret',
  });
  graph.emulator.control.settle();
  const { body } = await requestToken(
    { ...graph.emulator, tenant: graph.emulator.tenant, fetch: globalThis.fetch },
    { client_id: appId, client_secret: 'secret' },
  );
  const response = await fetch(`${graph.urls.graph}/v1.0/users/delta?$select=id`, {
    headers: { authorization: `Bearer ${body.access_token}` },
  });
  const page = JSON.parse(await response.text());
  expect(page['@odata.deltaLink']).toContain(`${graph.urls.graph}/v1.0/users/delta?$deltatoken=`);
});

it('breaks the connection where a fault says so', async () => {
  graph.emulator.control.fault({ path: '/users', effect: { type: 'connection-closed' } });
  await expect(fetch(`${graph.urls.graph}/v1.0/users`)).rejects.toThrow('fetch failed');
});
