/** Three lists of the same people into an application: each is right about something, and names are drawn. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { RunReport } from '../../src/sync/engine.ts';
import type { ShownIdentity } from '../../src/sync/history.ts';
import { runSync } from '../../src/sync/run.ts';
import type { ValueExplanation } from '../../src/sync/verbs.ts';

const CONFIGURATION = `
systems:
  hr:
    connector: file
    options: { path: hr.csv, id: number }
    read:
      user:
        map: { employeeId: "[number]", mobile: "[phone]", userType: "[type]", department: "[dept]" }
        authoritative: [jobTitle]
  agency:
    connector: file
    options: { path: agency.csv, id: number }
    read:
      user:
        creates: false
        authority: false
        join: [employeeId]
        map: { employeeId: "[number]", department: "[client]", jobTitle: "[role]" }
  phones:
    connector: file
    options: { path: phones.csv, id: number }
    read:
      user:
        creates: false
        authority: false
        join: [employeeId]
        map: { employeeId: "[number]", mobile: "[phone]" }
  app:
    connector: scim
    options: { url: https://app.example.com/scim/v2, token: "\${env:TOKEN}" }
    write:
      user:
        match: [externalId]
        map:
          externalId: "[employeeId]"
          userName: "[mail]"
          'phoneNumbers[type eq "mobile"].value': "[mobile]"
          title: "[jobTitle]"

identity:
  user:
    mobile: { merge: recency }
    department:
      from:
        - { system: agency, when: 'userType eq "Contractor"' }
        - hr
    displayName: 'Join(" ", [givenName], [surname])'
    login: 'SelectUniqueValue(ToLower([surname]), Append(ToLower([surname]), Counter()))'
    mail: 'Join("", [login], "@contoso.com")'
`;

const HR = 'number,givenName,surname,dept,type,phone,jobTitle\n';
const LISTS = {
  'hr.csv': `${HR}1,Ada,Lovelace,Maths,Employee,100,Analyst\n2,Augusta,Lovelace,Loans,Contractor,200,\n`,
  'agency.csv': 'number,client,role\n1,Elsewhere,Poet\n2,Contoso Poetry,Translator\n',
  'phones.csv': 'number,phone\n1,101\n2,201\n',
};

async function company() {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-merging-'));
  const file = (name: string) => path.join(folder, name);
  for (const [name, text] of Object.entries(LISTS)) await writeFile(file(name), text);
  await writeFile(file('lockstep.yaml'), CONFIGURATION);
  const loaded = await loadConfiguration(file('lockstep.yaml'), {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  let time = Date.parse('2026-03-02T08:00:00Z');
  const now = () => new Date(time);
  const directory = openDirectory('app', directoryOptions.parse({}), memoryStorage(), now);
  const served = await servedSystem('app', directory);
  const app = scimService({
    basePath: '/scim/v2',
    authenticate: async () => ({ tenant: 'default', system: 'app' }),
    open: async () => served,
    leniency: ENTRA,
  });
  const ask = async (method: string, body?: unknown): Promise<unknown> => {
    const request = new Request('https://app.example.com/scim/v2/Users', {
      method,
      headers: { authorization: 'Bearer secret', 'content-type': 'application/scim+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await app.fetch(request)).json();
  };
  const engine = await openEngine(loaded.value, {
    now,
    fetch: async (input, init) => app.fetch(new Request(input, init)),
  });
  const watch = { signal: new AbortController().signal, progress: () => {} };
  return {
    add: (userName: string) =>
      ask('POST', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName }),
    accounts: async () => {
      const { Resources } = (await ask('GET')) as {
        readonly Resources: readonly Readonly<Record<string, unknown>>[];
      };
      return Object.fromEntries(Resources.map((account) => [account.userName, account]));
    },
    write: (name: keyof typeof LISTS, text: string) => writeFile(file(name), text),
    run: (): Promise<RunReport> => {
      time += 86_400_000;
      return runSync(engine, { trigger: 'command' }, watch);
    },
    explained: async (person: string, attribute: string): Promise<ValueExplanation> => {
      const { values } = await verbsOf(engine).explain({ person, attribute }, watch);
      const value = values?.find((each) => each.path === attribute) ?? values?.[0];
      if (value === undefined) throw new Error(`nothing is known of ${attribute}`);
      return value;
    },
    shown: (person: string): Promise<ShownIdentity> => verbsOf(engine).showIdentity({ person }),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

it('merges three lists by authority, recency and condition, and draws login names', async () => {
  await using contoso = await company();
  // Somebody made it there by hand, and it is nobody's here.
  await contoso.add('lovelace@contoso.com');
  expect(await contoso.run()).toMatchObject({ targets: [{ done: { create: 2 } }] });
  const accounts = await contoso.accounts();
  expect(accounts['lovelace1@contoso.com']).toMatchObject({
    externalId: '1',
    displayName: 'Ada Lovelace',
    title: 'Analyst',
    phoneNumbers: [{ type: 'mobile', value: '100' }],
    [ENTERPRISE]: { department: 'Maths' },
  });
  expect(accounts['lovelace2@contoso.com']).toMatchObject({
    externalId: '2',
    displayName: 'Augusta Lovelace',
    phoneNumbers: [{ type: 'mobile', value: '200' }],
    [ENTERPRISE]: { department: 'Contoso Poetry' },
  });
  // HR has the say about titles, also that there is none.
  expect(accounts['lovelace2@contoso.com']).not.toHaveProperty('title');

  await contoso.write('phones.csv', 'number,phone\n1,102\n2,201\n');
  expect(await contoso.run()).toMatchObject({ targets: [{ done: { update: 1 } }] });
  await contoso.write('hr.csv', LISTS['hr.csv'].replace('Lovelace,Maths', 'King,Maths'));
  await contoso.run();
  expect((await contoso.accounts())['lovelace1@contoso.com']).toMatchObject({
    displayName: 'Ada King',
    phoneNumbers: [{ type: 'mobile', value: '102' }],
  });
  expect((await contoso.run()).targets[0]?.done).toEqual({});
});

it('explains whose value counts, since when, why others do not, and what was computed', async () => {
  await using contoso = await company();
  await contoso.run();
  await contoso.write('phones.csv', 'number,phone\n1,102\n2,201\n');
  await contoso.run();
  expect(await contoso.explained('1', 'mobile')).toMatchObject({
    value: '102',
    origin: 'phones',
    rule: { merge: 'recency' },
    offers: [
      { system: 'hr', value: '100', verdict: 'older', readSince: new Date('2026-03-03T08:00:00Z') },
      {
        system: 'phones',
        value: '102',
        verdict: 'wins',
        changedAt: new Date('2026-03-04T08:00:00Z'),
      },
    ],
  });
  expect(await contoso.explained('1', 'department')).toMatchObject({
    value: 'Maths',
    origin: 'hr',
    rule: { merge: 'precedence', from: 'agency when userType eq "Contractor", then hr' },
    offers: [
      { system: 'hr', verdict: 'wins' },
      { system: 'agency', verdict: 'condition' },
    ],
  });
  expect(await contoso.explained('2', 'jobTitle')).toMatchObject({
    path: 'jobTitle',
    // That HR has none is what counts.
    offers: [
      { system: 'hr', verdict: 'wins', authoritative: true },
      { system: 'agency', value: 'Translator', verdict: 'later' },
    ],
  });
  const shown = await contoso.shown('2');
  expect(shown.values.find(({ path: name }) => name === 'jobTitle')).toMatchObject({
    path: 'jobTitle',
    offers: [
      { system: 'hr', wins: true },
      { system: 'agency', value: 'Translator', wins: false },
    ],
  });
  expect(shown.values.map(({ path: name }) => name)).not.toContain('role');
  expect(await contoso.explained('1', 'mail')).toEqual({
    path: 'mail',
    value: 'lovelace@contoso.com',
    origin: 'computed',
    rule: { merge: 'precedence' },
    computed: {
      expression: 'Join("", [login], "@contoso.com")',
      inputs: { login: 'lovelace' },
      result: 'computed',
    },
    offers: [],
  });
  expect(await contoso.explained('1', 'login')).toMatchObject({
    origin: 'computed',
    computed: { inputs: { surname: 'Lovelace' }, result: 'kept' },
  });
});
