/** Whatever is sent to a gateway: an error of SCIM, never ours, and never a change beside one. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AttributeChange, Connector, KindSchema } from '../../src/connectors/spi/index.ts';
import type { Attributes } from '../../src/identity/record.ts';
import { ENTERPRISE } from '../scim-client.ts';
import { type Gateway, gateway } from './gateway.ts';

const SCHEMA: KindSchema = {
  kind: 'user',
  enabledPath: 'enabled',
  attributes: [
    { path: 'login', type: 'string', uniqueness: 'global' },
    { path: 'enabled', type: 'boolean' },
    { path: 'mail', type: 'string' },
    { path: 'phones', type: 'string', multiValued: true },
    { path: 'boss', type: 'reference' },
    { path: 'badge', type: 'integer', mutability: 'readOnly' },
  ],
};

interface Told {
  readonly changes: (readonly AttributeChange[])[];
  readonly created: Attributes[];
}

/** Looks up by `login` alone, and has one person. */
async function lonely(): Promise<Gateway & { readonly told: Told }> {
  const told: Told = { changes: [], created: [] };
  const ref = { system: 'gate', kind: 'user', id: '1' };
  const attributes = { login: 'ada', enabled: true, mail: 'ada@contoso.com', badge: 7 };
  const connector: Connector = {
    check: async () => [],
    describe: async () => ({ kinds: [SCHEMA] }),
    servedAs: {
      user: {
        userName: 'login',
        active: 'enabled',
        'emails[type eq "work"].value': 'mail',
        'phoneNumbers[type eq "work"].value': 'phones',
        [`${ENTERPRISE}:manager`]: 'boss',
        badge: 'badge',
      },
    },
    get: async ({ id }) => (id === '1' ? { ref, attributes } : undefined),
    search: async () => ({ records: [{ ref, attributes }] }),
    filters: (_, filter) => filter.type === 'compare' && filter.path.attribute === 'login',
    create: async (_, made) => {
      told.created.push(made);
      return { ref, attributes };
    },
    update: async (_, changes) => {
      told.changes.push(changes);
      return { ref, attributes };
    },
    delete: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return { ...(await gateway(connector)), told };
}

const OWN = new Set(SCHEMA.attributes.map(({ path }) => path));

/** What an error leaves behind, and what reaches the system of a success. */
function proven({ status, body }: { status: number; body: unknown }, { told, bugs }: Lonely): void {
  expect(bugs).toEqual([]);
  expect(status).not.toBe(500);
  if (status >= 400) {
    expect(body).toMatchObject({ status: String(status), detail: expect.any(String) });
    expect(told).toEqual({ changes: [], created: [] });
  }
  const written = [
    ...told.created.flatMap(Object.keys),
    ...told.changes.flat().map(({ path }) => path),
  ];
  for (const path of written) {
    expect(OWN).toContain(path);
    expect(path).not.toBe('badge');
  }
}

type Lonely = Awaited<ReturnType<typeof lonely>>;

const name = fc.constantFrom(
  ...['userName', 'emails', 'emails.value', 'emails[type eq "work"].value', 'phoneNumbers'],
  ...['emails[type eq "home"]', 'manager', `${ENTERPRISE}:manager`, ENTERPRISE, 'badge', 'id'],
  ...['__proto__', 'constructor', 'schemas', 'meta', 'active', 'login', 'urn:x:y', 'a.b.c', '['],
);

const value = fc.oneof(
  fc.constantFrom<unknown>(null, '', [], {}, true, 'False', 'ada', 7, [[]], '\u0000', '\ud800'),
  fc.constantFrom<unknown>(
    { value: '1' },
    [{ value: 'a@x', type: 'work' }],
    [{ value: 'a@x', type: 'home' }],
    [
      { type: 'work', primary: true },
      { value: 'b', primary: true },
    ],
    { manager: { value: '1' } },
    [{ value: ['a'] }],
    { $ref: { system: 'other', kind: 'user', id: '1' } },
  ),
);

it('is not confused by any PATCH', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record(
          { op: fc.constantFrom('add', 'Replace', 'remove', 'move'), path: name, value },
          { requiredKeys: ['op'] },
        ),
        { maxLength: 3 },
      ),
      async (operations) => {
        const gate = await lonely();
        proven(await gate.patch('/Users/1', ...operations), gate);
      },
    ),
    { numRuns: 150 },
  );
});

it('is not confused by any resource', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, value, { maxKeys: 4 }),
      fc.boolean(),
      async (body, creates) => {
        const gate = await lonely();
        const resource = creates ? { userName: 'bob', ...body } : body;
        proven(
          await gate.send(creates ? 'POST' : 'PUT', creates ? '/Users' : '/Users/1', resource),
          gate,
        );
      },
    ),
    { numRuns: 150 },
  );
});

it('is not confused by any question', async () => {
  const gate = await lonely();
  const leaf = fc
    .tuple(
      name,
      fc.constantFrom('eq', 'ne', 'co', 'gt', 'pr'),
      fc.constantFrom('"a"', 'true', 'null', '1'),
    )
    .map(([path, operator, asked]) => `${path} ${operator}${operator === 'pr' ? '' : ` ${asked}`}`);
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter'))
        .map((all) => all.join(' ')),
      tie('filter').map((inner) => `not (${inner})`),
      leaf.map((inner) => `emails[${inner}]`),
    ),
  }));
  const parameters = fc.record(
    {
      filter,
      sortBy: name,
      startIndex: fc.constantFrom('0', '-1', '7', 'x', '1e9'),
      count: fc.constantFrom('0', '-1', '5', 'x', '99999999'),
      cursor: fc.constantFrom('', 'x', 'A'.repeat(80)),
      attributes: name,
      excludedAttributes: name,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(parameters, async (asked) => {
      proven(await gate.list('/Users', asked), gate);
    }),
    { numRuns: 300 },
  );
});
