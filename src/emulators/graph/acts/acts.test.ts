import { describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from '../graph.ts';
import type { Act } from './act.ts';

function user(name: string, more: Readonly<Record<string, unknown>> = {}): Act {
  return {
    act: 'create',
    type: 'user',
    properties: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@contoso.com`,
      ...more,
    },
  };
}

function team(graph: GraphEmulator): string {
  return graph.control.act({
    act: 'create',
    type: 'group',
    properties: {
      displayName: 'team',
      mailEnabled: false,
      mailNickname: 'team',
      securityEnabled: true,
    },
  }).id;
}

describe('a user', () => {
  it('gets what the directory adds: type, creation time, addresses', () => {
    const graph = createGraph();
    graph.control.act(user('ada', { mail: 'ada@contoso.com' }));
    expect(graph.control.truth('ada@contoso.com')?.properties).toMatchObject({
      userType: 'Member',
      createdDateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      proxyAddresses: ['SMTP:ada@contoso.com'],
    });
  });

  it.each([
    [{ shoeSize: 38 }, 'shoeSize is not a property of user'],
    [{ accountEnabled: 'yes' }, 'accountEnabled is not of type Edm.Boolean'],
    [{ department: 'x'.repeat(65) }, 'department is longer than 64 characters'],
    [{ businessPhones: null }, 'businessPhones may not be null'],
    [{ employeeOrgData: { costCentre: '1' } }, 'employeeOrgData/costCentre is not a property'],
    [{ employeeHireDate: 'tomorrow' }, 'employeeHireDate is not of type Edm.DateTimeOffset'],
    [{ userPrincipalName: 'ada@fabrikam.com' }, 'domain portion'],
  ])('is refused with %j', (more, message) => {
    expect(() => createGraph().control.act(user('ada', more))).toThrow(message);
  });

  it('is refused without what the contract requires', () => {
    const act: Act = { act: 'create', type: 'user', properties: { displayName: 'Ada' } };
    expect(() => createGraph().control.act(act)).toThrow("required for property 'accountEnabled'");
  });

  it('has a principal name of its own, until she is deleted', () => {
    const graph = createGraph();
    const { id } = graph.control.act(user('ada'));
    expect(() => graph.control.act(user('ADA'))).toThrow('userPrincipalName already exists');
    graph.control.act({ act: 'delete', id });
    graph.control.act(user('ada'));
    expect(() => graph.control.act({ act: 'restore', id })).toThrow('already exists');
  });

  it('comes back from the recycle bin as she was, with her groups and her manager', () => {
    const graph = createGraph();
    const { id } = graph.control.act(user('ada', { department: 'Engineering' }));
    const manager = graph.control.act(user('grace')).id;
    const group = team(graph);
    graph.control.act({ act: 'set-manager', id, manager });
    graph.control.act({ act: 'add-member', group, member: id });
    const before = graph.control.truth(id);
    graph.control.act({ act: 'delete', id });
    expect(graph.control.truth(id)?.properties.userPrincipalName).toBe(
      `${id.replaceAll('-', '')}ada@contoso.com`,
    );
    graph.control.act({ act: 'restore', id });
    expect(graph.control.truth(id)).toEqual({
      ...before,
      properties: { ...before?.properties, deletedDateTime: null },
    });
    expect(graph.control.truth(group)?.members).toEqual([id]);
  });

  it('has one manager, who is somebody else', () => {
    const graph = createGraph();
    const [ada, grace, alan] = ['ada', 'grace', 'alan'].map(
      (name) => graph.control.act(user(name)).id,
    );
    graph.control.act({ act: 'set-manager', id: ada ?? '', manager: grace ?? '' });
    graph.control.act({ act: 'set-manager', id: ada ?? '', manager: alan ?? '' });
    expect(graph.control.truth(ada ?? '')?.manager).toBe(alan);
    graph.control.act({ act: 'clear-manager', id: ada ?? '' });
    expect(graph.control.truth(ada ?? '')).not.toHaveProperty('manager');
    expect(() => graph.control.act({ act: 'clear-manager', id: ada ?? '' })).toThrow(
      'does not exist',
    );
    expect(() =>
      graph.control.act({ act: 'set-manager', id: ada ?? '', manager: ada ?? '' }),
    ).toThrow('their own manager');
  });
});

describe('a group', () => {
  it('has each member once, and loses only those it has', () => {
    const graph = createGraph();
    const group = team(graph);
    const member = graph.control.act(user('ada')).id;
    graph.control.act({ act: 'add-member', group, member });
    expect(() => graph.control.act({ act: 'add-member', group, member })).toThrow(
      "added object references already exist for the following modified properties: 'members'",
    );
    graph.control.act({ act: 'remove-member', group, member });
    expect(() => graph.control.act({ act: 'remove-member', group, member })).toThrow(
      'does not exist',
    );
    graph.control.act({ act: 'add-owner', group, member });
    expect(graph.control.truth(group)).toMatchObject({ members: [], owners: [member] });
  });

  it('is purged at once instead of binned where the switch says so', () => {
    const graph = createGraph();
    graph.control.switches({ 'groups.securityDelete': 'purge' });
    const id = team(graph);
    graph.control.act({ act: 'delete', id });
    expect(graph.control.truth(id)?.life).toBe('purged');
  });
});

describe('an application', () => {
  it('is assigned a role once to each, by its value', () => {
    const graph = createGraph();
    const { servicePrincipalId: resource = '' } = graph.control.act({
      act: 'register-application',
      displayName: 'Ramp',
    });
    const principal = graph.control.act(user('ada')).id;
    const assign: Act = { act: 'assign-app-role', principal, resource };
    const { id } = graph.control.act(assign);
    expect(() => graph.control.act(assign)).toThrow('already exists on the object');
    expect(() => graph.control.act({ ...assign, role: 'OWNER' })).toThrow("'OWNER' was not found");
    graph.control.act({ act: 'unassign-app-role', id });
    expect(graph.control.act(assign).id).not.toBe(id);
  });
});
