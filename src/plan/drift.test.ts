import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileMapping } from '../mapping/compile.ts';
import { adopting, type Drift, type DriftingAccount, driftFinder, reverting } from './drift.ts';
import { type Target, type TargetPolicy, targetWith } from './target.ts';

const MAIL = 'emails[type eq "work"].value';

function target(traits: Target['traits'] = {}): Target {
  const mapping = compileMapping(
    [
      { path: 'userName', expression: '[userPrincipalName]', when: 'always', onNull: 'clear' },
      { path: 'active', expression: '"True"', when: 'always', onNull: 'clear' },
      { path: MAIL, expression: '[mail]', when: 'always', onNull: 'clear' },
      { path: 'title', expression: '[jobTitle]', when: 'always', onNull: 'clear' },
      { path: 'nickName', expression: '[givenName]', when: 'create', onNull: 'clear' },
      { path: 'role', expression: '[role]', when: 'always', onNull: 'leave' },
    ],
    { targetTypes: { active: 'boolean' } },
  );
  if (!mapping.ok) throw new Error('not a mapping');
  const policy = { system: 'ramp', kind: 'user', mapping: mapping.value, match: [], required: [] };
  return targetWith(policy as unknown as TargetPolicy, {
    enabledPath: 'active',
    pendingPaths: [MAIL],
    attributeRules: { user: [{ path: 'role', createOnlyValues: ['GUEST'] }] },
    ...traits,
  });
}

const asked: Attributes = {
  userName: 'Ada@contoso.com',
  active: true,
  [MAIL]: 'ada@contoso.com',
  title: 'Analyst',
  nickName: 'Ada',
};
const answered: Attributes = { ...asked, userName: 'ada@contoso.com' };
const current: Attributes = {
  userName: 'ada@contoso.com',
  active: true,
  emails: [{ type: 'work', value: 'ada@contoso.com' }],
  title: 'Analyst',
  nickName: 'Ada',
};

const account: DriftingAccount = { asked, answered, current };

describe('what somebody changed in a target', () => {
  const find = driftFinder(target());

  it.each<[string, Partial<DriftingAccount>, readonly Drift[]]>([
    ['nothing', {}, []],
    [
      'a value',
      { current: { ...current, title: 'Boss' } },
      [
        {
          type: 'changed',
          path: 'title',
          asked: 'Analyst',
          answered: 'Analyst',
          current: 'Boss',
        },
      ],
    ],
    [
      'a value taken away',
      { current: { userName: 'ada@contoso.com', active: true, emails: current.emails ?? [] } },
      [{ type: 'changed', path: 'title', asked: 'Analyst', answered: 'Analyst' }],
    ],
    [
      'a value where we asked for none',
      {
        asked: { ...asked, title: [] },
        answered: { userName: 'ada@contoso.com', active: true, [MAIL]: 'ada@contoso.com' },
      },
      [{ type: 'changed', path: 'title', current: 'Analyst' }],
    ],
    ['a first value', { current: { ...current, nickName: 'Countess' } }, []],
    ['a value that is not ours', { current: { ...current, costCenter: '7' } }, []],
    [
      'a value that may only be given at first',
      {
        asked: { ...asked, role: 'GUEST' },
        answered: { ...answered, role: 'GUEST' },
        current: { ...current, role: 'USER' },
      },
      [],
    ],
    ['what we asked, after all', { answered: { ...answered, title: 'Clerk' } }, []],
    [
      'an address that waits for its confirmation',
      {
        asked: { ...asked, [MAIL]: 'new@contoso.com' },
        current: { ...current, emails: [{ type: 'work', value: 'third@contoso.com' }] },
      },
      [],
    ],
    [
      'an address that was confirmed before',
      { current: { ...current, emails: [{ type: 'work', value: 'third@contoso.com' }] } },
      [
        {
          type: 'changed',
          path: MAIL,
          asked: 'ada@contoso.com',
          answered: 'ada@contoso.com',
          current: 'third@contoso.com',
        },
      ],
    ],
    [
      'the account, turned off',
      { current: { ...current, active: false } },
      [{ type: 'disabled', path: 'active', asked: true, answered: true, current: false }],
    ],
    [
      'the account, off as we left it',
      {
        asked: { ...asked, active: false },
        answered: { ...answered, active: false },
        current: { ...current, active: false },
        disabledBy: 'us',
      },
      [],
    ],
    [
      'the account, on again although we had turned it off',
      {
        asked: { ...asked, active: false },
        answered: { ...answered, active: false },
        disabledBy: 'us',
      },
      [{ type: 'enabled', path: 'active', asked: false, answered: false, current: true }],
    ],
    ['an account we never wrote', { asked: {}, answered: {} }, []],
  ])('%s', (_, change, drifts) => {
    expect(find({ ...account, ...change })).toEqual(drifts);
  });

  it('is not found any more once it is adopted, and what was asked stays', () => {
    const moved = { ...account, current: { ...current, title: 'Boss' } };
    const memory = adopting(moved, find(moved));
    expect(find({ ...moved, ...memory })).toEqual([]);
    expect(memory.asked).toEqual(asked);
  });

  it('counts as asked while it is being reverted, so that the wanted value differs from it', () => {
    const moved = { ...account, current: { ...current, title: 'Boss' } };
    const memory = reverting(moved, find(moved));
    expect(memory.asked).toEqual({ ...asked, title: 'Boss' });
    expect(find({ ...moved, ...memory })).toEqual([]);
  });
});
