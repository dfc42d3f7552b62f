import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movableClock } from './clock.ts';
import { GraphFailure } from './failure.ts';
import { createGraph } from './graph.ts';
import { DEFAULT_SWITCHES } from './settings.ts';
import { signIn } from './testing.ts';
import { throttle, unitsOf } from './throttle.ts';

describe('throttling', () => {
  it('never grants more than the limit in any ten seconds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wait: fc.nat(4000), units: fc.integer({ min: 1, max: 5 }) }), {
          maxLength: 200,
        }),
        (requests) => {
          let time = 0;
          const quotas = throttle({
            clock: movableClock(() => time),
            tenantId: 'contoso',
            users: () => 10,
            switches: () => DEFAULT_SWITCHES,
            early: () => {},
          });
          quotas.scale(20 / 3500);
          const granted: { readonly at: number; readonly units: number }[] = [];
          for (const { wait, units } of requests) {
            time += wait;
            if (attempt(() => quotas.charge('app', units, false)))
              granted.push({ at: time, units });
          }
          for (const { at } of granted) {
            const inWindow = granted.filter((each) => each.at >= at && each.at < at + 10_000);
            expect(inWindow.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(20);
          }
        },
      ),
    );
  });

  it('says how long to wait, in the way the switch says, and lets go afterwards', async () => {
    const graph = createGraph();
    graph.control.freeze();
    const reader = await signIn(graph);
    graph.control.throttle({ scale: 3 / 3500 });
    const statuses: number[] = [];
    for (let call = 0; call < 4; call++)
      statuses.push((await reader.get('users?$select=id')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);

    const refused = await reader.get('users?$select=id');
    expect(refused.body).toMatchObject({
      error: { code: 'TooManyRequests', innerError: { code: '429' } },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-ms-throttle-scope')).toContain('Tenant_Application/ReadWrite/');
    expect(graph.control.findings()).toMatchObject([{ kind: 'retry-before-its-time' }]);

    graph.control.switches({ 'throttle.retryAfter': 'absent' });
    expect((await reader.get('users?$select=id')).headers.has('retry-after')).toBe(false);
    graph.control.switches({ 'throttle.retryAfter': 'fraction' });
    expect((await reader.get('users?$select=id')).headers.get('retry-after')).toMatch(
      /^\d+\.\d{3}$/,
    );

    graph.control.advance(20);
    const after = await reader.get('users?$select=id');
    expect(after.status).toBe(200);
    graph.control.throttle('fill');
    expect((await reader.get('users?$select=id')).status).toBe(429);
    graph.control.throttle('empty');
    expect((await reader.get('users?$select=id')).status).toBe(200);
  });

  it('shows the share used above four fifths, and refuses low priority first', async () => {
    const graph = createGraph();
    graph.control.freeze();
    const reader = await signIn(graph);
    graph.control.throttle({ scale: 10 / 3500 });
    const shares: (string | null)[] = [];
    for (let call = 0; call < 9; call++)
      shares.push(
        (await reader.get('users?$select=id')).headers.get('x-ms-throttle-limit-percentage'),
      );
    expect(shares).toEqual([...Array(8).fill(null), '0.9']);
    expect((await reader.get('users?$select=id', { 'x-ms-throttle-priority': 'Low' })).status).toBe(
      429,
    );
  });

  it.each([
    ['users', { count: false }, 2],
    ['users', { count: false, select: ['id'] }, 1],
    ['users', { count: false, select: ['id'], expand: 'manager' }, 2],
    ['users', { count: false, top: 5 }, 1],
    ['users/delta', { count: false, select: ['id'] }, 1],
    ['groups/{}/members', { count: false }, 3],
    ['groups/{}/transitiveMembers', { count: false, select: ['id'] }, 4],
  ])('a request for %s with %j costs %i units', (pattern, options, units) => {
    expect(unitsOf('GET', pattern, options)).toBe(units);
  });
});

function attempt(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof GraphFailure) return false;
    throw error;
  }
}
