/** One tenant at the emulator: who is assigned, who is found, what a check proves. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from '../../emulators/graph/graph.ts';
import type { Assignment } from '../../identity/record.ts';
import { type CheckFinding, type Connector, ConnectorError, type Writing } from '../spi/index.ts';
import { entra } from './connector.ts';
import { entraOptions } from './options.ts';

const { signal } = new AbortController();
const SECRET = 'correct horse battery staple';

let graph: GraphEmulator;
let clientId = '';

beforeEach(() => {
  graph = createGraph();
  clientId =
    graph.control.act({ act: 'register-application', displayName: 'Lockstep', secret: SECRET })
      .appId ?? '';
});

function connect(options: Record<string, unknown> = {}): Promise<Connector> {
  return entra.connect(
    entraOptions.parse({ tenant: graph.tenantId, clientId, secret: SECRET, ...options }),
    { system: 'entra', fetch: graph.fetch, now: graph.control.now, baseDirectory: '.' },
  );
}

function person(name: string, properties: Record<string, unknown> = {}): string {
  const userPrincipalName = `${name}@contoso.onmicrosoft.com`;
  return graph.control.act({
    act: 'create',
    type: 'user',
    properties: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName,
      mail: `${name}@contoso.com`,
      ...properties,
    },
  }).id;
}

function application(displayName: string): { readonly id: string; readonly appId: string } {
  const { servicePrincipalId = '', appId = '' } = graph.control.act({
    act: 'register-application',
    displayName,
  });
  return { id: servicePrincipalId, appId };
}

async function assignments(
  wanted: readonly string[],
  options: Record<string, unknown> = {},
): Promise<Record<string, readonly Assignment[]>> {
  const found: Record<string, readonly Assignment[]> = {};
  const reading = (await connect(options)).read?.('assignment', { signal, applications: wanted });
  let complete = false;
  for await (const page of reading ?? []) {
    complete = page.complete ?? false;
    for (const change of page.changes)
      if (change.type === 'assignments') found[change.application] = change.assignments;
  }
  expect(complete).toBe(true);
  return found;
}

describe('assignments', () => {
  it('are people and groups, with their role, each application by itself', async () => {
    const ramp = application('Ramp');
    application('Empty');
    const roles = [
      { id: '11111111-1111-4111-8111-111111111111', value: 'BUSINESS_ADMIN', displayName: 'Admin' },
      { id: '22222222-2222-4222-8222-222222222222', value: null, displayName: 'Plain' },
    ].map((role) => ({
      ...role,
      description: role.displayName,
      allowedMemberTypes: ['User'],
      isEnabled: true,
    }));
    graph.control.act({ act: 'update', id: ramp.id, properties: { appRoles: roles } });
    const ada = person('ada');
    const group = graph.control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: 'Cardholders',
        mailEnabled: false,
        mailNickname: 'cardholders',
        securityEnabled: true,
      },
    }).id;
    const lockstep = graph.control.act({ act: 'register-application', displayName: 'Other' });
    const give = (principal: string, role?: string): string =>
      graph.control.act({
        act: 'assign-app-role',
        principal,
        resource: ramp.id,
        ...(role === undefined ? {} : { role }),
      }).id;
    const admin = give(ada, 'BUSINESS_ADMIN');
    const plain = give(ada, '22222222-2222-4222-8222-222222222222');
    const byGroup = give(group);
    give(lockstep.servicePrincipalId ?? '');

    const found = await assignments(['Ramp', 'Empty']);
    expect(found.Empty).toEqual([]);
    const user = { system: 'entra', kind: 'user', id: ada };
    expect([...(found.Ramp ?? [])].sort(byId)).toEqual(
      [
        { id: admin, principal: user, role: { value: 'BUSINESS_ADMIN', displayName: 'Admin' } },
        { id: plain, principal: user, role: { value: 'Plain', displayName: 'Plain' } },
        { id: byGroup, principal: { ...user, kind: 'group', id: group } },
      ].sort(byId),
    );
  });

  it('of an application nobody has are refused, and so is a name that two have', async () => {
    await expect(assignments(['Rampe'])).rejects.toMatchObject({
      kind: 'missing',
      code: 'application-not-found',
    });
    const [first, second] = [application('Ramp'), application('Ramp')];
    await expect(assignments(['Ramp'])).rejects.toMatchObject({
      kind: 'ambiguous',
      code: 'application-ambiguous',
      message: expect.stringContaining(first.appId),
    });
    const ada = person('ada');
    graph.control.act({ act: 'assign-app-role', principal: ada, resource: second.id });
    expect(
      (await assignments(['Ramp'], { applications: { Ramp: second.appId } })).Ramp,
    ).toHaveLength(1);
    expect((await assignments([first.id]))[first.id]).toEqual([]);
  });

  it('come over as many pages as there are, whole or not at all', async () => {
    const { id } = application('Ramp');
    for (let index = 0; index < 1200; index++)
      graph.control.act({ act: 'assign-app-role', principal: person(`p${index}`), resource: id });
    expect((await assignments(['Ramp'])).Ramp).toHaveLength(1200);
    graph.control.fault({
      path: 'appRoleAssignedTo',
      nth: 2,
      effect: { type: 'answer', status: 429, headers: { 'Retry-After': '3' } },
    });
    await expect(assignments(['Ramp'])).rejects.toMatchObject({
      kind: 'throttled',
      retryAfterSeconds: 3,
    });
  });
});

function byId(one: Assignment, other: Assignment): number {
  return one.id < other.id ? -1 : 1;
}

describe('a person', () => {
  it('is got by id with the manager, and absent when there is none', async () => {
    const grace = person('grace');
    const ada = person('ada', {
      employeeOrgData: { division: 'R&D', costCenter: '4711' },
      businessPhones: ['+49 30 1'],
    });
    graph.control.act({ act: 'set-manager', id: ada, manager: grace });
    const connector = await connect();
    const ref = { system: 'entra', kind: 'user', id: ada };
    expect(await connector.get?.(ref, { signal })).toMatchObject({
      ref,
      attributes: {
        id: ada,
        displayName: 'ada',
        employeeOrgData: { division: 'R&D', costCenter: '4711' },
        businessPhones: ['+49 30 1'],
        manager: { $ref: { ...ref, id: grace } },
      },
    });
    expect(
      (await connector.get?.({ ...ref, id: grace }, { signal }))?.attributes,
    ).not.toHaveProperty('manager');
    expect(await connector.get?.({ ...ref, id: 'nobody' }, { signal })).toBeUndefined();
  });

  it('is found by what Graph can look up, quotes and all', async () => {
    const ada = person('ada', { employeeId: "o'brien" });
    person('twin1', { mail: 'twin@contoso.com' });
    person('twin2', { mail: 'twin@contoso.com' });
    const connector = await connect();
    const find = (path: string, value: string): unknown =>
      connector.find?.('user', path, value, { signal });
    expect(await find('employeeId', "o'brien")).toMatchObject({ ref: { id: ada } });
    expect(await find('proxyAddresses', 'SMTP:ada@contoso.com')).toMatchObject({
      ref: { id: ada },
    });
    expect(await find('id', ada)).toMatchObject({ ref: { id: ada } });
    expect(await find('mail', 'nobody@contoso.com')).toBeUndefined();
    await expect(find('mail', 'twin@contoso.com')).rejects.toMatchObject({ kind: 'ambiguous' });
    await expect(find('faxNumber', '1')).rejects.toMatchObject({ code: 'not-searchable' });
  });

  it('is read whole, by every property the connector knows', async () => {
    const ada = person('ada', {
      onPremisesExtensionAttributes: { extensionAttribute1: 'blue', extensionAttribute2: null },
      officeLocation: 'B2',
      mobilePhone: '+49 170 1',
    });
    for await (const page of (await connect()).read?.('user', { signal }) ?? []) {
      const record = page.changes.flatMap((change) =>
        change.type === 'present' && change.record.ref.id === ada ? [change.record] : [],
      )[0];
      expect(record?.attributes).toMatchObject({
        onPremisesExtensionAttributes: { extensionAttribute1: 'blue' },
        officeLocation: 'B2',
        userType: 'Member',
      });
      expect(record?.attributes.onPremisesExtensionAttributes).not.toHaveProperty(
        'extensionAttribute2',
      );
    }
    expect(graph.control.findings()).toEqual([]);
  });
});

describe('a schema', () => {
  it('has each property, with the parts that mappings name', async () => {
    const schema = await (await connect()).describe?.({ signal });
    const paths = schema?.kinds[0]?.attributes.map(({ path }) => path);
    expect(paths).toContain('employeeOrgData.costCenter');
    expect(paths).toContain('onPremisesExtensionAttributes.extensionAttribute15');
  });
});

describe('a check', () => {
  const found = (findings: readonly CheckFinding[]): string[] =>
    findings.map(({ subject, status, message }) => `${subject}: ${status}, ${message}`);

  it('counts what would be read and says how long the secret lives', async () => {
    const { id } = application('Ramp');
    graph.control.act({ act: 'assign-app-role', principal: person('ada'), resource: id });
    const connector = await connect();
    expect(found(await connector.check({ signal, applications: ['Ramp'] }))).toEqual([
      'users: ok, 1 users',
      'groups: ok, 0 groups with their members',
      'assignments of "Ramp": ok, users assigned directly: 1, groups: 0',
      expect.stringMatching(/^client secret: ok, valid until /),
    ]);
    graph.control.advance(350 * 86_400);
    expect(found(await connector.check({ signal })).at(-1)).toMatch(/warning, expires in 14 days/);
  });

  it('names the permission that is missing, and warns where it is not needed', async () => {
    graph.control.fault({
      path: '/groups',
      times: 0,
      effect: {
        type: 'answer',
        status: 403,
        body: {
          error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' },
        },
      },
    });
    const connector = await connect();
    const [, warned] = await connector.check({ signal });
    expect(warned).toEqual({
      subject: 'groups',
      status: 'warning',
      message:
        'the application permission GroupMember.Read.All is missing, or nobody consented to it',
      remedy:
        'Add GroupMember.Read.All under API permissions, application permissions, and grant admin consent.',
    });
    const [, failed] = await connector.check({ signal, kinds: ['user', 'group'] });
    expect(failed?.status).toBe('failed');
  });

  it('asks for no right to groups where they are not read', async () => {
    const { id } = application('Ramp');
    const group = graph.control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: 'G',
        mailEnabled: false,
        mailNickname: 'g',
        securityEnabled: true,
      },
    }).id;
    graph.control.act({ act: 'assign-app-role', principal: group, resource: id });
    graph.control.fault({ path: '/groups', times: 0, effect: { type: 'answer', status: 403 } });
    const connector = await connect({ groups: false });
    expect(found(await connector.check({ signal, applications: ['Ramp'] })).slice(1, 2)).toEqual([
      'assignments of "Ramp": ok, users assigned directly: 0, groups: 1, which do not count without `groups`',
    ]);
    for await (const page of connector.read?.('group', { signal }) ?? [])
      expect(page).toEqual({ changes: [], complete: true });
  });

  it('says once what would fail everywhere', async () => {
    const connector = await connect({ secret: 'wrong' });
    expect(found(await connector.check({ signal, applications: ['Ramp'] }))).toEqual([
      'connection: failed, token for entra: the client secret is wrong (AADSTS7000215)',
    ]);
  });

  it('tells what may be written by the permissions of the application, and writes nothing', async () => {
    const checked = async (permissions: readonly string[], ...writes: readonly Writing[]) => {
      const { appId } = graph.control.act({
        act: 'register-application',
        displayName: 'Lockstep',
        secret: SECRET,
        permissions: ['User.Read.All', 'GroupMember.Read.All', ...permissions],
      });
      const connector = await connect({ clientId: appId });
      const findings = await connector.check({ signal, writes });
      return found(findings).filter((one) => /^(writing|turning|ending)/.test(one));
    };
    const attributes = ['displayName', 'photo', 'passwordProfile.password'];
    const people: Writing = { kind: 'user', attributes, actions: ['create', 'disable'] };
    expect(await checked(['User.ReadWrite.All'], people, { kind: 'group' })).toEqual([
      'writing users: ok, allowed by User.ReadWrite.All',
      'writing photo: ok, allowed by User.ReadWrite.All',
      expect.stringMatching(/^writing groups: failed, .*Group\.ReadWrite\.All is missing/),
    ]);
    expect(await checked(['GroupMember.ReadWrite.All'], { kind: 'group' })).toEqual([
      expect.stringContaining('warning, their members alone can be written'),
    ]);
    expect(await checked(['Directory.ReadWrite.All'], { kind: 'user' })).toEqual([
      'writing users: ok, allowed by Directory.ReadWrite.All',
      expect.stringMatching(/^writing employeeLeaveDateTime: warning, /),
      expect.stringMatching(/^writing passwordProfile: warning, /),
      expect.stringMatching(/^writing automaticRepliesSetting: warning, /),
      expect.stringMatching(/^writing photo: warning, /),
    ]);
    const leavers: Writing = { kind: 'user', attributes: [], actions: ['disable'] };
    expect(await checked(['User.EnableDisableAccount.All'], leavers)).toEqual([
      'turning accounts off: ok, allowed by User.EnableDisableAccount.All',
      expect.stringMatching(/^ending sessions: failed, .*User\.RevokeSessions\.All/),
    ]);
    const later: Writing = { kind: 'user', attributes, actions: ['update'] };
    expect(await checked(['User.ReadWrite.All'], later)).toContainEqual(
      expect.stringMatching(/^writing passwordProfile: failed, /),
    );
    expect(await checked([])).toEqual([]);
  });

  it('finds the application missing as an application missing', async () => {
    const connector = await connect();
    const findings = await connector.check({ signal, applications: ['Rampe'] });
    expect(findings[2]).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('Enterprise applications'),
    });
  });
});

describe('a fault of the service', () => {
  it.each<[string, Parameters<GraphEmulator['control']['fault']>[0]['effect'], string]>([
    ['HTML', { type: 'html' }, 'unreachable not-json'],
    ['half a body', { type: 'half-body' }, 'unreachable connection-lost'],
    ['a cut connection', { type: 'connection-closed' }, 'unreachable connection-lost'],
    ['503', { type: 'answer', status: 503 }, 'unreachable service-unavailable'],
    ['an endless next link', { type: 'endless-next-link' }, 'unreachable endless-paging'],
    ['no `value`', { type: 'missing-value' }, 'unreachable unexpected-answer'],
  ])('is named, and the next reading is whole: %s', async (_, effect, named) => {
    person('ada');
    const connector = await connect();
    const read = async (): Promise<string | number> => {
      let records = 0;
      try {
        for await (const page of connector.read?.('user', { signal }) ?? [])
          records += page.changes.length;
        return records;
      } catch (error) {
        return error instanceof ConnectorError ? `${error.kind} ${error.code}` : String(error);
      }
    };
    // A page that leads to itself has to do so more than once to be found out.
    graph.control.fault({
      path: '/users',
      effect,
      times: effect.type === 'endless-next-link' ? 3 : 1,
    });
    expect(await read()).toBe(named);
    graph.control.clearFaults();
    expect(await read()).toBe(1);
  });
});
