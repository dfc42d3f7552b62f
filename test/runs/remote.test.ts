/** Verbs asked for over the API, beside the same verbs of the engine itself. */

import { describe, expect, it } from 'vitest';
import { remoteVerbs } from '../../src/cli/remote.ts';
import { remoteServer } from '../../src/cli/remote-http.ts';
import { apiService } from '../../src/server/api/api.ts';
import { hiddenAttributes } from '../../src/server/api/shown.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Watch } from '../../src/sync/engine.ts';
import type { Verbs } from '../../src/sync/verbs.ts';
import { type Contoso, contoso } from './contoso.ts';

function remoteOf({ engine, watch, clock }: Contoso): Verbs {
  const app = apiService({
    authenticate: async () => ({ tenant: 'default', token: 't1', role: 'administrator' }),
    open: async () => ({ verbs: verbsOf(engine), hidden: hiddenAttributes(engine.targets) }),
    tasks: openTasks({ signal: watch.signal, now: clock.now }),
  });
  const fetch = async (input: string | URL | Request, init?: RequestInit) =>
    app.fetch(new Request(input, init));
  return remoteVerbs(remoteServer({ url: 'https://lockstep.contoso.com', token: 'any', fetch }));
}

async function all<Value>(items: AsyncIterable<Value>): Promise<readonly Value[]> {
  const found: Value[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const ADA = 'ada@contoso.com';

type Question = (verbs: Verbs, watch: Watch) => Promise<unknown>;

const QUESTIONS: Readonly<Record<string, Question>> = {
  status: (verbs) => verbs.status(),
  runs: (verbs) => verbs.runs(10),
  'a run': async (verbs) => verbs.findRun((await verbs.runs(1))[0]?.id ?? ''),
  'a run that was not': (verbs) => verbs.findRun('nope'),
  log: (verbs) => all(verbs.log({ limit: 100 })),
  'the log since then': (verbs) =>
    all(verbs.log({ limit: 3, type: 'done', since: new Date('2026-03-01') })),
  unsent: (verbs) => all(verbs.unsent('ramp')),
  reviews: (verbs) => verbs.reviews(),
  systems: (verbs) => verbs.systems(),
  people: (verbs) => verbs.people(ADA),
  nobody: (verbs) => verbs.people('nobody'),
  'the current plan': (verbs) => verbs.findPlan('ramp'),
  'no plan': (verbs) => verbs.findPlan('nope'),
  operations: async (verbs) => all(verbs.operations((await verbs.findPlan('ramp'))?.key ?? '')),
  refusals: async (verbs) => all(verbs.refusals((await verbs.findPlan('ramp'))?.key ?? '')),
  'a plan file': async (verbs) => all(verbs.planFile((await verbs.findPlan('ramp'))?.key ?? '')),
  drift: (verbs) => all(verbs.drift({ target: 'ramp' })),
  'who somebody is': (verbs) => verbs.showIdentity({ person: ADA }),
  'what changed about somebody': (verbs) => verbs.identityHistory({ person: ADA, limit: 10 }),
  explanation: (verbs, watch) => verbs.explain({ person: ADA }, watch),
  'what if': (verbs, watch) =>
    verbs.explain({ person: ADA, system: 'ramp', set: { department: '', city: 'Bern' } }, watch),
};

const REFUSED: Readonly<Record<string, Question>> = {
  'somebody before they were known': (verbs) =>
    verbs.showIdentity({ person: ADA, asOf: new Date('2000-01-01') }),
  'an explanation of nobody': (verbs, watch) => verbs.explain({ person: 'nobody' }, watch),
  'nobody provisioned': (verbs, watch) => verbs.provision({ person: 'nobody' }, watch),
  'a release of no plan': (verbs, watch) => verbs.release({ type: 'plan', plan: 'nope' }, watch),
  'a release of nothing': (verbs, watch) => verbs.release({ type: 'system' }, watch),
  'no run undone': (verbs, watch) => verbs.undo({ run: 'nope' }, watch),
};

describe('verbs over the API', () => {
  it('answer what the engine answers, in the same order', async () => {
    await using company = await contoso();
    company.hire({ name: 'grace' });
    company.hire({ name: 'ada', manager: 'grace' });
    company.hire({ name: 'bob', department: null });
    await company.run();
    const [local, remote] = [verbsOf(company.engine), remoteOf(company)];
    for (const [name, ask] of Object.entries(QUESTIONS)) {
      const expected = await ask(local, company.watch);
      const answered = await ask(remote, company.watch);
      expect([name, answered]).toEqual([name, expected]);
      expect([name, JSON.stringify(answered)]).toEqual([name, JSON.stringify(expected)]);
    }
  });

  it('are refused with the same words', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada' });
    await company.run();
    const [local, remote] = [verbsOf(company.engine), remoteOf(company)];
    const told = (error: unknown) => {
      const { code, message, remedy } = error as { code: string; message: string; remedy: string };
      return { code, message, remedy };
    };
    for (const [name, ask] of Object.entries(REFUSED)) {
      const expected = await ask(local, company.watch).catch(told);
      expect([name, await ask(remote, company.watch).catch(told)]).toEqual([name, expected]);
    }
  });

  it('do the same work and tell how far it is', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada' });
    const report = await remoteOf(company).run({ trigger: 'command' }, company.watch);
    expect(report).toMatchObject({ verdict: 'done', targets: [{ done: { create: 1 } }] });
    expect(Object.keys(await company.users())).toContain('ada');
    const kinds = new Set(company.events.map(({ type }) => type));
    expect(kinds.has('read') && kinds.has('planned')).toBe(true);
  });
});
