/** HR supplies people and is written back their login names and addresses, which nobody writes twice. */

import { expect, it } from 'vitest';
import { company } from './writeback-world.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const CONFIGURATION = `
systems:
  hr:
    connector: scim
    profile: writeback
    options: { url: https://hr.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read:
      user: { creates: true, authority: true }
    write:
      user:
        map:
          userName: "[login]"
          'emails[type eq "work"].value': "[mail]"
          nickName: "[nickName]"
  app:
    connector: scim
    options: { url: https://app.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    # It knows what people are called, and HR is told; about everything else HR has the say.
    read:
      user:
        join: [employeeId]
        map: { employeeId: "[externalId]", nickName: "[nickName]" }
    write:
      user:
        match: [externalId]
        map:
          externalId: "[employeeId]"
          userName: "[mail]"
          active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'

identity:
  user:
    login: 'SelectUniqueValue(ToLower([surname]), Append(ToLower([surname]), Counter()))'
    mail: 'Join("", [login], "@contoso.com")'
    nickName: { from: [app] }
    displayName: { from: [hr] }
    jobTitle: { from: [hr] }
    accountEnabled: { from: [hr] }
`;

function worker(number: string, givenName: string, familyName: string, title: string) {
  return {
    userName: number,
    name: { givenName, familyName },
    displayName: `${givenName} ${familyName}`,
    title,
    [ENTERPRISE]: { employeeNumber: number },
  };
}

it('writes login name and address back, and nothing in the run after', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company(CONFIGURATION);
  const ada = await contoso.hr.hire(worker('42', 'Ada', 'Lovelace', 'Analyst'));
  const grace = await contoso.hr.hire(worker('43', 'Grace', 'Hopper', 'Admiral'));
  expect((await contoso.run()).verdict).toBe('done');
  expect(await contoso.hr.account(ada)).toMatchObject({
    userName: 'lovelace',
    emails: [{ type: 'work', value: 'lovelace@contoso.com' }],
    title: 'Analyst',
    [ENTERPRISE]: { employeeNumber: '42' },
  });
  expect(await contoso.hr.account(grace)).toMatchObject({ userName: 'hopper' });
  expect((await contoso.app.accounts()).map(({ userName }) => userName).toSorted()).toEqual([
    'hopper@contoso.com',
    'lovelace@contoso.com',
  ]);
  const before = [contoso.hr.writes(), contoso.app.writes()];
  for (let round = 0; round < 2; round++) {
    const { verdict, targets } = await contoso.run();
    expect([verdict, targets.map(({ done }) => done)]).toEqual(['done', [{}, {}]]);
  }
  expect([contoso.hr.writes(), contoso.app.writes()]).toEqual(before);
});

it('carries changes of both sides across in one run, and none of them back', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company(CONFIGURATION);
  const ada = await contoso.hr.hire(worker('42', 'Ada', 'Lovelace', 'Analyst'));
  await contoso.run();
  await contoso.run();
  const [account] = await contoso.app.accounts();
  await contoso.app.change(account?.id ?? '', 'nickName', 'Countess');
  await contoso.hr.change(ada, 'title', 'Lead analyst');
  await contoso.hr.change(ada, 'name.familyName', 'King');
  await contoso.run();
  // A name that was given stays when somebody marries.
  expect(await contoso.hr.account(ada)).toMatchObject({
    userName: 'lovelace',
    nickName: 'Countess',
    name: { familyName: 'King' },
  });
  expect(await contoso.app.accounts()).toMatchObject([
    { userName: 'lovelace@contoso.com', nickName: 'Countess', title: 'Lead analyst' },
  ]);
  const before = [contoso.hr.writes(), contoso.app.writes()];
  await contoso.run();
  await contoso.run();
  expect([contoso.hr.writes(), contoso.app.writes()]).toEqual(before);

  await contoso.app.change(account?.id ?? '', 'nickName', '');
  await contoso.run();
  expect(await contoso.hr.account(ada)).not.toHaveProperty('nickName');
});

it('turns accounts of leavers off, and leaves their HR records alone', {
  timeout: 30_000,
}, async () => {
  await using contoso = await company(CONFIGURATION);
  const ada = await contoso.hr.hire(worker('42', 'Ada', 'Lovelace', 'Analyst'));
  const grace = await contoso.hr.hire(worker('43', 'Grace', 'Hopper', 'Admiral'));
  await contoso.run();
  const written = contoso.hr.writes();
  await contoso.hr.change(ada, 'active', false);
  await contoso.hr.dismiss(grace);
  await contoso.run();
  expect(await contoso.app.accounts()).toMatchObject([{ active: false }, { active: false }]);
  expect(await contoso.hr.account(ada)).toMatchObject({ active: false, userName: 'lovelace' });
  await contoso.run();
  expect(contoso.hr.writes()).toBe(written);

  await contoso.hr.change(ada, 'active', true);
  await contoso.run();
  const active = (await contoso.app.accounts()).filter((each) => each.active === true);
  expect(active).toMatchObject([{ externalId: '42' }]);
});
