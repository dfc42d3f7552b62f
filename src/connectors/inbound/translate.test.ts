import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBulk } from '../../scim/bulk.ts';
import { ScimError } from '../../scim/error.ts';
import { BULK_REQUEST } from '../../scim/urn.ts';
import { readOperation, spokenOf } from './translate.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const names = fc.constantFrom(
  'externalId',
  'userName',
  'name',
  'NAME',
  'emails',
  'active',
  'password',
  'schemas',
  'meta',
  '__proto__',
  'constructor',
  ENTERPRISE,
  'urn:ietf:params:scim:schemas:extension:contoso:1.0:User',
);

const leaf = fc.oneof(fc.string(), fc.boolean(), fc.double(), fc.constant(null));
const part = fc.dictionary(fc.oneof(names, fc.constantFrom('value', 'givenName', '$ref')), leaf);
const value = fc.oneof(
  leaf,
  part,
  fc.array(fc.oneof(leaf, part), { maxLength: 3 }),
  fc.jsonValue(),
);
const data = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.tuple(names, value), { maxLength: 6 }).map((entries) =>
    // As a parser makes it: `__proto__` is a name like others.
    JSON.parse(
      `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`)}}`,
    ),
  ),
);

it('takes whatever is sent, or says why not; a prototype is nothing to send', () => {
  fc.assert(
    fc.property(data, data, (one, other) => {
      let before = {};
      for (const sent of [one, other]) {
        const read = readOperation({ method: 'POST', path: '/Users', data: sent }, 'hr');
        if (read.type === 'refused') {
          expect(read.result).toMatchObject({ status: 'refused', code: expect.any(String) });
          continue;
        }
        before = spokenOf(before, read.said.sent, read.said.attributes);
        const text = JSON.stringify(before);
        expect(text).not.toContain('"__proto__"');
        expect(text).not.toContain('"password"');
        expect(text).not.toMatch(/:(null|""|\[\]|\{\})/);
      }
    }),
    { numRuns: 500 },
  );
});

it('reads an envelope, or refuses it as one', () => {
  const envelope = fc.oneof(
    fc.jsonValue(),
    fc.record({ schemas: fc.constant([BULK_REQUEST]), Operations: fc.array(data) }),
    fc.record({
      schemas: fc.constant([BULK_REQUEST]),
      Operations: fc.array(
        fc.record({ method: leaf, path: leaf, bulkId: leaf, data }, { requiredKeys: [] }),
      ),
      failOnErrors: leaf,
    }),
  );
  fc.assert(
    fc.property(envelope, (body) => {
      try {
        expect(parseBulk(body).operations.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ScimError);
      }
    }),
    { numRuns: 300 },
  );
});
