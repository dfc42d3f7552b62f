import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../connectors/spi/index.ts';
import type { Target } from '../plan/target.ts';
import { exchangesOf, wireOf } from './exchange.ts';

const { signal } = new AbortController();

function target(...redacted: readonly string[]): Pick<Target, 'mapping'> {
  const rows = redacted.map((path) => ({
    row: { path, expression: 'Redact([x])', when: 'always', onNull: 'clear' } as const,
    inputs: ['x'],
    redacted: true as const,
    desired: () => ({ type: 'leave', path }) as const,
  }));
  return { mapping: { rows, inputs: ['x'] } };
}

/** What is kept of exchanges, read back; the attempt of each counts up. */
function kept(exchanges: readonly Exchange[], ...redacted: readonly string[]) {
  const sender = wireOf(target(...redacted));
  exchanges.forEach((exchange, index) => {
    sender.call(index + 1, signal).exchanged?.(exchange);
  });
  const { exchanges: text = '[]', attempts } = sender.wire();
  return { text, attempts, read: exchangesOf(text) };
}

const post = { method: 'POST', path: '/Users', milliseconds: 3 };
const ada = { userName: 'ada@contoso.com', name: { givenName: 'Ada' }, active: true };

describe('what went over the wire', () => {
  it('is kept once where the answer repeats it, and reads as it was', () => {
    const answer = { ...ada, id: '42', name: { givenName: 'ADA' } };
    const { text, read } = kept([{ ...post, sent: ada, status: 201, answer, requestId: 'r' }]);
    expect(read).toEqual([{ attempt: 1, ...post, sent: ada, status: 201, answer, requestId: 'r' }]);
    expect(text.match(/ada@contoso.com/g)).toHaveLength(1);
  });

  it('reads as it was, whatever is sent and answered', () => {
    const json = fc.dictionary(
      fc.constantFrom('id', 'userName', 'name', 'emails', 'active'),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 4 },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ sent: json, answer: json }), { maxLength: 3 }), (all) => {
        const exchanges = all.map((bodies) => ({ ...post, status: 200, ...bodies }));
        const read = kept(exchanges).read.map(({ attempt: _, ...rest }) => rest);
        expect(read).toEqual(JSON.parse(JSON.stringify(exchanges)));
      }),
    );
  });

  it('says what was sent again only once', () => {
    const lost = { ...post, sent: ada };
    const { text, read, attempts } = kept([lost, { ...lost, status: 201 }]);
    expect(attempts).toBe(2);
    expect(read.map(({ attempt, sent, status }) => [attempt, sent, status])).toEqual([
      [1, ada, undefined],
      [2, ada, 201],
    ]);
    expect(text.match(/ada@contoso.com/g)).toHaveLength(1);
  });

  it('is cut to a length, and of many requests the first and the last are kept', () => {
    const members = Array.from({ length: 500 }, (_, index) => ({ value: `member-${index}` }));
    const [whole] = kept([{ ...post, sent: { members }, status: 204 }]).read;
    expect(whole?.sent).toMatch(/^\{"members":\[.*… \(\d+ more characters\)$/);
    const many = Array.from({ length: 50 }, (_, index) => ({ ...post, status: index }));
    const { read } = kept(many);
    expect([read.length, read[0]?.status, read.at(-1)?.status]).toEqual([20, 0, 49]);
  });

  it('has no password and no attribute whose mapping says Redact, wherever it stands', () => {
    const secret = 'correct horse';
    const { text } = kept(
      [
        {
          ...post,
          sent: {
            password: secret,
            nickName: secret,
            'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { salary: secret },
            'name.nickName': secret,
          },
          status: 400,
          answer: { detail: `${secret} is too short`, status: '400' },
        },
        {
          ...post,
          method: 'PATCH',
          sent: {
            Operations: [
              { op: 'replace', path: 'nickName', value: secret },
              { op: 'remove', path: `nickName[value eq "${secret}"]` },
              { op: 'add', value: { clientSecret: secret } },
            ],
          },
          status: 400,
          answer: `refused: ${secret}`,
        },
      ],
      'nickName',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:salary',
      'name.nickName',
    );
    expect(text).not.toContain(secret);
    expect(text).toContain('[Redact] is too short');
  });
});
