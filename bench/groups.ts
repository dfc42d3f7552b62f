/**
 * What one change of department costs with groups made by rule, in companies of different sizes:
 * `npm run bench:groups -- [people…]`. Its time must not depend on how many people
 * there are, nor on how many a group has.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Change } from '../src/identity/record.ts';
import { compileScope } from '../src/mapping/scope.ts';
import { UTC } from '../src/mapping/zone.ts';
import { openSqlite } from '../src/store/sqlite.ts';
import { openWarehouseStore } from '../src/store/warehouse.ts';
import { openWarehouse } from '../src/warehouse/open.ts';
import type { RuleGroup } from '../src/warehouse/rule-groups.ts';
import type { SourceRules, TargetRules } from '../src/warehouse/warehouse.ts';

const DEPARTMENTS = ['Sales', 'Research', 'Legal', 'Finance', 'IT', 'HR', 'Support', 'Design'];
const PAGE = 1000;
const CHANGES = 200;
const WARM = 20;

const HR: SourceRules = {
  system: 'hr',
  kind: 'user',
  creates: true,
  authority: true,
  join: ['employeeId'],
  map: { inputs: [], map: (record) => record },
  precedence: {},
  defaultPrecedence: 100,
};

const APP: TargetRules = {
  system: 'app',
  kind: 'user',
  inputs: ['groups'],
  match: ['userName'],
  fingerprint: '1',
};

const TEAMS: TargetRules = { ...APP, kind: 'group', inputs: ['displayName'], members: 'kept' };

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 10_000, 100_000];
let first: number | undefined;
for (const people of sizes) {
  const { median, members } = await measured(people);
  first ??= median;
  console.log(
    `${String(people).padStart(8)} people, ${String(members).padStart(6)} in a group: ${median.toFixed(2)} ms a change, × ${(median / first).toFixed(2)}`,
  );
}

async function measured(
  people: number,
): Promise<{ readonly median: number; readonly members: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
  try {
    await using database = await openSqlite(folder, 'default');
    let made = 0;
    const groups = DEPARTMENTS.map(groupOf);
    const warehouse = await openWarehouse(
      openWarehouseStore(database),
      { sources: [HR], targets: [APP, TEAMS], groups: { groups, fingerprint: '1' } },
      { now: () => new Date(), newId: () => String(made++).padStart(12, '0') },
    );
    const tell = async (changes: readonly Change[]): Promise<void> => {
      const reading = await warehouse.beginReading('hr', 'user', 'changes');
      await warehouse.absorb(reading, { changes });
      await warehouse.endReading(reading, false);
    };
    for (let from = 0; from < people; from += PAGE) {
      const size = Math.min(PAGE, people - from);
      await tell(Array.from({ length: size }, (_, index) => employee(from + index, 0)));
    }
    const times: number[] = [];
    for (let change = 0; change < WARM + CHANGES; change++) {
      const one = employee((change * 7919) % people, 1);
      const reading = await warehouse.beginReading('hr', 'user', 'changes');
      const began = performance.now();
      await warehouse.absorb(reading, { changes: [one] });
      if (change >= WARM) times.push(performance.now() - began);
      await warehouse.endReading(reading, false);
    }
    const [group] = await warehouse.ruleGroups();
    const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
    return { median, members: group?.members ?? 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param moved By how many departments. */
function employee(id: number, moved: number): Change {
  const attributes = {
    employeeId: String(id),
    mail: `person${id}@contoso.com`,
    displayName: `Person ${id}`,
    department: DEPARTMENTS[(id + moved) % DEPARTMENTS.length] ?? '',
    employeeHireDate: '2020-01-01',
  };
  return {
    type: 'present',
    record: { ref: { system: 'hr', kind: 'user', id: String(id) }, attributes },
  };
}

function groupOf(department: string): RuleGroup {
  const rule = `department eq "${department}" and employeeHireDate le "now"`;
  const members = compileScope(rule, { dates: UTC });
  if (!members.ok) throw new Error(members.problems[0]?.message);
  const name = department.toLowerCase();
  return { name, attributes: { displayName: name }, members: members.value, exceptions: [] };
}
