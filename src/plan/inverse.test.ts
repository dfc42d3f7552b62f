import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileMapping } from '../mapping/compile.ts';
import type { Account } from '../warehouse/subject.ts';
import { contentOf, operationId } from './hash.ts';
import { inverseOf } from './inverse.ts';
import type { Operation, OperationContent } from './plan.ts';
import { type Target, type TargetPolicy, targetWith } from './target.ts';

const now = new Date('2026-03-02T08:00:00Z');
const ref = { system: 'ramp', kind: 'user', id: '7' };

function target(policy: Partial<TargetPolicy> = {}): Target {
  const mapping = compileMapping([
    { path: 'userName', expression: '[userPrincipalName]', when: 'always', onNull: 'clear' },
    { path: 'title', expression: '[jobTitle]', when: 'always', onNull: 'clear' },
  ]);
  if (!mapping.ok) throw new Error('not a mapping');
  return targetWith(
    {
      system: 'ramp',
      kind: 'user',
      mapping: mapping.value,
      match: ['userName'],
      required: [],
      do: ['create', 'update', 'disable', 'delete'],
      leave: { type: 'disable' },
      ...policy,
    } as unknown as TargetPolicy,
    { enabledPath: 'active' },
  );
}

function did(content: OperationContent): Operation {
  return {
    id: operationId('ramp', 'i-ada', contentOf(content)),
    identity: 'i-ada',
    label: 'ada@contoso.com',
    system: 'ramp',
    kind: 'user',
    reason: 'source-changed',
    cause: 'changed',
    generation: 3,
    after: [],
    origins: {},
    ...content,
  };
}

const on = { target: ref, precondition: { held: {}, touched: [] } };

function account(current: Attributes, rest: Partial<Account> = {}): Account {
  return { ref, current, asked: {}, answered: {}, ...rest };
}

const grace = {
  ...{ identity: 'i-grace', label: 'grace@contoso.com' },
  ref: { system: 'ramp', kind: 'user', id: '8' },
  generation: 3,
};

/** Actions with what they change, and what stays with its reason. */
function back(
  operations: readonly OperationContent[],
  held: Account | undefined,
  { policy = {}, recreate = false }: { policy?: Partial<TargetPolicy>; recreate?: boolean } = {},
): unknown {
  const done = { operations: operations.map(did), recreate, ...(held && { account: held }) };
  const inverse = inverseOf(done, target(policy), now);
  return [
    ...inverse.operations.map((operation) =>
      'changes' in operation
        ? [
            operation.action,
            ...operation.changes.map(({ path, before, after }) => [path, before, after]),
            ...(operation.unlinks ? ['unlinks'] : []),
          ]
        : [operation.action],
    ),
    ...inverse.omissions.map(({ code }) => code),
  ];
}

const retitled: OperationContent = {
  ...on,
  action: 'update',
  changes: [{ path: 'title', before: 'Analyst', after: 'Boss' }],
};

describe('what puts back', () => {
  it.each<[string, unknown, unknown]>([
    [
      'an update is its values from before',
      back([retitled], account({ title: 'Boss' })),
      [['update', ['title', 'Boss', 'Analyst']]],
    ],
    [
      'a first value is its removal',
      back(
        [{ ...on, action: 'update', changes: [{ path: 'title', after: 'Boss' }] }],
        account({ title: 'Boss' }),
      ),
      [['update', ['title', 'Boss', undefined]]],
    ],
    [
      'what the target answered otherwise is known by that answer',
      back(
        [retitled],
        account({ title: 'boss' }, { asked: { title: 'Boss' }, answered: { title: 'boss' } }),
      ),
      [['update', ['title', 'boss', 'Analyst']]],
    ],
    [
      'two updates leads back to before the first',
      back(
        [
          retitled,
          { ...on, action: 'update', changes: [{ path: 'title', before: 'Boss', after: 'Chief' }] },
        ],
        account({ title: 'Chief' }),
      ),
      [['update', ['title', 'Chief', 'Analyst']]],
    ],
    [
      'nothing of what somebody changed since',
      back([retitled], account({ title: 'Queen' })),
      ['moved-since'],
    ],
    ['nothing where it is as before already', back([retitled], account({ title: 'Analyst' })), []],
    [
      'a disable is an enable',
      back(
        [{ ...on, action: 'disable', changes: [{ path: 'active', before: true, after: false }] }],
        account({ active: false }),
      ),
      [['enable', ['active', false, true]]],
    ],
    [
      'an enable is a disable',
      back(
        [{ ...on, action: 'enable', changes: [{ path: 'active', before: false, after: true }] }],
        account({ active: true }),
      ),
      [['disable', ['active', true, false]]],
    ],
    [
      'a create is as accounts leave: off',
      back([{ action: 'create', attributes: {}, match: {} }], account({ active: true })),
      [['disable', ['active', true, false]]],
    ],
    [
      'a create is as accounts leave: deleted',
      back([{ action: 'create', attributes: {}, match: {} }], account({ active: true }), {
        policy: { leave: { type: 'delete' } },
      }),
      [['delete']],
    ],
    [
      'a create is nothing where accounts are kept',
      back([{ action: 'create', attributes: {}, match: {} }], account({ active: true }), {
        policy: { leave: { type: 'keep' } },
      }),
      ['cannot-be-undone'],
    ],
    [
      'a delete is nothing, unless a new account is wanted',
      back([{ ...on, action: 'delete', before: { userName: 'ada@contoso.com' } }], undefined),
      ['cannot-be-undone'],
    ],
    [
      'a delete is a new account where it is wanted',
      back([{ ...on, action: 'delete', before: { userName: 'ada@contoso.com' } }], undefined, {
        recreate: true,
      }),
      [['create']],
    ],
    [
      'a link is an unlink',
      back([{ ...on, action: 'link', adopts: {} }], account({})),
      [['unlink']],
    ],
    [
      'an unlink is a link',
      back([{ ...on, action: 'unlink', adopts: {} }], account({})),
      [['link']],
    ],
    [
      'a takeover leaves the account to nobody, with its values from before',
      back([{ ...retitled, links: true } as OperationContent], account({ title: 'Boss' })),
      [['update', ['title', 'Boss', 'Analyst'], 'unlinks']],
    ],
    ['an account that is gone is nothing', back([retitled], undefined), ['moved-since']],
    [
      'members that joined is their leaving',
      back([{ ...on, action: 'add-members', members: [grace] }], account({})),
      [['remove-members']],
    ],
    [
      'members who were all erased are nobody',
      back([{ ...on, action: 'add-members', members: [] }], account({})),
      [],
    ],
  ])('%s', (_, inverse, expected) => {
    expect(inverse).toEqual(expected);
  });

  it('is created again as the account was, as far as the map reaches', () => {
    const before = { userName: 'ada@contoso.com', title: 'Analyst', meta: { created: 'then' } };
    const operations = [did({ ...on, action: 'delete', before })];
    expect(inverseOf({ operations, recreate: true }, target(), now).operations).toMatchObject([
      {
        action: 'create',
        attributes: { userName: 'ada@contoso.com', title: 'Analyst' },
        match: { userName: 'ada@contoso.com' },
        reason: 'undone',
      },
    ]);
  });
});
