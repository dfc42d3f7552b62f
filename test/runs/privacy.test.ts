import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/audit/entry.ts';
import { verifyTrail } from '../../src/audit/verify.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Engine } from '../../src/sync/engine.ts';
import { forgetOld } from '../../src/sync/forget.ts';
import { type Contoso, contoso } from './contoso.ts';

const WHY = { reason: 'asked for by letter' };

/** Ada, who leads Grace, was here and has left. */
async function adaLeft(): Promise<Contoso> {
  const company = await contoso({ world: { actor: 'officer@build-7' } });
  const ada = company.hire({ name: 'ada.lovelace' });
  company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
  await company.run();
  company.graph.control.act({ act: 'delete', id: ada });
  await company.run({ full: true });
  return company;
}

async function storeOf(company: Contoso): Promise<string> {
  const { file } = await company.configuration();
  const parts = ['default.sqlite', 'default.sqlite-wal'].map((name) =>
    readFile(file(`data/${name}`)),
  );
  return Buffer.concat(await Promise.all(parts)).toString('latin1');
}

describe('an export', () => {
  it('has everything that is stored about one person, and is told to the trail', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    await company.run();
    const whole = await verbsOf(company.engine).exportPerson('ada.lovelace@contoso.com');
    expect(whole.person).toMatchObject({ kind: 'user', label: 'ada.lovelace@contoso.com' });
    expect(whole.person.records.map(({ system }) => system)).toEqual(['entra', 'ramp']);
    expect(whole.holdings.map(({ table }) => table)).toEqual(
      expect.arrayContaining([
        'identity',
        'identity_change',
        'record',
        'identity_key',
        'edge',
        'assignment',
        'outcome',
        'plan_operation',
        'audit_payload',
      ]),
    );
    expect(JSON.stringify(whole)).toMatch(/Lovelace/);
    expect(JSON.stringify(whole)).not.toMatch(/grace|hopper/i);
    const [told] = await Array.fromAsync(company.engine.audit.entries({ limit: 1 }));
    expect(told).toMatchObject({
      action: 'data-exported',
      payload: { person: whole.person.id, detail: { what: 'person' } },
    });
  });
});

describe('an erasure', () => {
  it('is refused while a source or a target still has the person, with what to do', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const verbs = verbsOf(company.engine);
    const request = { person: 'ada.lovelace@contoso.com', ...WHY };
    const { blocks } = await verbs.planErasure(request);
    expect(blocks.map(({ type, system }) => [type, system])).toEqual([
      ['in-source', 'entra'],
      ['account', 'ramp'],
    ]);
    await expect(verbs.erasePerson(request, company.watch)).rejects.toMatchObject({
      code: 'erasure-blocked',
      message: expect.stringContaining('its next reading would bring the person back'),
      remedy: expect.stringContaining('--leave-accounts'),
    });
    expect(await verbs.people('ada.lovelace@contoso.com')).toHaveLength(1);
  });

  it('takes everything away, proves it, and the trail still holds', async () => {
    await using company = await adaLeft();
    const { engine, watch } = company;
    const verbs = verbsOf(engine);
    const person = 'ada.lovelace@contoso.com';
    const { holdings } = await verbs.exportPerson(person);
    const plan = await verbs.planErasure({ person });
    expect(plan.blocks).toMatchObject([{ type: 'account', system: 'ramp' }]);
    expect(await storeOf(company)).toMatch(/lovelace/i);

    const request = { person, ...WHY, leaveAccounts: true };
    const erasure = await verbs.erasePerson(request, watch);
    expect(erasure).toMatchObject({
      person: plan.person.id,
      reason: 'asked for by letter',
      digest: sha256(JSON.stringify(holdings.filter(({ table }) => table !== 'audit_payload'))),
      erased: plan.erased,
      left: ['ramp'],
      overwritten: 'done',
    });
    expect(await verbs.people(person)).toEqual([]);
    expect(await storeOf(company)).not.toMatch(/lovelace/i);

    const verdict = await verifyTrail(engine.audit);
    expect(verdict).toMatchObject({ whole: true, erased: 1 });
    const [entry] = await Array.fromAsync(engine.audit.entries({ limit: 1 }));
    expect(entry).toMatchObject({
      action: 'person-erased',
      actor: 'officer@build-7',
      ...erasure.audit,
    });
    const { overwritten: _, ...proof } = erasure;
    expect(await verbs.erasures(10)).toEqual([proof]);

    await expect(verbs.erasePerson({ ...request, person: erasure.person }, watch)).rejects.toThrow(
      'was erased on',
    );
    // Everybody else goes on as before, and she does not come back.
    const { verdict: ran, targets } = await company.run({ full: true });
    expect([ran, targets[0]?.done]).toEqual(['done', {}]);
    expect(await verbs.people(person)).toEqual([]);
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
  });

  it('of somebody whom a source still has lasts only where the record is suppressed', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
    await company.run();
    const verbs = verbsOf(company.engine);
    const person = 'ada.lovelace@contoso.com';
    const { suppressed } = await verbs.erasePerson(
      { person, ...WHY, suppress: true },
      company.watch,
    );
    expect(suppressed).toBe(1);
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    await company.run();
    await company.run({ full: true });
    expect(await verbs.people(person)).toEqual([]);
    await expect(verbs.allowRecord({ system: 'entra', id: 'somebody' })).rejects.toMatchObject({
      code: 'not-suppressed',
    });
    await verbs.allowRecord({ system: 'entra', id: ada });
    await company.run();
    expect(await verbs.people(person)).toHaveLength(1);
  });
});

describe('a record that is allowed again', () => {
  const person = 'ada.lovelace@contoso.com';
  const request = { person, ...WHY, suppress: true, leaveAccounts: true };

  async function allowedAgain(company: Contoso, ada: string, between: () => Promise<unknown>) {
    const verbs = verbsOf(company.engine);
    await verbs.erasePerson(request, company.watch);
    await between();
    await verbs.allowRecord({ system: 'entra', id: ada });
    const { targets } = await company.run();
    return targets[0]?.done;
  }

  it('is assigned as it was, though the listing is as it was when they were erased', async () => {
    await using company = await contoso();
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    expect(await allowedAgain(company, ada, async () => {})).toEqual({ link: 1 });
  });

  it('is a member of its groups again, which nobody changed since', async () => {
    await using company = await contoso();
    const { control } = company.graph;
    const staff = control.act({
      act: 'create',
      type: 'group',
      properties: {
        ...{ displayName: 'Staff', mailNickname: 'staff' },
        ...{ mailEnabled: false, securityEnabled: true },
      },
    });
    const ada = company.hire({ name: 'ada.lovelace', assigned: false });
    control.act({ act: 'add-member', group: staff.id, member: ada });
    company.assign(staff.id);
    await company.run();
    expect(await allowedAgain(company, ada, () => company.run())).toEqual({ link: 1 });
    const look = { system: 'ramp', trigger: 'command' } as const;
    expect(await verbsOf(company.engine).reconcile(look, company.watch)).toMatchObject({
      ...{ verdict: 'done', found: [] },
    });
  });
});

const HR = `
  hr:
    connector: file
    options: { path: hr.csv, id: number }
    read:
      user:
        creates: false
        authority: false
        join: [userPrincipalName]
        map:
          userPrincipalName: "[mail]"
          employeeType: "[type]"
          birthDate: "[born]"`;

const PEOPLE = `number,mail,type,born,iban
1,ada.lovelace@contoso.com,employee,1815-12-10,CH9300762011623852957
2,grace.hopper@contoso.com,employee,,
`;

describe('the report', () => {
  it('says what is read for what, what is not asked for, and what is stored for nothing', async () => {
    await using company = await contoso({
      systems: HR,
      files: { 'hr.csv': PEOPLE },
      write: `        scope: employeeType eq "employee"`,
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const { sources } = await verbsOf(company.engine).privacyReport();
    const hr = sources.find(({ system }) => system === 'hr');
    expect(hr?.asked.filter(({ records }) => records > 0)).toEqual([
      {
        attribute: 'mail',
        as: ['userPrincipalName', 'mail'],
        uses: expect.arrayContaining([
          { type: 'mapping', of: 'ramp: userName' },
          { type: 'join', of: 'hr' },
          { type: 'naming' },
        ]),
        ...{ sensitive: false, idle: false, records: 2 },
      },
      {
        attribute: 'type',
        as: ['employeeType'],
        uses: [{ type: 'scope', of: 'ramp' }],
        ...{ sensitive: false, idle: false, records: 2 },
      },
    ]);
    expect(hr?.unasked).toContain('birthDate');
    expect(hr?.stored).toEqual({
      records: 2,
      unused: [
        { attribute: 'born', records: 1, sensitive: false },
        { attribute: 'iban', records: 1, sensitive: true },
      ],
    });
    // Entra ID is asked for what is used, and answers little else.
    const entra = sources.find(({ system, kind }) => system === 'entra' && kind === 'user');
    expect(entra?.stored.unused.map(({ attribute }) => attribute)).toEqual(['createdDateTime']);
    expect(entra?.unasked).toContain('ageGroup');
  });
});

describe('values of people who have left', () => {
  const days = (number: number) => number * 86_400;
  const attributeSeconds = {
    department: days(30),
    employeeType: days(30),
    'hr/iban': days(1),
  };

  async function forget({ engine, watch }: Contoso): Promise<Engine> {
    const keeping = { ...engine, retention: { ...engine.retention, attributeSeconds } };
    await forgetOld(keeping, watch, 60_000);
    return keeping;
  }

  async function about(company: Contoso): Promise<Readonly<Record<string, string>>> {
    const name = 'ada.lovelace@contoso.com';
    const { holdings } = await verbsOf(company.engine).exportPerson(name);
    return Object.fromEntries(holdings.map(({ table, rows }) => [table, JSON.stringify(rows)]));
  }

  it('go after their time from wherever no system still says them', async () => {
    await using company = await contoso({
      systems: HR,
      files: { 'hr.csv': PEOPLE },
      write: `        scope: employeeType eq "employee"`,
    });
    const ada = company.hire({ name: 'ada.lovelace', department: 'Mathematics' });
    company.hire({ name: 'grace.hopper', department: 'Mathematics' });
    await company.run();
    await company.writeFile('hr.csv', PEOPLE.replace(/^1,.*\n/m, ''));
    company.graph.control.act({ act: 'delete', id: ada });
    await company.run({ full: true });

    await forget(company);
    company.clock.advance(days(2));
    await forget(company);
    const soon = await about(company);
    expect(soon.record).not.toMatch(/CH9300/);
    expect(soon.identity).toMatch(/Mathematics.*employee/);
    expect(soon.plan_operation).toMatch(/Mathematics/);

    company.clock.advance(days(30));
    const keeping = await forget(company);
    const late = await about(company);
    for (const table of ['identity', 'identity_change', 'plan_operation', 'outcome'] as const) {
      expect([table, late[table]]).not.toEqual([
        table,
        expect.stringMatching(/Mathematics|"employee"/),
      ]);
    }
    // Ramp still has the account, and says so itself.
    expect(late.record?.match(/Mathematics/g)).toHaveLength(3);
    expect(late.identity).toMatch(/Lovelace/);
    const told = await Array.fromAsync(
      company.engine.audit.entries({ action: 'values-forgotten', limit: 9 }),
    );
    expect(told.map(({ payload }) => payload?.detail)).toEqual([
      {
        people: 1,
        attributes: ['department', 'employeeType', 'hr/iban'],
        afterSeconds: days(30),
      },
      { people: 1, attributes: ['hr/iban'], afterSeconds: days(1) },
    ]);
    const { retention } = await verbsOf(keeping).privacyReport();
    expect(retention[0]).toEqual({
      attribute: 'department',
      seconds: days(30),
      ...{ leavers: 1, forgotten: 1 },
    });

    // Nobody is written because of it, nothing comes back, and those who are there keep theirs.
    const { targets } = await company.run({ full: true });
    expect(targets[0]?.done).toEqual({});
    expect((await about(company)).identity).not.toMatch(/Mathematics/);
    const [grace] = await verbsOf(company.engine).people('grace.hopper@contoso.com');
    expect(grace?.attributes).toMatchObject({
      department: 'Mathematics',
      employeeType: 'employee',
    });
    expect(await verifyTrail(company.engine.audit)).toMatchObject({ whole: true });
  });
});
