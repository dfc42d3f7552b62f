import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../../test/services/postgres.ts';
import { attributeRules } from '../attribute-rules.ts';
import { identityConfiguration } from '../config/identity.ts';
import type { ChangePage } from '../connectors/spi/index.ts';
import type { Change } from '../identity/record.ts';
import { chooseNames } from '../mapping/names.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { previewWarehouse } from '../warehouse/preview.ts';
import type { Warehouse, WarehouseRules } from '../warehouse/warehouse.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import {
  ENTRA,
  employee,
  HR,
  NOW,
  office,
  present,
  RAMP,
  user,
} from './warehouse/contract/office.ts';
import { openWarehouseStore } from './warehouse.ts';

const DAY = 86_400;
const YEAR = 365 * DAY;
const USER_NAME = { system: 'ramp', kind: 'user', path: 'userName' } as const;

/** People are called by their surname, or that and a number. */
const RULES: WarehouseRules = {
  sources: [{ ...HR, map: { inputs: [], map: (record) => record } }],
  targets: [
    {
      ...RAMP,
      inputs: ['login'],
      unique: {
        userName: {
          reuseAfterSeconds: YEAR,
          drawn: { attribute: 'login', valueOf: (name) => `${name}@contoso.com` },
        },
      },
    },
  ],
  identity: attributeRules(
    identityConfiguration({
      user: { login: 'SelectUniqueValue([surname], Append([surname], Counter()))' },
    }),
  ),
};

/** Entra ID has names of its own, which count before any is drawn. */
const OWN_NAMES: WarehouseRules = {
  sources: [
    ...RULES.sources,
    {
      ...ENTRA,
      creates: false,
      authority: false,
      map: {
        inputs: ['login'],
        inputsOf: (name) => (name === 'login' ? ['login'] : []),
        map: (record) => record,
      },
    },
  ],
  targets: RULES.targets,
  identity: attributeRules(
    identityConfiguration({
      user: { login: { default: 'SelectUniqueValue([surname], Append([surname], Counter()))' } },
    }),
  ),
};

function lovelace(id: string, more: { readonly surname?: string } = {}): Change {
  return present(user('hr', id), { employeeId: id, surname: 'lovelace', ...more });
}

interface Shared {
  /** Another connection to the same store. */
  readonly connect: () => Promise<Database>;
}

async function warehouseOver(database: Database, name: string): Promise<Warehouse> {
  let made = 0;
  return openWarehouse(openWarehouseStore(database), RULES, {
    now: () => NOW,
    newId: () => `${name}-${String(++made).padStart(4, '0')}`,
  });
}

/** As a plan does: chooses, and once more with others while somebody was faster. */
async function named(warehouse: Warehouse, people: readonly string[]): Promise<readonly string[]> {
  const candidates = ['jdoe', ...Array.from({ length: 999 }, (_, index) => `jdoe${index + 1}`)];
  for (;;) {
    const chosen = await chooseNames(
      people.map((id) => ({ id, candidates })),
      (names) => warehouse.namesHeld(USER_NAME, names),
      new Map(),
    );
    const late = await warehouse.takeNames(
      USER_NAME,
      [...chosen].map(([holder, name]) => ({ holder, name })),
    );
    if (late.size === 0) return [...chosen.values()];
  }
}

function uniqueContract(open: () => Promise<Shared>): void {
  const rules = { sources: RULES.sources, targets: RULES.targets, identity: RULES.identity ?? {} };
  const company = async () => {
    const { connect } = await open();
    return office(connect, rules);
  };
  const login = async ({ subject }: Awaited<ReturnType<typeof company>>, id: string) =>
    (await subject(id)).identity.attributes.login;

  it('gives hundreds of people who are named at once as many names', async () => {
    const { connect } = await open();
    await using one = await connect();
    await using other = await connect();
    const warehouses = [await warehouseOver(one, 'one'), await warehouseOver(other, 'other')];
    const lots = Array.from({ length: 6 }, (_, lot) =>
      Array.from({ length: 50 }, (_, index) => `person-${lot}-${index}`),
    );
    const names = await Promise.all(
      lots.map((lot, index) => named(warehouses[index % 2] as Warehouse, lot)),
    );
    expect(names.flat()).toHaveLength(300);
    expect(new Set(names.flat()).size).toBe(300);
  }, 30_000);

  it('gives people who arrive at once in two processes as many names', async () => {
    const { connect } = await open();
    await using one = await connect();
    await using other = await connect();
    const arrivals = [await warehouseOver(one, 'one'), await warehouseOver(other, 'other')].flatMap(
      (warehouse, process) =>
        Array.from({ length: 4 }, async (_, page) => {
          const changes = Array.from({ length: 20 }, (_, index) =>
            lovelace(`${process}-${page}-${index}`),
          );
          const reading = await warehouse.beginReading('hr', 'user', 'changes');
          await warehouse.absorb(reading, { changes } satisfies ChangePage);
        }),
    );
    await Promise.allSettled(arrivals);
    const people = await one.all<{ readonly attributes: string }>(
      'select attributes from identity',
    );
    const logins = people.map(({ attributes }) => JSON.parse(attributes).login as unknown);
    expect(logins.length).toBeGreaterThan(20);
    expect(logins).not.toContain(undefined);
    expect(new Set(logins).size).toBe(logins.length);
  }, 30_000);

  it('draws a name once, and it stays whatever becomes of what it was made of', async () => {
    await using contoso = await company();
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2')]);
    expect([await login(contoso, '1'), await login(contoso, '2')]).toEqual([
      'lovelace',
      'lovelace1',
    ]);
    await contoso.read('hr', 'user', [lovelace('1', { surname: 'king' }), lovelace('2')]);
    expect(await login(contoso, '1')).toBe('lovelace');
  });

  it('names everybody but the one whose name cannot be computed', async () => {
    const { connect } = await open();
    const said = { login: 'SelectUniqueValue(Mid([surname], [start], 9), Append([surname], "x"))' };
    await using contoso = await office(connect, {
      ...rules,
      identity: attributeRules(identityConfiguration({ user: said })),
    });
    await contoso.read('hr', 'user', [
      present(user('hr', '1'), { employeeId: '1', surname: 'lovelace', start: '0' }),
      present(user('hr', '2'), { employeeId: '2', surname: 'hopper', start: '1' }),
    ]);
    expect([await login(contoso, '1'), await login(contoso, '2')]).toEqual([undefined, 'hopper']);
  });

  it('knows what a target has, and what it had until lately', async () => {
    await using contoso = await company();
    const held = (name: string) => present(user('ramp', 'r1'), { userName: name });
    await contoso.read('ramp', 'user', [held('lovelace@contoso.com')]);
    await contoso.read('hr', 'user', [lovelace('1')]);
    expect(await login(contoso, '1')).toBe('lovelace1');
    await contoso.read('ramp', 'user', [held('king@contoso.com')]);
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2')]);
    expect(await login(contoso, '2')).toBe('lovelace2');
    contoso.clock(new Date(NOW.getTime() + (YEAR + DAY) * 1000));
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2'), lovelace('3')]);
    expect(await login(contoso, '3')).toBe('lovelace');
  });

  it('knows what accounts are called that were read before it mattered', async () => {
    const { connect } = await open();
    await using contoso = await office(connect, { sources: RULES.sources, targets: [RAMP] });
    await contoso.read('ramp', 'user', [
      present(user('ramp', 'r1'), { userName: 'nobody', nickName: 'lovelace' }),
    ]);
    await contoso.read('hr', 'user', [lovelace('0', { surname: 'hopper' })]);
    const [named] = RULES.targets;
    const { userName, ...others } = named?.unique ?? {};
    const unique = { ...others, ...(userName && { nickName: { reuseAfterSeconds: YEAR } }) };
    const again = await contoso.again({ ...rules, targets: [{ ...RAMP, unique }] });
    while (await again.expandMarkers('ramp'));
    const at = { ...USER_NAME, path: 'nickName' };
    expect(await again.namesHeld(at, ['Lovelace'])).toEqual(new Map([['lovelace', '']]));
  });

  it('gives nobody a name before all who have names of their own were heard', async () => {
    const { connect } = await open();
    await using contoso = await office(connect, OWN_NAMES);
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2')]);
    expect(await login(contoso, '1')).toBe(undefined);
    await contoso.read('entra', 'user', [employee('2', { login: 'lovelace' })]);
    while (await contoso.warehouse.expandMarkers('ramp'));
    expect([await login(contoso, '1'), await login(contoso, '2')]).toEqual([
      'lovelace1',
      'lovelace',
    ]);
  });

  it('names also those who waited while everybody was being looked at again', async () => {
    const { connect } = await open();
    await using contoso = await office(connect, OWN_NAMES);
    await contoso.read('hr', 'user', [lovelace('1')]);
    const { warehouse } = contoso;
    const reading = await warehouse.beginReading('entra', 'user', 'full');
    // Another process, under other rules.
    const sources = OWN_NAMES.sources.map((source) => ({ ...source, fingerprint: 'other' }));
    const again = await contoso.again({ ...OWN_NAMES, sources });
    const position = async () =>
      (
        await contoso.database.all<{ readonly position: string }>(
          "select position from marker where name = 'sources'",
        )
      )[0]?.position;
    while (!(await position())?.startsWith('join')) await again.expandMarkers('ramp');
    await warehouse.absorb(reading, { changes: [], complete: true });
    await warehouse.endReading(reading, true);
    while (await again.expandMarkers('ramp'));
    const [ada] = await again.findPerson('1');
    expect(ada?.attributes.login).toBe('lovelace');
  });

  it('takes from nobody a name that was theirs before any was drawn', async () => {
    const { connect } = await open();
    const login = {
      default: 'SelectUniqueValue([surname], Append([surname], Counter()))',
    };
    await using contoso = await office(connect, { ...rules, identity: {} });
    const own = present(user('hr', '2'), { employeeId: '2', surname: 'l', login: 'lovelace' });
    await contoso.read('hr', 'user', [lovelace('1'), own]);
    const drawn = attributeRules(identityConfiguration({ user: { login } }));
    const again = await contoso.again({ ...rules, identity: drawn });
    while (await again.expandMarkers('ramp'));
    const [ada] = await again.findPerson('1');
    expect(ada?.attributes.login).toBe('lovelace1');
  });

  it('gives nobody the name of somebody who left, until its time is over', async () => {
    await using contoso = await company();
    const left = { type: 'absent', ref: user('hr', '1') } as const;
    await contoso.read('hr', 'user', [lovelace('1')]);
    await contoso.read('hr', 'user', [left, lovelace('2')], { mode: 'changes' });
    expect(await login(contoso, '2')).toBe('lovelace1');
    await contoso.read('hr', 'user', [lovelace('1')], { mode: 'changes' });
    expect(await login(contoso, '1')).toBe('lovelace');
    await contoso.read('hr', 'user', [left], { mode: 'changes' });
    contoso.clock(new Date(NOW.getTime() + (YEAR + DAY) * 1000));
    await contoso.read('hr', 'user', [lovelace('3')], { mode: 'changes' });
    expect(await login(contoso, '3')).toBe('lovelace');
    // Who comes back after all that time is somebody else's namesake.
    await contoso.read('hr', 'user', [lovelace('1')], { mode: 'changes' });
    expect(await login(contoso, '1')).toBe('lovelace2');
  });

  it('gives somebody who comes back another name where a target or a source gave hers away', async () => {
    await using contoso = await company();
    const left = { type: 'absent', ref: user('hr', '1') } as const;
    await contoso.read('hr', 'user', [lovelace('1')]);
    await contoso.read('hr', 'user', [left], { mode: 'changes' });
    await contoso.read('ramp', 'user', [
      present(user('ramp', 'r1'), { userName: 'lovelace@contoso.com' }),
    ]);
    await contoso.read('hr', 'user', [lovelace('1')], { mode: 'changes' });
    expect(await login(contoso, '1')).toBe('lovelace1');
  });

  it('leaves a name to one of those who have it when only one may have it from now on', async () => {
    const { connect } = await open();
    const computed = (login: string) => attributeRules(identityConfiguration({ user: { login } }));
    await using contoso = await office(connect, { ...rules, identity: computed('[surname]') });
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2')]);
    expect(await login(contoso, '2')).toBe('lovelace');
    const again = await contoso.again(rules);
    while (await again.expandMarkers('ramp'));
    const [one, other] = [await again.findPerson('1'), await again.findPerson('2')];
    const logins = [...one, ...other].map(({ attributes }) => attributes.login);
    expect(logins).toEqual(['lovelace', 'lovelace1']);
  });

  it('looks at everybody again where a rule is about groups and no more about people', async () => {
    const { connect } = await open();
    const said = { nickName: 'ToUpper([surname])' };
    const of = (kind: 'user' | 'group') => attributeRules(identityConfiguration({ [kind]: said }));
    await using contoso = await office(connect, { ...rules, identity: of('user') });
    await contoso.read('hr', 'user', [lovelace('1')]);
    expect((await contoso.subject('1')).identity.attributes.nickName).toBe('LOVELACE');
    const again = await contoso.again({ ...rules, identity: of('group') });
    while (await again.expandMarkers('ramp'));
    const [ada] = await again.findPerson('1');
    expect(ada?.attributes.nickName).toBe(undefined);
  });

  it('keeps what was made of the record of somebody who has left', async () => {
    const { connect } = await open();
    const said = { displayName: 'Join(" ", [surname], [hr/nameOfBirth])' };
    await using contoso = await office(connect, {
      ...rules,
      identity: attributeRules(identityConfiguration({ user: said })),
    });
    await contoso.read('hr', 'user', [
      present(user('hr', '1'), { employeeId: '1', surname: 'lovelace', nameOfBirth: 'Byron' }),
    ]);
    await contoso.read('hr', 'user', [{ type: 'absent', ref: user('hr', '1') }], {
      mode: 'changes',
    });
    expect((await contoso.subject('1')).identity).toMatchObject({
      present: false,
      attributes: { displayName: 'lovelace Byron' },
    });
  });

  it('supposes for people looked at one after the other what a run would give them', async () => {
    const { connect } = await open();
    const { identity: _, ...nameless } = rules;
    await using contoso = await office(connect, nameless);
    const numbers = ['1', '2', '3'];
    await contoso.read(
      'hr',
      'user',
      numbers.map((id) => lovelace(id)),
    );
    const store = openWarehouseStore(contoso.database);
    const preview = previewWarehouse(store, RULES, {
      remerges: true,
      regroups: false,
      now: () => NOW,
    });
    const supposed: (readonly [string, unknown])[] = [];
    for await (const ids of preview.everybody('user')) {
      for (const id of ids) {
        const [subject] = await preview.subjects('ramp', [id]);
        supposed.push([id, subject?.identity.attributes.login]);
      }
    }
    const warehouse = await warehouseOver(contoso.database, 'later');
    while (await warehouse.expandMarkers('ramp'));
    const people = await Promise.all(supposed.map(([id]) => warehouse.identity(id)));
    expect(people.map((each) => [each?.id, each?.attributes.login])).toEqual(supposed);
    expect(new Set(people.map((each) => each?.attributes.login)).size).toBe(3);
  });

  it('gives back the name with the account when a merge is taken back', async () => {
    const { connect } = await open();
    await using contoso = await office(connect, {
      ...rules,
      sources: [...rules.sources, { ...ENTRA, map: { inputs: [], map: (record) => record } }],
    });
    const { warehouse } = contoso;
    await contoso.read('hr', 'user', [lovelace('1')]);
    await contoso.read('entra', 'user', [
      present(user('entra', 'e'), { employeeId: '2', surname: 'lovelace' }),
    ]);
    for (const [number, name] of [
      ['1', 'lovelace'],
      ['2', 'lovelace1'],
    ] as const) {
      const attributes = { userName: `${name}@contoso.com` };
      await contoso.settle(number, {
        type: 'written',
        record: { ref: user('ramp', name), attributes },
        asked: attributes,
      });
    }
    const [ada, other] = [await contoso.subject('1'), await contoso.subject('2')];
    const merged = await warehouse.mergePeople(ada.identity.id, other.identity.id);
    await warehouse.undoDecision(merged.id);
    expect(await login(contoso, '1')).toBe('lovelace');
    expect(await login(contoso, '2')).toBe('lovelace1');
  });

  it('forgets names once they are free again, and what somebody has stays', async () => {
    await using contoso = await company();
    const { warehouse, database } = contoso;
    const names = async () =>
      (await database.all<{ readonly value: string }>('select value from unique_name')).map(
        ({ value }) => value,
      );
    await contoso.read('hr', 'user', [lovelace('1'), lovelace('2')]);
    const left = { type: 'absent', ref: user('hr', '1') } as const;
    await contoso.read('hr', 'user', [left], { mode: 'changes' });
    expect(await warehouse.pruneNames(0)).toBe(false);
    contoso.clock(new Date(NOW.getTime() + (YEAR + DAY) * 1000));
    expect(await warehouse.pruneNames(0)).toBe(true);
    expect(await names()).toHaveLength(2);
    while (await warehouse.pruneNames(1));
    expect(await names()).toEqual(['lovelace1']);
    expect(await warehouse.pruneNames(0)).toBe(false);
  });

  it('keeps a name in a target for whom it was planned, and longer than its account is there', async () => {
    await using contoso = await company();
    const { warehouse } = contoso;
    const take = (holder: string) =>
      warehouse.takeNames(USER_NAME, [{ name: 'Ada@contoso.com', holder }]);
    expect(await take('ada')).toEqual(new Set());
    expect(await take('augusta')).toEqual(new Set(['augusta']));
    expect(await take('ada')).toEqual(new Set());
    expect(await warehouse.namesHeld(USER_NAME, ['ADA@contoso.com'])).toEqual(
      new Map([['ada@contoso.com', 'ada']]),
    );
    contoso.clock(new Date(NOW.getTime() + (YEAR + DAY) * 1000));
    expect(await take('augusta')).toEqual(new Set());
  });
}

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('names that only one may have (SQLite)', () => {
  uniqueContract(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-names-'));
    folders.push(folder);
    return { connect: () => openSqlite(folder, 'default') };
  });
});

describeWithPostgres('names that only one may have', (server) => {
  let url: Promise<string> | undefined;
  let tenants = 0;
  uniqueContract(async () => {
    url ??= server().database();
    const [at, tenant] = [await url, `tenant-${++tenants}`];
    return { connect: () => openPostgres(at, tenant) };
  });
});
