import { describe, expect, it } from 'vitest';
import { createGraph } from '../../emulators/graph/graph.ts';
import { connectedTo, created, failure, group, person, user } from './testing.ts';

const { signal } = new AbortController();

describe('a group', () => {
  it('is made with its members, however many, and told by its names', async () => {
    const tenant = await connectedTo(createGraph());
    const people: string[] = [];
    for (let index = 0; index < 25; index++)
      people.push(await created(tenant, person(`p${index}`)));
    const id = await created(
      tenant,
      { displayName: 'R&D, all', members: people.map((each) => ({ $ref: user(each) })) },
      'group',
    );
    expect(tenant.graph.control.truth(id)).toMatchObject({
      properties: { displayName: 'R&D, all', mailNickname: 'R&Dall', securityEnabled: true },
      members: people.toSorted(),
    });
  });

  it('takes and loses hundreds in a trip, whoever was there before', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const people: string[] = [];
    for (let index = 0; index < 65; index++)
      people.push(
        graph.control.act({
          act: 'create',
          type: 'user',
          properties: {
            accountEnabled: true,
            displayName: `p${index}`,
            mailNickname: `p${index}`,
            userPrincipalName: `p${index}@contoso.com`,
          },
        }).id,
      );
    const id = await created(tenant, { displayName: 'team' }, 'group');
    graph.control.act({ act: 'add-member', group: id, member: people[30] ?? '' });
    const before = graph.control.events().length;
    await connector.addMembers?.(group(id), people.map(user), { signal });
    expect(graph.control.truth(id)?.members).toHaveLength(65);
    const trips = graph.control
      .events()
      .slice(before)
      .filter(({ path }) => path.endsWith('$batch'));
    expect(trips.length).toBeLessThanOrEqual(4);
    await connector.removeMembers?.(group(id), [...people.slice(0, 30), 'nobody'].map(user), {
      signal,
    });
    await connector.removeMembers?.(group(id), people.slice(0, 1).map(user), { signal });
    expect(graph.control.truth(id)?.members).toEqual(people.slice(30).toSorted());
    expect(graph.control.findings()).toEqual([]);
  });

  it('that is gone is told from members who are', async () => {
    const tenant = await connectedTo(createGraph());
    const ada = await created(tenant, person('ada'));
    for (const change of [tenant.connector.addMembers, tenant.connector.removeMembers])
      expect(
        await failure(
          change?.(group('11111111-2222-4333-8444-555555555555'), [user(ada)], { signal }),
        ),
      ).toMatchObject({ kind: 'missing' });
  });
});
