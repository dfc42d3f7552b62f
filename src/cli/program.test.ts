import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import { REPORT as HELD, PLAN } from '../server/api/testing-run.ts';
import { testVerbs } from '../server/api/testing-verbs.ts';
import type { RunReport } from '../sync/engine.ts';
import type { OutcomeRow } from '../sync/ledger.ts';
import type { StatusReport, Verbs } from '../sync/verbs.ts';
import { runProgram } from './program.ts';
import type { Opened, Services } from './services.ts';

const root = path.resolve(import.meta.dirname, '../..');

const file: ConnectorDefinition<unknown> = {
  type: 'file',
  title: 'File',
  options: z.strictObject({ path: z.string(), id: z.string() }),
  defaultReadMap: {},
  connect: () => Promise.reject(new Error('never connected here')),
};

/** Of a target that is read as well. */
const REPORT: RunReport = {
  ...HELD,
  targets: HELD.targets.map((each) => ({
    ...each,
    target: 'hr',
    plan: { ...PLAN, id: 'abc', target: 'hr' },
  })),
};

const WELL = { state: 'well', attempts: 0 } as const;

const MOVED: OutcomeRow = {
  entry: 'plan7.0',
  at: new Date('2026-03-01T10:00:02Z'),
  run: 'run-1',
  plan: 'plan-7',
  type: 'skipped',
  milliseconds: 3,
  why: 'moved',
  fields: ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'title'],
  operation: {
    id: 'operation-1',
    identity: 'identity-1',
    label: 'ada@contoso.com',
    system: 'hr',
    kind: 'user',
    reason: 'source-changed',
    cause: 'changed',
    generation: 1,
    after: [],
    origins: {},
    action: 'update',
    target: { system: 'hr', kind: 'user', id: 'account-1' },
    precondition: { touched: [], held: {} },
    changes: [],
  },
};

async function* rows<Row>(...all: readonly Row[]): AsyncGenerator<Row> {
  yield* all;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-cli-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs a command line with verbs that answer as told. */
async function lockstep(parameters: readonly string[], verbs: Partial<Verbs> = {}) {
  let stdout = '';
  let stderr = '';
  const services: Services = {
    version: '1.2.3',
    world: { env: {}, connectors: [file], profiles: path.join(root, 'profiles') },
    schemaFile: path.join(root, 'schema/lockstep.schema.json'),
    mainFile: path.join(root, 'src/main.ts'),
    open: async () =>
      ({
        engine: { now: () => new Date() },
        verbs,
        [Symbol.asyncDispose]: async () => {},
      }) as unknown as Opened,
    openTrial: () => Promise.reject(new Error('nothing is tried here')),
    serve: () => Promise.reject(new Error('not served here')),
    openTokens: () => Promise.reject(new Error('no tokens here')),
    openTenants: async () => ({
      tenants: {} as never,
      configurationOf: async () => undefined,
      [Symbol.asyncDispose]: async () => {},
    }),
    fetch: () => Promise.reject(new Error('no server here')),
    emulators: {
      graph: () => Promise.reject(new Error('not emulated here')),
      ramp: () => Promise.reject(new Error('not emulated here')),
    },
  };
  const exit = await runProgram(
    parameters,
    services,
    {
      stdin: {},
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: {},
    },
    AbortSignal.timeout(10_000),
  );
  return { exit, stdout: stdout.replaceAll(folder, ''), stderr: stderr.replaceAll(folder, '') };
}

async function configured(text = HR): Promise<string> {
  const name = path.join(folder, 'lockstep.yaml');
  await writeFile(name, text);
  return name;
}

const HR = `systems:
  hr:
    connector: file
    options: { path: people.csv, id: number }
    read: { user: {} }
`;

describe('the command line', () => {
  it('shows all commands on one screen', async () => {
    const { exit, stdout } = await lockstep(['--help']);
    expect(exit).toBe(0);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    expect(stdout).toMatchInlineSnapshot(`
      "Keeps the accounts in every system in step with the people they stand for.
        init                  a starter lockstep.yaml, asked for step by step
        check                 configuration, every connection, who would be refused
        plan [SYSTEM…]        what a run would do; nothing is written
        apply FILE            exactly that plan, or the reason why not
        run [SYSTEM…]         one run: read what changed, plan, write
        explain [PERSON]      why, why not, and what if; writes nothing
        provision PERSON…     this one now, ahead of everything
        release [PLAN]        let a held plan go
        reconcile SYSTEM      what others changed in a target: tell, revert, adopt
        undo RUN              put back what a run changed; held for a person to look at
        status                freshness and health of every system
        log [SYSTEM]          what happened, the newest first
        audit                 who did what, and whether the record of it holds
        review                what only a person can decide: who is who
        identity              show, history, merge, unmerge: who somebody is and was
        groups [GROUP]        groups made by rule; of one, who is in it and why
        privacy               export, erase, proof: what is stored about one person, and its end
        serve                 schedule, SCIM and health, in one process
        token                 create, list, rotate, revoke: for served systems and the API
        tenant                create, list, configure, remove: companies kept apart
        eval [EXPRESSION]     one expression over one object
      Every command: --config FILE, --tenant NAME, --json, --help. Also: import, completion, demo, emulate.
      Exit codes: 0 done, 1 failed, 2 held or needs a person, 64 wrong usage.
      "
    `);
  });

  it('shows each command on one screen', async () => {
    const names = [...(await lockstep(['--help'])).stdout.matchAll(/^ {2}([a-z]+)/gm)];
    for (const [, name = ''] of names) {
      const { exit, stdout } = await lockstep([name, '--help']);
      expect([name, exit, stdout.split('\n').length <= 25]).toEqual([name, 0, true]);
    }
  });

  it('ends with 64 when it is used wrongly, and suggests what was meant', async () => {
    expect(await lockstep(['statsu'])).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('no command "statsu"; did you mean "status"?'),
    });
    const { exit, stderr } = await lockstep(['run', '--ful']);
    expect([exit, stderr]).toEqual([64, expect.stringContaining('--full')]);
  });

  it('says to programs what they used wrongly, as JSON', async () => {
    for (const parameters of [
      ['frobnicate', '--json'],
      ['run', '--ful', '--json'],
      ['init', '--to', 'nowhere', '--json'],
    ]) {
      const { exit, stdout } = await lockstep(parameters);
      expect([exit, JSON.parse(stdout)]).toEqual([
        64,
        { error: expect.objectContaining({ code: 'wrong-usage', message: expect.any(String) }) },
      ]);
    }
  });

  it('says which version it is', async () => {
    expect(await lockstep(['--version'])).toEqual({ exit: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it('names each operation of a plan that was left out, with the fields that moved', async () => {
    const config = await configured();
    const file = path.join(folder, 'plan.jsonl');
    await writeFile(file, '');
    const verbs = {
      apply: async () => ({ ...REPORT, verdict: 'done' as const, readings: [], targets: [] }),
      log: () => rows(MOVED),
    };
    const { exit, stdout } = await lockstep(['apply', file, '-c', config], verbs);
    expect([exit, stdout]).toEqual([
      2,
      [
        'Done in 1.2 s.',
        '',
        '1 had moved since the plan was made, and were left out:',
        '  ~  ada@contoso.com  department, title',
        'Plan again with: lockstep plan',
        '',
      ].join('\n'),
    ]);
    const machine = await lockstep(['apply', file, '-c', config, '--json'], verbs);
    expect(JSON.parse(machine.stdout)).toMatchObject({
      moved: [{ label: 'ada@contoso.com', action: 'update', fields: MOVED.fields }],
    });
  });

  it('does not call those who wait for a run provisioned', async () => {
    const config = await configured();
    const status = async (): Promise<StatusReport> => ({
      sources: [],
      targets: [{ target: 'hr', managed: 5, due: 3, escrowed: 0, refused: 0, health: WELL }],
      lanes: [],
      reviews: 0,
    });
    const { stdout } = await lockstep(['log', '--unsent', '-c', config], {
      unsent: () => rows(),
      status,
    });
    expect(stdout).toBe('Nobody was refused so far; 3 people wait for the next run.\n');
  });

  it('prints every problem of a configuration with its place and ends with 1', async () => {
    const config = await configured(HR.replace('path:', 'paht:'));
    const { exit, stderr } = await lockstep(['status', '-c', config]);
    expect(exit).toBe(1);
    expect(stderr).toBe(
      [
        'error /lockstep.yaml:4:14  "path" is missing',
        'error /lockstep.yaml:4:16  unknown key "paht"; did you mean "path"?; correct or remove it',
        '',
      ].join('\n'),
    );
  });

  it('names systems that are not there as wrong usage', async () => {
    const { exit, stdout } = await lockstep(['run', 'rmap', '-c', await configured(), '--json']);
    expect([exit, JSON.parse(stdout)]).toEqual([
      64,
      {
        error: {
          code: 'unknown-system',
          message: 'there is no system "rmap"',
          remedy: 'systems here: hr',
        },
      },
    ]);
  });

  it('ends with 2 when a plan is held, and says how to let it go', async () => {
    const config = await configured();
    const { exit, stdout } = await lockstep(['run', '-c', config], {
      run: async () => REPORT,
      reviews: testVerbs().reviews,
    });
    expect(exit).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "Read
        hr  users  all  800  2 new, in 300 ms

      hr
        left alone  3  lack an attribute that the target requires
        Held: 212 of 800 accounts would be disabled.
        Look: lockstep plan show abc --held   Release: lockstep release hr
        Who and why: lockstep log --unsent hr

      Held in 1.2 s.
      1 to be decided by a person: lockstep review
      "
    `);
  });

  it('prints one JSON document and nothing else with --json', async () => {
    const config = await configured();
    const { stdout, stderr } = await lockstep(['run', '-c', config, '--json'], {
      run: async () => REPORT,
    });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(REPORT)));
    expect(stderr).toBe('');
  });

  it('shows a failure of a room with its code and remedy, without a stack', async () => {
    const busy = Object.assign(new Error('another run is under way'), {
      code: 'busy',
      remedy: 'wait for it',
    });
    const config = await configured();
    const { exit, stderr } = await lockstep(['run', '-c', config], {
      run: () => Promise.reject(busy),
    });
    expect([exit, stderr]).toEqual([
      1,
      'error another run is under way\n      wait for it\n      busy: see docs/errors.md\n',
    ]);
  });
});

describe('lockstep init', () => {
  it('writes the published examples when told where from and where to', async () => {
    for (const [from, to, example] of [
      ['entra', 'ramp', 'entra-to-ramp'],
      ['csv', 'scim', 'csv-to-scim'],
    ] as const) {
      const config = path.join(folder, `${example}.yaml`);
      const { exit } = await lockstep(['init', '--from', from, '--to', to, '-c', config]);
      const withoutSchema = (text: string): string => text.replace(/^#.*\n/, '');
      const written = await readFile(config, 'utf8');
      const published = await readFile(
        path.join(root, 'examples', example, 'lockstep.yaml'),
        'utf8',
      );
      expect([exit, withoutSchema(written)]).toEqual([0, withoutSchema(published)]);
    }
  });

  it('overwrites nothing unless told to', async () => {
    const config = await configured('mine: true\n');
    const parameters = ['init', '--from', 'csv', '--to', 'scim', '-c', config];
    expect(await lockstep(parameters)).toMatchObject({ exit: 64 });
    expect(await readFile(config, 'utf8')).toBe('mine: true\n');
    expect(await lockstep([...parameters, '--force'])).toMatchObject({ exit: 0 });
  });

  it('says which flags it needs where it cannot ask', async () => {
    const { exit, stderr } = await lockstep(['init', '-c', path.join(folder, 'new.yaml')]);
    expect([exit, stderr]).toEqual([64, expect.stringContaining('--from entra --to ramp')]);
  });
});

describe('lockstep eval', () => {
  it('prints what an expression comes to', async () => {
    const object = path.join(folder, 'ada.json');
    await writeFile(object, JSON.stringify({ givenName: 'Ada', surname: 'Lovelace', title: null }));
    const expression = 'Join(" ", [givenName], [surname], [title])';
    expect(await lockstep(['eval', expression, '--object', object])).toMatchObject({
      exit: 0,
      stdout: 'Ada Lovelace\n',
    });
  });

  it('points at what is wrong with an expression', async () => {
    const { exit, stdout } = await lockstep(['eval', 'ToUpper([a]']);
    expect(exit).toBe(1);
    expect(stdout.split('\n').slice(1, 3)).toEqual(['  ToUpper([a]', '             ^']);
  });

  it('answers a batch line by line', async () => {
    const batch = path.join(folder, 'batch.json');
    await writeFile(
      batch,
      JSON.stringify([
        { expression: 'ToUpper([a])', attributes: { a: 'x' } },
        { expression: 'Nope([a])', attributes: {} },
        { expression: 'DateAdd("h", "9", Now())', now: '2025-07-31T19:30:00Z' },
        { expression: '[b]', attributes: { b: null } },
      ]),
    );
    const { exit, stdout } = await lockstep(['eval', '--batch', batch, '--json']);
    expect(exit).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { value: 'X' },
      { error: 'unknown-function', message: expect.any(String), position: { line: 1, column: 1 } },
      { value: '8/1/2025 4:30:00 AM' },
      { value: null },
    ]);
  });
});

describe('lockstep import entra-schema', () => {
  it('prints YAML on stdout and what could not be carried over on stderr', async () => {
    const schema = path.join(folder, 'schema.json');
    const rule = {
      name: 'USERS',
      sourceDirectoryName: 'Azure Active Directory',
      targetDirectoryName: 'customappsso',
      objectMappings: [
        {
          name: 'Users',
          enabled: true,
          flowTypes: 'Add, Update, Delete',
          sourceObjectName: 'User',
          targetObjectName: 'User',
          attributeMappings: [
            {
              targetAttributeName: 'userName',
              matchingPriority: 1,
              source: { type: 'Attribute', expression: '[userPrincipalName]' },
            },
          ],
        },
        { name: 'Devices', enabled: true, flowTypes: 'Add', sourceObjectName: 'Device' },
      ],
    };
    await writeFile(schema, JSON.stringify({ synchronizationRules: [rule] }));
    const { exit, stdout, stderr } = await lockstep(['import', 'entra-schema', schema]);
    expect(exit).toBe(0);
    expect(stdout).toContain('value: "[userPrincipalName]"');
    expect(stderr).toContain('not carried over  Devices:');
  });
});

describe('lockstep completion', () => {
  it('knows every command in each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exit, stdout } = await lockstep(['completion', shell]);
      expect(exit).toBe(0);
      for (const word of ['explain', 'provision', '--unsent', 'completion']) {
        expect(stdout).toContain(word);
      }
    }
  });
});
