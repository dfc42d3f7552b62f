import { describe, expect, it } from 'vitest';
import type { Act } from './acts/act.ts';
import { createGraph } from './graph.ts';
import { signIn } from './testing.ts';

function user(name: string): Act {
  return {
    act: 'create',
    type: 'user',
    properties: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@contoso.com`,
    },
  };
}

describe('a replica that is held', () => {
  it('does not know a new user, nor a change, until it is released', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    graph.control.hold(0);
    const grace = graph.control.act(user('grace')).id;
    graph.control.act({ act: 'update', id, properties: { displayName: 'Ada' } });
    expect((await reader.get(`users/${grace}`)).status).toBe(404);
    expect((await reader.get(`users/${id}?$select=displayName`)).body).toMatchObject({
      displayName: 'ada',
    });
    graph.control.release(0);
    expect((await reader.get(`users/${grace}`)).status).toBe(200);
    expect((await reader.get(`users/${id}?$select=displayName`)).body).toMatchObject({
      displayName: 'Ada',
    });
  });

  it('still shows a user whom the primary has deleted', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const { id } = graph.control.act(user('ada'));
    graph.control.hold(0);
    graph.control.act({ act: 'delete', id });
    expect((await reader.get(`users/${id}`)).status).toBe(200);
    graph.control.settle();
    expect((await reader.get(`users/${id}`)).status).toBe(404);
    const binned = await reader.all('directory/deletedItems/microsoft.graph.user?$select=id');
    expect(binned.value).toEqual([{ id }]);
  });
});

describe('replication', () => {
  it('delays what readers and delta rounds see, and loses nothing', async () => {
    const graph = createGraph({ profile: 'typical' });
    graph.control.freeze();
    const reader = await signIn(graph);
    graph.control.profile({ replicaDelay: [500, 500] });
    const { deltaLink } = await reader.all('users/delta?$select=displayName');
    const { id } = graph.control.act(user('ada'));
    const early = await reader.all(deltaLink);
    expect(early.value).toEqual([]);
    graph.control.advance(1);
    expect((await reader.all(early.deltaLink)).value).toEqual([{ id, displayName: 'ada' }]);
  });

  it('is slower still for the index behind advanced queries', async () => {
    const graph = createGraph({ profile: 'typical' });
    graph.control.freeze();
    const reader = await signIn(graph);
    graph.control.act(user('ada'));
    graph.control.advance(3);
    const headers = { consistencylevel: 'eventual' };
    expect((await reader.all('users?$select=id')).value).toHaveLength(1);
    expect((await reader.get('users/$count', headers)).body).toBe('0');
    const advanced =
      "users?$filter=endsWith(mail,'m') or displayName eq 'ada'&$count=true&$select=id";
    expect((await reader.all(advanced, headers)).value).toEqual([]);
    graph.control.advance(30);
    expect((await reader.all(advanced, headers)).value).toHaveLength(1);
  });
});
