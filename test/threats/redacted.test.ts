/** A value that a mapping redacts, looked for in whatever leaves the product. */

import path from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import type { Opened, Services } from '../../src/cli/services.ts';
import { connectorTypes, openTrial } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { apiService } from '../../src/server/api/api.ts';
import { ROLES } from '../../src/server/api/policy.ts';
import { hiddenAttributes } from '../../src/server/api/shown.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import { type Contoso, contoso } from '../runs/contoso.ts';

/** What is written to Ramp holds it; what Entra ID supplies does not. */
const CANARY = 'canary-7f3a9c51e0';
const PATH = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter';
const PLAIN = `Join("-", "canary", [companyName])`;

const mapped = (expression: string) => `
        map:
          "${PATH}": '${expression}'`;
const REDACTING = mapped(`Redact(${PLAIN})`);

const ADA = 'ada.lovelace@contoso.com';

function moves(company: Contoso, id: string, companyName: string): void {
  company.graph.control.act({ act: 'update', id, properties: { companyName } });
  company.clock.advance(60);
}

/** Everything a command line says, on both streams. */
async function lockstep(company: Contoso, parameters: readonly string[]): Promise<string> {
  const { env, file } = await company.configuration();
  let said = '';
  const write = (text: string) => {
    said += text;
  };
  const services = {
    version: '1',
    world: {
      env,
      connectors: connectorTypes(),
      profiles: path.resolve(import.meta.dirname, '../../profiles'),
    },
    open: async (): Promise<Opened> => ({
      engine: company.engine,
      verbs: verbsOf(company.engine),
      [Symbol.asyncDispose]: async () => {},
    }),
  } as unknown as Services;
  await runProgram(
    [...parameters, '--config', file('lockstep.yaml')],
    services,
    { stdin: {}, stdout: { write, columns: 500 }, stderr: { write }, env: {} } as never,
    company.watch.signal,
  );
  return said;
}

async function asked(company: Contoso, role: string, address: string): Promise<string> {
  const app = apiService({
    authenticate: async () => ({ tenant: 'default', token: 't1', role }),
    open: async () => ({
      verbs: verbsOf(company.engine),
      hidden: hiddenAttributes(company.engine.targets),
    }),
    tasks: openTasks({ signal: company.watch.signal, now: company.clock.now }),
  } as never);
  const headers = { authorization: 'Bearer any' };
  const response = await app.request(`https://lockstep.contoso.com/api${address}`, { headers });
  return response.text();
}

/** Was created with one value, changed to another; a third is planned, and the change is undone. */
async function busy(write = REDACTING): Promise<{
  readonly company: Contoso;
  readonly run: string;
  readonly plans: readonly string[];
}> {
  const company = await contoso({ write });
  const id = company.hire({ name: 'ada.lovelace' });
  moves(company, id, '7f3a9c51e0-one');
  await company.run();
  moves(company, id, '7f3a9c51e0-two');
  const { run } = await company.run();
  const verbs = verbsOf(company.engine);
  const undone = await verbs.undo({ run }, company.watch);
  moves(company, id, '7f3a9c51e0-three');
  const planned = await verbs.plan({}, company.watch);
  const plans = [...undone.targets, ...planned.targets].map(({ plan }) => plan?.id ?? '');
  return { company, run, plans };
}

it('T11: what a mapping redacts is in no output of the command line, plain or as JSON', {
  timeout: 60_000,
}, async () => {
  const { company, run, plans } = await busy();
  await using _ = company;
  const held = (await company.users())['ada.lovelace'];
  expect(JSON.stringify(held)).toContain(`${CANARY}-two`);
  const [entry] = await Array.fromAsync(verbsOf(company.engine).log({ limit: 1 }));
  const commands: readonly (readonly string[])[] = [
    ['log'],
    ['log', '--operation', entry?.entry ?? ''],
    ['explain', ADA],
    ['explain', ADA, '--attribute', PATH],
    ['plan'],
    ...plans.map((id) => ['plan', 'show', id]),
    ['undo', run],
    ['status'],
    ['audit'],
    ['provision', ADA],
    ['log'],
  ];
  for (const command of commands) {
    for (const how of [[], ['--json']]) {
      const text = await lockstep(company, [...command, ...how]);
      expect([command, text === '', text.includes(CANARY)]).toEqual([command, false, false]);
    }
  }
  for (const how of [['--csv'], ['--csv', 'changes'], ['--json', '--steps']]) {
    const text = await lockstep(company, ['log', ...how]);
    expect(text).toContain('[Redact]');
    expect(text).not.toContain(CANARY);
  }
});

it('T11: what a mapping redacts is shown by the API to no role', async () => {
  const { company, plans } = await busy();
  await using _ = company;
  for (const role of ROLES) {
    for (const address of [
      '/log',
      '/log/entries',
      `/people/${ADA}/explanation`,
      `/people/${ADA}/explanation?attribute=${PATH}`,
      `/people?q=${ADA}`,
      ...plans.map((id) => `/plans/${id}/operations`),
      '/runs',
      '/status',
      '/drift',
    ]) {
      const text = await asked(company, role, address);
      expect([role, address, text.includes(CANARY)]).toEqual([role, address, false]);
    }
  }
});

it('T11: what was redacted when it was done stays so when the mapping does not redact it any more', async () => {
  const { company } = await busy();
  await using later = await company.restart({}, mapped(PLAIN));
  const verbs = verbsOf(later.engine);
  const told = [
    await Array.fromAsync(verbs.log({ limit: 100 })),
    await Array.fromAsync(verbs.entries({ limit: 100 })),
  ];
  expect(told[0]).toHaveLength(2);
  expect(JSON.stringify(told)).not.toContain(CANARY);
});

it('T11: what is redacted by now is not shown of what was done before', async () => {
  const { company } = await busy(mapped(PLAIN));
  company.clock.advance(600);
  await company.ramp.edit(ADA, { [PATH]: `${CANARY}-of-somebody` });
  const request = { system: 'ramp', trigger: 'command' } as const;
  await verbsOf(company.engine).reconcile(request, company.watch);
  await using later = await company.restart({}, REDACTING);
  const verbs = verbsOf(later.engine);
  const told = [
    await Array.fromAsync(verbs.log({ limit: 100 })),
    await Array.fromAsync(verbs.entries({ limit: 100 })),
    await verbs.explain({ person: ADA }, later.watch),
    await Array.fromAsync(verbs.drift({ target: 'ramp' })),
  ];
  expect(told[3]).toMatchObject([{ path: PATH, current: '[Redact]' }]);
  expect(told[0]).toHaveLength(2);
  expect(JSON.stringify(told)).not.toContain(CANARY);
});

it('T11: neither what a changed mapping would write nor what it would replace is shown where one of the two redacts it', async () => {
  const { company } = await busy();
  await using _ = company;
  const { text, env, file } = await company.configuration();
  await company.writeFile('new.yaml', text.replace(`Redact(${PLAIN})`, `ToUpper(${PLAIN})`));
  const world = {
    env,
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  };
  const [before, next] = await Promise.all(
    ['lockstep.yaml', 'new.yaml'].map((name) => loadConfiguration(file(name), world)),
  );
  if (!before?.ok || !next?.ok) throw new Error('the configuration does not load');
  await using trial = await openTrial(before.value, next.value, { now: company.clock.now });
  const { targets } = await trial.planWith({}, company.watch);
  expect(targets[0]?.samples).toHaveLength(1);
  expect(JSON.stringify(targets)).not.toMatch(new RegExp(CANARY, 'i'));
});

it('T11: what a newer plan says otherwise is told without what is redacted', async () => {
  const guard = '        guard: { update: { share: 1%, count: 0 } }';
  await using company = await contoso({ write: `${guard}${REDACTING}` });
  const id = company.hire({ name: 'ada.lovelace' });
  moves(company, id, '7f3a9c51e0-one');
  await company.run();
  moves(company, id, '7f3a9c51e0-two');
  const older = (await company.run()).targets[0]?.plan;
  moves(company, id, '7f3a9c51e0-three');
  await company.run();
  const released = verbsOf(company.engine).release(
    { type: 'plan', plan: older?.id ?? '' },
    company.watch,
  );
  const refusal: unknown = await released.catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'plan-superseded',
    message: expect.stringContaining('costCenter: "[Redact]" → "[Redact]"'),
  });
  expect(String(refusal)).not.toContain(CANARY);
});
