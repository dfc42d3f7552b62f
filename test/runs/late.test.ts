import { describe, expect, it } from 'vitest';
import { provision } from '../../src/sync/provision.ts';
import { contoso } from './contoso.ts';

const FIVE_MINUTES = 300;

describe('a target that shows changes five minutes later', () => {
  it('is not taken for drifted, and nothing is sent twice', async () => {
    await using company = await contoso({ visibilityLagSeconds: FIVE_MINUTES });
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(2 * FIVE_MINUTES);
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
    await company.run();
    const sent = company.ramp.counters()['PATCH /Users'];
    await company.run({ full: true });
    expect(company.ramp.counters()['PATCH /Users']).toBe(sent);
    company.graph.control.act({ act: 'update', id: ada, properties: { city: 'Paris' } });
    await company.run();
    // Ramp may refuse a change of what it does not show yet; then it is made when it does.
    company.clock.advance(2 * FIVE_MINUTES);
    await company.run();
    expect((await company.users())['ada.lovelace']?.location).toBe('Paris');
  });

  it('loses the answer to a create, and gets no second account', async () => {
    await using company = await contoso({ visibilityLagSeconds: FIVE_MINUTES, uniqueness: false });
    company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'lose-answer', on: 'POST /Users' });
    await company.run();
    for (let minute = 0; minute < 8; minute++) {
      company.clock.advance(60);
      await company.run();
    }
    expect(await company.ramp.users()).toHaveLength(1);
    expect(company.ramp.counters()['POST /Users']).toBe(1);
    const [account] = await company.ramp.users();
    const person = (await company.engine.warehouse.findPerson('ada.lovelace@contoso.com'))[0];
    expect(await company.engine.warehouse.accountOf('ramp', person?.id ?? '')).toMatchObject({
      id: account?.id,
    });
  });

  it('is asked to end an account ahead of everything, and the delay is named', async () => {
    await using company = await contoso({ visibilityLagSeconds: FIVE_MINUTES });
    const ada = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(2 * FIVE_MINUTES);
    company.graph.control.act({ act: 'update', id: ada, properties: { accountEnabled: false } });
    const request = { person: 'ada.lovelace@contoso.com' };
    const report = await provision(company.engine, request, company.watch);
    expect(report).toMatchObject({
      verdict: 'done',
      label: 'ada.lovelace@contoso.com',
      targets: [
        {
          target: 'ramp',
          outcomes: [{ type: 'done', operation: { action: 'disable' } }],
          visibleAfterSeconds: FIVE_MINUTES,
        },
      ],
    });
    expect((await company.users())['ada.lovelace']?.status).toBe('USER_INACTIVE');
  });
});
