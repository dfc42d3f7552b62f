import { beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from './faults.ts';
import { createGraph, type GraphEmulator } from './graph.ts';
import { type Reply, type Session, signIn } from './testing.ts';

let graph: GraphEmulator;
let reader: Session;

beforeEach(async () => {
  graph = createGraph();
  reader = await signIn(graph);
  for (const name of ['ada', 'grace'])
    graph.control.act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        displayName: name,
        mailNickname: name,
        userPrincipalName: `${name}@contoso.com`,
      },
    });
});

function struck(effect: FaultEffect): Promise<Reply> {
  graph.control.fault({ path: '/users', effect });
  return reader.get('users?$select=displayName');
}

describe('a fault', () => {
  it('strikes the requests it is for, from the nth on, and so many times', async () => {
    graph.control.fault({
      method: 'GET',
      path: '/users$',
      nth: 2,
      times: 2,
      effect: { type: 'answer', status: 503, headers: { 'Retry-After': '7' } },
    });
    const statuses: number[] = [];
    for (const path of ['groups', 'users', 'users', 'groups', 'users', 'users'])
      statuses.push((await reader.get(path)).status);
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
  });

  it('can answer with a page of HTML', async () => {
    const { status, headers, body } = await struck({ type: 'html' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).toContain('<!DOCTYPE html>');
  });

  it.each(['answer-lost', 'connection-closed'] as const)('can be %s', async (type) => {
    await expect(struck({ type })).rejects.toThrow('fetch failed');
    expect((await reader.get('users?$select=displayName')).status).toBe(200);
  });

  it('can end a body in the middle', async () => {
    await expect(struck({ type: 'half-body' })).rejects.toThrow();
  });

  it('can keep silent until the client gives up', async () => {
    graph.control.fault({ effect: { type: 'silence' } });
    const signal = AbortSignal.timeout(10);
    await expect(graph.fetch(`${graph.graph}/v1.0/users`, { signal })).rejects.toThrow();
  });

  it('can have every page point at itself', async () => {
    const { body } = await struck({ type: 'endless-next-link' });
    expect(body).toMatchObject({
      '@odata.nextLink': `${graph.graph}/v1.0/users?$select=displayName`,
    });
  });

  it.each([
    [{ type: 'record-without-id' }, [false, true]],
    [{ type: 'duplicate-record' }, [true, true, true]],
    [{ type: 'missing-value' }, undefined],
    [{ type: 'huge-property', property: 'city', characters: 1000 }, [true, true]],
    [{ type: 'wrong-properties', properties: { displayName: 7 } }, [true, true]],
  ] as const)('can spoil the records of a page: %j', async (effect, expected) => {
    const { body } = await struck(effect);
    const { value } = JSON.parse(JSON.stringify(body));
    expect(value?.map((record: object) => 'id' in record)).toEqual(expected);
  });
});

it('the same seed and the same requests give the same answers, ids included', async () => {
  const trace = async (seed: string): Promise<unknown> => {
    const emulator = createGraph({ seed, profile: 'hostile', now: () => 1_767_225_600_000 });
    emulator.control.profile({ deltaResets: 0 });
    const session = await signIn(emulator);
    emulator.control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: 'team',
        mailEnabled: false,
        mailNickname: 'team',
        securityEnabled: true,
      },
    });
    emulator.control.settle();
    const replies = [
      await session.get('groups?$select=displayName'),
      await session.get('groups/delta?$select=displayName'),
      await session.get('groups?$top=1'),
    ];
    return replies.map(({ body, headers }) => [body, headers.get('request-id')]);
  };
  expect(await trace('one')).toEqual(await trace('one'));
  expect(await trace('one')).not.toEqual(await trace('two'));
});
