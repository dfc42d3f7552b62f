import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { provision } from '../../src/sync/provision.ts';
import { repeatRuns } from '../../src/sync/schedule.ts';
import { type Contoso, contoso } from './contoso.ts';

const SLOW_MILLISECONDS = 400;

/** Ramp takes its time for every write, and the clock is that of the wall. */
async function slowCompany(people: number, write = ''): Promise<Contoso> {
  const company = await contoso({
    write,
    world: {
      now: () => new Date(),
      sleep: async (milliseconds, signal) => {
        await sleep(milliseconds, undefined, { signal });
      },
    },
  });
  company.hire({ name: 'edsger.dijkstra' });
  await company.run();
  for (let n = 0; n < people; n++) company.hire({ name: `person${n}.example` });
  company.ramp.fault({ type: 'slow', milliseconds: SLOW_MILLISECONDS, on: 'POST', times: 10_000 });
  return company;
}

function leave({ graph }: Contoso, name: string): void {
  const id = graph.tenant.upns.get(`${name}@contoso.com`) ?? '';
  graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
}

function unassign({ graph }: Contoso, name: string): void {
  const id = graph.tenant.upns.get(`${name}@contoso.com`) ?? '';
  for (const { target } of graph.tenant.directory.linksFrom('appRoleAssignments', id)) {
    graph.control.act({ act: 'unassign-app-role', id: target });
  }
}

async function millisecondsUntil(happened: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await happened())) await sleep(20);
  return performance.now() - began;
}

async function isOff(company: Contoso, name: string): Promise<boolean> {
  return (await company.users())[name]?.status === 'USER_INACTIVE';
}

describe('while a slow run of many is under way', { timeout: 30_000 }, () => {
  it('a person who is asked for is in the target within two seconds', async () => {
    await using company = await slowCompany(60);
    const running = company.run();
    await sleep(300);
    leave(company, 'edsger.dijkstra');
    const asked = provision(
      company.engine,
      { person: 'edsger.dijkstra@contoso.com' },
      company.watch,
    );
    const milliseconds = await millisecondsUntil(() => isOff(company, 'edsger.dijkstra'));
    expect(milliseconds).toBeLessThan(2000);
    expect(await asked).toMatchObject({ verdict: 'done' });
    expect((await running).targets[0]?.done).toEqual({ create: 60 });
  });

  it('so is one of those whose own turn would come at the end, by another process and only once', async () => {
    await using company = await slowCompany(60);
    const running = company.run();
    await sleep(300);
    const last = 'person59.example';
    await using other = await company.another();
    const asked = provision(other, { person: `${last}@contoso.com` }, company.watch);
    const milliseconds = await millisecondsUntil(async () => last in (await company.users()));
    expect(milliseconds).toBeLessThan(2000);
    expect(await asked).toMatchObject({ verdict: 'done' });
    const report = await running;
    expect(report.targets[0]).toMatchObject({
      done: { create: 59 },
      skipped: { superseded: 1 },
    });
    expect(await company.ramp.users()).toHaveLength(61);
  });

  it('a leaver marked as urgent goes ahead by herself, as soon as the sources are read', async () => {
    await using company = await slowCompany(
      120,
      '        urgent: accountEnabled eq false\n        firstRun: go',
    );
    const ending = new AbortController();
    const repeating = repeatRuns(company.engine, {
      everySeconds: 0.5,
      watch: { ...company.watch, signal: ending.signal },
      log: () => {},
    });
    await sleep(300);
    leave(company, 'edsger.dijkstra');
    const milliseconds = await millisecondsUntil(() => isOff(company, 'edsger.dijkstra'));
    const made = (await company.ramp.users()).length;
    ending.abort();
    await repeating;
    expect(milliseconds).toBeLessThan(2000);
    expect(made).toBeLessThan(55);
  });

  it('so does somebody who is merely unassigned, where that is urgent', async () => {
    await using company = await slowCompany(
      120,
      '        urgent: why eq "unassigned"\n        firstRun: go',
    );
    const ending = new AbortController();
    const repeating = repeatRuns(company.engine, {
      everySeconds: 0.5,
      watch: { ...company.watch, signal: ending.signal },
      log: () => {},
    });
    await sleep(300);
    unassign(company, 'edsger.dijkstra');
    const milliseconds = await millisecondsUntil(() => isOff(company, 'edsger.dijkstra'));
    const made = (await company.ramp.users()).length;
    ending.abort();
    await repeating;
    expect(milliseconds).toBeLessThan(2000);
    expect(made).toBeLessThan(55);
  });
});
