import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, ObjectRef } from '../../../identity/record.ts';
import { compileScope } from '../../../mapping/scope.ts';
import { UTC } from '../../../mapping/zone.ts';
import { openWarehouse } from '../../../warehouse/open.ts';
import type { GroupException, RuleGroup, RuleGroups } from '../../../warehouse/rule-groups.ts';
import type { TargetRules, Warehouse, WarehouseRules } from '../../../warehouse/warehouse.ts';
import type { Database } from '../../database.ts';
import { openWarehouseStore } from '../../warehouse.ts';
import { HR, NOW, type OpenDatabase, present, RAMP, record, user } from './office.ts';

const DAY = 86_400_000;
const PEOPLE: TargetRules = { ...RAMP, inputs: ['groups'] };
const TEAMS: TargetRules = {
  system: 'ramp',
  kind: 'group',
  inputs: ['displayName'],
  match: ['displayName'],
  members: 'kept',
  fingerprint: 'teams',
};

interface Company extends AsyncDisposable {
  readonly database: Database;
  readonly warehouse: Warehouse;
  /** As it is opened again under other groups. */
  under(...groups: readonly RuleGroup[]): Promise<void>;
  advance(milliseconds: number): void;
  now(): Date;
  tell(...changes: readonly Change[]): Promise<void>;
  /** Brings everything up to date, as the planning of a target does. */
  settle(): Promise<void>;
  /** Employee numbers by group. */
  members(): Promise<Readonly<Record<string, readonly string[]>>>;
}

async function company(open: OpenDatabase, ...first: readonly RuleGroup[]): Promise<Company> {
  const database = await open();
  const store = openWarehouseStore(database);
  let time = NOW.getTime();
  let made = 0;
  let groups = first;
  const openUnder = (): Promise<Warehouse> => {
    const rules: WarehouseRules = {
      sources: [HR],
      targets: [PEOPLE, TEAMS],
      ...(groups.length > 0 && { groups: rulesOf(groups) }),
    };
    return openWarehouse(store, rules, {
      now: () => new Date(time),
      newId: () => `identity-${String(++made).padStart(4, '0')}`,
    });
  };
  let warehouse = await openUnder();
  return {
    database,
    get warehouse() {
      return warehouse;
    },
    under: async (...others) => {
      groups = others;
      warehouse = await openUnder();
    },
    advance: (milliseconds) => {
      time += milliseconds;
    },
    now: () => new Date(time),
    tell: async (...changes) => {
      const reading = await warehouse.beginReading('hr', 'user', 'changes');
      await warehouse.absorb(reading, { changes });
      await warehouse.endReading(reading, false);
    },
    settle: async () => {
      while (await warehouse.expandMarkers('ramp'));
    },
    members: async () => {
      const all: Record<string, readonly string[]> = {};
      for (const { name } of groups) {
        const members = await warehouse.membersByRule(name, '', 100);
        all[name] = members.map(({ label }) => label).toSorted();
      }
      return all;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

function rulesOf(groups: readonly RuleGroup[]): RuleGroups {
  const said = groups.map(({ name, attributes, members, exceptions }) => [
    name,
    attributes,
    members.text,
    exceptions,
  ]);
  return { groups, fingerprint: JSON.stringify(said) };
}

function group(name: string, rule: string, ...exceptions: readonly GroupException[]): RuleGroup {
  const members = compileScope(rule, { dates: UTC });
  if (!members.ok) throw new Error(members.problems[0]?.message);
  return { name, attributes: { displayName: name }, members: members.value, exceptions };
}

function clerk(id: string, attributes: Readonly<Record<string, string>> = {}): Change {
  return present(user('hr', id), { employeeId: id, ...attributes });
}

function exception(type: GroupException['type'], person: string, days?: number): GroupException {
  const until = days === undefined ? {} : { until: new Date(NOW.getTime() + days * DAY) };
  return { type, person, reason: 'the audit', ...until };
}

export function ruleGroupContract(open: OpenDatabase): void {
  describe('a group made by rule', () => {
    const sales = group('sales', 'department eq "Sales"');

    it('has whom the rule names, and follows who moves', async () => {
      await using contoso = await company(open, sales, group('numbers', 'employeeId pr'));
      await contoso.tell(clerk('1', { department: 'Sales' }), clerk('2', { department: 'IT' }));
      expect(await contoso.members()).toEqual({ sales: ['1'], numbers: ['1', '2'] });
      await contoso.tell(clerk('1', { department: 'IT' }), clerk('2', { department: 'Sales' }));
      expect(await contoso.members()).toEqual({ sales: ['2'], numbers: ['1', '2'] });
      await contoso.tell({ type: 'absent', ref: user('hr', '2') });
      expect(await contoso.members()).toEqual({ sales: [], numbers: ['1'] });
    });

    it('leaves alone what a source calls groups where no rule makes any', async () => {
      await using contoso = await company(open);
      const ref = user('hr', '1');
      await contoso.tell(present(ref, { employeeId: '1', groups: ['choir', 'sales'] }));
      const called = async () =>
        (await contoso.warehouse.findPerson('1')).map(({ attributes }) => attributes.groups);
      expect(await called()).toEqual([['choir', 'sales']]);
      await contoso.tell(present(ref, { employeeId: '1', groups: ['sales'] }));
      expect(await called()).toEqual([['sales']]);
      expect(await contoso.database.all('select name from rule_member')).toEqual([]);
    });

    it('is a value of the person, with the rules as its origin', async () => {
      await using contoso = await company(open, sales);
      await contoso.tell(clerk('1', { department: 'Sales' }));
      const [person] = await contoso.warehouse.findPerson('1');
      expect(person?.attributes.groups).toEqual(['sales']);
      expect(person?.origins).toEqual({ employeeId: 'hr', department: 'hr', groups: 'Rules' });
    });

    it('makes due whoever joins or leaves, where the target looks at groups', async () => {
      await using contoso = await company(open, sales);
      await contoso.tell(clerk('1', { department: 'Sales' }), clerk('2'), clerk('3'));
      await contoso.settle();
      await rest(contoso.warehouse);
      await contoso.tell(clerk('2', { department: 'Sales' }), clerk('3', { department: 'IT' }));
      expect(await dueNumbers(contoso.warehouse)).toEqual(['2']);
    });

    it('is an identity, which comes and goes with its rule', async () => {
      await using contoso = await company(open, sales);
      await contoso.settle();
      const [known] = await contoso.warehouse.findPerson('sales', 'group');
      expect(known).toMatchObject({ kind: 'group', attributes: { displayName: 'sales' } });
      expect(known?.links).toEqual([{ system: 'Rules', kind: 'group', id: 'sales' }]);
      await contoso.under();
      await contoso.settle();
      const [gone] = await contoso.warehouse.findPerson('sales', 'group');
      expect(gone).toMatchObject({ id: known?.id, present: false });
    });

    it('takes in and lets go everybody whom another rule concerns', async () => {
      await using contoso = await company(open, sales);
      const many = Array.from({ length: 270 }, (_, index) =>
        clerk(`${index}`, { department: index % 2 === 0 ? 'Sales' : 'IT' }),
      );
      await contoso.tell(...many);
      await contoso.under(group('sales', 'department eq "IT"'));
      await contoso.settle();
      const [summary] = await contoso.warehouse.ruleGroups();
      expect(summary).toMatchObject({ name: 'sales', members: 135 });
      expect((await contoso.members()).sales?.every((id) => Number(id) % 2 === 1)).toBe(true);
    });

    it('holds an exception until it ends, on its own day', async () => {
      await using contoso = await company(
        open,
        group(
          'sales',
          'department eq "Sales"',
          exception('exclude', '1', 2),
          exception('include', '2', 3),
        ),
      );
      await contoso.tell(clerk('1', { department: 'Sales' }), clerk('2'));
      await contoso.settle();
      expect(await contoso.members()).toEqual({ sales: ['2'] });
      contoso.advance(2 * DAY - 1);
      await contoso.settle();
      expect(await contoso.members()).toEqual({ sales: ['2'] });
      contoso.advance(1);
      await contoso.settle();
      expect(await contoso.members()).toEqual({ sales: ['1', '2'] });
      contoso.advance(DAY);
      await contoso.settle();
      expect(await contoso.members()).toEqual({ sales: ['1'] });
    });

    it('has members of accounts become due in a target, and let go', async () => {
      await using contoso = await company(open, sales);
      await contoso.tell(clerk('1', { department: 'Sales' }), clerk('2'));
      await contoso.settle();
      const { warehouse } = contoso;
      const [team] = await warehouse.findPerson('sales', 'group');
      const [one] = await warehouse.findPerson('1');
      const [two] = await warehouse.findPerson('2');
      const account = (kind: string, id: string): ObjectRef => ({ system: 'ramp', kind, id });
      for (const [identity, ref] of [
        [team, account('group', 'g')],
        [one, account('user', 'a')],
        [two, account('user', 'b')],
      ] as const) {
        await warehouse.link('ramp', identity?.id ?? '', record(ref, {}));
      }
      await contoso.settle();
      const pairs = async () =>
        (await warehouse.dueMemberships('ramp', NOW, 10)).map(({ memberAccount, wanted }) => [
          memberAccount?.id,
          wanted,
        ]);
      expect(await pairs()).toEqual([['a', true]]);
      expect(await warehouse.membersOfGroup('ramp', team?.id ?? '', 5)).toMatchObject({
        atSources: 1,
      });
      await contoso.tell(clerk('1'), clerk('2', { department: 'Sales' }));
      expect(await pairs()).toEqual([
        ['a', false],
        ['b', true],
      ]);
      expect(await warehouse.membershipsOfMember('ramp', two?.id ?? '', 5)).toMatchObject([
        { group: team?.id, isMember: true },
      ]);
    });

    it('has after any changes the members that a look at everybody finds', async () => {
      await using contoso = await company(open);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 9 }), async (steps) => {
          for (const act of steps) {
            if (act.type === 'rules') await contoso.under(...act.groups);
            if (act.type === 'wait') contoso.advance(act.hours * 3_600_000);
            if (act.type === 'tell') await contoso.tell(act.change);
            if (act.settles) await contoso.settle();
          }
          await contoso.settle();
          expect(await kept(contoso)).toEqual(await lookedThrough(contoso));
        }),
        { numRuns: 15 },
      );
    }, 60_000);
  });
}

const NUMBERS = ['1', '2', '3', '4'];
const RULES = [
  'department eq "Sales"',
  'department eq "Sales" and employeeHireDate le "now"',
  'not (employeeHireDate gt "now+2d")',
  'employeeHireDate ge "now-1d" or department matches "^I"',
];

const hireDate = fc
  .integer({ min: -3, max: 12 })
  .map((days) => new Date(NOW.getTime() + days * DAY).toISOString());

const anException = fc
  .tuple(
    fc.constantFrom<GroupException['type']>('include', 'exclude'),
    fc.constantFrom(...NUMBERS),
    fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
  )
  .map(([type, person, days]) => exception(type, person, days));

const aGroup = fc
  .tuple(
    fc.constantFrom('a', 'b'),
    fc.constantFrom(...RULES),
    fc.array(anException, { maxLength: 2 }),
  )
  .map(([name, rule, exceptions]) => group(name, rule, ...exceptions));

const step = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constant('rules' as const),
        groups: fc.uniqueArray(aGroup, { maxLength: 2, selector: ({ name }) => name }),
      }),
      fc.record({ type: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        type: fc.constant('tell' as const),
        change: fc.oneof(
          { weight: 4, arbitrary: aClerk() },
          {
            weight: 1,
            arbitrary: fc
              .constantFrom(...NUMBERS)
              .map((id): Change => ({ type: 'absent', ref: user('hr', id) })),
          },
        ),
      }),
    ),
    fc.boolean(),
  )
  .map(([act, settles]) => ({ ...act, settles }));

function aClerk(): fc.Arbitrary<Change> {
  return fc
    .record(
      { department: fc.constantFrom('Sales', 'IT', 'Legal'), employeeHireDate: hireDate },
      { requiredKeys: [] },
    )
    .chain((attributes) => fc.constantFrom(...NUMBERS).map((id) => clerk(id, attributes)));
}

async function kept({ database }: Company): Promise<readonly string[]> {
  const rows = await database.all<{ readonly name: string; readonly identity: string }>(
    'select name, identity from rule_member',
  );
  return rows.map(({ name, identity }) => `${name} ${identity}`).toSorted();
}

async function lookedThrough({ database, warehouse, now }: Company): Promise<readonly string[]> {
  const rows = await database.all<{ readonly id: string }>('select id from identity');
  const found: string[] = [];
  for (const { id } of rows) {
    const person = await warehouse.identity(id);
    if (person === undefined) continue;
    for (const { group: name, member } of warehouse.ruleStandings(person, now())) {
      if (member) found.push(`${name} ${id}`);
    }
  }
  return found.toSorted();
}

async function dueNumbers(warehouse: Warehouse): Promise<readonly string[]> {
  const due = await warehouse.due('ramp', NOW, 100);
  return due.map(({ identity }) => String(identity.attributes.employeeId)).toSorted();
}

async function rest(warehouse: Warehouse): Promise<void> {
  const subjects = await warehouse.due('ramp', NOW, 100);
  await warehouse.settle(
    'ramp',
    subjects.map((subject) => ({ subject, settlement: { type: 'settled' } })),
  );
}
