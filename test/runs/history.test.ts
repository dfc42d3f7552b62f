import { describe, expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import { runSync } from '../../src/sync/run.ts';
import { contoso } from './contoso.ts';

const ADA = 'ada@contoso.com';

describe('the history of people', () => {
  it('tells what changed, from which source, in which run, and which accounts came', async () => {
    await using company = await contoso();
    const verbs = verbsOf(company.engine);
    const id = company.hire({ name: 'ada', department: 'R&D' });
    const first = await company.run();
    company.clock.advance(86_400);
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    const second = await company.run();
    const { entries, more, label } = await verbs.identityHistory({ person: ADA, limit: 10 });
    expect({ more, label }).toEqual({ more: false, label: ADA });
    const ref = { system: 'entra', kind: 'user', id };
    expect(entries).toEqual([
      expect.objectContaining({
        type: 'changed',
        cause: { type: 'reading', system: 'entra', kind: 'user', run: second.run },
        records: [ref],
        changes: [
          { path: 'department', before: 'R&D', after: 'Sales', from: 'entra', origin: 'entra' },
        ],
      }),
      expect.objectContaining({
        type: 'changed',
        cause: { type: 'answer', system: 'ramp', run: first.run },
        changes: [],
        linked: [{ ref: expect.objectContaining({ system: 'ramp', kind: 'user' }) }],
      }),
      expect.objectContaining({
        type: 'made',
        cause: { type: 'reading', system: 'entra', kind: 'user', run: first.run },
        records: [ref],
      }),
    ]);
  });

  it('shows who somebody is, and was, with the age of every value', async () => {
    await using company = await contoso();
    const verbs = verbsOf(company.engine);
    const id = company.hire({ name: 'ada', department: 'R&D' });
    await company.run();
    const then = company.clock.now();
    company.clock.advance(86_400);
    const changed = company.clock.now();
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    const { run } = await company.run();
    const department = async (asOf?: Date) => {
      const shown = await verbs.showIdentity({ person: ADA, ...(asOf && { asOf }) });
      return shown.values.find(({ path }) => path === 'department');
    };
    const record = { system: 'entra', kind: 'user', id };
    const now = await department();
    expect(now).toMatchObject({ value: 'Sales', origin: 'entra', record, run });
    expect(now?.since?.getTime()).toBeGreaterThanOrEqual(changed.getTime());
    expect(now?.offers).toMatchObject([{ system: 'entra', wins: true, verdict: 'wins' }]);
    const before = await department(then);
    expect(before).toMatchObject({ value: 'R&D', origin: 'entra', record });
    expect(before?.offers).toBeUndefined();
  });

  it('is refused where there is none', async () => {
    await using company = await contoso();
    const verbs = verbsOf(company.engine);
    company.hire({ name: 'ada' });
    const before = company.clock.now();
    company.clock.advance(3600);
    await company.run();
    const asked = (asOf: Date) => verbs.showIdentity({ person: ADA, asOf });
    await expect(asked(before)).rejects.toMatchObject({ code: 'nobody-then' });
    const later = new Date(company.clock.now().getTime() + 1);
    await expect(asked(later)).rejects.toMatchObject({ code: 'moment-to-come' });
  });

  it('is forgotten after its time, and what is left is still exact', async () => {
    await using company = await contoso();
    const verbs = verbsOf(company.engine);
    const id = company.hire({ name: 'ada', department: 'R&D' });
    await company.run();
    company.clock.advance(20 * 86_400);
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    await company.run();
    const sales = company.clock.now();
    company.clock.advance(20 * 86_400);
    company.graph.control.act({ act: 'update', id, properties: { department: 'Legal' } });
    const retention = { ...company.engine.retention, historySeconds: 30 * 86_400 };
    await runSync({ ...company.engine, retention }, { trigger: 'command' }, company.watch);
    const { entries, keptSince, more } = await verbs.identityHistory({ person: ADA, limit: 10 });
    expect(entries.map(({ type }) => type)).toEqual(['changed', 'changed']);
    expect(more).toBe(false);
    const asked = (asOf: Date) => verbs.showIdentity({ person: ADA, asOf });
    const { identity } = await asked(sales);
    expect(identity.attributes.department).toBe('Sales');
    expect((await asked(keptSince)).identity.attributes.department).toBe('R&D');
    const tooLong = asked(new Date(keptSince.getTime() - 1));
    await expect(tooLong).rejects.toMatchObject({ code: 'past-not-kept' });
  });
});
