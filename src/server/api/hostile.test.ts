import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ROLES } from './policy.ts';
import { ENDPOINTS } from './routes/index.ts';
import { testApi } from './testing.ts';

const words = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '..',
    '%',
    '%ff',
    '\u0000',
    'ada',
    'ramp',
    '-1',
    '1e9',
  ),
);

const asked = fc.record({
  endpoint: fc.constantFrom(...ENDPOINTS),
  role: fc.constantFrom(...ROLES),
  words: fc.array(words, { minLength: 2, maxLength: 2 }),
  query: fc.array(fc.tuple(fc.oneof(words, fc.constantFrom('limit', 'q', 'set', 'since')), words)),
  body: fc.oneof(fc.json(), fc.string(), fc.constantFrom('{"__proto__":{}}', '[]', '{"full":1}')),
  type: fc.constantFrom('application/json', 'application/jsonl', 'text/html', 'é'.normalize('NFD')),
  prefer: fc.constantFrom('wait=0', 'wait=-1', 'wait=x', ''),
});

it('answers whatever it is sent, and never as if it were broken', async () => {
  await fc.assert(
    fc.asyncProperty(
      asked,
      async ({ endpoint, role, words: [one = ''], query, body, type, prefer }) => {
        const { ask, bugs } = testApi();
        const path = endpoint.path.replace(/\{\w+\}/g, encoded(one));
        const parameters = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
        const method = endpoint.method.toUpperCase();
        const response = await ask(role, method, `/api${path}?${parameters.join('&')}`, {
          ...(method === 'POST' && { body }),
          headers: { 'content-type': type.replace(/[^\w/]/g, ''), prefer },
        });
        await response.text();
        expect([response.status < 500, bugs]).toEqual([true, []]);
      },
    ),
    { numRuns: 400 },
  );
});

/** Also what is no Unicode, and some that is not encoded at all. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ed%a0%80';
  }
}
