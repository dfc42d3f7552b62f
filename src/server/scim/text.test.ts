import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openDirectory } from '../../connectors/directory/connector.ts';
import { memoryStorage } from '../../connectors/directory/memory.ts';
import { directoryOptions } from '../../connectors/directory/options.ts';
import type { Attributes } from '../../identity/record.ts';
import { resourceOf } from './render.ts';
import { servedSystem } from './served.ts';
import { resourceTexts } from './text.ts';

const BASE = 'https://contoso.com/scim/v2/inbox';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const created = '2026-01-31T08:00:00.000Z';

const served = await servedSystem(
  'inbox',
  openDirectory('inbox', directoryOptions.parse({}), memoryStorage(), () => new Date(created)),
);
const type = served.types.get('Users');
if (!type) throw new Error('there are no users');

/** One for all, as in a page: what it remembers of the object before must not matter. */
const write = resourceTexts(served, type, BASE);

function both(attributes: Attributes, id = 'ada') {
  const json = JSON.stringify(attributes);
  const text = { id, version: '7', created, modified: created, json };
  const meta = { created, lastModified: created };
  const ref = { system: 'inbox', kind: 'user', id };
  const record = { ref, attributes: { ...attributes, meta }, version: '7' };
  if (!type) throw new Error('there are no users');
  const pieces: string[] = [];
  write(text, pieces);
  return [pieces.join(''), JSON.stringify(resourceOf(served, type, record, BASE))] as const;
}

const NAMES = [
  ...['userName', 'title', 'name', 'emails', 'active', ENTERPRISE, 'USERNAME', 'unknown'],
  ...['schemas', 'groups', ENTERPRISE.toLowerCase(), 'a"b', 'c\\', '{', 'manager'],
];
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('', '"', '\\', '\\"', '}', ',', '{"a":', 'Ärztin \u{1F600}', '\u0001'),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant({ $ref: { system: 'inbox', kind: 'user', id: 'grace' } }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('value', 'type', 'a,b', 'manager', '"'), tie('any')),
  ),
})).any;

it('is what the record would be, whatever the attributes are', () => {
  const attributes = fc.dictionary(fc.constantFrom(...NAMES), value) as fc.Arbitrary<Attributes>;
  fc.assert(
    fc.property(attributes, fc.constantFrom('ada', 'a b/"c"'), (held, id) => {
      const [text, record] = both(held, id);
      expect(text).toBe(record);
    }),
    { numRuns: 1_000 },
  );
});

it('passes on what is kept, and names the extensions that are there', () => {
  const [text] = both({ userName: 'ada', [ENTERPRISE]: { department: 'R&D' } });
  expect(JSON.parse(text)).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    id: 'ada',
    userName: 'ada',
    [ENTERPRISE]: { department: 'R&D' },
    meta: {
      resourceType: 'User',
      created,
      lastModified: created,
      location: `${BASE}/Users/ada`,
      version: 'W/"7"',
    },
  });
});
