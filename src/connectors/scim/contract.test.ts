/** The contract, kept against our own service provider and against the stand-in for Ramp. */

import { describe, expect, it } from 'vitest';
import { ramp } from '../../emulators/ramp/ramp.ts';
import { ENTRA } from '../../scim/clients.ts';
import { servedSystem } from '../../server/scim/served.ts';
import { scimService } from '../../server/scim.ts';
import { openDirectory } from '../directory/connector.ts';
import { memoryStorage } from '../directory/memory.ts';
import { directoryOptions } from '../directory/options.ts';
import { connectorContract } from '../spi/contract.ts';
import type { Connector } from '../spi/index.ts';
import { scim } from './connector.ts';
import { shippedProfile } from './testing.ts';

const { signal } = new AbortController();
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const now = () => new Date('2026-03-01T09:00:00Z');

const ada = {
  userName: 'ada@contoso.com',
  active: true,
  'name.givenName': 'Ada',
  'name.familyName': 'Lovelace',
  'emails[type eq "work"].value': 'ada@contoso.com',
  'addresses[type eq "work"].locality': 'London',
  [`${ENTERPRISE}:department`]: 'R&D',
};

async function directoryService(): Promise<typeof globalThis.fetch> {
  const options = directoryOptions.parse({ kinds: ['user', 'group'] });
  const served = await servedSystem('app', openDirectory('app', options, memoryStorage(), now));
  const service = scimService({
    basePath: '/scim/v2',
    authenticate: async (token) =>
      token === 'contoso-token-1' ? { tenant: 'default', system: 'app' } : undefined,
    open: async () => served,
    leniency: ENTRA,
  });
  return async (input, init) => service.fetch(new Request(input, init));
}

interface Reached {
  readonly connector: Connector;
  readonly break: () => void;
}

async function reach(
  fetch: typeof globalThis.fetch,
  url: string,
  token: string,
  profile?: unknown,
): Promise<Reached> {
  let broken = false;
  const connector = await scim.connect(scim.options.parse({ url, token, pageSize: 2 }), {
    system: 'app',
    now,
    baseDirectory: '/',
    ...(profile !== undefined && { profile }),
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      if (broken) headers.set('authorization', `Bearer ${token}x`);
      return fetch(input, { ...init, headers });
    },
  });
  return {
    connector,
    break: () => {
      broken = true;
    },
  };
}

async function populated({ connector }: Reached): Promise<void> {
  for (const name of ['ada', 'grace', 'edsger'])
    await connector.create?.(
      'user',
      {
        ...ada,
        userName: `${name}@contoso.com`,
        'emails[type eq "work"].value': `${name}@contoso.com`,
      },
      { signal },
    );
}

connectorContract('scim with our own service provider', async () => {
  const token = 'contoso-token-1';
  const reached = await reach(await directoryService(), 'https://app.test/scim/v2', token);
  await populated(reached);
  return {
    ...reached,
    system: 'app',
    kind: 'user',
    secrets: [token],
    find: { path: 'userName', one: 'ada@contoso.com', none: 'nobody "\\ here' },
    write: {
      create: { ...ada, userName: 'barbara@contoso.com' },
      change: { path: 'name.familyName', before: 'Lovelace', after: 'Liskov' },
    },
  };
});

connectorContract('scim with the stand-in for Ramp', async () => {
  const standIn = await ramp({ now });
  const reached = await reach(standIn.fetch, standIn.url, standIn.token, shippedProfile('ramp'));
  await populated(reached);
  return {
    ...reached,
    system: 'app',
    kind: 'user',
    secrets: [standIn.token],
    find: {
      path: 'emails[type eq "work"].value',
      one: 'ada@contoso.com',
      none: 'nobody@contoso.com',
    },
  };
});

describe('in Ramp’s own dialect', () => {
  it('a person is invited, gets a manager, is turned off and comes back', async () => {
    const standIn = await ramp({ now });
    const { connector } = await reach(
      standIn.fetch,
      standIn.url,
      standIn.token,
      shippedProfile('ramp'),
    );
    const boss = await connector.create?.(
      'user',
      { ...ada, userName: 'grace@contoso.com', 'emails[type eq "work"].value': 'g@contoso.com' },
      { signal },
    );
    const made = await connector.create?.('user', { ...ada, active: 'True' }, { signal });
    if (boss === undefined || made === undefined) throw new Error('not created');
    const manager = { $ref: boss.ref };
    const linked = await connector.update?.(
      made.ref,
      [{ path: `${ENTERPRISE}:manager`, after: manager }],
      { signal },
    );
    expect(linked?.attributes[ENTERPRISE]).toEqual({ department: 'R&D', manager });
    for (const [before, after] of [
      [true, 'False'],
      [false, 'True'],
    ] as const) {
      const turned = await connector.update?.(made.ref, [{ path: 'active', before, after }], {
        signal,
      });
      expect(turned?.attributes.active).toBe(after === 'True');
    }
    const cleared = await connector.update?.(
      made.ref,
      [{ path: `${ENTERPRISE}:manager`, before: manager }],
      { signal },
    );
    expect(cleared?.attributes[ENTERPRISE]).toEqual({ department: 'R&D' });
  });

  it('an account without a department is refused by name', async () => {
    const standIn = await ramp({ now });
    const { connector } = await reach(standIn.fetch, standIn.url, standIn.token);
    const { [`${ENTERPRISE}:department`]: _, ...incomplete } = ada;
    await expect(connector.create?.('user', incomplete, { signal })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('department'),
    });
  });

  it('an address waits for the person, and a lost answer leaves one account', async () => {
    const standIn = await ramp({ now });
    const { connector } = await reach(
      standIn.fetch,
      standIn.url,
      standIn.token,
      shippedProfile('ramp'),
    );
    standIn.fault({ type: 'lose-answer', on: 'POST /Users' });
    await expect(connector.create?.('user', ada, { signal })).rejects.toMatchObject({
      kind: 'unknown-outcome',
    });
    const found = await connector.find?.('user', 'userName', 'ada@contoso.com', { signal });
    if (found === undefined) throw new Error('not there');
    const email = 'emails[type eq "work"].value';
    const change = { path: email, before: 'ada@contoso.com', after: 'countess@contoso.com' };
    const updated = await connector.update?.(found.ref, [change], { signal });
    expect(updated?.attributes.emails).toMatchObject([{ value: 'ada@contoso.com' }]);
    expect(await standIn.users()).toMatchObject([{ pendingEmail: 'countess@contoso.com' }]);
  });
});
