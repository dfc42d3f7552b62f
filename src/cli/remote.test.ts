import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../connectors/spi/index.ts';
import { testApi } from '../server/api/testing.ts';
import { PLAN, REPORT } from '../server/api/testing-run.ts';
import { VerbRefusal } from '../sync/refusal.ts';
import type { Verbs } from '../sync/verbs.ts';
import { type CommandLine, commandLine, seen } from './testing.ts';

const line = commandLine();
const { file: inFolder, there } = line;
/** A server takes the time from the clock. */
const here: CommandLine['here'] = (parameters, verbs) =>
  line.here(parameters, verbs, { now: new Date() });

beforeEach(() => writeFile(inFolder('plan.jsonl'), '{"a":1}\n{"b":2}\n'));

const COMMANDS: readonly (readonly string[])[] = [
  ['run'],
  ['run', 'ramp', '--full'],
  ['run', 'rmap'],
  ['plan'],
  ['plan', 'ramp', '--all'],
  ['apply', 'PLAN'],
  ['release'],
  ['release', 'ramp'],
  ['release', 'abc'],
  ['release', '--person', 'ada'],
  ['provision', 'ada'],
  ['provision', 'ada', '--system', 'ramp'],
  ['provision', 'ada', 'i-ada'],
  ['explain', 'ada'],
  ['explain', 'ada', '--system', 'ramp', '--set', 'title=Boss = 1', '--set', 'city='],
  ['explain', 'ada', '--system', 'nope'],
  ['status'],
  ['log'],
  ['log', 'ramp', '--failed', '--since', '2026-01-31', '--limit', '3'],
  ['log', '--person', 'ada'],
  ['log', '--person', 'bob'],
  ['log', '--unsent'],
  ['log', '--unsent', 'ramp'],
  ['review'],
  ['reconcile', 'ramp'],
  ['reconcile', 'ramp', '--list'],
  ['undo', 'run-1'],
  ['undo', 'run-1', '--resume'],
];

it('a server tries a configuration that is here', async () => {
  const file = inFolder('lockstep.yaml');
  const seen = await there(['plan', '--with', file], {});
  expect(seen.exit).toBe(2);
  expect(seen.stdout).toContain('1,204 people in 1 system, worked out in 12 ms');
  expect(seen.stdout).toContain('Members of groups: 4 to be added, 5 to be removed.');
  expect(seen.stdout).toContain('7 would belong to somebody who is known');
  await writeFile(file, 'sistems: {}');
  const refused = await there(['plan', '--with', file], {});
  expect(refused).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('1:1  there is no key "sistems"'),
  });
});

describe('a command shows the same, here and by a server', () => {
  it.each(COMMANDS.map((parameters) => [parameters.join(' '), parameters] as const))(
    '%s',
    async (_, parameters) => {
      const named = parameters.map((each) => (each === 'PLAN' ? inFolder('plan.jsonl') : each));
      const plan: Verbs['plan'] = async () => ({
        verdict: 'held',
        readings: REPORT.readings,
        targets: [{ target: 'ramp', plan: PLAN, omitted: { 'in-sync': 5 }, milliseconds: 3 }],
      });
      for (const form of [[], ['--json']]) {
        const local = await here([...named, ...form], { plan });
        expect(await there([...named, ...form], { plan })).toEqual(local);
        expect(local.stdout + local.stderr).not.toBe('');
      }
    },
  );

  it.each([
    new VerbRefusal(
      'plan-superseded',
      'plan abc gave way to def',
      'release that: lockstep release',
    ),
    new VerbRefusal('busy', 'another run is under way', 'wait for it'),
    new ConnectorError('denied', 'ramp refused the token', { code: 'token-rejected' }),
  ])('when it is refused: %s', async (error) => {
    const verbs = { run: () => Promise.reject(error), explain: () => Promise.reject(error) };
    for (const parameters of [['run'], ['run', '--json'], ['explain', 'ada']]) {
      expect(await there(parameters, verbs)).toEqual(await here(parameters, verbs));
    }
  });

  it('and writes the same plan file', async () => {
    const plan: Verbs['plan'] = async () => ({
      verdict: 'done',
      readings: [],
      targets: [{ target: 'ramp', plan: PLAN, omitted: {}, milliseconds: 3 }],
    });
    const [one, other] = [inFolder('one'), inFolder('other')];
    await here(['plan', '--out', one], { plan });
    await there(['plan', '--out', other], { plan });
    expect(await readFile(other, 'utf8')).toBe(await readFile(one, 'utf8'));
  });

  it('and hands over a plan file line by line', async () => {
    const read: string[] = [];
    const apply: Verbs['apply'] = async (lines) => {
      for await (const line of lines) read.push(line);
      return REPORT;
    };
    await there(['apply', inFolder('plan.jsonl')], { apply });
    expect(read).toEqual(['{"a":1}', '{"b":2}']);
  });
});

describe('a server', () => {
  it('is asked with a token from the environment or a file, and not without', async () => {
    const without = await there(['status'], {}, { token: '' });
    expect([without.exit, without.stderr]).toEqual([64, expect.stringContaining('LOCKSTEP_TOKEN')]);
    const file = inFolder('token');
    await writeFile(file, 'contoso.viewer\n');
    const viewer = await there(['status', '--token-file', file], {}, { token: '' });
    expect(viewer.exit).toBe(2);
  });

  it('says which role is needed for what the token may not do', async () => {
    const { exit, stderr } = await there(['run'], {}, { token: 'contoso.viewer' });
    expect([exit, stderr]).toEqual([1, expect.stringContaining('needs the role operator')]);
  });

  it.each(['http://lockstep.contoso.com', 'ftp://localhost', 'localhost:8080', ''])(
    'is not told the token at %j',
    async (server) => {
      const { exit, stderr } = await there(['status'], {}, { server });
      expect([exit, stderr]).toEqual([64, expect.stringContaining('server-url')]);
    },
  );

  it('that cannot be reached or is something else is named', async () => {
    const world = { env: { LOCKSTEP_TOKEN: 'contoso.viewer' } };
    const asked = (fetch: () => Promise<Response>) =>
      seen(['status', '--server', 'http://127.0.0.1:1'], { fetch, world } as never);
    const down = await asked(() => Promise.reject(new TypeError('fetch failed')));
    const other = await asked(async () => new Response('<html>', { status: 200 }));
    expect([down.exit, down.stderr]).toEqual([1, expect.stringContaining('server-unreachable')]);
    expect([other.exit, other.stderr]).toEqual([1, expect.stringContaining('server-strange')]);
  });

  it('goes on with the work when the connection breaks, and the watcher with it', async () => {
    const going = Promise.withResolvers<void>();
    const { fetch } = testApi({
      run: async (_, { progress }) => {
        progress({ type: 'planning', target: 'ramp', considered: 5, due: 10 });
        await going.promise;
        return REPORT;
      },
    });
    let broken = 0;
    const breaking = async (url: string, init: RequestInit) => {
      const response = await fetch(new Request(url, init));
      if (!url.endsWith('/events') || broken++ > 0) return response;
      going.resolve();
      await response.body?.cancel();
      return new Response('id: 1\nevent: progress\nda');
    };
    const { exit } = await seen(['run', '--server', 'http://localhost:1'], {
      fetch: breaking,
      world: { env: { LOCKSTEP_TOKEN: 'contoso.administrator' } },
    } as never);
    expect([exit, broken]).toEqual([2, 2]);
  });
});
