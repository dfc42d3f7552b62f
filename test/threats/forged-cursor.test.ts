/** Cursors lead along the links of another system: nobody makes one, and nobody takes another's. */

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/spi/index.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';

const LINK = 'https://graph.microsoft.com/v1.0/users?$skiptoken=abc';

async function twoTenants() {
  const followed: (string | undefined)[] = [];
  const connector: Connector = {
    check: async () => [],
    describe: async () => ({
      kinds: [{ kind: 'user', attributes: [{ path: 'userName', type: 'string' }] }],
    }),
    get: async () => undefined,
    search: async (_, { cursor }) => {
      followed.push(cursor);
      return { records: [], nextCursor: LINK };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const served = await servedSystem('entra', connector);
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (tenant) => ({ tenant, system: 'entra' }),
    open: async () => served,
    cursorKey: randomBytes(32),
  });
  const ask = async (tenant: string, cursor: string) => {
    const query = new URLSearchParams({ cursor });
    const response = await app.fetch(
      new Request(`http://lockstep.test/scim/v2/entra/Users?${query}`, {
        headers: { authorization: `Bearer ${tenant}` },
      }),
    );
    const body = (await response.json()) as { scimType?: string; nextCursor?: string };
    return { ...body, status: response.status };
  };
  return { followed, ask };
}

it('T15: a cursor that somebody made leads nowhere', async () => {
  const { followed, ask } = await twoTenants();
  const inside = 'http://169.254.169.254/metadata';
  for (const text of [inside, `0.${inside}`, `9999999999.0.${inside}`])
    for (const cursor of [text, Buffer.from(text).toString('base64url')])
      expect(await ask('contoso', cursor)).toMatchObject({
        status: 400,
        scimType: 'invalidCursor',
      });
  expect(followed).toEqual([]);
});

it('T3: a cursor of one tenant is none of another', async () => {
  const { followed, ask } = await twoTenants();
  const { nextCursor = '' } = await ask('contoso', '');
  expect(await ask('fabrikam', nextCursor)).toMatchObject({
    status: 400,
    scimType: 'invalidCursor',
  });
  expect(await ask('contoso', nextCursor)).toMatchObject({ status: 200 });
  expect(followed).toEqual([undefined, LINK]);
});
