import { describe, expect, it } from 'vitest';
import type { Change } from '../../../identity/record.ts';
import { employee, GROUP, type OpenDatabase, office, present, RAMP, user } from './office.ts';

function staff(count: number): readonly Change[] {
  return Array.from({ length: count }, (_, number) => employee(String(number).padStart(3, '0')));
}

export function readingContract(open: OpenDatabase): void {
  describe('a page', () => {
    it('makes whom it tells of due, and saves the watermark with them', async () => {
      await using contoso = await office(open);
      const result = await contoso.read('entra', 'user', staff(2), { watermark: 'w1' });
      expect(result).toEqual({
        seen: 2,
        added: 2,
        changed: 0,
        removed: 0,
        rejected: [],
        rejectedCount: 0,
      });
      expect(await contoso.due()).toEqual(['000', '001']);
      expect(await contoso.warehouse.watermark('entra', 'user')).toBe('w1');
      await contoso.warehouse.forgetWatermark('entra', 'user');
      expect(await contoso.warehouse.watermark('entra', 'user')).toBeUndefined();
    });

    it('that is absorbed twice is absorbed once', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      await contoso.rest();
      const again = await contoso.read('entra', 'user', staff(3));
      expect(again).toMatchObject({ seen: 3, added: 0, changed: 0, removed: 0 });
      expect(await contoso.due()).toEqual([]);
    });

    it('larger than a transaction saves its watermark with its last part', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(1240), { watermark: 'end' });
      expect(await contoso.warehouse.watermark('entra', 'user')).toBe('end');
      expect(await contoso.warehouse.dueCount('ramp', new Date())).toBe(1240);
    });

    it('of patches changes only what it names, and begins an object that is not known', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1', { department: 'IT', city: 'Bonn' })]);
      const patches: readonly Change[] = [
        {
          type: 'patch',
          ref: user('entra', 'entra-1'),
          set: { department: 'Finance' },
          cleared: ['city'],
        },
        { type: 'patch', ref: user('entra', 'entra-2'), set: { employeeId: '2' }, cleared: [] },
      ];
      await contoso.read('entra', 'user', patches, { mode: 'changes' });
      const ada = (await contoso.subject('1')).identity.attributes;
      expect(ada).toEqual({ employeeId: '1', mail: '1@contoso.com', department: 'Finance' });
      expect((await contoso.subject('2')).identity.attributes).toEqual({ employeeId: '2' });
    });

    it('with records that cannot be taken loses only those', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(2));
      const hostile: Change[] = [
        employee('000', { photo: 'x'.repeat(10_000_000) }),
        employee('001', JSON.parse('{"__proto__": {"isAdmin": true}}')),
        present(user('entra', ''), { employeeId: '7' }),
        employee('008'),
      ];
      const result = await contoso.read('entra', 'user', hostile);
      expect(result.rejected.map(({ code }) => code).toSorted()).toEqual([
        'attribute-name-forbidden',
        'attribute-too-large',
        'record-id-unusable',
      ]);
      expect(result).toMatchObject({ added: 1, removed: 0, rejectedCount: 3 });
      // What was refused is still there, as it was: refusing is not leaving.
      expect((await contoso.subject('000')).identity).toMatchObject({
        present: true,
        attributes: { employeeId: '000', mail: '000@contoso.com' },
      });
      expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
    });
  });

  describe('a full reading', () => {
    it('that was complete makes absent what it did not show', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      const result = await contoso.read('entra', 'user', staff(2));
      expect(result).toMatchObject({ seen: 2, removed: 1 });
      expect((await contoso.subject('002')).identity.present).toBe(false);
    });

    it('that broke off makes nobody absent', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      const reading = await contoso.warehouse.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(reading, { changes: staff(1) });
      const result = await contoso.warehouse.endReading(reading, false);
      expect(result.removed).toBe(0);
      expect((await contoso.subject('002')).identity.present).toBe(true);
    });

    it('given up for a later one says nothing about who is absent', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      const first = await contoso.warehouse.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(first, { changes: staff(1) });
      const other = await contoso.again();
      const reading = await other.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(first, { changes: [employee('001')], complete: true });
      expect(await contoso.warehouse.endReading(first, true)).toMatchObject({ removed: 0 });
      expect((await contoso.subject('002')).identity.present).toBe(true);
      await other.absorb(reading, { changes: staff(2), complete: true });
      expect(await other.endReading(reading, true)).toMatchObject({ removed: 1 });
      expect((await contoso.subject('002')).identity.present).toBe(false);
    });

    it('goes on in another process from its last watermark, and counts what it showed before', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(4));
      const first = await contoso.warehouse.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(first, { changes: staff(2), watermark: 'page 2' });

      const next = await contoso.again();
      const second = await next.beginReading('entra', 'user', 'changes');
      expect(second).toMatchObject({ mode: 'full', continued: true });
      await next.absorb(second, { changes: [employee('002')], complete: true });
      expect(await next.endReading(second, true)).toMatchObject({ seen: 3, removed: 1 });
      expect((await contoso.subject('003')).identity.present).toBe(false);
      expect((await contoso.subject('000')).identity.present).toBe(true);
    });

    it('that saved no watermark before the process died is not gone on with', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(2), { watermark: 'old' });
      const first = await contoso.warehouse.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(first, { changes: staff(1) });
      const next = await contoso.again();
      const second = await next.beginReading('entra', 'user', 'changes');
      expect(second).toEqual({ id: second.id, system: 'entra', kind: 'user', mode: 'changes' });
      expect(await next.endReading(second, false)).toMatchObject({ removed: 0 });
    });

    it('whose process died after its last page is brought to its end by the next one', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      const first = await contoso.warehouse.beginReading('entra', 'user', 'full');
      await contoso.warehouse.absorb(first, {
        changes: staff(2),
        watermark: 'delta',
        complete: true,
      });
      const next = await contoso.again();
      const second = await next.beginReading('entra', 'user', 'changes');
      expect(second.mode).toBe('changes');
      expect((await contoso.subject('002')).identity.present).toBe(false);
    });

    it('is what a changed file is, though only changes were asked for', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      const result = await contoso.read('entra', 'user', staff(2), {
        mode: 'changes',
        complete: true,
      });
      expect(result.removed).toBe(1);
    });
  });

  describe('an implausible reading', () => {
    it('that is empty takes nobody away until a person says so', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      await contoso.rest();
      const empty = await contoso.read('entra', 'user', []);
      expect(empty).toMatchObject({ removed: 0, withheld: { absent: 3, before: 3 } });
      expect(await contoso.due()).toEqual([]);
      const later = await contoso.read('entra', 'user', [], { mode: 'changes' });
      expect(later.withheld).toEqual({ absent: 3, before: 3 });

      expect(await contoso.warehouse.acceptAbsences('entra', 'user')).toBe(3);
      expect(await contoso.due()).toEqual(['000', '001', '002']);
      expect((await contoso.subject('000')).identity.present).toBe(false);
      expect(await contoso.warehouse.acceptAbsences('entra', 'user')).toBe(0);
    });

    it('far below the last one takes nobody away, and a plausible one forgets it', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(50));
      const few = await contoso.read('entra', 'user', staff(20));
      expect(few).toMatchObject({ removed: 0, withheld: { absent: 30, before: 50 } });
      const whole = await contoso.read('entra', 'user', staff(49));
      expect(whole).toMatchObject({ removed: 1 });
      expect(whole.withheld).toBeUndefined();
    });

    it('in which everybody has another identifier is not believed either', async () => {
      await using contoso = await office(open);
      await contoso.read(
        'hr',
        'user',
        [...Array(30).keys()].map((id) => present(user('hr', `a${id}`), {})),
      );
      const others = await contoso.read(
        'hr',
        'user',
        [...Array(30).keys()].map((id) => present(user('hr', `b${id}`), {})),
      );
      expect(others).toMatchObject({ added: 30, removed: 0, withheld: { absent: 30, before: 30 } });
    });

    it('does not take away later who came back meanwhile', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', staff(3));
      await contoso.read('entra', 'user', []);
      await contoso.read('entra', 'user', [employee('001')], { mode: 'changes' });
      await contoso.read('entra', 'user', [employee('002', { department: 'IT' })], {
        mode: 'changes',
      });
      expect(await contoso.warehouse.acceptAbsences('entra', 'user')).toBe(1);
      expect((await contoso.subject('000')).identity.present).toBe(false);
      expect((await contoso.subject('001')).identity.present).toBe(true);
      expect((await contoso.subject('002')).identity.present).toBe(true);
    });

    it('of assignments keeps people assigned until a person says so', async () => {
      const assigned = { ...RAMP, assigned: { system: 'entra', application: 'Ramp' } };
      await using contoso = await office(open, { targets: [assigned] });
      await contoso.read('entra', 'user', staff(2));
      const listing = (ids: readonly string[]): Change => ({
        type: 'assignments',
        system: 'entra',
        application: 'Ramp',
        assignments: ids.map((id) => ({ id, principal: user('entra', `entra-${id}`) })),
      });
      await contoso.read('entra', 'assignment', [listing(['000', '001'])]);
      await contoso.rest();
      const empty = await contoso.read('entra', 'assignment', [listing([])]);
      expect(empty).toMatchObject({ removed: 0, withheld: { absent: 2, before: 2 } });
      expect(await contoso.due()).toEqual([]);
      expect((await contoso.subject('000')).assigned?.direct).toBe(true);

      expect(await contoso.warehouse.acceptAbsences('entra', 'assignment')).toBe(2);
      expect(await contoso.due()).toEqual(['000', '001']);
      expect((await contoso.subject('000')).assigned?.direct).toBe(false);
    });

    it('in which a group lists nobody any more takes no membership away', async () => {
      await using contoso = await office(open);
      const members = [...Array(30).keys()].map((id) => user('entra', `entra-${id}`));
      const group = present(GROUP, { displayName: 'Finance' });
      const whole: Change = { type: 'members', group: GROUP, added: members, removed: [] };
      await contoso.read('entra', 'group', [group, whole]);
      const bare = await contoso.read('entra', 'group', [group]);
      expect(bare.withheld).toEqual({ absent: 30, before: 31 });
      const rows = await contoso.database.all('select count(*) as n from member');
      expect(rows).toEqual([{ n: 30 }]);
    });
  });

  it('freshness tells when each system was last read to its end', async () => {
    await using contoso = await office(open);
    await contoso.read('entra', 'user', staff(2));
    expect(await contoso.warehouse.freshness()).toMatchObject([
      { system: 'entra', kind: 'user', records: 2 },
    ]);
  });
}
