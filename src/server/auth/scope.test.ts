import { expect, it } from 'vitest';
import { covers, parseScope, scopeText } from './scope.ts';

it.each(['inbox', 'inbox:read', 'corp-ad', 'api:viewer', 'api:administrator', 'api', 'api:read'])(
  'is written as it is read: %s',
  (text) => {
    const scope = parseScope(text);
    expect(scope && scopeText(scope)).toBe(text);
  },
);

it.each(['', ' ', 'inbox:', 'inbox:delete', 'inbox:read:more', 'Inbox', 'inbox other', 'a:viewer'])(
  'is nothing of ours: %j',
  (text) => {
    expect(parseScope(text)).toBeUndefined();
  },
);

it('covers itself and less, never more and nothing else', () => {
  const all = ['inbox', 'inbox:read', 'other', 'api:viewer', 'api:operator', 'api'];
  const covered = all.map((given) =>
    all.filter((asked) => {
      const [one, other] = [parseScope(given), parseScope(asked)];
      return one && other && covers(one, other);
    }),
  );
  expect(covered).toEqual([
    ['inbox', 'inbox:read'],
    ['inbox:read'],
    ['other'],
    ['api:viewer'],
    ['api:operator'],
    ['api'],
  ]);
});
