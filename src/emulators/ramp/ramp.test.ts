import { describe, expect, it } from 'vitest';
import { type RampSettings, type RampStandIn, ramp } from './ramp.ts';
import { DEPARTMENT, LOCATION, MANAGER, WORK_MAIL } from './rules.ts';
import { startRamp } from './start.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A body as Entra sends it. */
function person(name: string, changes: Readonly<Record<string, unknown>> = {}) {
  const userName = `${name.toLowerCase()}@contoso.com`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: name.toLowerCase(),
    active: true,
    name: { givenName: name, familyName: 'Lovelace' },
    emails: [{ primary: true, type: 'work', value: userName }],
    addresses: [{ type: 'work', locality: 'London' }],
    [ENTERPRISE]: { department: 'R&D' },
    ...changes,
  };
}

async function send(standIn: RampStandIn, method: string, path: string, body?: unknown) {
  const response = await standIn.fetch(standIn.url + path, {
    method,
    headers: {
      authorization: `Bearer ${standIn.token}`,
      'content-type': 'application/scim+json',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function created(standIn: RampStandIn, body: unknown): Promise<string> {
  const answer = await send(standIn, 'POST', '/Users', body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}

function patch(standIn: RampStandIn, id: string, ...operations: readonly unknown[]) {
  return send(standIn, 'PATCH', `/Users/${id}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: operations,
  });
}

const replace = (path: string, value: unknown) => ({ op: 'Replace', path, value });

async function only(standIn: RampStandIn) {
  const [user] = await standIn.users();
  return user;
}

describe('a person who is sent', () => {
  it('is invited by the account owner, with the default spend programs', async () => {
    const standIn = await ramp();
    await created(standIn, person('Ada'));
    expect(await only(standIn)).toMatchObject({
      userName: 'ada@contoso.com',
      status: 'INVITE_PENDING',
      email: 'ada@contoso.com',
      role: 'BUSINESS_USER',
      roleName: 'Employee',
      department: 'R&D',
      location: 'London',
    });
    expect(await standIn.mailbox()).toMatchObject([
      { to: 'ada@contoso.com', from: 'owner@contoso.com', programs: ['Travel and expenses'] },
    ]);
    expect(await standIn.departments()).toEqual(['R&D']);
    expect(await standIn.locations()).toEqual(['London']);
  });

  it('is invited by the manager, once there is one', async () => {
    const standIn = await ramp();
    const boss = await created(standIn, person('Grace'));
    await created(
      standIn,
      person('Ada', { [ENTERPRISE]: { department: 'R&D', manager: { value: boss } } }),
    );
    expect((await standIn.mailbox()).at(-1)).toMatchObject({ from: 'grace@contoso.com' });
  });

  it.each([
    ['department', { [ENTERPRISE]: undefined }],
    ['location', { addresses: undefined }],
    ['e-mail', { emails: [] }],
    ['first name', { name: { familyName: 'Lovelace' } }],
    ['last name', { name: { givenName: 'Ada' } }],
  ])('is refused without %s', async (name, changes) => {
    const standIn = await ramp();
    const answer = await send(standIn, 'POST', '/Users', person('Ada', changes));
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body.detail).toContain(name);
    expect(await standIn.users()).toEqual([]);
  });

  it('gets the default department and location where they are set', async () => {
    const standIn = await ramp({ defaultDepartment: 'Unassigned', defaultLocation: 'Head office' });
    await created(standIn, person('Ada', { addresses: undefined, [ENTERPRISE]: undefined }));
    expect(await only(standIn)).toMatchObject({
      department: 'Unassigned',
      location: 'Head office',
    });
  });

  it('is refused when the user name is taken, in any capitals', async () => {
    const standIn = await ramp();
    await created(standIn, person('Ada'));
    expect(
      await send(standIn, 'POST', '/Users', person('Ada', { userName: 'ADA@contoso.com' })),
    ).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
  });

  it('becomes a second account where uniqueness cannot be relied upon', async () => {
    const standIn = await ramp({ uniqueness: false });
    await created(standIn, person('Ada'));
    await created(standIn, person('Ada'));
    expect(await standIn.users()).toHaveLength(2);
  });
});

describe('a manager', () => {
  it.each(['IT_ADMIN', 'BUSINESS_BOOKKEEPER'])('with the role %s is refused', async (role) => {
    const standIn = await ramp({ roleSync: true });
    const boss = await created(
      standIn,
      person('Grace', { roles: [{ value: role, primary: true }] }),
    );
    const managed = person('Ada', {
      [ENTERPRISE]: { department: 'R&D', manager: { value: boss } },
    });
    const answer = await send(standIn, 'POST', '/Users', managed);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(`grace@contoso.com has the role ${role}`);
    const ada = await created(standIn, person('Ada'));
    expect(await patch(standIn, ada, replace(`${ENTERPRISE}:manager`, boss))).toMatchObject({
      status: 400,
    });
  });

  it('who is not there yet is linked on arrival, and is called a manager', async () => {
    const standIn = await ramp();
    const report = person('Ada', {
      [ENTERPRISE]: { department: 'R&D', manager: { value: 'grace@contoso.com' } },
    });
    const ada = await created(standIn, report);
    expect((await only(standIn))?.managerId).toBeUndefined();
    const grace = await created(standIn, person('Grace'));
    const users = await standIn.users();
    expect(users.find(({ id }) => id === ada)).toMatchObject({ managerId: grace });
    expect(users.find(({ id }) => id === grace)).toMatchObject({ roleName: 'Manager' });
  });

  it('is set and removed in each form Entra has', async () => {
    const standIn = await ramp();
    const boss = await created(standIn, person('Grace'));
    const ada = await created(standIn, person('Ada'));
    const managerOf = async () => (await standIn.users()).find(({ id }) => id === ada)?.managerId;
    for (const operation of [
      {
        op: 'Add',
        path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
        value: [{ $ref: null, value: boss }],
      },
      { op: 'Add', path: MANAGER, value: boss },
      { op: 'Replace', path: MANAGER, value: { value: boss } },
      { op: 'replace', value: { [MANAGER]: boss } },
    ]) {
      await patch(standIn, ada, operation);
      expect(await managerOf()).toBe(boss);
      await patch(standIn, ada, { op: 'Remove', path: MANAGER });
      expect(await managerOf()).toBeUndefined();
    }
  });
});

describe('a role', () => {
  it('that is sent counts for nothing without role sync, and a hand edit stays', async () => {
    const standIn = await ramp();
    const ada = await created(standIn, person('Ada', { roles: [{ value: 'BUSINESS_ADMIN' }] }));
    expect(await only(standIn)).toMatchObject({ role: 'BUSINESS_USER' });
    await standIn.edit('ada@contoso.com', { roles: [{ value: 'AUDITOR' }] });
    await patch(standIn, ada, replace('roles[primary eq "True"].value', 'BUSINESS_USER'));
    expect(await only(standIn)).toMatchObject({ role: 'AUDITOR' });
  });

  it.each([
    replace('roles[primary eq "True"].value', 'AUDITOR'),
    replace('roles[type eq "rampUserRole"].value', 'AUDITOR'),
    replace('roles', 'AUDITOR'),
    replace('roles', [{ value: 'AUDITOR', primary: true }]),
  ])('follows with role sync: %j', async (operation) => {
    const standIn = await ramp({ roleSync: true });
    const ada = await created(standIn, person('Ada'));
    expect(await patch(standIn, ada, operation)).toMatchObject({ status: 200 });
    expect(await only(standIn)).toMatchObject({ role: 'AUDITOR' });
  });

  it('nobody knows is ignored', async () => {
    const standIn = await ramp({ roleSync: true });
    const ada = await created(standIn, person('Ada', { roles: [{ value: 'WIZARD' }] }));
    await patch(standIn, ada, replace('roles', [{ value: 'WIZARD' }]));
    expect(await only(standIn)).toMatchObject({ role: 'BUSINESS_USER' });
  });

  it('of a guest is given at the invitation only', async () => {
    const standIn = await ramp({ roleSync: true });
    await created(standIn, person('Grace', { roles: [{ value: 'GUEST_USER' }] }));
    const ada = await created(standIn, person('Ada'));
    expect(await patch(standIn, ada, replace('roles', [{ value: 'GUEST_USER' }]))).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
    expect((await standIn.users()).map(({ role }) => role)).toEqual([
      'GUEST_USER',
      'BUSINESS_USER',
    ]);
  });
});

describe('somebody who leaves', () => {
  it('is deactivated, still found, and comes back as the same account', async () => {
    const standIn = await ramp();
    const ada = await created(standIn, person('Ada'));
    await patch(standIn, ada, { op: 'Replace', path: 'active', value: 'False' });
    expect(await only(standIn)).toMatchObject({ status: 'USER_INACTIVE' });
    const filter = encodeURIComponent('userName eq "ada@contoso.com"');
    expect(await send(standIn, 'GET', `/Users?filter=${filter}`)).toMatchObject({
      body: { totalResults: 1, Resources: [{ id: ada, active: false }] },
    });
    await patch(standIn, ada, { op: 'Add', path: 'active', value: true });
    expect(await standIn.users()).toMatchObject([{ id: ada, status: 'INVITE_PENDING' }]);
    expect(await standIn.mailbox()).toHaveLength(1);
  });

  it('is deactivated by a DELETE as well, or the DELETE is refused', async () => {
    const standIn = await ramp();
    const ada = await created(standIn, person('Ada'));
    expect(await send(standIn, 'DELETE', `/Users/${ada}`)).toEqual({
      status: 204,
      body: undefined,
    });
    expect(await only(standIn)).toMatchObject({ status: 'USER_INACTIVE' });
    const strict = await ramp({ onDelete: 'refuse' });
    const grace = await created(strict, person('Grace'));
    expect(await send(strict, 'DELETE', `/Users/${grace}`)).toMatchObject({ status: 400 });
  });
});

describe('an e-mail change', () => {
  it('waits for the person, whatever else changes meanwhile', async () => {
    const standIn = await ramp();
    const ada = await created(standIn, person('Ada'));
    const answer = await patch(standIn, ada, replace(WORK_MAIL, 'lovelace@contoso.com'));
    expect(answer.body.emails[0].value).toBe('ada@contoso.com');
    await patch(standIn, ada, replace(DEPARTMENT, 'Sales'), replace(LOCATION, 'Paris'));
    expect(await only(standIn)).toMatchObject({
      email: 'ada@contoso.com',
      pendingEmail: 'lovelace@contoso.com',
      department: 'Sales',
    });
    await standIn.confirmEmail('ada@contoso.com');
    expect(await only(standIn)).toMatchObject({ email: 'lovelace@contoso.com' });
    expect(await only(standIn)).not.toHaveProperty('pendingEmail');
  });

  it('is withdrawn by asking for the old address again', async () => {
    const standIn = await ramp();
    const ada = await created(standIn, person('Ada'));
    await patch(standIn, ada, replace(WORK_MAIL, 'lovelace@contoso.com'));
    await patch(standIn, ada, replace(WORK_MAIL, 'ada@contoso.com'));
    expect(await only(standIn)).not.toHaveProperty('pendingEmail');
  });
});

it('shows changes late, while names are unique at once', async () => {
  let time = Date.parse('2026-01-31T08:00:00Z');
  const standIn = await ramp({ visibilityLagSeconds: 300, now: () => new Date(time) });
  const ada = await created(standIn, person('Ada'));
  expect(await send(standIn, 'GET', '/Users')).toMatchObject({ body: { totalResults: 0 } });
  expect(await send(standIn, 'GET', `/Users/${ada}`)).toMatchObject({ status: 404 });
  expect(await send(standIn, 'POST', '/Users', person('Ada'))).toMatchObject({ status: 409 });
  time += 300_000;
  expect(await send(standIn, 'GET', '/Users')).toMatchObject({ body: { totalResults: 1 } });
  await patch(standIn, ada, replace(DEPARTMENT, 'Sales'));
  const read = await send(standIn, 'GET', `/Users/${ada}`);
  expect(read.body[ENTERPRISE]).toEqual({ department: 'R&D' });
});

it('has no groups', async () => {
  expect(await send(await ramp(), 'GET', '/Groups')).toMatchObject({ status: 404 });
});

describe('a fault', () => {
  it('takes effect as often as asked, on the requests it is about', async () => {
    const standIn = await ramp();
    standIn.fault({ on: 'POST /Users', type: 'throttle', times: 2, retryAfterSeconds: 1 });
    expect(await send(standIn, 'GET', '/Users')).toMatchObject({ status: 200 });
    expect(await send(standIn, 'POST', '/Users', person('Ada'))).toMatchObject({ status: 429 });
    expect(await send(standIn, 'POST', '/Users', person('Ada'))).toMatchObject({ status: 429 });
    await created(standIn, person('Ada'));
    expect(standIn.counters()).toEqual({ 'GET /Users': 1, 'POST /Users': 3 });
  });

  it('refuses one attribute', async () => {
    const standIn = await ramp();
    standIn.fault({ type: 'reject', attribute: 'London' });
    expect(await send(standIn, 'POST', '/Users', person('Ada'))).toMatchObject({ status: 400 });
  });
});

describe('the stand-in on a port', () => {
  async function served(settings: RampSettings = {}) {
    return startRamp(settings);
  }

  it('answers SCIM with its token alone', async () => {
    await using server = await served();
    expect((await fetch(`${server.url}/Users`)).status).toBe(401);
    const headers = { authorization: `Bearer ${server.token}` };
    expect((await fetch(`${server.url}/Users`, { headers })).status).toBe(200);
  });

  it('carries out a create whose answer it loses', async () => {
    await using server = await served();
    await fetch(`${server.controlUrl}/faults`, {
      method: 'POST',
      body: JSON.stringify({ type: 'lose-answer', on: 'POST' }),
    });
    const lost = fetch(`${server.url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(person('Ada')),
    });
    await expect(lost).rejects.toThrow();
    const users = await (await fetch(`${server.controlUrl}/users`)).json();
    expect(users).toMatchObject([{ userName: 'ada@contoso.com' }]);
  });
});
