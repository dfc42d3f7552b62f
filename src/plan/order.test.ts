import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwaited, levelAt, ordering } from './order.ts';

function levels(
  people: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, number>> {
  const order = ordering();
  for (const [identity, after] of Object.entries(people)) order.add({ identity, after });
  const bytes = order.order();
  return Object.fromEntries(
    Object.keys(people).map((identity, position) => [identity, levelAt(bytes, position)]),
  );
}

describe('order', () => {
  it('puts a manager before the report, however they are planned', () => {
    expect(levels({ edsger: ['grace'], grace: ['ada'], ada: [], alan: ['ada'] })).toEqual({
      ada: 0,
      grace: 1,
      alan: 1,
      edsger: 2,
    });
  });

  it('waits for nobody who is not in the plan', () => {
    expect(levels({ grace: ['ada'] })).toEqual({ grace: 0 });
  });

  it('sends a cycle together, after everybody else', () => {
    expect(levels({ ada: ['grace'], grace: ['ada'], alan: [], edsger: ['alan'] })).toEqual({
      alan: 0,
      edsger: 1,
      ada: 2,
      grace: 2,
    });
  });

  it('knows who is awaited', () => {
    const order = ordering();
    order.add({ identity: 'grace', after: ['ada'] });
    order.add({ identity: 'ada', after: [] });
    const bytes = order.order();
    expect([isAwaited(bytes, 0), isAwaited(bytes, 1)]).toEqual([false, true]);
  });

  it('never has anybody before whom they await, unless they await each other', () => {
    const chains = fc.array(fc.nat(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(chains, (picks) => {
        const people = Object.fromEntries(
          picks.map((pick, index) => [`p${index}`, index === 0 ? [] : [`p${pick % index}`]]),
        );
        const found = levels(people);
        for (const [identity, [boss]] of Object.entries(people)) {
          if (boss !== undefined) expect(found[identity]).toBe((found[boss] ?? 0) + 1);
        }
      }),
    );
  });
});
