import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { readConfiguration } from './load.ts';
import { describeProblem } from './text.ts';

/** What is said of cycles in a document, as a person reads it. */
async function cycles(text: string): Promise<readonly string[]> {
  const result = await readConfiguration(text, 'lockstep.yaml', {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  const found = result.ok ? (result.warnings ?? []) : result.problems;
  const others = found.filter(({ code }) => !/^write-|^stays-off$/.test(code));
  expect(others.map(({ code }) => code)).toEqual([]);
  return found.map(describeProblem);
}

interface Given {
  /** What the HR directory is read and written as. */
  readonly read?: string;
  readonly map?: string;
  readonly write?: string;
  /** Whole systems after it. */
  readonly others?: string;
  /** Whole systems before it. */
  readonly before?: string;
  readonly identity?: string;
}

function document({ read, map, write, others, before, identity }: Given): string {
  return `systems:
${before ?? ''}  hr:
    connector: scim
    profile: writeback
    options: { url: https://hr.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read:
      user: { creates: true, authority: true${read ?? ''} }
    write:
      user:
        ${write ?? 'firstRun: hold'}
        map:
          userName: "[login]"
          ${map ?? 'nickName: "[givenName]"'}
${others ?? ''}identity:
  user:
    login: "SelectUniqueValue(ToLower([surname]), Append(ToLower([surname]), Counter()))"
    ${identity ?? ''}
`;
}

const ENTRA = `  entra:
    connector: entra
    options: { tenant: contoso.com, managedIdentity: system }
    read: { user: { creates: false, authority: false, join: [employeeId] } }
`;

const MAIL = `'emails[type eq "work"].value': "[mail]"`;

describe('a value that is written and read again', { timeout: 20_000 }, () => {
  it('is no danger where it is computed from something else', async () => {
    const mail = 'mail: \'Join("", [login], "@contoso.com")\'';
    expect(await cycles(document({ map: MAIL, identity: mail }))).toEqual([]);
  });

  it('is no danger where nobody else has one', async () => {
    expect(await cycles(document({ map: MAIL }))).toEqual([]);
    expect(await cycles(document({ map: MAIL, identity: 'mail: "ToLower([mail])"' }))).toEqual([]);
  });

  it('is no danger where it is written to whom has none, and his from then on', async () => {
    const mail = 'mail: { default: \'Join("", [login], "@contoso.com")\' }';
    expect(await cycles(document({ map: MAIL, identity: mail }))).toEqual([]);
  });

  it('is no danger where it is only a first value', async () => {
    const map = `'emails[type eq "work"].value': { value: "[mail]", when: create }`;
    expect(await cycles(document({ map, others: ENTRA }))).toEqual([]);
  });

  it('is refused where it comes before the system it came from', async () => {
    expect(await cycles(document({ map: MAIL, others: ENTRA }))).toEqual([
      `lockstep.yaml:13:11  entra.mail → mail → hr.emails[type eq "work"].value → mail: hr comes before entra for mail: what entra supplies is written to hr, read back from there, and counts instead of whatever entra says next; say who decides, as identity: { user: { mail: { from: [entra] } } }, or drop the row: 'emails[type eq "work"].value': false`,
    ]);
  });

  it.each([
    ['from', { identity: 'mail: { from: [entra] }' }],
    ['an authoritative source', { others: ENTRA.replace('join:', 'authoritative: [mail], join:') }],
  ])('is no danger where %s says who decides', async (_, given) => {
    expect(await cycles(document({ map: MAIL, others: ENTRA, ...given }))).toEqual([]);
  });

  it('is a danger where whoever has the say counts for some people only', async () => {
    const always = ENTRA.replace('join:', 'authoritative: [mail], join:');
    const agency = ENTRA.replace('entra:', 'agency:');
    expect(await cycles(document({ map: MAIL, others: always + agency }))).toEqual([]);
    const sometimes = always.replace('join:', "while: 'jobTitle pr', join:");
    expect(await cycles(document({ map: MAIL, others: sometimes + agency }))).toEqual([
      expect.stringContaining('agency.mail → mail → hr.emails[type eq "work"].value → mail'),
    ]);
  });

  it('is told of where it stays although its origin took it back', async () => {
    const given = { map: MAIL, others: ENTRA, read: ', precedence: { mail: 1000 }' };
    expect(await cycles(document(given))).toEqual([
      'lockstep.yaml:13:11  mail: what entra takes back stays, since hr still has it from here and is asked then; let entra be authoritative for it: read: { user: { authoritative: [mail] } }',
    ]);
  });

  it('is refused where the newest or all values count, with both systems named', async () => {
    const map = `'phoneNumbers[type eq "mobile"].value': "[mobile]"`;
    const newest = 'mobile: { merge: recency }';
    expect(await cycles(document({ map, others: ENTRA, identity: newest }))).toEqual([
      expect.stringContaining(
        'lockstep.yaml:13:11  entra.mobilePhone → mobile → hr.phoneNumbers[type eq "mobile"].value → mobile: whoever changed mobile last counts, and being written is a change: hr and entra could overwrite each other in turns; let mobile be decided by precedence',
      ),
    ]);
    const all = 'mobile: { merge: union }';
    expect(await cycles(document({ map, others: ENTRA, identity: all }))).toEqual([
      expect.stringContaining('what entra takes back returns from hr, where it was written'),
    ]);
  });

  it('names a ring of two systems once, and both of its ends', async () => {
    const app = `  payroll:
    connector: scim
    profile: writeback
    options: { url: https://payroll.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read: { user: { join: [employeeId] } }
    write: { user: { map: { nickName: "[mail]", title: "[nick]" } } }
`;
    const read = ', map: { nick: "[nickName]" }';
    const title = 'title: "[jobTitle]"';
    expect(
      await cycles(
        document({ map: title, read, others: app, identity: 'jobTitle: { from: [payroll] }' }),
      ),
    ).toEqual([]);
    const newest = 'jobTitle: { merge: recency }';
    const both = app.replace('title: "[nick]"', 'title: "[jobTitle]"');
    expect(await cycles(document({ map: title, others: both, identity: newest }))).toEqual([
      expect.stringContaining(
        'payroll.title → jobTitle → hr.title → jobTitle → payroll.title: whoever changed jobTitle last',
      ),
    ]);
  });

  it('is refused where two places take their values from each other', async () => {
    const map = 'nickName: "[jobTitle]", title: "[nick]"';
    const given = { read: ', map: { nick: "[nickName]" }', map: map.replace(', ', '\n          ') };
    expect(await cycles(document(given))).toEqual([
      expect.stringContaining(
        'hr.nickName → nick → hr.title → jobTitle → hr.nickName: these places take their values from each other',
      ),
    ]);
  });

  it('is refused where it is made anew from itself, and not where it is only spelt anew', async () => {
    const grows = { map: `nickName: 'Append([nick], "!")'`, read: ', map: { nick: "[nickName]" }' };
    expect(await cycles(document(grows))).toEqual([
      expect.stringContaining(
        'hr.nickName → nick → hr.nickName: the value that is written is made from what is read there',
      ),
    ]);
    const raw = {
      map: MAIL,
      identity: `mail: 'Coalesce([hr/emails[type eq "work"].value], Join("", [login], "@contoso.com"))'`,
    };
    expect(await cycles(document(raw))).toEqual([]);
    expect(
      await cycles(document({ ...raw, identity: raw.identity.replace('Coalesce(', 'Join("", ') })),
    ).toHaveLength(1);
    const spelt = { ...grows, map: `nickName: 'ToUpper([nick])'` };
    expect(await cycles(document(spelt))).toEqual([]);
  });

  it('is told of where whoever is turned off by a scope would count as turned off at the source', async () => {
    const map = `active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'`;
    expect(await cycles(document({ map }))).toEqual([]);
    expect(await cycles(document({ map, write: 'scope: jobTitle pr' }))).toEqual([
      expect.stringContaining(
        'hr.active → accountEnabled → hr.active: whoever is turned off in hr because of its scope',
      ),
    ]);
  });

  it('of a target that is read as well says in one sentence what it only repeats', async () => {
    const text = `systems:
${ENTRA.replace('creates: false, authority: false, ', '')}  app:
    connector: scim
    options: { url: https://app.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read: { user: { join: [userPrincipalName] } }
    write: { user: {} }
`;
    const told = await cycles(text);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^lockstep.yaml:10:14 {2}(\w+, )+\w+: what entra takes back stays/);
  });
});
