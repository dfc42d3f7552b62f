import { describe, expect, it } from 'vitest';
import { status } from '../../src/sync/status.ts';
import { contoso } from './contoso.ts';

const ARCHIVE = `
  archive:
    connector: directory
    write:
      user:
        match: [userName]
        map: { userName: "[userPrincipalName]", active: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")' }`;

describe('an outage of one target', { timeout: 20_000 }, () => {
  it('delays only that one, and ends by itself', async () => {
    await using company = await contoso({ systems: ARCHIVE });
    const archived = async () => (await company.engine.warehouse.managed('archive')) ?? 0;
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.ramp.fault({ type: 'fail', status: 503, times: 1000 });
    for (const name of ['grace', 'edsger', 'barbara', 'alan']) company.hire({ name });
    const report = await company.run();
    const of = (target: string) => report.targets.find((each) => each.target === target);
    expect(of('archive')).toMatchObject({ done: { create: 4 } });
    expect(of('ramp')?.failure).toBeDefined();
    expect(await archived()).toBe(5);

    // It is asked once in a while, ever more rarely, and never much.
    const before = requests(company.ramp.counters());
    for (let round = 0; round < 12; round++) {
      company.clock.advance(300);
      await company.run({ trigger: 'schedule' });
    }
    expect(requests(company.ramp.counters()) - before).toBeLessThan(40);
    const waiting = (await status(company.engine)).targets.find(({ target }) => target === 'ramp');
    expect(waiting?.health.state).toBe('quarantined');
    const age = company.clock.now().getTime() - (waiting?.oldestDue?.getTime() ?? 0);
    expect(age).toBeGreaterThanOrEqual(3_600_000);

    company.ramp.clearFaults();
    for (let hour = 0; hour < 3; hour++) {
      company.clock.advance(3600);
      await company.run({ trigger: 'schedule' });
    }
    expect(await company.ramp.users()).toHaveLength(5);
    expect((await company.engine.ledger.health('ramp')).state).toBe('well');
  });
});

function requests(counters: Readonly<Record<string, number>>): number {
  return Object.values(counters).reduce((sum, count) => sum + count, 0);
}

describe('whoever lost a lease', () => {
  it('records nothing any more: neither creates that are about to be sent nor outcomes', async () => {
    let steal = async () => {};
    await using company = await contoso({
      world: { boundary: (name) => (name === 'operation-sent' ? steal() : undefined) },
    });
    company.hire({ name: 'ada.lovelace' });
    const { ledger } = company.engine;
    steal = async () => {
      steal = async () => {};
      const { token = 0 } = (await ledger.lease('write/ramp')) ?? {};
      const other = { host: 'elsewhere', pid: 1, processStart: '1' };
      await ledger.takeLease('write/ramp', token, other, new Date(company.clock.now().getTime()));
    };
    await expect(company.run()).rejects.toMatchObject({ code: 'lease-lost' });
    const outcomes = await Array.fromAsync(ledger.outcomes({ limit: 10 }));
    expect(outcomes).toEqual([]);
    // The next holder finds the create in flight, looks for the account, and makes no second one.
    company.clock.advance(3600);
    expect(await company.run()).toMatchObject({ verdict: 'done' });
    expect(await company.ramp.users()).toHaveLength(1);
  });
});
