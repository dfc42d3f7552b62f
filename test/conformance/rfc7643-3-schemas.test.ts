/**
 * RFC 7643 §2, §3.3, §6 and §7: schemas and types of resources of one's own, declared in the options of a
 * directory, discovered by clients, and kept to on every write.
 */

import { describe, expect, it } from 'vitest';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { Answer } from '../scim-client.ts';
import { BASE, type Service, service } from './service.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const STAFF = 'urn:contoso:params:scim:schemas:2.0:Staff';
const DEVICE = 'urn:contoso:params:scim:schemas:2.0:Device';

const OPTIONS = {
  schemas: [
    {
      id: STAFF,
      name: 'Staff',
      description: 'What Contoso knows of its people.',
      attributes: [
        { name: 'badge', unique: true, mutability: 'immutable', description: 'Never reused.' },
        { name: 'code', caseExact: true },
        { name: 'shift', canonicalValues: ['Early', 'Late'], returned: 'always' },
        { name: 'floor', type: 'integer', required: true },
        { name: 'since', type: 'dateTime' },
        { name: 'rating', type: 'decimal', returned: 'request' },
        { name: 'pin', mutability: 'writeOnly' },
        { name: 'score', type: 'integer', mutability: 'readOnly' },
        { name: 'skills', multiValued: true },
        { name: 'device', type: 'reference', refersTo: 'device' },
        {
          name: 'locker',
          type: 'complex',
          parts: [
            { name: 'number', type: 'integer', required: true },
            { name: 'note' },
            { name: 'key', caseExact: true },
          ],
        },
      ],
    },
  ],
  types: [
    {
      kind: 'device',
      name: 'Device',
      schema: DEVICE,
      description: 'A computer.',
      attributes: [
        { name: 'serial', required: true, unique: true, caseExact: true },
        { name: 'model', canonicalValues: ['laptop', 'phone'] },
        { name: 'owner', type: 'reference', refersTo: 'user' },
        { name: 'weight', type: 'decimal' },
      ],
    },
  ],
};

function staffed(): Promise<Service> {
  return service(OPTIONS);
}

const person = (userName: string, staff: unknown) => ({
  schemas: [CORE, STAFF],
  userName,
  [STAFF]: staff,
});

async function ada(made: Service, staff: object = {}): Promise<Answer> {
  const answer = await made.send('POST', '/Users', person('ada', { floor: 1, ...staff }));
  expect(answer.status).toBe(201);
  return answer;
}

describe('are discovered', () => {
  it('as schemas, with every characteristic (§7)', async () => {
    const { send } = await staffed();
    const { body } = await send('GET', `/Schemas/${STAFF}`);
    expect(body).toMatchObject({
      id: STAFF,
      name: 'Staff',
      description: 'What Contoso knows of its people.',
      meta: { resourceType: 'Schema', location: `${BASE}/Schemas/${STAFF}` },
    });
    const named = (name: string) =>
      body.attributes.find((one: { name: string }) => one.name === name);
    expect(named('badge')).toMatchObject({
      type: 'string',
      mutability: 'immutable',
      uniqueness: 'server',
      description: 'Never reused.',
    });
    expect(named('shift')).toMatchObject({
      canonicalValues: ['Early', 'Late'],
      returned: 'always',
    });
    expect(named('floor')).toMatchObject({ type: 'integer', required: true });
    expect(named('pin')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(named('code').caseExact).toBe(true);
    expect(named('skills').multiValued).toBe(true);
    expect(named('locker').subAttributes).toMatchObject([
      { name: 'number', type: 'integer', required: true },
      { name: 'note', type: 'string' },
      { name: 'key', caseExact: true },
    ]);
  });

  it('as types of resources, with their extensions (§6)', async () => {
    const { send } = await staffed();
    const { body } = await send('GET', '/ResourceTypes');
    const [user, , device] = body.Resources;
    expect(user.schemaExtensions).toContainEqual({ schema: STAFF, required: false });
    expect(device).toMatchObject({ id: 'Device', endpoint: '/Devices', schema: DEVICE });
    expect((await send('GET', `/Schemas/${DEVICE}`)).body.description).toBe('A computer.');
  });

  it('as demanded, where every object has the extension', async () => {
    const schemas = [{ ...OPTIONS.schemas[0], required: true }];
    const { send } = await service({ ...OPTIONS, schemas });
    const { body } = await send('GET', '/ResourceTypes/User');
    expect(body.schemaExtensions).toContainEqual({ schema: STAFF, required: true });
    const answer = await send('POST', '/Users', { schemas: [CORE], userName: 'ada' });
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body.detail).toContain(`${STAFF}:floor`);
  });
});

describe('a value', () => {
  it.each<[string, unknown, string]>([
    ['of another type', { floor: 'one' }, 'floor'],
    ['that is no date', { floor: 1, since: 'yesterday' }, 'since'],
    ['that is no whole number', { floor: 1.5 }, 'floor'],
    ['that is not listed', { floor: 1, shift: 'Night' }, 'shift'],
    ['in a list, of an attribute that has one', { floor: [1, 2] }, 'floor'],
    ['without a list, of an attribute that has several', { floor: 1, skills: 'x' }, 'skills'],
    ['that is no object', { floor: 1, locker: 7 }, 'locker'],
    ['that is required', { code: 'x' }, 'floor'],
    ['of a part that is required', { floor: 1, locker: { note: 'x' } }, 'locker.number'],
    ['in place of the whole', 'x', STAFF],
  ])('%s is refused on create and replace (§2.3, §7)', async (_, staff, named) => {
    const made = await staffed();
    const at = `/Users/${(await ada(made)).body.id}`;
    const before = await made.send('GET', at);
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', at],
    ] as const) {
      const answer = await made.send(method, path, person('grace', staff));
      expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
      expect(answer.body.detail).toContain(named);
    }
    expect((await made.send('GET', at)).body).toEqual(before.body);
  });

  it.each<[string, unknown, string]>([
    ['of another type', { op: 'add', path: `${STAFF}:floor`, value: 'x' }, 'invalidValue'],
    ['not listed', { op: 'add', path: `${STAFF}:shift`, value: 'Night' }, 'invalidValue'],
    ['that nobody sets', { op: 'add', path: `${STAFF}:score`, value: 7 }, 'mutability'],
    ['that is required, away', { op: 'remove', path: `${STAFF}:floor` }, 'mutability'],
    ['that was set once', { op: 'replace', path: `${STAFF}:badge`, value: 'B2' }, 'mutability'],
    ['that was set once, away', { op: 'remove', path: `${STAFF}:badge` }, 'mutability'],
    ['nobody declared', { op: 'add', path: `${STAFF}:shoe`, value: 1 }, 'invalidPath'],
  ])('%s is refused in a PATCH (RFC 7644 §3.5.2)', async (_, operation, scimType) => {
    const made = await staffed();
    const at = `/Users/${(await ada(made, { badge: 'B1' })).body.id}`;
    expect(await made.patch(at, operation)).toMatchObject({ status: 400, body: { scimType } });
    expect((await made.send('GET', at)).body[STAFF]).toEqual({ badge: 'B1', floor: 1 });
  });

  it('that is listed is taken in the spelling of the schema', async () => {
    const made = await staffed();
    const { body } = await ada(made, { shift: 'EARLY' });
    expect(body[STAFF].shift).toBe('Early');
  });

  it('that is immutable is set once, by whatever request (RFC 7644 §3.5.1)', async () => {
    const made = await staffed();
    const at = `/Users/${(await ada(made)).body.id}`;
    const set = { op: 'add', path: `${STAFF}:badge`, value: 'B1' };
    expect((await made.patch(at, set)).body[STAFF].badge).toBe('B1');
    expect((await made.patch(at, set)).status).toBe(200);
    const put = (staff: object) => made.send('PUT', at, person('ada', { floor: 2, ...staff }));
    expect((await put({ badge: 'B1' })).status).toBe(200);
    expect(await put({ badge: 'B2' })).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
    expect(await put({})).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
  });

  it('that only the service sets is ignored in a whole resource (RFC 7644 §3.3)', async () => {
    const { body } = await ada(await staffed(), { score: 99 });
    expect(body[STAFF]).not.toHaveProperty('score');
  });

  it('that is unique belongs to one object, in any capitals, until it lets go of it (§2.2)', async () => {
    const made = await staffed();
    const { body } = await ada(made, { badge: 'B1' });
    const taken = await made.send('POST', '/Users', person('eve', { floor: 1, badge: 'b1' }));
    expect(taken).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    expect(taken.body.detail).toContain(`${STAFF}:badge`);
    expect((await made.list('/Users')).body.totalResults).toBe(1);
    await made.send('DELETE', `/Users/${body.id}`);
    const free = await made.send('POST', '/Users', person('eve', { floor: 1, badge: 'b1' }));
    expect(free.status).toBe(201);
  });

  it('that is unique is had by one of many who ask at once', async () => {
    const made = await staffed();
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        made.send('POST', '/Users', person(name, { floor: 1, badge: 'B1' })),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });
});

describe('what is returned (§2.2)', () => {
  const STORED = { shift: 'Late', rating: 4.5, pin: '1234', code: 'Ab' };

  it('never shows what is write-only, by whatever way it is asked for', async () => {
    const made = await staffed();
    const { body } = await ada(made, STORED);
    const at = `/Users/${body.id}`;
    const ways = [
      body,
      (await made.send('GET', at)).body,
      (await made.send('GET', `${at}?attributes=${STAFF}:pin`)).body,
      (await made.send('GET', `${at}?attributes=${STAFF}`)).body,
      (await made.list('/Users', { attributes: `${STAFF}:pin` })).body,
      (await made.send('POST', '/.search', { attributes: [`${STAFF}:pin`] })).body,
      (await made.patch(at, { op: 'add', path: `${STAFF}:pin`, value: '1234' })).body,
    ];
    for (const way of ways) expect(JSON.stringify(way)).not.toContain('1234');
    for (const filter of [`${STAFF}:pin sw "1"`, `title pr or not (${STAFF}:pin eq "1")`])
      expect(await made.list('/Users', { filter })).toMatchObject({
        status: 400,
        body: { scimType: 'invalidFilter' },
      });
    expect((await made.list('/Users', { sortBy: `${STAFF}:pin` })).status).toBe(400);
  });

  it('shows on request alone what is told so', async () => {
    const made = await staffed();
    const at = `/Users/${(await ada(made, STORED)).body.id}`;
    expect((await made.send('GET', at)).body[STAFF]).toEqual({
      floor: 1,
      shift: 'Late',
      code: 'Ab',
    });
    const asked = await made.send('GET', `${at}?attributes=${STAFF}:rating`);
    expect(asked.body[STAFF]).toMatchObject({ rating: 4.5 });
    expect(asked.body[STAFF]).not.toHaveProperty('floor');
  });

  it('always shows what is told so, also to whoever leaves it out', async () => {
    const made = await staffed();
    const at = `/Users/${(await ada(made, STORED)).body.id}`;
    const only = await made.send('GET', `${at}?attributes=userName`);
    expect(only.body[STAFF]).toEqual({ shift: 'Late' });
    const without = await made.send('GET', `${at}?excludedAttributes=${STAFF}:shift,${STAFF}:code`);
    expect(without.body[STAFF]).toEqual({ floor: 1, shift: 'Late' });
  });
});

describe('a search', () => {
  async function three(): Promise<Service> {
    const made = await staffed();
    const all = [
      ['ada', { floor: 2, code: 'Ab', skills: ['sql', 'c'], since: '2026-01-31T08:00:00Z' }],
      [
        'grace',
        {
          floor: 10,
          code: 'ab',
          locker: { number: 7, key: 'K' },
          since: '2026-01-31T09:30:00+01:00',
        },
      ],
      ['linus', { floor: 1, shift: 'Late' }],
    ] as const;
    for (const [name, staff] of all)
      expect((await made.send('POST', '/Users', person(name, staff))).status).toBe(201);
    return made;
  }

  it.each<[string, readonly string[]]>([
    [`${STAFF}:floor gt 1`, ['ada', 'grace']],
    [`${STAFF}:code eq "ab"`, ['grace']],
    [`${STAFF}:shift eq "LATE"`, ['linus']],
    [`${STAFF}:skills eq "SQL"`, ['ada']],
    [`${STAFF}:locker.number eq 7`, ['grace']],
    [`${STAFF}:locker[key eq "K" and number eq 7]`, ['grace']],
    [`${STAFF}:locker[key eq "k"]`, []],
    [`${STAFF}:since ge "2026-01-31T08:15:00Z"`, ['grace']],
    [`${STAFF}:code pr and not (${STAFF}:floor eq 10)`, ['ada']],
  ])('finds by %s', async (filter, names) => {
    const { body } = await (await three()).list('/Users', { filter });
    expect(body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(names);
  });

  it('sorts by number and by text (RFC 7644 §3.4.2.3)', async () => {
    const { list } = await three();
    const { body } = await list('/Users', { sortBy: `${STAFF}:floor` });
    expect(body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual([
      ...['linus', 'ada', 'grace'],
    ]);
  });
});

describe('a type of one’s own', () => {
  const LAPTOP = { schemas: [DEVICE], serial: 'S1', model: 'Laptop', weight: 1.2 };

  it('is made, read, changed, found, listed with the others and deleted', async () => {
    const made = await staffed();
    const owner = await made.user('ada');
    const { status, headers, body } = await made.send('POST', '/Devices', {
      ...LAPTOP,
      owner: { value: owner },
    });
    expect(status).toBe(201);
    const at = `/Devices/${body.id}`;
    expect(headers.get('location')).toBe(BASE + at);
    expect(body).toMatchObject({
      schemas: [DEVICE],
      serial: 'S1',
      model: 'laptop',
      owner: { value: owner, $ref: `${BASE}/Users/${owner}` },
      meta: { resourceType: 'Device' },
    });
    const changed = await made.patch(at, { op: 'replace', path: `${DEVICE}:weight`, value: 2 });
    expect(changed.body.weight).toBe(2);
    for (const filter of ['serial eq "S1"', `${DEVICE}:serial eq "S1"`, `owner eq "${owner}"`])
      expect((await made.list('/Devices', { filter })).body.totalResults).toBe(1);
    expect((await made.list('/Devices', { filter: 'serial eq "s1"' })).body.totalResults).toBe(0);
    const root = await made.list('', { filter: 'meta.resourceType eq "Device"' });
    expect(root.body.Resources).toMatchObject([{ id: body.id }]);
    expect((await made.send('GET', `/Users/${body.id}`)).status).toBe(404);
    expect((await made.send('DELETE', at)).status).toBe(204);
    expect((await made.send('GET', at)).status).toBe(404);
  });

  it('keeps to its schema: required, listed, unique', async () => {
    const made = await staffed();
    expect((await made.send('POST', '/Devices', { model: 'laptop' })).body.detail).toContain(
      'serial',
    );
    expect(await made.send('POST', '/Devices', { ...LAPTOP, model: 'tower' })).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue' },
    });
    expect((await made.send('POST', '/Devices', LAPTOP)).status).toBe(201);
    expect(await made.send('POST', '/Devices', LAPTOP)).toMatchObject({ status: 409 });
    expect((await made.send('POST', '/Devices', { ...LAPTOP, serial: 's1' })).status).toBe(201);
  });

  it('is referred to from people, and made in bulk with them', async () => {
    const made = await staffed();
    const { body } = await made.send('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Devices', bulkId: 'd', data: LAPTOP },
        {
          method: 'POST',
          path: '/Users',
          bulkId: 'u',
          data: person('ada', { floor: 1, device: { value: 'bulkId:d' } }),
        },
      ],
    });
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '201']);
    const { body: all } = await made.list('/Users');
    expect(all.Resources[0][STAFF].device).toMatchObject({
      $ref: expect.stringContaining(`${BASE}/Devices/`),
    });
  });
});

describe('a declaration that contradicts itself is refused:', () => {
  const [schema] = OPTIONS.schemas;
  const [type] = OPTIONS.types;
  it.each<[string, object, string]>([
    ['a URN of the RFC', { schemas: [{ ...schema, id: CORE }] }, 'a URN'],
    ['a schema twice', { schemas: [schema, schema] }, 'declared twice'],
    ['a kind nobody has', { schemas: [{ ...schema, of: 'robot' }] }, 'robot'],
    ['a kind twice', { types: [{ ...type, kind: 'user' }] }, 'there already'],
    ['an endpoint twice', { types: [{ ...type, endpoint: 'Users' }] }, 'endpoint'],
    [
      'an attribute twice',
      { types: [{ ...type, attributes: [{ name: 'a' }, { name: 'A' }] }] },
      'declared twice',
    ],
    [
      'parts of a text',
      { types: [{ ...type, attributes: [{ name: 'a', parts: [{ name: 'b' }] }] }] },
      'parts',
    ],
    [
      'a list of unique values',
      { types: [{ ...type, attributes: [{ name: 'a', unique: true, multiValued: true }] }] },
      'unique',
    ],
    [
      'a reference to nothing',
      { types: [{ ...type, attributes: [{ name: 'a', type: 'reference', refersTo: 'x' }] }] },
      'no kind',
    ],
  ])('%s', (_, options, message) => {
    const { error } = directoryOptions.safeParse(options);
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});
