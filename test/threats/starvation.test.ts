import { expect, it } from 'vitest';
import { repeatRuns } from '../../src/sync/schedule.ts';
import { contoso } from '../runs/contoso.ts';

it('T27: a source that does not answer and a dead webhook hold up nobody else', async () => {
  await using company = await contoso({
    systems: `
  hr:
    connector: file
    options: { path: missing.csv, id: employeeId }
    read:
      user: { creates: false, authority: false, join: [employeeId] }`,
    told: () => {
      throw new Error('the webhook is dead');
    },
  });
  company.hire({ name: 'ada.lovelace' });
  const report = await company.run();
  expect(report.verdict).toBe('failed');
  expect(report.readings.find(({ system }) => system === 'hr')?.failure).toBeDefined();
  expect(report.targets[0]?.done).toEqual({ create: 1 });

  company.hire({ name: 'grace.hopper' });
  const ending = new AbortController();
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async () => ending.abort(),
  };
  const lines: string[] = [];
  const watch = { signal: ending.signal, progress: () => {} };
  await repeatRuns(engine, { everySeconds: 60, watch, log: (line) => void lines.push(line) });
  expect(await company.ramp.users()).toHaveLength(2);
  expect(lines.join('\n')).toContain('the webhook is dead');
});
