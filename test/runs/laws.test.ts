/** Laws of runs, with generated companies. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSync } from '../../src/sync/plan-verb.ts';
import { type Contoso, contoso } from './contoso.ts';

const NAMES = ['ada', 'grace', 'edsger', 'barbara', 'alan'] as const;

const happening = fc.oneof(
  fc.record({
    type: fc.constant('move' as const),
    who: fc.nat(4),
    department: fc.constantFrom('R&D', 'Sales', null),
    city: fc.constantFrom('Zurich', 'London'),
  }),
  fc.record({ type: fc.constant('manager' as const), who: fc.nat(4), boss: fc.nat(4) }),
  fc.record({ type: fc.constant('switch' as const), who: fc.nat(4), on: fc.boolean() }),
);
/** Without a department the last one stays, whichever that was: it would depend on the runs. */
const complete = happening.filter((each) => each.type !== 'move' || each.department !== null);
type Happening = typeof happening extends fc.Arbitrary<infer Each> ? Each : never;

function happen({ graph: { control } }: Contoso, ids: readonly string[], what: Happening): void {
  const id = ids[what.who] ?? '';
  switch (what.type) {
    case 'move': {
      const { department, city } = what;
      control.act({ act: 'update', id, properties: { department, city } });
      break;
    }
    case 'manager':
      if (what.boss !== what.who) {
        control.act({ act: 'set-manager', id, manager: ids[what.boss] ?? '' });
      }
      break;
    case 'switch':
      control.act({ act: 'update', id, properties: { accountEnabled: what.on } });
      break;
  }
}

/** Of whoever is switched off the last values stay as well. */
async function summary(company: Contoso): Promise<unknown> {
  const users = await company.users();
  const names = new Map(Object.entries(users).map(([name, { id }]) => [id, name]));
  return Object.entries(users)
    .map(([name, user]) => {
      const manager = names.get(user.managerId ?? '');
      if (user.status === 'USER_INACTIVE') return [name, 'off'];
      return [name, user.department, user.location, manager];
    })
    .toSorted();
}

const LIMITS = '        guard: { disable: false, update: false }';

describe('for any company and whatever happens in it', () => {
  it('applying a plan and planning again plans nothing', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (happenings) => {
        await using company = await contoso({ write: LIMITS });
        const ids = NAMES.map((name) => company.hire({ name }));
        await company.run();
        for (const what of happenings) happen(company, ids, what);
        await company.run();
        const again = await planSync(company.engine, { full: true }, company.watch);
        expect(again.targets.map(({ plan }) => plan?.counts ?? {})).toEqual([{}]);
      }),
      { numRuns: 6 },
    );
  });

  it('it does not matter in how many runs it was read', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(complete, { maxLength: 8 }), async (happenings) => {
        await using stepwise = await contoso({ write: LIMITS });
        await using atOnce = await contoso({ write: LIMITS });
        const ids = NAMES.map((name) => stepwise.hire({ name }));
        const others = NAMES.map((name) => atOnce.hire({ name }));
        await stepwise.run();
        await atOnce.run();
        for (const what of happenings) {
          happen(stepwise, ids, what);
          await stepwise.run();
          happen(atOnce, others, what);
        }
        await atOnce.run();
        expect(await summary(stepwise)).toEqual(await summary(atOnce));
      }),
      { numRuns: 5 },
    );
  });
});
