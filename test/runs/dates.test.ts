/** People who come and go by date: nobody is looked at before a date of theirs has come. */

import { describe, expect, it } from 'vitest';
import { type Company, company, watch } from './dates-world.ts';

const ZURICH = '{ zone: Europe/Zurich, by: office, zones: { Austin: America/Chicago } }';

describe('somebody who is to be hired', () => {
  it('has an account two weeks before the first day, where that day begins', async () => {
    await using contoso = await company({ dates: ZURICH });
    await contoso.employees(
      { name: 'ada', hired: '2027-03-01' },
      { name: 'alan', hired: '2027-03-01', office: 'Austin' },
    );
    await contoso.run();
    expect(await contoso.accounts()).toEqual({});
    expect((await contoso.verbs.status()).targets[0]?.dates).toEqual({
      people: 2,
      next: new Date('2027-02-14T23:00:00Z'),
    });
    expect(await contoso.due('2027-02-14T22:59:59Z')).toBe(0);
    expect(await contoso.due('2027-02-14T23:00:00Z')).toBe(1);
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true });
    await contoso.at('2027-02-15T06:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true });
  });

  it('has one at once when the first day is today, or past', async () => {
    await using contoso = await company();
    await contoso.employees(
      { name: 'ada', hired: '2027-01-04' },
      { name: 'grace', hired: '2020-02-29' },
    );
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true, grace: true });
  });

  it('is earlier or later when the date is corrected', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', hired: '2027-03-01' });
    await contoso.run();
    await contoso.employees({ name: 'ada', hired: '2027-04-01' });
    await contoso.run();
    expect(await contoso.due('2027-03-17T23:59:59Z')).toBe(0);
    expect(await contoso.due('2027-03-18T00:00:00Z')).toBe(1);
    await contoso.employees({ name: 'ada', hired: '2027-03-20' });
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true });
  });

  it('never has an account when the hire is rescinded before', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', hired: '2027-03-01' }, { name: 'alan' });
    await contoso.run();
    await contoso.employees({ name: 'alan' });
    await contoso.run();
    expect(await contoso.due('2027-12-31T00:00:00Z')).toBe(0);
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ alan: true });
  });

  it('loses the account when it is rescinded afterwards, and has it again on another date', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', hired: '2027-01-11' });
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true });
    // No date is no hire: the record stays in HR.
    await contoso.employees({ name: 'ada', hired: '' });
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: false });
    await contoso.employees({ name: 'ada', hired: '2027-06-01' });
    await contoso.at('2027-05-17T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false });
    await contoso.at('2027-05-18T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true });
  });
});

describe('somebody who leaves', () => {
  it('has the account through the last day, however long that day is', async () => {
    await using contoso = await company({ dates: ZURICH });
    // Clocks go back in Zurich on this day.
    await contoso.employees({ name: 'ada', left: '2027-10-31' });
    await contoso.run();
    expect(await contoso.due('2027-10-31T22:59:59Z')).toBe(0);
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true });
    const { run } = await contoso.at('2027-10-31T23:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false });
    const [entry] = await Array.fromAsync(contoso.verbs.entries({ run, limit: 10 }));
    expect(entry?.operation).toMatchObject({ action: 'disable', cause: 'date' });
    expect(entry?.steps.scope.facts.find(({ type }) => type === 'scope')).toMatchObject({
      verdict: false,
      clauses: [{ verdict: true }, { verdict: false }, { verdict: true }],
    });
  });

  it('is deleted so many days after, unless she is to return before', async () => {
    await using contoso = await company({ leave: '{ delete-after: 30d }' });
    await contoso.employees(
      { name: 'ada', left: '2027-01-10' },
      { name: 'alan', left: '2027-01-10' },
    );
    await contoso.run();
    await contoso.at('2027-01-11T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false, alan: false });
    await contoso.employees(
      { name: 'ada', hired: '2027-02-20', number: 'n-2' },
      { name: 'alan', left: '2027-01-10' },
    );
    await contoso.at('2027-01-20T00:00:00Z');
    await contoso.at('2027-02-05T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false, alan: false });
    await contoso.at('2027-02-06T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: false });
    await contoso.at('2027-02-10T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true });
  });

  it('leaves on the day though something failed meanwhile', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', left: '2027-01-10' });
    await contoso.run();
    contoso.fails(true);
    await contoso.employees({ name: 'ada', left: '2027-01-10', office: 'Geneva' });
    for (const day of ['06', '07', '08', '09']) await contoso.at(`2027-01-${day}T12:00:00Z`);
    contoso.fails(false);
    await contoso.at('2027-01-11T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false });
  });
});

describe('somebody who is away', () => {
  it('is off for as long, and on again the day after', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', away: '2028-02-01', back: '2028-02-28' });
    await contoso.run();
    const on = async (moment: string) => {
      await contoso.at(moment);
      return (await contoso.accounts()).ada;
    };
    expect(await on('2028-01-31T23:59:00Z')).toBe(true);
    expect(await on('2028-02-01T00:00:00Z')).toBe(false);
    expect(await on('2028-02-28T23:59:00Z')).toBe(false);
    // A leap year.
    expect(await on('2028-02-29T00:00:00Z')).toBe(true);
  });
});

describe('somebody who changes', () => {
  it('is the same person under another number when she is hired again', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada', left: '2027-01-10' }, { name: 'alan' });
    await contoso.run();
    await contoso.at('2027-01-11T00:00:00Z');
    const before = await contoso.account('ada');
    await contoso.employees(
      { name: 'ada', number: 'n-new', hired: '2027-06-01' },
      { name: 'alan' },
    );
    await contoso.at('2027-05-17T23:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: false, alan: true });
    await contoso.at('2027-05-18T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true });
    expect((await contoso.account('ada'))?.id).toBe(before?.id);
    expect(await contoso.people('ada')).toHaveLength(1);
  });

  it.each([
    ['an employee who becomes a contractor', 'employees', 'contractors', 'Contractor'],
    ['a contractor who becomes an employee', 'contractors', 'employees', 'Employee'],
  ] as const)('stays one person with one account: %s', async (_, from, to, type) => {
    await using contoso = await company();
    await contoso[from]({ name: 'ada', left: '2027-03-31' }, { name: 'alan' });
    await contoso.run();
    // Known ahead in both: the old source decides until she is gone from it.
    await contoso[to]({ name: 'ada', number: 'n-new', hired: '2027-04-01' });
    await contoso.at('2027-03-20T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true });
    await contoso[from]({ name: 'alan' });
    await contoso.at('2027-04-01T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true });
    expect((await contoso.account('ada'))?.attributes.userType).toBe(type);
    expect(await contoso.people('ada')).toHaveLength(1);
  });

  const EMPLOYED = 'employeeHireDate le "now" and not (employeeLeaveDateTime le "now-1d")';

  it.each([
    ['employees', 'contractors', 'Employee', 'Contractor'],
    ['contractors', 'employees', 'Contractor', 'Employee'],
  ] as const)(
    'has one account without a gap where %s become %s and both stay on file',
    async (from, to, before, after) => {
      await using contoso = await company({ while: EMPLOYED, scope: 'userName pr or mail pr' });
      await contoso[from]({ name: 'ada', left: '2027-03-31' });
      await contoso[to]({ name: 'ada', number: 'n-new', hired: '2027-04-01', left: '2027-06-30' });
      await contoso.run();
      const type = async (moment: string) => {
        await contoso.at(moment);
        const { active, userType } = (await contoso.account('ada'))?.attributes ?? {};
        return active === true ? userType : 'off';
      };
      expect(await type('2027-01-05T00:00:00Z')).toBe(before);
      expect(await type('2027-03-31T23:59:59Z')).toBe(before);
      expect(await type('2027-04-01T00:00:00Z')).toBe(after);
      expect(await type('2027-06-30T23:59:59Z')).toBe(after);
      expect(await type('2027-07-01T00:00:00Z')).toBe('off');
      expect(await contoso.people('ada')).toHaveLength(1);
    },
  );

  it('is explained on a day to come as who she is then', async () => {
    await using contoso = await company({ while: EMPLOYED, scope: 'mail pr' });
    await contoso.employees({ name: 'ada', left: '2027-03-31' });
    await contoso.contractors({ name: 'ada', number: 'n-new', hired: '2027-04-01' });
    await contoso.run();
    const on = async (at: string) => {
      const person = 'ada@contoso.com';
      const { identity, targets } = await contoso.verbs.explain(
        { person, at: new Date(at) },
        watch,
      );
      const decision = targets[0]?.decision ?? { code: 'none' };
      return [
        identity.attributes.employeeType,
        'code' in decision ? decision.code : decision.action,
      ];
    };
    expect(await on('2027-03-31T12:00:00Z')).toEqual(['Employee', 'in-sync']);
    expect(await on('2027-04-01T12:00:00Z')).toEqual(['Contractor', 'update']);
  });

  it('is nobody to provision before a record of hers counts', async () => {
    await using contoso = await company({ while: EMPLOYED, scope: 'mail pr' });
    await contoso.employees({ name: 'ada', hired: '2027-02-01' }, { name: 'alan', hired: 'soon' });
    const { readings } = await contoso.run();
    expect(await contoso.accounts()).toEqual({});
    expect(readings[0]?.result?.rejected.map(({ code }) => code)).toEqual(['date-unreadable']);
    expect(await contoso.people('ada')).toMatchObject([{ present: false }]);
    await contoso.at('2027-02-01T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true });
    await contoso.employees(
      { name: 'ada', hired: '1.2.2027' },
      { name: 'alan', hired: '2027-02-01' },
    );
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true });
  });

  it('stays for as long as a project is extended', async () => {
    await using contoso = await company();
    await contoso.contractors({ name: 'alan', left: '2027-01-31' });
    await contoso.run();
    await contoso.contractors({ name: 'alan', left: '2027-02-28' });
    await contoso.at('2027-01-30T00:00:00Z');
    expect(await contoso.due('2027-02-28T23:59:59Z')).toBe(0);
    await contoso.at('2027-03-01T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ alan: false });
    // Too late, and after all.
    await contoso.contractors({ name: 'alan', left: '2027-03-31' });
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ alan: true });
  });
});

describe('an expression that reads the time', () => {
  it('is worked out again when it comes to something else', async () => {
    await using contoso = await company({
      scope: 'mail pr',
      map: ['nickName: \'IIF(CDate([employeeHireDate]) > Now(), "to come", "here")\''],
    });
    await contoso.employees({ name: 'ada', hired: '2027-01-20' });
    await contoso.run();
    expect((await contoso.account('ada'))?.attributes.nickName).toBe('to come');
    expect(await contoso.due('2027-01-19T23:59:59Z')).toBe(0);
    await contoso.at('2027-01-20T00:00:00Z');
    expect((await contoso.account('ada'))?.attributes.nickName).toBe('here');
  });

  it('changes an identity when its value is computed', async () => {
    await using contoso = await company({
      scope: 'stage pr',
      map: ['nickName: "[stage]"'],
      more: `identity:
  user:
    stage: 'IIF(DateDiff("d", CDate([employeeHireDate]), Now()) < 90, "new", "settled")'`,
    });
    await contoso.employees({ name: 'ada', hired: '2026-11-01' });
    await contoso.run();
    await contoso.at('2027-01-29T23:59:59Z');
    expect((await contoso.account('ada'))?.attributes.nickName).toBe('new');
    await contoso.at('2027-01-30T00:00:00Z');
    expect((await contoso.account('ada'))?.attributes.nickName).toBe('settled');
    expect(await contoso.people('ada')).toMatchObject([{ attributes: { stage: 'settled' } }]);
  });
});

describe('a date that cannot be read', () => {
  it('leaves the account as it is, and is told', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'ada' }, { name: 'grace' });
    await contoso.run();
    await contoso.employees({ name: 'ada', hired: '01/02/2020' }, { name: 'grace', left: 'soon' });
    await contoso.run();
    expect(await contoso.accounts()).toEqual({ ada: true, grace: true });
    const refused = await Array.fromAsync(contoso.verbs.unsent('wiki'));
    expect(refused.map(({ code, message }) => `${code}: ${message}`).toSorted()).toEqual([
      'date-unreadable: employeeHireDate cannot be read as a date, so nobody knows what the scope says',
      'date-unreadable: employeeLeaveDateTime cannot be read as a date, so nobody knows what the scope says',
    ]);
  });
});

describe('what dates will bring', () => {
  /** What would be done for whom, beyond what is to be done today. */
  const told = ({ targets }: Awaited<ReturnType<Company['ahead']>>) =>
    targets.flatMap(({ samples }) =>
      samples.map(({ action, label }) => `${action} ${label.replace('@contoso.com', '')}`),
    );

  it('is told as of a day to come: who has an account then, and who has none any more', async () => {
    await using contoso = await company();
    await contoso.employees(
      { name: 'ada', hired: '2027-03-01' },
      { name: 'grace', left: '2027-02-26' },
      { name: 'edsger', away: '2027-02-01', back: '2027-02-20' },
      { name: 'alan' },
    );
    await contoso.run();
    expect(told(await contoso.ahead('2027-01-31T00:00:00Z'))).toEqual([]);
    expect(told(await contoso.ahead('2027-02-10T00:00:00Z'))).toEqual(['disable edsger']);
    const report = await contoso.ahead('2027-03-01T00:00:00Z');
    expect(told(report).toSorted()).toEqual(['create ada', 'disable grace']);
    expect(report).toMatchObject({ verdict: 'done', people: 2, at: new Date('2027-03-01') });
    await contoso.at('2027-03-01T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ ada: true, alan: true, edsger: true, grace: false });
  });

  it('leaves out what is to be done today, and changes nothing', async () => {
    await using contoso = await company();
    await contoso.employees({ name: 'alan' }, { name: 'ada', hired: '2027-03-01' });
    await contoso.run();
    await contoso.employees(
      { name: 'alan', office: 'Austin' },
      { name: 'ada', hired: '2027-03-01' },
    );
    await contoso.verbs.plan({}, watch);
    expect(told(await contoso.ahead('2027-03-01T00:00:00Z'))).toEqual(['create ada']);
    const [due] = await Promise.all([contoso.due('2027-01-04T08:00:00Z'), contoso.run()]);
    expect(due).toBe(1);
    expect((await contoso.account('alan'))?.attributes.title).toBe('Austin');
  });

  it('goes by the record that counts on that day', async () => {
    await using contoso = await company({
      while: 'employeeHireDate le "now" and not (employeeLeaveDateTime le "now-1d")',
      scope: 'userPrincipalName pr',
    });
    await contoso.employees({ name: 'ada', hired: '2027-03-01' });
    await contoso.contractors({ name: 'ada', number: 'c1', left: '2027-02-28' });
    await contoso.run();
    expect((await contoso.account('ada'))?.attributes.userType).toBe('Contractor');
    const { targets } = await contoso.ahead('2027-03-01T00:00:00Z');
    const [sample] = targets[0]?.samples ?? [];
    expect(sample && 'changes' in sample && sample.changes).toContainEqual({
      path: 'userType',
      before: 'Contractor',
      after: 'Employee',
    });
  });

  it('deletes whoever has been off for long enough by then', async () => {
    await using contoso = await company({ leave: '{ delete-after: 30d }' });
    await contoso.employees({ name: 'grace', left: '2027-01-05' });
    await contoso.run();
    await contoso.at('2027-01-06T00:00:00Z');
    expect(await contoso.accounts()).toEqual({ grace: false });
    expect(told(await contoso.ahead('2027-02-04T23:59:59Z'))).toEqual([]);
    expect(told(await contoso.ahead('2027-02-05T00:00:00Z'))).toEqual(['delete grace']);
  });
});
