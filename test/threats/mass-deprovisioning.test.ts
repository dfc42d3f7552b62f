import { describe, expect, it } from 'vitest';
import { contoso } from '../runs/contoso.ts';

const PEOPLE = ['ada', 'grace', 'edsger', 'barbara', 'alan', 'katherine'];

async function offIn(company: Awaited<ReturnType<typeof contoso>>): Promise<number> {
  const users = await company.ramp.users();
  return users.filter(({ status }) => status === 'USER_INACTIVE').length;
}

describe('T18: nobody is deprovisioned because', () => {
  it.each([
    ['a page has lost its value', { type: 'missing-value' }],
    ['a page ends in the middle', { type: 'half-body' }],
    ['a gateway answers in HTML', { type: 'html' }],
    ['the service fails in the middle', { type: 'answer', status: 500 }],
    ['a listing comes back empty', { type: 'answer', status: 200, body: { value: [] } }],
  ] as const)('%s', async (_, effect) => {
    await using company = await contoso();
    for (const name of PEOPLE) company.hire({ name });
    await company.run();
    company.graph.control.fault({
      path: '/v1.0/(users|groups|servicePrincipals)',
      times: 0,
      effect,
    });
    await company.run({ full: true });
    await company.run();
    expect(await offIn(company)).toBe(0);
    company.graph.control.clearFaults();
    await company.run({ full: true });
    expect(await offIn(company)).toBe(0);
  });

  it('a scope was written wrong: the plan is held', async () => {
    await using company = await contoso({
      write: '        guard: { disable: { share: 20%, count: 2 } }',
    });
    for (const name of PEOPLE) company.hire({ name });
    await company.run();
    await using changed = await company.restart(
      {},
      `        guard: { disable: { share: 20%, count: 2 } }
        scope: 'department eq "Nobody"'`,
    );
    const report = await changed.run();
    expect(report).toMatchObject({
      verdict: 'held',
      targets: [{ plan: { holds: [{ guard: 'disables' }] } }],
    });
    expect(await offIn(changed)).toBe(0);
  });
});
