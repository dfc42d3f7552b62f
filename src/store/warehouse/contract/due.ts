import { describe, expect, it } from 'vitest';
import type { Change } from '../../../identity/record.ts';
import { employee, NOW, type OpenDatabase, office, present, RAMP, user } from './office.ts';

const TOMORROW = new Date(NOW.getTime() + 86_400_000);

export function dueContract(open: OpenDatabase): void {
  describe('due', () => {
    it('is only who changed in what the target reads', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      await contoso.rest();
      const changes = [employee('1', { hobby: 'chess' }), employee('2', { department: 'IT' })];
      await contoso.read('entra', 'user', changes, { mode: 'changes' });
      expect(await contoso.due()).toEqual(['2']);
    });

    it('is who changed in a raw value that the target reads', async () => {
      await using contoso = await office(open, {
        targets: [{ ...RAMP, inputs: ['hr/costCenter'] }],
      });
      const clerk = (costCenter: string, hobby: string): Change =>
        present(user('hr', '1'), { employeeId: '1', costCenter, hobby });
      await contoso.read('hr', 'user', [clerk('100', 'chess')]);
      await contoso.rest();
      await contoso.read('hr', 'user', [clerk('100', 'go')], { mode: 'changes' });
      expect(await contoso.due()).toEqual([]);
      await contoso.read('hr', 'user', [clerk('200', 'go')], { mode: 'changes' });
      expect(await contoso.due()).toEqual(['1']);
    });

    it('stays who changed after being planned', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      const planned = await contoso.subject('1');
      await contoso.read('entra', 'user', [employee('1', { department: 'IT' })], {
        mode: 'changes',
      });
      await contoso.warehouse.settle('ramp', [
        { subject: planned, settlement: { type: 'settled' } },
      ]);
      expect(await contoso.due()).toEqual(['1']);
      await contoso.rest();
      expect(await contoso.due()).toEqual([]);
    });

    it('is a failure when its time comes, or when something changed', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      const escrow = {
        code: 'conflict',
        message: 'userName is taken',
        attempts: 3,
        firstFailedAt: NOW,
      };
      for (const id of ['1', '2']) {
        await contoso.settle(id, { type: 'escrow', escrow, notBefore: TOMORROW });
      }
      expect(await contoso.due()).toEqual([]);
      expect(await contoso.warehouse.dueCount('ramp', NOW)).toBe(0);
      expect(await contoso.warehouse.dueCount('ramp', TOMORROW)).toBe(2);

      await contoso.read('entra', 'user', [employee('2', { department: 'IT' })], {
        mode: 'changes',
      });
      expect(await contoso.due()).toEqual(['2']);
      expect((await contoso.subject('2')).due).toMatchObject({ cause: 'changed', escrow });
      expect(await contoso.due(TOMORROW)).toEqual(['1', '2']);
      expect((await contoso.subject('1')).due).toMatchObject({ cause: 'retry', escrow });
    });

    it('is somebody again on a date', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.settle('1', { type: 'settled', againAt: TOMORROW });
      expect(await contoso.due()).toEqual([]);
      expect(await contoso.due(TOMORROW)).toEqual(['1']);
      expect((await contoso.subject('1')).due).toMatchObject({ cause: 'date' });
    });

    it('comes by identity in batches, urgent ones ahead of all', async () => {
      await using contoso = await office(open);
      const { warehouse } = contoso;
      await contoso.read(
        'entra',
        'user',
        ['1', '2', '3', '4', '5'].map((id) => employee(id)),
      );
      const { identity } = await contoso.subject('4');
      await warehouse.makeDue('ramp', [identity.id], 'requested', true);
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const batch = await warehouse.due('ramp', NOW, 2, after);
        seen.push(...batch.map((subject) => String(subject.identity.attributes.employeeId)));
        after = batch.at(-1)?.identity.id;
        if (batch.length === 0) break;
      }
      expect(seen).toEqual(['4', '1', '2', '3', '5']);
    });

    it('is everybody after a change of configuration, in batches', async () => {
      await using contoso = await office(open);
      const staff = Array.from({ length: 620 }, (_, number) => employee(`${number}`));
      await contoso.read('entra', 'user', staff);
      await contoso.rest();
      expect(await contoso.due()).toEqual([]);
      const same = await contoso.again();
      expect(await same.expandMarkers('ramp')).toBe(false);

      const other = await contoso.again({ targets: [{ ...RAMP, fingerprint: 'second' }] });
      expect(await other.expandMarkers('ramp')).toBe(true);
      expect(await other.dueCount('ramp', NOW)).toBe(500);
      while (await other.expandMarkers('ramp'));
      expect(await other.dueCount('ramp', NOW)).toBe(620);
      expect((await contoso.subject('7')).due?.cause).toBe('configuration');
    });

    it('is nobody in the targets whose rules are as they were', async () => {
      const wiki = { ...RAMP, system: 'wiki' };
      await using contoso = await office(open, { targets: [RAMP, wiki] });
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.rest();
      const { identity } = await contoso.subject('1');
      await contoso.warehouse.settle('wiki', [
        {
          subject: (await contoso.warehouse.subject('wiki', identity.id)) ?? { identity },
          settlement: { type: 'settled' },
        },
      ]);
      const other = await contoso.again({ targets: [{ ...RAMP, fingerprint: 'second' }, wiki] });
      while (await other.expandMarkers('ramp'));
      expect(await other.expandMarkers('wiki')).toBe(false);
      expect(await other.dueCount('ramp', NOW)).toBe(1);
      expect(await other.dueCount('wiki', NOW)).toBe(0);
    });

    it('is everybody when somebody asks for it', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      await contoso.rest();
      await contoso.warehouse.makeEverybodyDue('ramp', 'reconcile');
      expect(await contoso.due()).toEqual(['1', '2']);
      const rows = await Array.fromAsync(contoso.warehouse.dueRows('ramp'));
      expect(rows.map(({ cause }) => cause)).toEqual(['reconcile', 'reconcile']);
    });
  });

  it('a refusal is remembered until the person is settled otherwise', async () => {
    await using contoso = await office(open);
    await contoso.read('entra', 'user', [employee('1')]);
    const refused = { code: 'missing-required', message: 'department has no value' };
    await contoso.settle('1', { type: 'settled', refused });
    const listed = await Array.fromAsync(contoso.warehouse.refusals('ramp'));
    expect(listed).toMatchObject([{ ...refused, identity: { attributes: { employeeId: '1' } } }]);
    await contoso.read('entra', 'user', [employee('1', { department: 'IT' })], { mode: 'changes' });
    await contoso.rest();
    expect(await Array.fromAsync(contoso.warehouse.refusals('ramp'))).toEqual([]);
  });
}
