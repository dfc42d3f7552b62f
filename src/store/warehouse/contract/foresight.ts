import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangePage } from '../../../connectors/spi/index.ts';
import type { Change } from '../../../identity/record.ts';
import { ENTRA, HR, type Office, type OpenDatabase, office, present, user } from './office.ts';

type System = 'hr' | 'entra';

const NUMBERS = ['1', '2', '3', '4'] as const;

/** Few people and few addresses, so that every page has to do with the one before. */
const change = (system: System): fc.Arbitrary<Change> =>
  fc.oneof(
    fc
      .record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        employeeId: fc.option(fc.constantFrom(...NUMBERS), { nil: undefined }),
        mail: fc.option(fc.constantFrom('ada@contoso.com', 'grace@contoso.com'), {
          nil: undefined,
        }),
        department: fc.constantFrom('Sales', 'Finance'),
        manager: fc.option(fc.constantFrom(...NUMBERS), { nil: undefined }),
      })
      .map(({ id, employeeId, mail, department, manager }) =>
        present(user(system, id), {
          department,
          ...(employeeId !== undefined && { employeeId }),
          ...(mail !== undefined && { mail }),
          ...(manager !== undefined && {
            manager: { $ref: { kind: 'user', by: 'employeeId', value: manager } },
          }),
        }),
      ),
    fc
      .constantFrom('a', 'b', 'c', 'd', 'e')
      .map((id): Change => ({ type: 'absent', ref: user(system, id) })),
  );

const reading = fc.constantFrom<System>('hr', 'entra').chain((system) =>
  fc.record({
    system: fc.constant(system),
    pages: fc.array(fc.array(change(system), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
);

interface Told {
  readonly system: System;
  readonly pages: readonly (readonly Change[])[];
}

/** @param meddling Something is written between two pages, here or there. */
async function tell(
  { warehouse, database }: Office,
  readings: readonly Told[],
  ahead: boolean,
  meddling: boolean,
): Promise<void> {
  for (const { system, pages } of readings) {
    const begun = await warehouse.beginReading(system, 'user', 'changes');
    const told = pages.map((changes): ChangePage => ({ changes }));
    for (const [index, page] of told.entries()) {
      await warehouse.absorb(begun, page, ahead ? { following: () => told[index + 1] } : {});
      const [first] = NUMBERS;
      if (meddling && index % 2 === 0) {
        const grown = { employeeId: first, department: `Meddling ${index}` };
        await warehouse.observe([{ ref: user('hr', 'm'), attributes: grown }]);
      }
      if (meddling && index % 2 === 1) await database.run('delete from due');
    }
    await warehouse.endReading(begun, false);
  }
}

/** Everything that was kept, with people called by their records instead of their ids. */
async function kept({ database }: Office): Promise<unknown> {
  const records = await database.all<{
    readonly system: string;
    readonly id: string;
    readonly identity: string | null;
  }>('select system, id, attributes, present, identity from record order by system, id');
  const names = new Map<string, string>();
  for (const { system, id, identity } of records) {
    if (identity !== null) names.set(identity, `${names.get(identity) ?? ''}${system}/${id} `);
  }
  const tables = [
    'select id, attributes, origins, present from identity',
    'select key, identity from identity_key',
    'select target, identity from due',
    'select identity, attribute, referent, referred from edge',
    'select system, id, key from unjoined',
    'select system, subject from review',
    'select identity, number, records from identity_change',
  ];
  const rows = await Promise.all(tables.map((sql) => database.all(sql)));
  const called = (value: unknown): unknown =>
    typeof value === 'string' ? (names.get(value) ?? value) : value;
  return [records, ...rows].map((table) =>
    table
      .map((row) =>
        JSON.stringify(Object.entries(row).map(([name, value]) => [name, called(value)])),
      )
      .toSorted(),
  );
}

export function foresightContract(open: OpenDatabase): void {
  describe('a page that is worked out while the one before is written', () => {
    const rules = { sources: [HR, { ...ENTRA, creates: false }] };

    it('comes to what it would have come to in its turn, whatever both are about', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(reading, { minLength: 1, maxLength: 3 }),
          fc.boolean(),
          async (readings, meddling) => {
            await using inTurn = await office(open, rules);
            await using ahead = await office(open, rules);
            await tell(inTurn, readings, false, meddling);
            await tell(ahead, readings, true, meddling);
            expect(await kept(ahead)).toEqual(await kept(inTurn));
          },
        ),
        { numRuns: 15 },
      );
    });
  });
}
