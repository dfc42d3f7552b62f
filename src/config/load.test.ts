import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import { loadConfiguration } from './load.ts';
import { describeProblem } from './text.ts';

const directorySource: ConnectorDefinition<unknown> = {
  type: 'entra',
  title: 'Microsoft Entra ID',
  options: z.strictObject({ tenant: z.string(), secret: z.string().meta({ secret: true }) }),
  defaultReadMap: {
    user: {
      userPrincipalName: '[userPrincipalName]',
      mail: '[mail]',
      department: '[department]',
      userType: '[userType]',
    },
  },
  connect: () => Promise.reject(new Error('never reached here')),
};

const table: ConnectorDefinition<unknown> = {
  type: 'file',
  title: 'File',
  options: z.strictObject({}),
  defaultReadMap: {},
  connect: () => Promise.reject(new Error('never reached here')),
};

const application: ConnectorDefinition<unknown> = {
  type: 'scim',
  title: 'SCIM 2.0',
  options: z.strictObject({ url: z.url(), token: z.string().meta({ secret: true }) }),
  defaultReadMap: {},
  writeDefaults: () => ({
    ok: true,
    value: {
      user: {
        map: {
          userName: { expression: '[userPrincipalName]' },
          'emails[type eq "work"].value': { expression: '[mail]' },
        },
        match: ['userName'],
        required: ['userName'],
        do: ['create', 'update', 'disable'],
        leave: 'disable',
        attributes: [
          { path: 'userName', type: 'string' },
          { path: 'emails', type: 'complex', multiValued: true },
          { path: 'emails.value', type: 'string' },
          { path: 'title', type: 'string' },
        ],
      },
    },
  }),
  connect: () => Promise.reject(new Error('never reached here')),
};

const WORKING = `
systems:
  entra:
    connector: entra
    options: { tenant: contoso.onmicrosoft.com, secret: "\${env:ENTRA_SECRET}" }
    read:
      user: {}
  ramp:
    connector: scim
    options: { url: https://ramp.example/scim/v2, token: "Bearer \${file:token.txt}" }
    write:
      user:
        assigned: { entra: Ramp }
        scope: not (userType eq "Guest")
        map:
          title: { value: "[department]", default: Unassigned }
        leave: disable
        guard: { disable: { share: 10%, count: 3 } }
schedule: { every: 5m }
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-config-'));
  await mkdir(path.join(folder, 'profiles'));
  await writeFile(path.join(folder, 'token.txt'), 'tok-1234\n');
});

afterEach(() => rm(folder, { recursive: true }));

async function load(text: string, env: NodeJS.ProcessEnv = { ENTRA_SECRET: 's3cret-value' }) {
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, text);
  const result = await loadConfiguration(file, {
    env,
    connectors: [directorySource, application, table],
    profiles: path.join(folder, 'profiles'),
  });
  const problems = result.ok ? (result.warnings ?? []) : result.problems;
  return {
    result,
    lines: problems.map((problem) => describeProblem(problem).replaceAll(`${folder}/`, '')),
  };
}

describe('a configuration', () => {
  it('comes with secrets in place, the profile merged in and defaults filled', async () => {
    const { result, lines } = await load(WORKING);
    expect(lines).toEqual([]);
    expect(result.ok && result.value).toMatchObject({
      store: path.join(folder, 'data'),
      schedule: { everySeconds: 300 },
      server: { port: 8080 },
      systems: [
        {
          name: 'entra',
          options: { secret: 's3cret-value' },
          read: { user: { creates: true, authority: true, join: [] } },
        },
        {
          name: 'ramp',
          options: { token: 'Bearer tok-1234' },
          write: {
            user: {
              assigned: { system: 'entra', application: 'Ramp' },
              match: ['userName'],
              map: [
                {
                  path: 'userName',
                  expression: '[userPrincipalName]',
                  when: 'always',
                  onNull: 'clear',
                },
                { path: 'emails[type eq "work"].value', expression: '[mail]' },
                {
                  path: 'title',
                  expression: '[department]',
                  default: 'Unassigned',
                  onNull: 'default',
                },
              ],
              do: ['create', 'update', 'disable'],
              guard: {
                disable: { share: 0.1, count: 3 },
                delete: { share: 0, count: 5 },
                update: { share: 0.5, count: 100 },
              },
            },
          },
        },
      ],
    });
  });

  it('keeps its version when a secret is rotated and changes it with a mapping', async () => {
    const version = async (text: string, env?: NodeJS.ProcessEnv) => {
      const { result } = await load(text, env);
      return result.ok && result.value.version;
    };
    const first = await version(WORKING);
    expect(await version(WORKING, { ENTRA_SECRET: 'rotated' })).toBe(first);
    expect(await version(WORKING.replace('[department]', '[mail]'))).not.toBe(first);
  });

  it('reports everything that is wrong at once, each with its place and a remedy', async () => {
    const { result, lines } = await load(
      `
stroe: ./data
systems:
  entra:
    connector: entra
    options: { tenant: 7, secret: "\${env:NOT_SET}" }
    read:
      user: {}
  ramp:
    connector: scmi
  box:
    connector: scim
    options: { url: "not a url", token: hunter2-hunter2 }
    write:
      user:
        assigned: { entre: Ramp }
        scope: userType eqq "Guest"
        map:
          username: "[mail]"
          emails[type eq "work"].value: "[mail]"
          EMAILS[type eq "work"].value: "[mail]"
        do: [create, delete]
`,
    );
    expect(result.ok).toBe(false);
    expect(lines).toEqual([
      'lockstep.yaml:2:1  unknown key "stroe"; did you mean "store"?; correct or remove it',
      'lockstep.yaml:6:24  tenant: expected a text; found a number',
      `lockstep.yaml:6:35  the environment variable NOT_SET is not set; set NOT_SET where Lockstep is started, or use \${file:…}`,
      'lockstep.yaml:10:16  unknown connector "scmi"; did you mean "scim"?; known: entra, file, scim',
      'lockstep.yaml:13:21  url: Invalid URL',
      `lockstep.yaml:13:41  "token" is a secret and is written in the file itself; keep it outside, as \${env:NAME} or \${file:PATH}`,
      'lockstep.yaml:16:21  assigned names the system "entre", which is not among the systems; did you mean "entra"?; systems here: entra, ramp, box',
      'lockstep.yaml:17:25  unknown operator "eqq"',
      'lockstep.yaml:19:11  the target has no attribute "username"; did you mean "userName"?; attribute names keep their case; see the schema of the target with lockstep check',
      'lockstep.yaml:21:11  the target has no attribute "EMAILS[type eq "work"].value"; did you mean "emails[type eq "work"].value"?; attribute names keep their case; see the schema of the target with lockstep check',
      'lockstep.yaml:22:22  this application cannot delete; its profile allows: create, update, disable',
    ]);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('finds what is wrong with the rest of a system, whatever else is wrong with it', async () => {
    const { lines } = await load(`
systems:
  entra:
    connector: entra
    options: { tenant: contoso.onmicrosoft.com, secert: x, secret: "\${env:NOT_SET}" }
    read:
      user: { precedense: {} }
  hr:
    connector: file
    read:
      user: { creates: perhaps, map: { mail: "Lower([mail])" } }
  ramp:
    connector: scim
    profile: rmap
    options: { url: https://ramp.example/scim/v2, token: "\${file:token.txt}" }
    write:
      user:
        assigned: { entra: Ramp }
        scope: userType eqq "Guest"
        leave: kepp
`);
    expect(lines).toEqual([
      'lockstep.yaml:5:49  unknown key "secert"; did you mean "secret"?; correct or remove it',
      `lockstep.yaml:5:68  the environment variable NOT_SET is not set; set NOT_SET where Lockstep is started, or use \${file:…}`,
      'lockstep.yaml:7:15  unknown key "precedense"; did you mean "precedence"?; correct or remove it',
      'lockstep.yaml:11:24  systems.hr.read.user.creates: expected true or false; found a text',
      'lockstep.yaml:11:47  unknown function "Lower"; did you mean "ToLower"?; names of functions are case-sensitive',
      'lockstep.yaml:14:14  unknown profile "rmap"',
      expect.stringMatching(/^lockstep.yaml:19:25 {2}/),
      expect.stringMatching(/^lockstep.yaml:20:16 {2}systems.ramp.write.user.leave: expected/),
    ]);
  });

  it('refuses two mappings to one target attribute', async () => {
    const { lines } = await load(
      WORKING.replace(
        '          title:',
        '          "urn:ietf:params:scim:schemas:core:2.0:User:title": "[mail]"\n          title:',
      ),
    );
    expect(lines).toEqual([
      'lockstep.yaml:17:11  "title" and "urn:ietf:params:scim:schemas:core:2.0:User:title" are the same attribute of the target; keep one mapping; set the other to false if it comes from the profile',
    ]);
  });

  it('points at the attribute inside of a scope that no source supplies', async () => {
    const { lines } = await load(
      WORKING.replace('not (userType eq "Guest")', '\'departmnt eq "Sales"\''),
    );
    expect(lines).toEqual([
      'lockstep.yaml:14:17  no source supplies the attribute "departmnt"; did you mean "department"?; add it to a read map: map: { departmnt: "[…]" }',
    ]);
  });

  it('points at the place inside of an expression, however it is quoted', async () => {
    const { lines } = await load(
      WORKING.replace(
        'title: { value: "[department]", default: Unassigned }',
        `title: 'Jion(" ", [mail], [departmnt])'
          userName: |
            Join(" ",
              [hr/dept])
          "emails[type eq \\"work\\"].value": { value: "ToLower(\\"a\\" , ))" }`,
      ),
    );
    expect(lines.map((line) => line.slice(0, 60))).toEqual([
      'lockstep.yaml:16:19  unknown function "Jion"; did you mean "',
      'lockstep.yaml:19:15  [hr/dept] names the system "hr", which ',
      'lockstep.yaml:20:72  unexpected ")" after the end of the exp',
    ]);
  });

  it('knows the systems that have an interval of their own', async () => {
    const { lines } = await load(
      WORKING.replace('schedule: { every: 5m }', 'schedule: { every: 1m, systems: { hrr: 6h } }'),
    );
    expect(lines.join('\n')).toContain('schedule names the system "hrr"');
  });

  it('carries over what a file may have and somebody uses, under its own name', async () => {
    const { result } = await load(
      WORKING.replace(
        'schedule:',
        `  hr:
    connector: file
    options: {}
    read:
      user: { join: [mail], map: { boss: { ref: staffNumber } } }
schedule:`,
      ),
    );
    const hr = result.ok ? result.value.systems.find(({ name }) => name === 'hr') : undefined;
    expect(Object.keys(hr?.read.user?.map ?? {}).toSorted()).toEqual([
      'boss',
      'department',
      'displayName',
      'employeeId',
      'mail',
      'staffNumber',
      'userName',
      'userPrincipalName',
      'userType',
    ]);
  });

  it('says where the YAML itself breaks', async () => {
    const { lines } = await load('systems:\n  entra: { connector: entra\n');
    expect(lines[0]).toMatch(/^lockstep\.yaml:\d+:\d+ {2}/);
  });

  it('names the way out when there is no file', async () => {
    const missing = path.join(folder, 'none.yaml');
    const result = await loadConfiguration(missing, { env: {}, connectors: [], profiles: folder });
    expect(!result.ok && result.problems).toMatchObject([{ code: 'configuration-unreadable' }]);
  });
});
