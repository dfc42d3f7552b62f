import { describe, expect, it } from 'vitest';
import { contoso } from './contoso.ts';

describe('when Ramp', () => {
  it('throttles, it is left alone for as long as it asks, and everybody arrives', async () => {
    await using company = await contoso();
    for (const name of ['ada', 'grace', 'edsger']) company.hire({ name });
    company.ramp.fault({ type: 'throttle', on: 'POST /Users', retryAfterSeconds: 20 });
    const report = await company.run();
    expect(report).toMatchObject({ verdict: 'done', targets: [{ done: { create: 3 } }] });
  });

  it('rejects one attribute of one person, the others go on', async () => {
    await using company = await contoso();
    for (const name of ['ada', 'grace', 'edsger']) company.hire({ name });
    company.ramp.fault({ type: 'reject', on: 'POST /Users', attribute: 'userName' });
    const report = await company.run();
    expect(report.targets[0]).toMatchObject({
      done: { create: 2 },
      failed: { 'refused-by-target': 1 },
    });
  });

  it('answers in HTML, nothing is lost and the next run makes it good', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'html', on: 'POST /Users' });
    const first = await company.run();
    expect(first.verdict).toBe('failed');
    company.clock.advance(3600);
    await company.run();
    company.clock.advance(3600);
    await company.run();
    expect(await company.ramp.users()).toHaveLength(1);
  });

  it('answers a create with 200, the account is linked all the same', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'created-as-200', on: 'POST /Users' });
    await company.run();
    await company.run({ full: true });
    expect(await company.ramp.users()).toHaveLength(1);
    expect(company.ramp.counters()['POST /Users']).toBe(1);
  });

  it('refuses the token, it is quarantined, and leaves quarantine by itself', async () => {
    await using company = await contoso();
    for (const name of ['ada', 'grace', 'edsger']) company.hire({ name });
    await company.run();
    company.hire({ name: 'barbara' });
    company.ramp.fault({ type: 'fail', status: 401, on: 'POST /Users' });
    const report = await company.run();
    expect(report.verdict).toBe('failed');
    expect(await company.engine.ledger.health('ramp')).toMatchObject({ state: 'quarantined' });
    const next = await company.run();
    expect(next.targets[0]?.failure).toMatchObject({ code: 'quarantined' });
    company.clock.advance(600);
    const later = await company.run();
    expect(later).toMatchObject({ verdict: 'done', targets: [{ done: { create: 1 } }] });
    expect(await company.engine.ledger.health('ramp')).toMatchObject({ state: 'well' });
  });
});

it('an Entra ID that throttles in the middle of a reading is waited for, and everybody arrives', async () => {
  await using company = await contoso();
  for (const name of ['ada', 'grace', 'edsger']) company.hire({ name });
  company.graph.control.fault({
    path: '/users/delta',
    effect: { type: 'answer', status: 429, headers: { 'Retry-After': '30' } },
  });
  const report = await company.run();
  expect(report).toMatchObject({ verdict: 'done', targets: [{ done: { create: 3 } }] });
});
