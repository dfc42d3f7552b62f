import { expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import { type Contoso, contoso } from '../runs/contoso.ts';

const CANARY = 'canary-7f3a9c51e0';

it('T11: the token of a target reaches no plan, outcome, report, explanation or error', async () => {
  const told: unknown[] = [];
  await using company = await contoso({ token: CANARY, told: (alert) => void told.push(alert) });
  const verbs = verbsOf(company.engine);
  company.hire({ name: 'ada.lovelace' });
  company.hire({ name: 'no.city', city: null });
  const planned = await verbs.plan({}, company.watch);
  const file = await Array.fromAsync(verbs.planFile(planned.targets[0]?.plan?.key ?? ''));
  company.ramp.fault({ type: 'fail', status: 500, on: 'POST /Users', times: 9 });
  const failed = await company.run();
  company.ramp.clearFaults();
  company.ramp.fault({ type: 'fail', status: 401, on: 'POST /Users' });
  company.clock.advance(86_400);
  const refused = await company.run();
  company.clock.advance(86_400);
  const done = await company.run();
  const everything = [
    planned,
    file,
    failed,
    refused,
    done,
    told,
    company.events,
    await verbs.status(),
    await verbs.explain({ person: 'ada.lovelace@contoso.com' }, company.watch),
    await Array.fromAsync(verbs.log({ limit: 100 })),
    await Array.fromAsync(verbs.entries({ limit: 100 })),
    await Array.fromAsync(verbs.unsent()),
    await verbs.runs(10),
  ];
  expect(done.targets[0]?.done).toEqual({ create: 1 });
  expect(JSON.stringify(everything)).not.toContain(CANARY);
});

it('T11: the log keeps no value whose mapping says Redact, and no password, sent, answered or refused', async () => {
  await using company = await contoso({
    write: `
        map:
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter":
            'Redact([companyName])'`,
  });
  const verbs = verbsOf(company.engine);
  const id = company.hire({ name: 'ada.lovelace' });
  company.graph.control.act({ act: 'update', id, properties: { companyName: CANARY } });
  await company.run();
  const [entry] = await Array.fromAsync(verbs.entries({ limit: 1 }));
  expect(JSON.stringify(entry?.steps.write.exchanges)).toContain('[Redact]');
  expect(JSON.stringify(entry)).not.toContain(CANARY);
});

it('T11: what a target cites of such a value, when it refuses it, is kept nowhere either', async () => {
  const cited = `salary ${CANARY} is out of range`;
  const company: Contoso = await contoso({
    write: `
        map:
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter":
            'Redact([companyName])'`,
    world: {
      fetch: async (input, init) => {
        const request = new Request(input, init);
        if (!request.url.startsWith(company.ramp.url)) return company.graph.fetch(request);
        if (request.method !== 'POST') return company.ramp.fetch(request);
        return Response.json({ detail: cited }, { status: 400 });
      },
    },
  });
  await using _ = company;
  const id = company.hire({ name: 'ada.lovelace' });
  company.graph.control.act({ act: 'update', id, properties: { companyName: CANARY } });
  const report = await company.run();
  const verbs = verbsOf(company.engine);
  const [outcome] = await Array.fromAsync(verbs.log({ limit: 1 }));
  const [unsent] = await Array.fromAsync(verbs.unsent());
  expect(outcome?.failure?.message).toContain('salary [Redact] is out of range');
  expect(unsent?.message).toContain('salary [Redact] is out of range');
  expect(JSON.stringify([report, unsent, outcome?.failure])).not.toContain(CANARY);
});
