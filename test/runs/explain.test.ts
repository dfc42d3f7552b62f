import { describe, expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import type { ExplainRequest, TargetExplanation } from '../../src/sync/verbs.ts';
import { type Contoso, contoso } from './contoso.ts';

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
          employeeLeaveDateTime: "[leaves]"
`;

const people = (...lines: readonly string[]) => ({
  systems: HR,
  files: { 'hr.csv': ['number,mail,type,leaves,dept', ...lines, ''].join('\n') },
});

const ADA = '1,ada.lovelace@contoso.com,Employee,2026-09-01T00:00:00Z,Sales';

async function ramp(
  company: Contoso,
  request: Partial<ExplainRequest> = {},
): Promise<TargetExplanation> {
  const verbs = verbsOf(company.engine);
  const explained = await verbs.explain(
    { person: 'ada.lovelace@contoso.com', ...request },
    company.watch,
  );
  const [target] = explained.targets;
  if (target === undefined) throw new Error('nothing is written');
  return target;
}

const scoped = (scope: string) => `        scope: '${scope}'`;

describe('explaining without a source', () => {
  it('takes its values away, and says what would be done then', async () => {
    await using company = await contoso({
      ...people(ADA),
      write: scoped('employeeType eq "Employee"'),
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    expect((await ramp(company)).decision).toMatchObject({ code: 'in-sync' });
    const without = await ramp(company, { without: 'hr' });
    expect(without.decision).toMatchObject({ action: 'disable' });
    expect(without.steps).toContainEqual(
      expect.objectContaining({ type: 'scope', verdict: false }),
    );
    const back = await ramp(company, { without: 'hr', set: { employeeType: 'Employee' } });
    expect(back.decision).toMatchObject({ code: 'in-sync' });
    expect((await company.run()).targets[0]?.done).toEqual({});
  });

  it('leaves nobody where it was the only one to vouch', async () => {
    await using company = await contoso(people(ADA));
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const verbs = verbsOf(company.engine);
    const request = { person: 'ada.lovelace@contoso.com', without: 'entra' };
    const { identity, targets, without } = await verbs.explain(request, company.watch);
    expect(identity.present).toBe(false);
    expect(without).toBe('entra');
    expect(targets[0]?.decision).toMatchObject({ action: 'disable', reason: 'left' });
    await expect(ramp(company, { without: 'ramp' })).rejects.toMatchObject({
      code: 'unknown-system',
    });
  });
});

describe('explaining a day that is past', () => {
  it('shows who they were, what they had, and what was done until then', async () => {
    await using company = await contoso();
    const id = company.hire({ name: 'ada.lovelace', department: 'R&D' });
    company.clock.advance(3600);
    const before = company.clock.now();
    company.clock.advance(3600);
    await company.run();
    company.clock.advance(3600);
    const asOf = company.clock.now();
    company.clock.advance(3600);
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    await company.run();
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
    await company.run();
    const department = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

    const verbs = verbsOf(company.engine);
    const person = 'ada.lovelace@contoso.com';
    const then = await verbs.explain({ person, asOf }, company.watch);
    expect(then.identity.attributes).toMatchObject({ department: 'R&D', accountEnabled: true });
    expect(then).toMatchObject({ at: asOf, past: { logged: true }, records: [] });
    const [target] = then.targets;
    expect(target?.account?.asked).toMatchObject({ [department]: 'R&D' });
    expect(target?.account?.disabledBy).toBeUndefined();
    expect(target).toMatchObject({ decision: { code: 'in-sync' }, link: { how: 'created' } });
    expect(target?.history.map(({ operation }) => operation.action)).toEqual(['create']);
    expect((await ramp(company, { at: asOf })).account).toEqual(target?.account);

    const today = await ramp(company);
    expect(today.account?.asked).toMatchObject({ [department]: 'Sales' });
    expect(today.account?.disabledBy).toBe('us');

    const set = { department: 'Legal' };
    expect((await ramp(company, { asOf, set })).decision).toMatchObject({
      changes: [{ path: department, before: 'R&D', after: 'Legal' }],
    });
    await expect(ramp(company, { asOf: before })).rejects.toMatchObject({ code: 'nobody-then' });
    await expect(ramp(company, { asOf: new Date('2099-01-01') })).rejects.toMatchObject({
      code: 'moment-to-come',
    });
    await expect(ramp(company, { asOf, without: 'entra' })).rejects.toMatchObject({
      code: 'past-not-kept',
    });
  });

  it('tells nothing of targets where the log does not go back so far', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const asOf = company.clock.now();
    company.clock.advance(3600);
    const retention = { ...company.engine.retention, logSeconds: 60 };
    const verbs = verbsOf({ ...company.engine, retention });
    const explained = await verbs.explain(
      { person: 'ada.lovelace@contoso.com', asOf },
      company.watch,
    );
    expect(explained).toMatchObject({ past: { logged: false }, targets: [] });
    expect(explained.identity.links.map(({ system }) => system)).toEqual(['entra', 'ramp']);
  });
});

describe('a negative answer names the fact that decides', () => {
  it.each([
    [
      '2,somebody@contoso.com,Employee,,Sales',
      'hr has no record of this person, entra supplies none',
    ],
    ['1,ada.lovelace@contoso.com,,,Sales', 'hr supplies none, entra supplies none'],
  ])('absent, and who could have supplied it: %s', async (line, why) => {
    await using company = await contoso({
      ...people(line),
      write: scoped('employeeType eq "Employee"'),
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    expect((await ramp(company)).fact).toEqual({
      message: `not in ramp: employeeType is absent; ${why}`,
    });
  });

  it('another value than the scope takes, and from where it is', async () => {
    await using company = await contoso({
      ...people(ADA),
      write: scoped('employeeType eq "Contractor"'),
    });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    expect((await ramp(company)).fact).toEqual({
      message:
        'not in ramp: employeeType is "Employee" (hr), and the scope is: employeeType eq "Contractor"',
    });
  });
});

describe('explaining a day to come', () => {
  it('looks at dates as they will be then', async () => {
    const title = `IIF(DateDiff("d", Now(), CDate("2026-09-01T00:00:00Z")) > 0, "Engineer", "Alumna")`;
    await using company = await contoso({ write: `        map: { title: '${title}' }` });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    expect((await ramp(company)).decision).toMatchObject({ code: 'in-sync' });
    const later = await ramp(company, { at: new Date('2026-10-01') });
    expect(later.decision).toMatchObject({
      action: 'update',
      changes: [{ path: 'title', before: 'Engineer', after: 'Alumna' }],
    });
  });

  it('counts the days until an account is deleted, and what is over by then', async () => {
    await using company = await contoso();
    const id = company.hire({ name: 'ada.lovelace' });
    company.hire({ name: 'grace.hopper' });
    await company.run();
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
    await company.run();
    const targets = company.engine.targets.map((target) => ({
      ...target,
      do: [...target.do, 'delete'] as const,
      leave: { type: 'delete-after', days: 30 } as const,
    }));
    const engine = { ...company.engine, targets };
    const now = await ramp({ ...company, engine });
    expect(now.decision).toMatchObject({ code: 'not-active' });
    const until = now.waits.find(({ type }) => type === 'deletion')?.until ?? new Date(0);
    expect(now.waits).toContainEqual(expect.objectContaining({ type: 'deletion', over: false }));
    const later = await ramp({ ...company, engine }, { at: until });
    expect(later.decision).toMatchObject({ action: 'delete' });
    expect(later.waits).toContainEqual(expect.objectContaining({ type: 'deletion', over: true }));
    const early = new Date(until.getTime() - 1);
    expect((await ramp({ ...company, engine }, { at: early })).decision).toMatchObject({
      code: 'not-active',
    });
  });

  it('knows when somebody who failed is tried again, and until when a plan is held', async () => {
    await using company = await contoso({
      write: '        guard: { disable: { share: 1%, count: 0 } }',
    });
    company.ramp.fault({ type: 'fail', status: 500, on: 'POST /Users', times: 9 });
    const id = company.hire({ name: 'ada.lovelace' });
    await company.run();
    const [escrow] = (await ramp(company)).waits;
    expect(escrow).toMatchObject({ type: 'escrow', over: false });
    const at = escrow?.until ?? new Date(0);
    expect((await ramp(company, { at })).waits[0]).toMatchObject({ type: 'escrow', over: true });
    company.ramp.clearFaults();
    company.clock.advance(86_400);
    await company.run();
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
    await company.run();
    const [held] = (await ramp(company)).waits.filter(({ type }) => type === 'held');
    expect(held).toMatchObject({ over: false });
    const expired = await ramp(company, { at: held?.until ?? new Date(0) });
    expect(expired.waits).toContainEqual(expect.objectContaining({ type: 'held', over: true }));
  });
});

describe('a single value', () => {
  it('is told with everybody who offers one', async () => {
    await using company = await contoso(people(ADA));
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const verbs = verbsOf(company.engine);
    const asked = (attribute: string) =>
      verbs.explain({ person: 'ada.lovelace@contoso.com', attribute }, company.watch);
    const { values } = await asked('userPrincipalName');
    expect(values).toEqual([
      {
        path: 'userPrincipalName',
        value: 'ada.lovelace@contoso.com',
        origin: 'hr',
        rule: { merge: 'precedence' },
        offers: [
          expect.objectContaining({ system: 'hr', wins: true, verdict: 'wins' }),
          expect.objectContaining({ system: 'entra', present: true, verdict: 'later' }),
        ],
      },
    ]);
    expect((await asked('userName')).values?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['userPrincipalName']),
    );
    await expect(asked('userPrincipalname')).rejects.toMatchObject({ code: 'unknown-attribute' });
  });
});

describe('whom and what it is about', () => {
  it('names managers, and how the account became theirs', async () => {
    await using company = await contoso();
    company.hire({ name: 'grace.hopper' });
    company.hire({ name: 'ada.lovelace', manager: 'grace.hopper' });
    const { run } = await company.run();
    const verbs = verbsOf(company.engine);
    const explained = await verbs.explain({ person: 'ada.lovelace@contoso.com' }, company.watch);
    expect(explained.names.map(({ label }) => label)).toContain(
      'Grace Hopper (grace.hopper@contoso.com)',
    );
    expect(explained.targets[0]?.link).toMatchObject({ how: 'created', run });
  });
});

it('writes nothing, whatever it is asked', async () => {
  await using company = await contoso(people(ADA));
  company.hire({ name: 'ada.lovelace' });
  await company.run();
  const before = JSON.stringify(await company.users());
  const entries = (await Array.fromAsync(company.engine.audit.walk())).length;
  await ramp(company, {
    without: 'hr',
    at: new Date('2027-01-01'),
    set: { displayName: 'Countess' },
    attribute: 'displayName',
  });
  expect(JSON.stringify(await company.users())).toBe(before);
  expect((await Array.fromAsync(company.engine.audit.walk())).length).toBe(entries);
  expect((await company.run()).targets[0]?.done).toEqual({});
});
