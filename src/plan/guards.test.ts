import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Guarded, holdsOf } from './guards.ts';
import type { Target } from './target.ts';

const target = {
  system: 'ramp',
  limits: {
    disable: { share: 0.2, count: 20 },
    delete: { share: 0, count: 5 },
    update: { share: 0.5, count: 100 },
  },
} as unknown as Target;

const plan: Guarded = {
  counts: {},
  managed: 800,
  first: false,
  typed: false,
  withheld: [],
};

describe('a guard', () => {
  it('holds a plan that would disable many, with the number and the share', () => {
    expect(holdsOf({ ...plan, counts: { disable: 212, update: 3 } }, target)).toEqual([
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
    expect(holdsOf({ ...plan, ...difference }, target)).toEqual([]);
  });

  it('holds a first plan that nobody typed, and one that the configuration says', () => {
    const first = { ...plan, counts: { create: 3 }, first: true };
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
    expect(holdsOf({ ...plan, counts: { disable: 1 }, withheld }, target)).toMatchObject([
      { guard: 'empty-source', message: '9 of 9 user records of hr were not in its last reading' },
    ]);
  });

  it('never holds what takes nothing away and changes nothing', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (create, managed) => {
        expect(holdsOf({ ...plan, managed, counts: { create, link: create } }, target)).toEqual([]);
      }),
    );
  });
});
