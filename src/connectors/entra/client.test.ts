import { expect, it } from 'vitest';
import { graphClient, unitsOf } from './client.ts';
import { CLOUDS } from './clouds.ts';

it.each([
  ['/users?$top=999&$select=id', 1],
  ['/users?$filter=mail eq', 2],
  ['/users?$filter=x&$select=id&$expand=manager', 2],
  ['/users/delta?$select=id', 1],
  ['/groups/7/members', 3],
  ['/groups/7/members?$top=1&$select=id', 1],
  ['/servicePrincipals/7/appRoleAssignedTo', 1],
])('a read of %s costs %i units', (target, units) => {
  expect(unitsOf(target)).toBe(units);
});

it('slows down when Graph says that the quota is nearly used up, until its signal stops it', async () => {
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    asked++;
    return Response.json({}, { headers: { 'x-ms-throttle-limit-percentage': '1.8' } });
  };
  const now = (): Date => new Date('2026-03-01T08:00:00Z');
  const tokens = { token: async (): Promise<string> => 'token', drop: (): void => {} };
  const client = graphClient({ fetch, now }, CLOUDS.global, tokens);
  const abort = new AbortController();
  const request = { attempt: 'read', signal: abort.signal };
  await client.get('/users/1', request);
  const second = client.get('/users/2', request);
  setTimeout(() => abort.abort(new Error('stopped')), 20);
  await expect(second).rejects.toThrow('stopped');
  expect(asked).toBe(1);
});
