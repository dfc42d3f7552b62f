import { describe, expect, it } from 'vitest';
import type { Attributes, IdentityRecord } from '../identity/record.ts';
import { compileMapping } from '../mapping/compile.ts';
import type { MappingRow } from '../mapping/mapping.ts';
import { compileScope } from '../mapping/scope.ts';
import type { Account, Due, ResolvedReference, Subject } from '../warehouse/subject.ts';
import type { PlanningContext } from './desired.ts';
import type { Omission, Operation } from './plan.ts';
import { planSubject } from './planner.ts';
import { type Target, type TargetPolicy, targetWith } from './target.ts';

const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';
const now = new Date('2026-03-02T08:00:00Z');
const context: PlanningContext = { now, random: () => 0.5 };

const rows: readonly (Partial<MappingRow> & Pick<MappingRow, 'path' | 'expression'>)[] = [
  { path: 'userName', expression: '[userPrincipalName]' },
  {
    path: 'active',
    expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
  },
  { path: 'emails[type eq "work"].value', expression: '[mail]' },
  { path: 'title', expression: '[jobTitle]' },
  { path: 'department', expression: '[department]' },
  { path: 'nickName', expression: '[givenName]', when: 'create' },
  { path: MANAGER, expression: '[manager]', onNull: 'leave' },
];

function target(policy: Partial<TargetPolicy> = {}, traits: Target['traits'] = {}): Target {
  const mapping = compileMapping(
    rows.map((row) => ({ when: 'always', onNull: 'clear', ...row })),
    { targetTypes: { active: 'boolean' } },
  );
  if (!mapping.ok) throw new Error(mapping.problems[0]?.message);
  return targetWith(
    {
      system: 'ramp',
      kind: 'user',
      mapping: mapping.value,
      match: ['userName', 'emails[type eq "work"].value'],
      required: [],
      do: ['create', 'update', 'disable'],
      leave: { type: 'disable' },
      limits: {
        disable: { share: 1, count: 100 },
        delete: { share: 1, count: 100 },
        update: { share: 1, count: 100 },
        churn: { share: 1, count: 100 },
        members: { share: 1, count: 100 },
        failures: { share: 1, count: 100 },
        swap: true,
        windowSeconds: 86_400,
      },
      holds: { rest: 'wait', expiresSeconds: 604_800 },
      joined: false,
      suppliers: { department: ['hr'] },
      ...policy,
    },
    { enabledPath: 'active', uniquePaths: ['userName'], ...traits },
  );
}

const ada: Attributes = {
  userPrincipalName: 'ada@contoso.com',
  mail: 'ada@contoso.com',
  givenName: 'Ada',
  jobTitle: 'Analyst',
  department: 'R&D',
};

function subject(
  attributes: Attributes = ada,
  rest: Partial<Subject> & { readonly present?: boolean } = {},
): Subject {
  const { present = true, ...others } = rest;
  const due: Due = {
    identity: 'i-ada',
    target: 'ramp',
    generation: 3,
    cause: 'changed',
    since: now,
  };
  return {
    identity: {
      id: 'i-ada',
      kind: 'user',
      attributes,
      origins: { jobTitle: 'hr' },
      links: [],
      present,
    },
    target: 'ramp',
    due,
    references: {},
    hasReports: false,
    records: [],
    ...others,
  };
}

const held: Attributes = {
  userName: 'ada@contoso.com',
  active: true,
  emails: [{ type: 'work', value: 'ada@contoso.com' }],
  title: 'Analyst',
  department: 'R&D',
};

const askedForAda: Attributes = {
  userName: 'ada@contoso.com',
  active: true,
  'emails[type eq "work"].value': 'ada@contoso.com',
  title: 'Analyst',
  department: 'R&D',
};

function account(rest: Partial<Account> = {}): Account {
  return {
    ref: { system: 'ramp', kind: 'user', id: 'r-1' },
    current: held,
    asked: askedForAda,
    answered: {},
    ...rest,
  };
}

function plan(who: Subject, where: Target = target(), more: Partial<PlanningContext> = {}) {
  const decision = planSubject(who, where, { ...context, ...more });
  return decision.type === 'operation' ? decision.operation : decision.omission;
}

/** The few words a case is about. */
function gist(decision: Operation | Omission): string {
  if ('code' in decision) return `${decision.code}${decision.refused ? '!' : ''}`;
  if (!('changes' in decision)) return `${decision.action} (${decision.reason})`;
  const changes = decision.changes.map(
    ({ path, after }) => `${path}=${after === undefined ? '' : JSON.stringify(after)}`,
  );
  return `${decision.action} (${decision.reason}) ${changes.join(' ')}`;
}

describe('nobody has an account', () => {
  it('creates one with everything that has a value, and how it would be found', () => {
    expect(plan(subject())).toMatchObject({
      action: 'create',
      identity: 'i-ada',
      label: 'ada@contoso.com',
      reason: 'entered-scope',
      generation: 3,
      after: [],
      attributes: {
        userName: 'ada@contoso.com',
        active: true,
        'emails[type eq "work"].value': 'ada@contoso.com',
        title: 'Analyst',
        department: 'R&D',
        nickName: 'Ada',
      },
      match: { userName: 'ada@contoso.com', 'emails[type eq "work"].value': 'ada@contoso.com' },
      origins: { title: 'hr' },
    });
  });

  it.each<[string, Subject, Target, string]>([
    ['has left', subject(ada, { present: false }), target(), 'left'],
    ['is disabled', subject({ ...ada, accountEnabled: false }), target(), 'not-active'],
    ['is soft-deleted', subject({ ...ada, IsSoftDeleted: true }), target(), 'not-active'],
    [
      'is not assigned',
      subject(ada, { assigned: { direct: false, groups: [], roles: [] } }),
      target({ assigned: { system: 'entra', application: 'Ramp' } }),
      'not-assigned',
    ],
    [
      'is out of scope',
      subject(),
      target({ scope: scope('department eq "Sales"') }),
      'out-of-scope',
    ],
    ['is not in the pilot', subject(), target({ pilot: ['grace@contoso.com'] }), 'not-in-pilot'],
    ['must not be created', subject(), target({ do: ['update'] }), 'action-not-allowed!'],
    [
      'lacks what is required',
      subject(without('department')),
      target({ required: ['department'] }),
      'missing-required!',
    ],
    [
      'could not be found again',
      subject({ givenName: 'Ada', department: 'R&D' }),
      target(),
      'no-match-value!',
    ],
    [
      'is in flight',
      subject(ada, { inFlight: { operation: 'o', since: now, match: {} } }),
      target(),
      'in-flight!',
    ],
  ])('leaves out whoever %s', (_, who, where, expected) => {
    expect(gist(plan(who, where))).toBe(expected);
  });

  it('says who could supply what is missing', () => {
    const { department: _, ...without } = ada;
    expect(plan(subject(without), target({ required: ['department'] }))).toMatchObject({
      message:
        'department is absent: department could come from hr, which has none for this person',
    });
  });

  it('refuses what the target is known to refuse', () => {
    const where = target(
      {},
      {
        referenceRules: [
          {
            path: MANAGER,
            attribute: 'roles.value',
            mustNotHold: ['IT_ADMIN'],
            because: 'not in Ramp',
          },
        ],
        attributeRules: { user: [{ path: 'title', maxLength: 5 }] },
      },
    );
    expect(gist(plan(subject(), where))).toBe('refused-by-precheck!');
    const boss: ResolvedReference = {
      type: 'account',
      ref: { system: 'ramp', kind: 'user', id: 'r-2' },
      attributes: { roles: [{ value: 'IT_ADMIN' }] },
    };
    const report = subject(
      { ...ada, jobTitle: 'Boss', manager: { $ref: { system: 'entra', kind: 'user', id: 'e-2' } } },
      { references: { manager: boss } },
    );
    expect(plan(report, where)).toMatchObject({
      code: 'refused-by-precheck',
      message: 'manager holds roles.value IT_ADMIN: not in Ramp',
    });
  });

  it.each([
    [
      '[jobTitle]',
      'title has 7 characters, and 5 are allowed',
      'title contains "y", which is not allowed',
    ],
    [
      'Redact([jobTitle])',
      'title is longer than the 5 characters that are allowed',
      'title contains a character that is not allowed',
    ],
  ])(
    'says of %s what the target would refuse, and nothing of what is redacted',
    (expression, long, wrong) => {
      const mapping = compileMapping([
        { path: 'userName', expression: '[userPrincipalName]', when: 'always', onNull: 'clear' },
        { path: 'title', expression, when: 'always', onNull: 'clear' },
      ]);
      if (!mapping.ok) throw new Error(mapping.problems[0]?.message);
      const refusedBy = (rule: object) =>
        plan(
          subject(),
          target(
            { mapping: mapping.value },
            { attributeRules: { user: [{ path: 'title', ...rule }] } },
          ),
        );
      expect(refusedBy({ maxLength: 5 })).toMatchObject({ message: long });
      expect(refusedBy({ forbiddenCharacters: '#y' })).toMatchObject({ message: wrong });
    },
  );
});

describe('an account was found', () => {
  const record = (attributes: Attributes = held): IdentityRecord => ({
    ref: { system: 'ramp', kind: 'user', id: 'r-1' },
    attributes,
  });

  it('is linked when everything is as it should be', () => {
    const match = { type: 'one' as const, record: record(), by: 'userName', tried: [] };
    expect(plan(subject(), target(), { match })).toMatchObject({
      action: 'link',
      reason: 'linked',
      target: { id: 'r-1' },
      adopts: askedForAda,
    });
  });

  it('is updated, its identifiers too, where the match proves whose it is', () => {
    const other = { ...held, emails: [{ type: 'work', value: 'old@contoso.com' }] };
    const match = { type: 'one' as const, record: record(other), by: 'userName', tried: [] };
    expect(gist(plan(subject(), target(), { match }))).toBe(
      'update (linked) emails[type eq "work"].value="ada@contoso.com"',
    );
  });

  it('keeps its identifiers where only an e-mail address says whose it is', () => {
    const other = { ...held, userName: 'victim', title: 'Boss' };
    const match = {
      type: 'one' as const,
      record: record(other),
      by: 'emails[type eq "work"].value',
      tried: [],
    };
    const linked = plan(subject(), target(), { match });
    expect(gist(linked)).toBe('update (linked) title="Analyst"');
    expect(linked).not.toHaveProperty('adopts.userName');

    const later = account({ current: other, asked: { title: 'Boss' } });
    expect(gist(plan(subject({ ...ada, mail: 'new@contoso.com' }, { account: later })))).toBe(
      'update (source-changed) title="Analyst"',
    );
    const settled = account({
      current: other,
      asked: { active: true, title: 'Analyst', department: 'R&D' },
    });
    expect(gist(plan(subject(ada, { account: settled })))).toBe('unverified-link!');
    expect(gist(plan(subject(ada, { account: settled }), target(), { released: 'rewrite' }))).toBe(
      'update (source-changed) userName="ada@contoso.com"',
    );
  });

  it.each([
    [
      'many',
      { type: 'many', records: [record(), record()], by: 'userName', tried: [] },
      'ambiguous-match!',
    ],
    [
      'taken',
      { type: 'taken', record: record(), by: 'userName', identity: 'i-2', tried: [] },
      'account-taken!',
    ],
  ] as const)('%s is left to a person', (_, match, expected) => {
    expect(gist(plan(subject(), target(), { match }))).toBe(expected);
  });
});

describe('there is an account', () => {
  it.each<[string, Subject, string]>([
    ['nothing when it was asked for all of it', subject(ada, { account: account() }), 'in-sync'],
    [
      'what differs from what was asked',
      subject({ ...ada, jobTitle: 'Lead' }, { account: account() }),
      'update (source-changed) title="Lead"',
    ],
    [
      'nothing again where the target keeps another spelling',
      subject(ada, { account: account({ current: { ...held, title: 'ANALYST' } }) }),
      'in-sync',
    ],
    [
      'a value that went away, once',
      subject(without('jobTitle'), { account: account() }),
      'update (source-changed) title=',
    ],
    [
      'nothing for a value that was asked to go away',
      subject(without('jobTitle'), { account: account({ asked: { ...askedForAda, title: [] } }) }),
      'in-sync',
    ],
    [
      'nothing that is set on creation alone',
      subject({ ...ada, givenName: 'Augusta' }, { account: account() }),
      'in-sync',
    ],
    [
      'off, for whoever left',
      subject(ada, { present: false, account: account() }),
      'disable (left) active=false',
    ],
    [
      'nothing more for whoever is off and out',
      subject(ada, { present: false, account: account({ current: { ...held, active: false } }) }),
      'left',
    ],
    [
      'on again and everything that differs, for whoever returns',
      subject(ada, {
        account: account({
          current: { ...held, active: false, title: 'Cleared' },
          asked: { ...askedForAda, active: false },
          disabledBy: 'us',
        }),
      }),
      'enable (returned) active=true title="Analyst"',
    ],
    [
      'nothing where somebody switched it off in the target',
      subject(
        { ...ada, jobTitle: 'Lead' },
        { account: account({ current: { ...held, active: false } }) },
      ),
      'disabled-in-target!',
    ],
    [
      'a new account where it is gone from the target',
      subject(ada, { account: account({ missing: true }) }),
      'create (drifted)',
    ],
  ])('asks for %s', (_, who, expected) => {
    expect(gist(plan(who))).toBe(expected);
  });

  it('never turns off who should be on, but by the rule for leavers', () => {
    const where = target({ leave: { type: 'keep' } });
    expect(gist(plan(subject(ada, { present: false, account: account() }), where))).toBe('left');
  });

  it('deletes after its days, and only what we switched off ourselves', () => {
    const where = target({
      leave: { type: 'delete-after', days: 30 },
      do: ['create', 'update', 'disable', 'delete'],
    });
    const off = { ...held, active: false };
    const leaver = (disabledAt: string, disabledBy: 'us' | 'other') =>
      subject(ada, {
        present: false,
        account: account({ current: off, disabledBy, disabledAt: new Date(disabledAt) }),
      });
    expect(gist(plan(subject(ada, { present: false, account: account() }), where))).toBe(
      'disable (left) active=false',
    );
    expect(gist(plan(leaver('2026-02-20T00:00:00Z', 'us'), where))).toBe('left');
    expect(gist(plan(leaver('2026-01-20T00:00:00Z', 'us'), where))).toBe('delete (left)');
    expect(gist(plan(leaver('2026-01-20T00:00:00Z', 'other'), where))).toBe('left');
  });

  it('does not send a pending e-mail again, not even on a return', () => {
    const where = target({}, { pendingPaths: ['emails[type eq "work"].value'] });
    const pending = account({
      current: { ...held, active: false, emails: [{ type: 'work', value: 'old@contoso.com' }] },
      asked: { ...askedForAda, active: false },
      disabledBy: 'us',
    });
    expect(gist(plan(subject(ada, { account: pending }), where))).toBe(
      'enable (returned) active=true',
    );
  });
});

describe('a manager', () => {
  const manager = { $ref: { system: 'entra', kind: 'user', id: 'e-2' } };
  const reportTo = (leadsTo: ResolvedReference, rest: Partial<Subject> = {}) =>
    subject({ ...ada, manager }, { references: { manager: leadsTo }, ...rest });

  it('is named by the account in the target', () => {
    const ref = { system: 'ramp', kind: 'user', id: 'r-2' };
    const made = plan(reportTo({ type: 'account', ref, attributes: {} }));
    expect(made).toMatchObject({ attributes: { [MANAGER]: { $ref: ref } }, after: [] });
  });

  it('who is new too is named by what will be created, and comes first', () => {
    expect(plan(reportTo({ type: 'pending', identity: 'i-2' }))).toMatchObject({
      attributes: { [MANAGER]: { $new: 'i-2' } },
      after: ['i-2'],
    });
  });

  it('whom nobody knows is left out, and refuses nobody', () => {
    expect(plan(reportTo({ type: 'unknown' }))).toMatchObject({ action: 'create', after: [] });
    expect(gist(plan(reportTo({ type: 'unknown' }, { account: account() })))).toBe('in-sync');
  });
});

it('explaining sees what planning sees, in its order', () => {
  const steps: string[] = [];
  plan(subject(), target({ scope: scope('department eq "R&D"') }), {
    trace: (step) => void steps.push(step.type),
  });
  expect(steps).toEqual(['active', 'scope', 'match', ...rows.map(() => 'mapping'), 'required']);
});

function scope(text: string) {
  const compiled = compileScope(text);
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  return compiled.value;
}

function without(name: string): Attributes {
  return Object.fromEntries(Object.entries(ada).filter(([each]) => each !== name));
}
