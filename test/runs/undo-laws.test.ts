/** Laws of undoing and reconciling, with generated companies. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planSync } from '../../src/sync/plan-verb.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { VerbRefusal } from '../../src/sync/refusal.ts';
import { release } from '../../src/sync/release.ts';
import { undo } from '../../src/sync/undo.ts';
import { type Contoso, contoso } from './contoso.ts';

const NAMES = ['ada', 'grace', 'edsger', 'barbara'] as const;
const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';
const LIMITS = '        guard: { disable: false, update: false, churn: false, failures: false }';

const happening = fc.oneof(
  fc.record({
    type: fc.constant('move' as const),
    who: fc.nat(3),
    department: fc.constantFrom('R&D', 'Sales', 'Finance'),
    city: fc.constantFrom('Zurich', 'London'),
  }),
  fc.record({ type: fc.constant('manager' as const), who: fc.nat(3), boss: fc.nat(3) }),
  fc.record({ type: fc.constant('switch' as const), who: fc.nat(3), on: fc.boolean() }),
);
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

async function settled(): Promise<{ company: Contoso; ids: readonly string[] }> {
  const company = await contoso({ write: LIMITS });
  const ids = NAMES.map((name) => company.hire({ name }));
  await company.run();
  company.clock.advance(600);
  return { company, ids };
}

/** Everything the accounts hold. */
async function held(company: Contoso): Promise<unknown> {
  return Object.fromEntries(
    Object.entries(await company.users()).map(([name, { attributes }]) => [name, attributes]),
  );
}

/** @returns Whether there was anything to undo. */
async function undone(company: Contoso, run: string): Promise<string | undefined> {
  try {
    const { targets } = await undo(company.engine, { run }, company.watch);
    expect(targets.map(({ left }) => left)).toEqual([{}]);
    const plan = targets[0]?.plan?.id;
    if (plan === undefined) return undefined;
    const report = await release(company.engine, { type: 'plan', plan }, company.watch);
    expect(report.targets.map(({ failed, skipped }) => [failed, skipped])).toEqual([[{}, {}]]);
    company.clock.advance(600);
    return report.run;
  } catch (error) {
    if (error instanceof VerbRefusal && error.code === 'nothing-to-undo') return undefined;
    throw error;
  }
}

it('a run that was undone leaves the target as it was, and its undoing as it became', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 6 }),
      fc.array(happening, { maxLength: 8 }),
      async (earlier, later) => {
        const { company, ids } = await settled();
        await using _ = company;
        for (const what of earlier) happen(company, ids, what);
        await company.run();
        company.clock.advance(600);
        const before = await held(company);
        for (const what of later) happen(company, ids, what);
        const { run } = await company.run();
        company.clock.advance(600);
        const after = await held(company);

        const second = await undone(company, run);
        expect(await held(company)).toEqual(before);
        // Whatever comes due, it stays so.
        await company.engine.warehouse.makeEverybodyDue('ramp', 'requested');
        await company.run();
        expect(await held(company)).toEqual(before);

        if (second === undefined) return;
        await undone(company, second);
        expect(await held(company)).toEqual(after);
        await company.run();
        expect(await held(company)).toEqual(after);
      },
    ),
    { numRuns: 6 },
  );
});

const edit = fc.record({
  who: fc.nat(3),
  path: fc.constantFrom(DEPARTMENT, 'name.givenName', 'addresses[type eq "work"].locality'),
  value: fc.constantFrom('One', 'Two', 'R&D'),
});
const edits = fc.array(edit, { maxLength: 8 });

async function editAll(
  company: Contoso,
  all: typeof edits extends fc.Arbitrary<infer Each> ? Each : never,
) {
  for (const { who, path, value } of all) {
    await company.ramp.edit(`${NAMES[who]}@contoso.com`, { [path]: value });
  }
}

it('whatever was edited by hand, reverting brings back what should be there', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      const { company } = await settled();
      await using _ = company;
      const before = await held(company);
      await editAll(company, all);
      const request = { system: 'ramp', trigger: 'command', action: 'revert' } as const;
      expect(await reconcile(company.engine, request, company.watch)).toMatchObject({
        verdict: 'done',
      });
      expect(await held(company)).toEqual(before);
      company.clock.advance(600);
      expect((await reconcile(company.engine, request, company.watch)).found).toEqual([]);
    }),
    { numRuns: 6 },
  );
});

it('whatever was edited by hand, adopting it leaves nothing to plan', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      const { company } = await settled();
      await using _ = company;
      await editAll(company, all);
      const edited = await held(company);
      const request = { system: 'ramp', trigger: 'command', action: 'adopt' } as const;
      await reconcile(company.engine, request, company.watch);
      await company.engine.warehouse.makeEverybodyDue('ramp', 'reconcile');
      const { targets } = await planSync(company.engine, { full: true }, company.watch);
      expect(targets.map(({ plan }) => plan?.counts ?? {})).toEqual([{}]);
      expect(await held(company)).toEqual(edited);
      expect((await reconcile(company.engine, request, company.watch)).found).toEqual([]);
    }),
    { numRuns: 6 },
  );
});
