import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CURSOR_SECONDS, sealedCursors } from './cursor.ts';

const key = randomBytes(32);
const start = Date.parse('2026-03-01T09:00:00Z');

function cursorsAt(seconds: number, its = key) {
  return sealedCursors(its, () => new Date(start + seconds * 1000));
}

it('gives back the place it was made for, whatever that is', () => {
  fc.assert(
    fc.property(fc.nat(999), fc.string({ unit: 'binary' }), fc.string(), (index, inner, query) => {
      const { seal, open } = cursorsAt(0);
      expect(open(query, seal(query, { index, inner }))).toEqual({ index, inner });
    }),
    { numRuns: 30 },
  );
});

it('shows nothing of what is in it', () => {
  const inner = 'https://graph.contoso.test/users?$skiptoken=abc';
  const cursor = cursorsAt(0).seal('q', { index: 0, inner });
  expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('skiptoken');
  expect(cursor).toMatch(/^[\w-]+$/);
});

it('is refused when it was changed, made elsewhere, or is of another query', () => {
  const cursor = cursorsAt(0).seal('userName sw "a"', { index: 0, inner: 'x' });
  const invalid = expect.objectContaining({ status: 400, scimType: 'invalidCursor' });
  const attempts = [
    () => cursorsAt(0).open('userName sw "b"', cursor),
    () => cursorsAt(0, randomBytes(32)).open('userName sw "a"', cursor),
    () => cursorsAt(0).open('userName sw "a"', cursor.slice(0, -2)),
    () => cursorsAt(0).open('userName sw "a"', ''),
    () => cursorsAt(0).open('userName sw "a"', 'none of ours'),
  ];
  for (const attempt of attempts) expect(attempt).toThrow(invalid);
});

it('expires', () => {
  const cursor = cursorsAt(0).seal('q', { index: 1, inner: '' });
  expect(cursorsAt(CURSOR_SECONDS).open('q', cursor)).toEqual({ index: 1, inner: '' });
  expect(() => cursorsAt(CURSOR_SECONDS + 1).open('q', cursor)).toThrow(
    expect.objectContaining({ status: 400, scimType: 'expiredCursor' }),
  );
});
