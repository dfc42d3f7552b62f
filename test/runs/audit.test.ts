import { describe, expect, it } from 'vitest';
import { verifyTrail } from '../../src/audit/verify.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Engine } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';
import { contoso } from './contoso.ts';

const STRICT = '        guard: { disable: { share: 10%, count: 0 } }';

async function told(engine: Engine): Promise<readonly string[]> {
  const entries = await Array.fromAsync(engine.audit.walk());
  return entries.map(({ action }) => action);
}

const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

describe('the audit trail of a run', () => {
  it('tells who ran it, under which configuration, what was planned, and what was done', async () => {
    await using company = await contoso({ world: { actor: 'ada@build-7' } });
    for (const name of ['ada.lovelace', 'grace.hopper']) company.hire({ name });
    const { run, targets } = await company.run();
    const { engine } = company;
    const entries = await Array.fromAsync(engine.audit.walk());
    expect(entries.map(({ action, actor, payload }) => [action, actor, payload?.subject])).toEqual([
      ['configuration-changed', 'ada@build-7', engine.configVersion],
      ['run-started', 'ada@build-7', run],
      ['plan-made', 'ada@build-7', targets[0]?.plan?.id],
      ['operations-applied', 'ada@build-7', run],
      ['run-ended', 'ada@build-7', run],
    ]);
    expect(entries[3]?.payload?.detail).toMatchObject({
      target: 'ramp',
      counts: { 'create done': 2 },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify(entries)).not.toMatch(/lovelace|hopper/i);
    expect(await verifyTrail(engine.audit)).toMatchObject({ whole: true, entries: 5 });
  });

  it('says nothing of rounds of the schedule that found nothing to do', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const before = await told(company.engine);
    const engine = company.engine.as('schedule');
    await runSync(engine, { trigger: 'schedule' }, company.watch);
    expect(await told(engine)).toEqual(before);
    company.hire({ name: 'grace.hopper' });
    await runSync(engine, { trigger: 'schedule' }, company.watch);
    const entries = (await Array.fromAsync(engine.audit.walk())).slice(before.length);
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['run-started', 'schedule'],
      ['plan-made', 'schedule'],
      ['operations-applied', 'schedule'],
      ['run-ended', 'schedule'],
    ]);
  });

  it('tells of a plan that is held, gives way, and is let go', async () => {
    await using company = await contoso({ write: STRICT });
    const ids = ['ada', 'grace', 'edsger'].map((name) => company.hire({ name: `${name}.x` }));
    await company.run();
    const before = (await told(company.engine)).length;
    const disable = (index: number) =>
      company.graph.control.act({
        act: 'update',
        id: ids[index] ?? '',
        properties: { accountEnabled: false },
      });
    disable(0);
    await company.run();
    disable(1);
    await company.run();
    const verbs = verbsOf(company.engine.as('token 7 (administrator)'));
    await verbs.release({ type: 'system', system: 'ramp' }, company.watch);
    const entries = (await Array.fromAsync(company.engine.audit.walk())).slice(before);
    expect(entries.map(({ action }) => action)).toEqual([
      'run-started',
      'plan-held',
      'run-ended',
      'run-started',
      'plan-superseded',
      'plan-held',
      'run-ended',
      'plan-released',
      'run-started',
      'operations-applied',
      'run-ended',
    ]);
    expect(entries[7]).toMatchObject({
      actor: 'token 7 (administrator)',
      payload: { detail: { target: 'ramp', counts: { disable: 2 }, guards: ['disables'] } },
    });
  });

  it('tells of an undo, of whom it paused, and of who resumed them', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    const { run } = await company.run();
    const verbs = verbsOf(company.engine);
    await verbs.undo({ run }, company.watch);
    await verbs.release({ type: 'system', system: 'ramp' }, company.watch).catch(() => undefined);
    const [plan] = await Array.fromAsync(company.engine.audit.entries({ action: 'undo-planned' }));
    const id = String(plan?.payload?.detail.plan);
    await verbs.release({ type: 'plan', plan: id }, company.watch);
    await verbs.resume(run, company.watch);
    const actions = await told(company.engine);
    expect(actions).toEqual(
      expect.arrayContaining(['undo-planned', 'people-paused', 'pauses-resumed']),
    );
    expect(await verifyTrail(company.engine.audit)).toMatchObject({ whole: true });
  });

  it('keeps nothing of what was not kept', async () => {
    await using company = await contoso({
      world: {
        boundary: (name) => {
          if (name === 'operation-sent') throw new Error('killed');
        },
      },
    });
    company.hire({ name: 'ada.lovelace' });
    await expect(company.run()).rejects.toThrow('killed');
    expect(await told(company.engine)).not.toContain('operations-applied');
    expect(await verifyTrail(company.engine.audit)).toMatchObject({ whole: true });
  });
});

describe('the audit trail of what people decide', () => {
  it('tells what was accepted or will be written over in a target, and what was left', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(600);
    const { engine, watch } = company;
    const connector = await engine.connector('ramp');
    const { id } = (await company.users())['ada.lovelace'] ?? { id: '' };
    const byHand = async (department: string) => {
      await connector.update?.(
        { system: 'ramp', kind: 'user', id },
        [{ path: DEPARTMENT, after: department }],
        { signal: watch.signal },
      );
    };
    const since = async (number: number) =>
      (await told(engine)).slice(number).filter((action) => /drift|orphan/.test(action));
    const verbs = verbsOf(engine);
    const request = { system: 'ramp', trigger: 'command' } as const;
    const begun = (await told(engine)).length;
    await byHand('Sales');
    await verbs.reconcile({ ...request, action: 'adopt' }, watch);
    expect(await since(begun)).toEqual(['drift-adopted']);
    await byHand('Legal');
    await verbs.reconcile({ ...request, action: 'revert' }, watch);
    expect(await since(begun)).toEqual(['drift-adopted', 'drift-reverting']);
    const entries = JSON.stringify(await Array.fromAsync(engine.audit.walk()));
    expect(entries).not.toMatch(/Sales|Legal/);
  });

  it('tells what left as a file', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    const verbs = verbsOf(company.engine);
    const { key = '' } = (await verbs.findPlan('ramp')) ?? {};
    await Array.fromAsync(verbs.planFile(key));
    await Array.fromAsync(verbs.entries({ limit: 10 }));
    // So many are looked at; more leave as a file.
    await Array.fromAsync(verbs.log({ limit: 1000 }));
    await Array.fromAsync(verbs.log({ limit: 1001, target: 'ramp' }));
    await Array.fromAsync(verbs.audit({ format: 'csv', from: company.clock.now() }));
    const exports = await Array.fromAsync(
      company.engine.audit.entries({ action: 'data-exported' }),
    );
    expect(exports.map(({ payload }) => payload?.detail)).toEqual([
      { what: 'audit', format: 'csv', from: '2026-03-02T08:00:00.000Z' },
      { what: 'log' },
      { what: 'log' },
      { what: 'plan' },
    ]);
  });
});
