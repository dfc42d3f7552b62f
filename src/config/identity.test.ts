import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { decidingOrder, identityConfiguration } from './identity.ts';
import { readConfiguration } from './load.ts';
import { describeProblem } from './text.ts';

/** Problems of a document with these lines under `identity.user`, as a person reads them. */
async function problems(...lines: readonly string[]): Promise<readonly string[]> {
  const text = `systems:
  hr:
    connector: file
    options: { path: hr.csv, id: number }
    read: { user: { map: { employeeId: "[number]", department: "[dept]", mail: "[mail]" } } }
  phones:
    connector: file
    options: { path: phones.csv, id: number }
    read: { user: { creates: false, join: [login], map: { mobile: "[phone]" } } }
  app:
    connector: scim
    options: { url: "https://app.example.com/scim/v2", token: "\${env:TOKEN}" }
    write: { user: { match: [userName], map: { userName: "[login]" } } }
identity:
  user:
${lines.map((line) => `    ${line}`).join('\n')}
`;
  const result = await readConfiguration(text, 'lockstep.yaml', {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  const found = result.ok ? (result.warnings ?? []) : result.problems;
  return found
    .filter(({ place }) => (place?.line ?? 0) > 13 || place?.line === 9 || place?.line === 13)
    .map(describeProblem)
    .filter((each) => !/no (source|system) supplies/.test(each));
}

describe('rules of attributes', () => {
  it('are what a person writes, with defaults', () => {
    expect(
      identityConfiguration({
        user: {
          displayName: '[givenName]',
          mobile: { merge: 'recency' },
          department: { from: [{ system: 'hr', when: 'a eq "b"' }, 'phones'] },
        },
      }),
    ).toEqual({
      user: {
        displayName: {
          merge: 'precedence',
          computed: { as: 'always', expression: '[givenName]', reuseAfterSeconds: 31_536_000 },
        },
        mobile: { merge: 'recency' },
        department: {
          merge: 'precedence',
          from: [
            { system: 'hr', when: 'a eq "b"', authoritative: false },
            { system: 'phones', authoritative: false },
          ],
        },
      },
    });
    expect(identityConfiguration({ user: {} })).toEqual({});
  });

  it('are told what is wrong with them, where it stands', async () => {
    expect(
      await problems(
        'department: { from: [hrr, { system: phones, when: departmnt eq "IT" }] }',
        'mobile: { merge: recent }',
        'mail: { compute: "ToLowr([mail])" }',
      ),
    ).toEqual([
      'lockstep.yaml:16:26  no system "hrr" is read for its users; did you mean "hr"?; systems that are: hr, phones',
      'lockstep.yaml:17:22  identity.user.mobile.merge: expected "precedence" or "recency" or "union"; did you mean "recency"?',
      'lockstep.yaml:18:23  unknown function "ToLowr"; did you mean "ToLower"?; names of functions are case-sensitive',
    ]);
  });

  it('may not wait for each other', async () => {
    expect(
      await problems(
        'a: "[b]"',
        'b: { from: [{ system: hr, when: c eq "1" }] }',
        'c: "Append([a], [mail])"',
        'd: "[a]"',
      ),
    ).toEqual([
      'lockstep.yaml:16:5  a needs b needs c needs a: none of them could ever be decided; let one of them read what sources supply, such as [hr/department]',
    ]);
  });

  it('say one thing only, and nothing that has no effect', async () => {
    expect(
      await problems(
        'displayName: { compute: "[mail]", default: "[mail]" }',
        'department: { merge: recency, compute: "[mail]", reuseAfter: 30d }',
      ),
    ).toEqual([
      'lockstep.yaml:16:39  displayName is computed for everybody, so its default is never used; keep compute, or default for those of whom no source has a value',
      'lockstep.yaml:17:19  department is computed, and what sources supply under that name is not looked at; read it as [department] in the expression, or remove merge',
      'lockstep.yaml:17:54  department is no value that only one may have, so nothing of it becomes free; reuseAfter belongs to SelectUniqueValue; remove it',
    ]);
  });

  it('compute nothing that people are joined by, and warn of accounts found by drawn names', async () => {
    expect(await problems("login: 'SelectUniqueValue([mail], Append([mail], Counter()))'")).toEqual(
      [
        'lockstep.yaml:9:44  phones is joined by "login", which is computed after joining; join by what sources supply, or let the read map of phones make the value',
        'lockstep.yaml:13:29  app finds accounts by nothing but values that are drawn here; match by something people bring along as well and first, such as an employee number',
      ],
    );
  });
});

describe('the order in which attributes are decided', () => {
  it('has each after what it reads', () => {
    const rules = identityConfiguration({
      user: { mail: 'Append([login], "@contoso.com")', login: '[mail2]', mail2: '[mail2]' },
    });
    expect(decidingOrder(rules.user ?? {})).toEqual({
      names: ['mail2', 'login', 'mail'],
      cycles: [],
    });
  });
});
