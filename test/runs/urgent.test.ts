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

const elsewhere = { host: 'elsewhere', pid: 1, processStart: '1' };

/** As long as another process reads Entra ID. */
async function reading({ engine, clock }: Contoso): Promise<{ ends(): Promise<void> }> {
  const lane = 'read/entra';
  const { token: seen = 0 } = (await engine.ledger.lease(lane)) ?? {};
  const until = new Date(clock.now().getTime() + 3_600_000);
  const token = await engine.ledger.takeLease(lane, seen, elsewhere, until);
  return { ends: () => engine.ledger.dropLease(lane, token ?? 0) };
}

function unassign({ graph, clock }: Contoso, id: string): void {
  for (const { target } of graph.tenant.directory.linksFrom('appRoleAssignments', id)) {
    graph.control.act({ act: 'unassign-app-role', id: target });
  }
  clock.advance(60);
}

it('nobody is taken for unassigned amid a reading, neither ahead of the others nor with them', async () => {
  let happens: (() => Promise<void>) | undefined;
  const write = '        urgent: why eq "unassigned"';
  await using company = await contoso({
    write,
    world: {
      boundary: async (name) => {
        if (name !== 'operation-sent') return;
        company.clock.advance(1);
        const once = happens;
        happens = undefined;
        await once?.();
      },
    },
  });
  const mover = company.hire({ name: 'edsger.dijkstra' });
  const others = Array.from({ length: 10 }, (_, n) => company.hire({ name: `person${n}.example` }));
  await company.run();
  for (const id of others) {
    company.graph.control.act({ act: 'update', id, properties: { city: 'London' } });
  }
  let end: (() => Promise<void>) | undefined;
  happens = async () => {
    // So far his old assignment is gone; the page with the new one is to come.
    unassign(company, mover);
    await company.run({ targets: [] });
    end = (await reading(company)).ends;
  };
  expect((await company.run()).targets[0]?.done).toEqual({ update: 10 });
  expect((await company.run({ sources: [] })).targets[0]?.done).toEqual({});
  expect((await company.users())['edsger.dijkstra']?.status).not.toBe('USER_INACTIVE');

  await end?.();
  company.assign(mover);
  expect((await company.run()).targets[0]?.done).toEqual({});
  expect((await company.users())['edsger.dijkstra']?.status).not.toBe('USER_INACTIVE');
});

it('whoever is asked for amid a reading is taken when it has ended, or told to wait', async () => {
  let end: (() => Promise<void>) | undefined;
  let sleeps = 0;
  await using company = await contoso({
    world: {
      sleep: async (milliseconds) => {
        company.clock.advance(milliseconds / 1000);
        if (end !== undefined && ++sleeps === 400) await end();
      },
    },
  });
  const leaver = company.hire({ name: 'edsger.dijkstra' });
  company.hire({ name: 'ada.lovelace' });
  await company.run();
  unassign(company, leaver);
  await company.run({ targets: [] });
  end = (await reading(company)).ends;
  company.clock.advance(1);
  const person = { person: 'edsger.dijkstra@contoso.com' };
  expect(await provision(company.engine, person, company.watch)).toMatchObject({
    verdict: 'failed',
    targets: [{ failure: { code: 'reading-under-way' } }],
  });
  expect(await provision(company.engine, person, company.watch)).toMatchObject({
    verdict: 'done',
    targets: [{ outcomes: [{ type: 'done', operation: { action: 'disable' } }] }],
  });
});

async function untilUrgent({ engine }: Contoso): Promise<void> {
  const [person] = await engine.warehouse.findPerson('edsger.dijkstra@contoso.com');
  for (;;) {
    const subject = await engine.warehouse.subject('ramp', person?.id ?? '');
    if (subject?.due?.urgent === true) return;
  }
}
