/** The warehouse in its own process: reads two sources, then single changes. */

import { randomUUID } from 'node:crypto';
import type { ChangePage } from '../src/connectors/spi/index.ts';
import type { Result } from '../src/identity/problem.ts';
import type { Change } from '../src/identity/record.ts';
import { compileReadMap } from '../src/mapping/read-map.ts';
import { compileScope } from '../src/mapping/scope.ts';
import { openDatabase } from '../src/store/open.ts';
import { openWarehouseStore } from '../src/store/warehouse.ts';
import { openWarehouse } from '../src/warehouse/open.ts';
import type { SourceRules, WarehouseRules } from '../src/warehouse/warehouse.ts';
import { COMPARED } from '../test/joining/blocks.ts';
import { peakMegabytes, serveOrders, settingsOf } from './child.ts';
import { type Cost, costOf, together } from './warehouse-cost.ts';
import {
  department,
  departments,
  type Joined,
  type Line,
  pagesOf,
  type System,
  TARGET,
} from './warehouse-people.ts';

export interface EngineSettings {
  /** A folder, or the URL of a database. */
  readonly store: string;
  /** Where the records are. */
  readonly folder: string;
  readonly joined: Joined;
  /** With groups made by rule. */
  readonly grouped?: true;
  /** The server's, where there is one. */
  readonly server?: number;
}

export interface Absorbed extends Cost {
  readonly peakMegabytes: number;
  /** People whom both systems know, and who are one. */
  readonly joined: number;
}

type Order =
  | { readonly do: 'absorb'; readonly system: System }
  | { readonly do: 'change'; readonly attribute: 'surname' | 'department'; readonly times: number };

const READ: Readonly<Record<System, readonly string[]>> = {
  hr: [
    ...['employeeId', 'givenName', 'surname', 'displayName', 'department', 'jobTitle'],
    ...['companyName', 'city', 'employeeHireDate'],
  ],
  directory: [
    ...['employeeId', 'userPrincipalName', 'mail', 'displayName', 'accountEnabled'],
    ...['mobilePhone', 'usageLocation', 'preferredLanguage'],
  ],
};

const { store, folder, joined, grouped, server } = settingsOf<EngineSettings>();
await using database = await openDatabase(store, folder);
const warehouse = await openWarehouse(openWarehouseStore(database), rules(), {
  now: () => new Date(),
  newId: timeOrderedId,
});

await serveOrders({}, async (order: Order): Promise<unknown> => {
  switch (order.do) {
    case 'absorb':
      return absorbed(order.system);
    case 'change':
      return changed(order.attribute, order.times);
  }
});

/** As those of the product are made. */
function timeOrderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

async function absorbed(system: System): Promise<Absorbed> {
  const [begun, reading] = await costOf(
    () => warehouse.beginReading(system, 'user', 'full'),
    server,
  );
  let cost = begun;
  for (const [page, following] of pairs(changesOf(system))) {
    const [taken] = await costOf(
      () => warehouse.absorb(reading, page, { following: () => following }),
      server,
    );
    cost = together(cost, taken);
  }
  const [ended, result] = await costOf(async () => {
    await warehouse.absorb(reading, { changes: [], complete: true, watermark: '1' });
    return warehouse.endReading(reading, true);
  }, server);
  cost = together(cost, ended);
  if (result.rejectedCount > 0) throw new Error(JSON.stringify(result.rejected[0]));
  const [row] = await database.all<{ readonly n: number }>(
    `select count(*) as n from (
       select 1 from record where identity is not null group by identity having count(*) = 2) pair`,
  );
  return { ...cost, peakMegabytes: peakMegabytes(), joined: row?.n ?? 0 };
}

function* changesOf(system: System): Generator<ChangePage> {
  for (const page of pagesOf(folder, system))
    yield { changes: page.map((line) => present(system, line)) };
}

/** Each with the one after it. */
function* pairs<Value>(values: Iterable<Value>): Generator<readonly [Value, Value | undefined]> {
  let before: Value | undefined;
  for (const value of values) {
    if (before !== undefined) yield [before, value];
    before = value;
  }
  if (before !== undefined) yield [before, undefined];
}

/** One person after the other; milliseconds of each. */
async function changed(
  attribute: 'surname' | 'department',
  times: number,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (const { id, attributes } of spread(times)) {
    const value = attribute === 'surname' ? 'Ångström' : department(taken.length + 7);
    const change = present('hr', { id, attributes: { ...attributes, [attribute]: value } });
    const reading = await warehouse.beginReading('hr', 'user', 'changes');
    const begun = performance.now();
    await warehouse.absorb(reading, { changes: [change], watermark: String(begun) });
    taken.push(performance.now() - begun);
    await warehouse.endReading(reading, true);
  }
  return taken;
}

/** From every part of the file. */
function spread(times: number): readonly Line[] {
  const firsts: Line[] = [];
  for (const page of pagesOf(folder, 'hr')) firsts.push(...page.slice(0, times));
  return Array.from(
    { length: times },
    (_, index) => firsts[Math.floor((index * firsts.length) / times)] as Line,
  );
}

function present(system: System, { id, attributes }: Line): Change {
  return { type: 'present', record: { ref: { system, kind: 'user', id }, attributes } };
}

function rules(): WarehouseRules {
  return {
    sources: [source('hr', 100), source('directory', 200)],
    targets: [
      {
        system: TARGET,
        kind: 'user',
        inputs: ['displayName', 'mail', 'department', 'manager', 'surname'],
        match: ['userName'],
        fingerprint: '1',
      },
    ],
    ...(grouped && { groups: { groups: [...departments()].map(group), fingerprint: '1' } }),
  };
}

function group(name: string): NonNullable<WarehouseRules['groups']>['groups'][number] {
  const members = must(compileScope(`department eq "${name}"`));
  return { name, attributes: {}, members, exceptions: [] };
}

function source(system: System, defaultPrecedence: number): SourceRules {
  const names = joined === 'exact' ? READ[system] : COMPARED.map(({ attribute }) => attribute);
  const rows = Object.fromEntries(names.map((name) => [name, { expression: `[${name}]` }]));
  const manager = { expression: '[manager]', ref: 'employeeId' };
  const referring = joined === 'exact' && system === 'hr';
  return {
    system,
    kind: 'user',
    creates: true,
    authority: true,
    join:
      joined === 'exact'
        ? ['employeeId']
        : [{ similar: COMPARED, joins: 0.97, reviews: 0.5, never: [] }],
    map: must(compileReadMap({ ...rows, ...(referring && { manager }) })),
    precedence: {},
    defaultPrecedence,
    ...(referring && { references: ['employeeId'] }),
  };
}

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
