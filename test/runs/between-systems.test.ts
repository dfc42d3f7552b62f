/**
 * A directory between systems: an HR directory, an agency and a telephone list become one profile,
 * which an application follows, and HR is told.
 */

import { expect, it } from 'vitest';
import { type Company, company } from './writeback-world.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const CONFIGURATION = `
systems:
  hr:
    connector: scim
    profile: writeback
    options: { url: https://hr.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read: { user: { creates: true, authority: true } }
    write:
      user:
        scope: userType eq "Employee"
        map:
          userName: "[login]"
          'emails[type eq "work"].value': "[mail]"
  agency:
    connector: file
    options: { path: agency.csv, id: contract }
    read:
      user:
        while: not (projectEnd le "now")
        map: { employeeId: "[contract]", jobTitle: "[role]", userType: '"Contractor"' }
  phones:
    connector: file
    options: { path: phones.csv, id: entry }
    read:
      user:
        creates: false
        authority: false
        join: [{ same: { surname: text, city: text } }]
        map: { surname: "[name]", city: "[town]", telephoneNumber: "[phone]" }
  app:
    connector: scim
    options: { url: https://app.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    write:
      user:
        scope: groups eq "traders"
        match: [externalId]
        map:
          externalId: "[employeeId]"
          userName: "[mail]"
        drift: { attributes: { title: revert } }

groups:
  traders:
    title: Traders
    members: jobTitle eq "Trader" and city eq "London"

identity:
  user:
    login: 'SelectUniqueValue(ToLower([surname]), Append(ToLower([surname]), Counter()))'
    mail: 'Join("", [login], "@contoso.com")'
    surname: { from: [hr, agency] }
    city: { from: [hr, agency] }
`;

const FILES = {
  'agency.csv':
    'contract,givenName,surname,role,city,projectEnd\nC7,Alan,Turing,Trader,London,2026-03-31\n',
  'phones.csv':
    'entry,name,town,phone\n1,Lovelace,London,100\n2,Turing,London,200\n3,Nobody,Paris,300\n',
};

function worker(
  number: string,
  givenName: string,
  familyName: string,
  title: string,
  city: string,
) {
  return {
    userName: number,
    userType: 'Employee',
    name: { givenName, familyName },
    title,
    addresses: [{ type: 'work', locality: city }],
    [ENTERPRISE]: { employeeNumber: number },
  };
}

function contoso(): Promise<Company> {
  return company(CONFIGURATION, undefined, FILES);
}

async function active({ app }: Company): Promise<readonly unknown[]> {
  const accounts = await app.accounts();
  return accounts.flatMap((each) => (each.active === true ? [each.externalId] : [])).toSorted();
}

it('makes one profile of several sources, HR first, and nobody of a list that only knows numbers', {
  timeout: 30_000,
}, async () => {
  await using company = await contoso();
  const ada = await company.hr.hire(worker('42', 'Ada', 'Lovelace', 'Trader', 'London'));
  await company.run();
  const accounts = await company.app.accounts();
  expect(
    accounts.toSorted((a, b) => String(a.externalId).localeCompare(String(b.externalId))),
  ).toMatchObject([
    {
      externalId: '42',
      userName: 'lovelace@contoso.com',
      title: 'Trader',
      phoneNumbers: [{ type: 'work', value: '100' }],
    },
    { externalId: 'C7', userName: 'turing@contoso.com', phoneNumbers: [{ value: '200' }] },
  ]);
  expect(await company.hr.account(ada)).toMatchObject({ userName: 'lovelace' });
  // Contractors are none of HR's.
  expect(await company.hr.accounts()).toHaveLength(1);
});

it('lets access follow job and location', { timeout: 30_000 }, async () => {
  await using company = await contoso();
  await company.hr.hire(worker('42', 'Ada', 'Lovelace', 'Trader', 'London'));
  const grace = await company.hr.hire(worker('43', 'Grace', 'Hopper', 'Trader', 'Zurich'));
  await company.run();
  expect(await active(company)).toEqual(['42', 'C7']);
  await company.hr.change(grace, 'addresses[type eq "work"].locality', 'London');
  await company.run();
  expect(await active(company)).toEqual(['42', '43', 'C7']);
  await company.hr.change(grace, 'title', 'Admiral');
  await company.run();
  expect(await active(company)).toEqual(['42', 'C7']);
});

it('turns contractors off when their project ends, though the agency still lists them', {
  timeout: 30_000,
}, async () => {
  await using company = await contoso();
  await company.run();
  expect(await active(company)).toEqual(['C7']);
  await company.run(40);
  expect(await active(company)).toEqual([]);
  await company.write('agency.csv', FILES['agency.csv'].replace('2026-03-31', '2026-12-31'));
  await company.run();
  expect(await active(company)).toEqual(['C7']);
});

it('finds what was changed in the application itself, puts it back, and knows accounts of nobody', {
  timeout: 30_000,
}, async () => {
  await using company = await contoso();
  await company.hr.hire(worker('42', 'Ada', 'Lovelace', 'Trader', 'London'));
  await company.run();
  const account = (await company.app.accounts()).find(({ externalId }) => externalId === '42');
  await company.app.change(account?.id ?? '', 'title', 'Director');
  await company.app.hire({ userName: 'intruder@contoso.com' });
  await company.run();
  const request = { system: 'app', trigger: 'command' } as const;
  const report = await company.verbs.reconcile(request, company.watch);
  expect(report).toMatchObject({
    found: [
      { type: 'changed', path: 'title', state: 'reverting', count: 1 },
      { type: 'orphan', state: 'open', count: 1 },
    ],
    settled: { reverting: 1 },
  });
  expect(await company.app.account(account?.id ?? '')).toMatchObject({ title: 'Trader' });
});
