import { expect, it } from 'vitest';
import { provision } from '../../src/sync/provision.ts';
import { type Contoso, contoso } from './contoso.ts';

it('an urgent termination overtakes a run that is under way', { timeout: 20_000 }, async () => {
  let asking: (() => Promise<void>) | undefined;
  await using company = await contoso({
    write: '        guard: { update: false }',
    world: { boundary: async (name) => (name === 'operation-sent' ? asking?.() : undefined) },
  });
  const { engine, watch, graph } = company;
  const leaver = company.hire({ name: 'edsger.dijkstra' });
  const others = Array.from({ length: 60 }, (_, n) => company.hire({ name: `person${n}.example` }));
  await company.run();
  for (const id of others) {
    graph.control.act({ act: 'update', id, properties: { city: 'London' } });
  }

  let report: ReturnType<typeof provision> | undefined;
  let enqueued: Promise<void> | undefined;
  // Ramp answers nobody before the request is in.
  asking = () => {
    company.clock.advance(1);
    if (report === undefined) {
      graph.control.act({ act: 'update', id: leaver, properties: { accountEnabled: false } });
      report = provision(engine, { person: 'edsger.dijkstra@contoso.com' }, watch);
      enqueued = untilUrgent(company);
    }
    return enqueued ?? Promise.resolve();
  };
  company.events.length = 0;
  const run = await company.run();
  expect(await report).toMatchObject({
    verdict: 'done',
    targets: [{ outcomes: [{ type: 'done', operation: { action: 'disable', urgent: true } }] }],
  });
  expect(run.targets[0]?.done).toEqual({ update: 60 });
  const order = company.events.flatMap((event) =>
    event.type === 'outcome' ? [event.outcome.operation.action] : [],
  );
  expect(order.indexOf('disable')).toBeLessThan(order.length - 1);
  expect((await company.users())['edsger.dijkstra']?.status).toBe('USER_INACTIVE');
});

async function untilUrgent({ engine }: Contoso): Promise<void> {
  const [person] = await engine.warehouse.findPerson('edsger.dijkstra@contoso.com');
  for (;;) {
    const subject = await engine.warehouse.subject('ramp', person?.id ?? '');
    if (subject?.due?.urgent === true) return;
  }
}
