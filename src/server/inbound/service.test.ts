import { expect, it } from 'vitest';
import { inboundService } from './service.ts';

const REPORT = {
  id: '1',
  system: 'hr',
  at: new Date('2026-03-02T08:00:00Z'),
  taken: 0,
  unchanged: 0,
  refused: 0,
  results: [],
};

const BODY = JSON.stringify({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
  Operations: [{ method: 'POST', bulkId: '1', path: '/Users', data: { externalId: '7' } }],
});

/** What an upload is answered whose sender waits until it was read, or could not be. */
async function answered(read: boolean): Promise<number> {
  const service = inboundService({
    authenticate: async () => ({ tenant: 'default', system: 'hr' }),
    open: async () => ({
      upload: async () => REPORT,
      uploads: async () => [REPORT],
      findUpload: async () => REPORT,
      arrived: async () => read,
    }),
  });
  const headers = {
    authorization: 'Bearer token',
    'content-type': 'application/scim+json',
    prefer: 'wait=5',
  };
  const path = '/api/inbound/hr/bulkUpload';
  return (await service.request(path, { method: 'POST', headers, body: BODY })).status;
}

it('answers 200 to who waits when it was read, and 202 as long as it was not', async () => {
  expect(await answered(true)).toBe(200);
  expect(await answered(false)).toBe(202);
});
