/** Bad input: always a SCIM error within limits, never a 500, never a changed object. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ENTERPRISE, PATCH_OP } from '../scim-client.ts';
import { type Service, service } from './service.ts';

async function withAda(): Promise<{ made: Service; at: string }> {
  const made = await service();
  return { made, at: `/Users/${await made.user('ada@contoso.com', { title: 'Analyst' })}` };
}

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

it.each([
  ['nothing', ''],
  ['no JSON', '{"userName":'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a number', '1e999'],
  ['a text', '"userName"'],
  ['a thousand levels', deep(1_000)],
  ['a hundred thousand levels', deep(100_000)],
  ['a name of the prototype', '{"__proto__":{"userName":"eve"}}'],
  ['a constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['half a character', '{"userName":"\\ud800"}'],
  ['a character nobody keeps', '{"userName":"a\\u0000b"}'],
  ['half a character in a reference', `{"userName":"a","${ENTERPRISE}":{"manager":"\\udc00"}}`],
  ['a name twice', '{"userName":"ada","userName":"eve"}'],
  ['a name twice in other letters', '{"userName":"ada","\\u0075serName":"eve"}'],
  ['a name twice in other capitals', '{"userName":"ada","USERNAME":"eve"}'],
  ['a name twice, further down', '{"userName":"a","name":{"givenName":"b","GivenName":"c"}}'],
  ['an extension twice', `{"userName":"a","${ENTERPRISE}":{},"${ENTERPRISE.toUpperCase()}":{}}`],
  ['a name that no index holds', JSON.stringify({ userName: 'é'.repeat(5_000) })],
  ['a byte order mark amid it', '{"userName":\uFEFF"a"}'],
])('refuses a body with %s', async (_, body) => {
  const { made } = await withAda();
  const answer = await made.send('POST', '/Users', body);
  expect(answer).toMatchObject({
    status: 400,
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '400' },
  });
  expect((await made.list('/Users')).body.totalResults).toBe(1);
  expect({}).not.toHaveProperty('admin');
  expect(made.bugs).toEqual([]);
});

it('refuses a body beyond the limit, told or not', async () => {
  const { made } = await withAda();
  const body = JSON.stringify({ userName: 'a'.repeat(10_000_000) });
  expect(await made.send('POST', '/Users', body)).toMatchObject({ status: 413 });
  const told = { 'content-length': String(body.length) };
  expect(await made.send('POST', '/Users', body, told)).toMatchObject({ status: 413 });
});

it('refuses another type of body', async () => {
  const { made } = await withAda();
  const headers = { 'content-type': 'text/xml' };
  expect(await made.send('POST', '/Users', '<a/>', headers)).toMatchObject({ status: 415 });
});

it.each(['', 'Bearer', 'Bearer ', 'Bearer  ', 'Bearer wrong', 'Basic c2VjcmV0', 'secret'])(
  'opens nothing to the authorization %j',
  async (authorization) => {
    const { made } = await withAda();
    const answer = await made.send('GET', '/Users', undefined, { authorization });
    expect(answer).toMatchObject({ status: 401, body: { status: '401' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  },
);

it.each([
  ['GET', '/Nothing'],
  ['GET', '/Users/%00'],
  ['GET', '/Users/%E0%A4%A'],
  ['GET', '/Users/..%2F..%2Fetc'],
  ['GET', '/Users/a/b'],
  ['GET', '/__proto__'],
  ['GET', '/constructor/1'],
  ['DELETE', '/Users'],
  ['TRACE', '/Users'],
])('answers %s %s with an error of its own', async (method, path) => {
  const { made } = await withAda();
  const { status, body } = await made.send(method === 'TRACE' ? 'PURGE' : method, path);
  expect([404, 405]).toContain(status);
  expect(body.status).toBe(String(status));
  expect(made.bugs).toEqual([]);
});

it('refuses filters that are long or deep, at once', async () => {
  const { made } = await withAda();
  const filters = [
    `userName eq "${'a'.repeat(100_000)}"`,
    `${'('.repeat(1_000)}userName pr${')'.repeat(1_000)}`,
    'not ('.repeat(1_000),
    'a['.repeat(1_000),
    `__proto__ eq "a"`,
    'userName eq "a\\u0000b"',
    'userName eq "\\ud800"',
    `${'userName pr and '.repeat(2_000)}userName pr`,
    `emails[${'('.repeat(100)}type pr${')'.repeat(100)}]`,
    `userName matches "(a+)+$"`,
  ];
  const began = performance.now();
  for (const filter of filters)
    expect(await made.send('POST', '/Users/.search', { filter })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidFilter' },
    });
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('answers 404 for what nobody can be called', async () => {
  const { made } = await withAda();
  for (const id of ['%00', 'a%00b', encodeURIComponent('\uFFFD'), 'x'.repeat(10_000)])
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'PUT' ? { userName: 'x' } : patchOf('title');
      const sent = method === 'GET' || method === 'DELETE' ? undefined : body;
      expect(await made.send(method, `/Users/${id}`, sent)).toMatchObject({ status: 404 });
    }
  expect(made.bugs).toEqual([]);
});

function patchOf(path: string) {
  return { schemas: [PATCH_OP], Operations: [{ op: 'add', path, value: 'x' }] };
}

it('survives any query, and answers it or says what is wrong with it', async () => {
  const { made } = await withAda();
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'userName',
      '__proto__',
      'name.givenName',
      `${ENTERPRISE}:manager`,
      '-1',
      '1e9',
    ),
  );
  const parameters = fc.dictionary(
    fc.constantFrom(
      ...['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'],
      ...['attributes', 'excludedAttributes'],
    ),
    texts,
  );
  const places = fc.constantFrom('/Users', '/Groups', '');
  await fc.assert(
    fc.asyncProperty(places, parameters, async (place, asked) => {
      expect([200, 400]).toContain((await made.list(place, asked)).status);
      expect([200, 400]).toContain((await made.send('POST', `${place}/.search`, asked)).status);
    }),
    { numRuns: 60 },
  );
  expect(made.bugs).toEqual([]);
}, 20_000);

it('survives any value in any filter', async () => {
  const { made } = await withAda();
  const paths = fc.constantFrom(
    'userName',
    'emails[type eq "work"]',
    'meta.created',
    'active',
    'x',
  );
  const operators = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr', '');
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  await fc.assert(
    fc.asyncProperty(paths, operators, values, async (path, operator, value) => {
      const filter = `${path} ${operator} ${JSON.stringify(value)}`;
      expect([200, 400]).toContain((await made.send('POST', '/Users/.search', { filter })).status);
    }),
    { numRuns: 100 },
  );
  expect(made.bugs).toEqual([]);
}, 20_000);

it('survives any PATCH, and keeps what it refused as it was', async () => {
  const { made, at } = await withAda();
  const paths = fc.oneof(
    fc.constantFrom(
      'title',
      'name',
      'name.givenName',
      'emails',
      'emails.value',
      'emails[type eq "work"]',
      'emails[type eq "work"].value',
      'emails[primary eq true].primary',
      ENTERPRISE,
      `${ENTERPRISE}:manager`,
      `${ENTERPRISE}:manager.value`,
      'active',
      'addresses[type eq "work" and primary eq true]',
      'x509Certificates.value',
      '__proto__',
      'constructor.prototype',
    ),
    fc.string(),
  );
  const values = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('True', [], {}, null));
  const operations = fc.record(
    { op: fc.constantFrom('add', 'Replace', 'remove', 'x'), path: paths, value: values },
    { requiredKeys: ['op'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operations, { minLength: 1, maxLength: 4 }), async (Operations) => {
      const before = await made.send('GET', at);
      const { status } = await made.send('PATCH', at, { schemas: [PATCH_OP], Operations });
      expect([200, 400]).toContain(status);
      const after = await made.send('GET', at);
      expect(after.status).toBe(200);
      if (status === 400) expect(after.body).toEqual(before.body);
      const again = await made.send('PUT', at, after.body);
      expect([again.status, again.body.detail]).toEqual([200, undefined]);
    }),
    { numRuns: 300 },
  );
  expect(made.bugs).toEqual([]);
  expect({}).not.toHaveProperty('value');
});

it('survives any create', async () => {
  const { made } = await withAda();
  const names = fc.constantFrom(
    'userName',
    'active',
    'emails',
    'name',
    'roles',
    'id',
    ENTERPRISE,
    '__proto__',
  );
  const bodies = fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }));
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const { status } = await made.send('POST', '/Users', body);
      expect([201, 400, 409]).toContain(status);
    }),
    { numRuns: 200 },
  );
  expect(made.bugs).toEqual([]);
});

it('survives any bulk request, and answers each operation with what became of it', async () => {
  const { made, at } = await withAda();
  const ids = fc.constantFrom('a', 'b', 'c');
  const values = fc.oneof(
    ids.map((id) => `bulkId:${id}`),
    fc.constantFrom('bulkId:', 'bulkId:nobody', '__proto__'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const names = fc.constantFrom('userName', 'displayName', 'members', ENTERPRISE, '__proto__');
  const operations = fc.record(
    {
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'post'),
      path: fc.oneof(
        fc.constantFrom('/Users', '/Groups', '/Users/bulkId:a', '/Groups/bulkId:b', at, '/%zz'),
        fc.string(),
      ),
      bulkId: ids,
      data: fc.oneof(fc.dictionary(names, values), values),
    },
    { requiredKeys: ['method', 'path', 'data'] },
  );
  const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
  await fc.assert(
    fc.asyncProperty(fc.array(operations, { minLength: 1, maxLength: 5 }), async (Operations) => {
      const { status, body } = await made.send('POST', '/Bulk', {
        schemas: [BULK_REQUEST],
        Operations,
      });
      expect([200, 400]).toContain(status);
      if (status === 200) {
        expect(body.Operations).toHaveLength(Operations.length);
        for (const one of body.Operations)
          expect(one.status).toMatch(/^(2..|400|404|405|409|412)$/);
      }
    }),
    { numRuns: 150 },
  );
  expect(made.bugs).toEqual([]);
  expect({}).not.toHaveProperty('value');
});

const OWN = 'urn:contoso:params:scim:schemas:2.0:Staff';

/** What holds of every value that was let in, whatever was sent. */
const KEEPS: Readonly<Record<string, (value: unknown) => boolean>> = {
  floor: (value) => Number.isSafeInteger(value),
  rating: (value) => typeof value === 'number',
  on: (value) => typeof value === 'boolean',
  since: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  shift: (value) => value === 'Early' || value === 'Late',
  skills: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  locker: (value) => Number.isSafeInteger((value as { number?: unknown }).number),
};

it('survives any value for a schema of one’s own, and lets in what keeps to it alone', async () => {
  const attributes = [
    { name: 'floor', type: 'integer' },
    { name: 'rating', type: 'decimal' },
    { name: 'on', type: 'boolean' },
    { name: 'since', type: 'dateTime' },
    { name: 'shift', canonicalValues: ['Early', 'Late'] },
    { name: 'skills', multiValued: true },
    {
      name: 'locker',
      type: 'complex',
      parts: [{ name: 'number', type: 'integer', required: true }],
    },
  ];
  const made = await service({ schemas: [{ id: OWN, name: 'Staff', attributes }] });
  const at = `/Users/${await made.user('ada')}`;
  const names = fc.constantFrom(...Object.keys(KEEPS), 'FLOOR', 'nothing', '__proto__');
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('late', 7, true, '2026-01-31T08:00:00Z', ['a'], { number: 7 }, null, ''),
  );
  const sent = fc.oneof(
    fc
      .dictionary(names, values)
      .map((staff) => ['PUT', { userName: 'ada', [OWN]: staff }] as const),
    fc
      .tuple(fc.constantFrom('add', 'replace', 'remove'), names, values)
      .map(([op, name, value]) => {
        const operation = { op, path: `${OWN}:${name}`, ...(op !== 'remove' && { value }) };
        return ['PATCH', { schemas: [PATCH_OP], Operations: [operation] }] as const;
      }),
  );
  await fc.assert(
    fc.asyncProperty(sent, async ([method, body]) => {
      const before = await made.send('GET', at);
      const { status } = await made.send(method, at, body);
      expect([200, 400]).toContain(status);
      const after = await made.send('GET', at);
      if (status === 400) expect(after.body).toEqual(before.body);
      for (const [name, value] of Object.entries(after.body[OWN] ?? {}))
        expect([name, value, KEEPS[name]?.(value)]).toEqual([name, value, true]);
    }),
    { numRuns: 200 },
  );
  expect(made.bugs).toEqual([]);
}, 20_000);
