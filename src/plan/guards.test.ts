import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Guarded, holdsOf, isHeldBy } from './guards.ts';
import type { Operation } from './plan.ts';
import { swapWatch } from './swap.ts';
import type { Target } from './target.ts';
import { type Counted, tally } from './window.ts';

const target = {
  system: 'ramp',
  limits: {
    disable: { share: 0.2, count: 20 },
    delete: { share: 0, count: 5 },
    update: { share: 0.5, count: 100 },
    churn: { share: 0.3, count: 100 },
    members: { share: 0.2, count: 50 },
    failures: { share: 0.25, count: 20 },
    swap: true,
    windowSeconds: 86_400,
  },
} as unknown as Target;

const nothing: Guarded = {
  counts: {},
  counted: new Map(),
  recent: new Map(),
  managed: 800,
  memberships: 0,
  first: false,
  leaversWait: false,
  typed: false,
  withheld: [],
};

/** A plan with so many of each action, and what was done in the hours before. */
function planWith(
  counts: Guarded['counts'],
  rest: Partial<Guarded> = {},
  churned: Readonly<Record<string, number>> = {},
): Guarded {
  const counted = new Map<Counted, number>();
  for (const action of ['disable', 'delete', 'update'] as const) {
    const number = counts[action];
    if (number !== undefined) counted.set(action, number);
  }
  for (const [path, number] of Object.entries(churned)) counted.set(`churn:${path}`, number);
  return { ...nothing, counts, counted, ...rest };
}

describe('a guard', () => {
  it('holds a plan that would disable many, with the number and the share', () => {
    expect(holdsOf(planWith({ disable: 212, update: 3 }), target)).toEqual([
      {
        guard: 'disables',
        message: '212 of 800 accounts would be disabled',
        actions: ['disable'],
      },
    ]);
  });

  it.each<[string, Partial<Guarded>]>([
    ['a few leavers of a small company', { counts: { disable: 8 }, managed: 10 }],
    ['a small share of a large one', { counts: { disable: 120 } }],
    ['any number of new people', { counts: { create: 5000 }, managed: 1 }],
    ['a first plan that a person typed', { counts: { create: 5 }, first: true, typed: true }],
    ['a first plan with nothing in it', { first: true }],
    [
      'an implausible reading where nobody is taken away',
      { counts: { update: 1 }, withheld: [{ system: 'hr', kind: 'user', absent: 9, before: 9 }] },
    ],
  ])('lets %s go', (_, difference) => {
    expect(holdsOf(planWith(difference.counts ?? {}, difference), target)).toEqual([]);
  });

  it('holds a first plan that nobody typed, and one that the configuration says', () => {
    const first = planWith({ create: 3 }, { first: true });
    const guards = (typed: boolean, firstRun?: 'hold' | 'go') =>
      holdsOf({ ...first, typed }, { ...target, ...(firstRun && { firstRun }) }).map(
        ({ guard }) => guard,
      );
    expect(guards(false)).toEqual(['first-run']);
    expect(guards(true, 'hold')).toEqual(['first-run']);
    expect(guards(false, 'go')).toEqual([]);
  });

  it('takes nobody away while a source looks empty', () => {
    const withheld = [{ system: 'hr', kind: 'user', absent: 9, before: 9 }];
    expect(holdsOf(planWith({ disable: 1 }, { withheld }), target)).toMatchObject([
      { guard: 'empty-source', message: '9 of 9 user records of hr were not in its last reading' },
    ]);
  });

  it('never holds what takes nothing away and changes nothing', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (create, managed) => {
        expect(holdsOf(planWith({ create, link: create }, { managed }), target)).toEqual([]);
      }),
    );
  });

  it('counts what was done in the hours before with what would be done now', () => {
    const recent = new Map<Counted, number>([['disable', 150]]);
    expect(holdsOf(planWith({ disable: 30 }, { recent }), target)).toEqual([
      {
        guard: 'disables',
        message: '180 of 800 accounts would be disabled, 150 of them already',
        actions: ['disable'],
      },
    ]);
    expect(holdsOf(planWith({ create: 30 }, { recent }), target)).toEqual([]);
  });

  it('holds what changes one attribute of many, and only that', () => {
    const holds = holdsOf(planWith({ update: 300 }, {}, { department: 260, title: 40 }), target);
    expect(holds).toEqual([
      {
        guard: 'attribute-churn',
        message: 'department would change for 260 of 800 accounts',
        actions: ['update', 'enable'],
        path: 'department',
      },
    ]);
    const [hold] = holds;
    expect(hold && isHeldBy(hold, renaming('ada', 'department', 'R&D', 'Research'))).toBe(true);
    expect(hold && isHeldBy(hold, renaming('ada', 'title', 'Analyst', 'Lead'))).toBe(false);
  });

  it('holds everything after a run in which too much failed', () => {
    const stopped = '24 of the first 80 operations failed';
    expect(holdsOf(planWith({ create: 3 }, { stopped }), target)).toEqual([
      { guard: 'failure-rate', message: `the last run was stopped: ${stopped}` },
    ]);
  });
});

function renaming(identity: string, path: string, before?: string, after?: string): Operation {
  const change = { path, ...(before && { before }), ...(after && { after }) };
  return {
    action: 'update',
    identity,
    label: `${identity}@contoso.com`,
    cause: 'changed',
    target: { system: 'ramp', kind: 'user', id: identity },
    changes: [change],
  } as unknown as Operation;
}

describe('what is counted', () => {
  it('are replaced and cleared values, not first ones, and nobody whom a person named', () => {
    const counted = tally();
    counted.add(renaming('ada', 'title', 'Analyst', 'Lead'));
    counted.add(renaming('grace', 'title', 'Admiral'));
    counted.add(renaming('edsger', 'title', undefined, 'Professor'));
    counted.add({ ...renaming('alan', 'title', 'a', 'b'), cause: 'requested' });
    expect([...counted.counts]).toEqual([
      ['update', 3],
      ['churn:title', 2],
    ]);
  });
});

describe('identifiers', () => {
  const identifiers = new Set(['userName', 'externalId']);
  const watching = (...operations: readonly Operation[]) => {
    const watch = swapWatch({ identifiers, limits: target.limits });
    for (const operation of operations) watch.add(operation);
    return watch;
  };

  it('that two people would exchange hold the plan, whatever comes first', () => {
    const ada = renaming('ada', 'userName', 'ada@contoso.com', 'Grace@contoso.com');
    const grace = renaming('grace', 'userName', 'grace@contoso.com', 'ada@contoso.com');
    const hold = { guard: 'identifier-swap', people: expect.arrayContaining(['ada', 'grace']) };
    expect(watching(ada, grace).hold()).toMatchObject(hold);
    expect(watching(grace, ada).hold()).toMatchObject(hold);
  });

  it('that go to an account that is about to be created hold it', () => {
    const freed = renaming('ada', 'userName', 'ada@contoso.com', 'ada.king@contoso.com');
    const taken = {
      action: 'create',
      identity: 'byron',
      label: 'byron@contoso.com',
      attributes: { userName: 'ada@contoso.com' },
    } as unknown as Operation;
    expect(watching(freed, taken).hold()?.people).toEqual(['ada', 'byron']);
  });

  it('that somebody else holds in the target hold it, and an ordinary renaming does not', () => {
    const renamed = renaming('ada', 'userName', 'ada@contoso.com', 'ada.king@contoso.com');
    const watch = watching(renamed, renaming('grace', 'title', 'a', 'b'));
    expect(watch.hold()).toBeUndefined();
    expect(watch.taking(renamed)).toMatchObject([
      { path: 'userName', value: 'ada.king@contoso.com' },
    ]);
    watch.held(renamed, 'userName');
    expect(watch.hold()?.message).toBe(
      'userName of one account would go to another: ada@contoso.com',
    );
  });
});
