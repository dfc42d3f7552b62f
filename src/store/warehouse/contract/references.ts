import { describe, expect, it } from 'vitest';
import type { Change } from '../../../identity/record.ts';
import {
  account,
  employee,
  GROUP,
  type OpenDatabase,
  office,
  present,
  RAMP,
  user,
} from './office.ts';

export function referencesContract(open: OpenDatabase): void {
  describe('assignment', () => {
    const rules = {
      targets: [{ ...RAMP, assigned: { system: 'entra', application: 'Ramp' } }],
    };
    const group = present(GROUP, { displayName: 'Finance' });
    const members = (added: readonly string[], removed: readonly string[] = []): Change => ({
      type: 'members',
      group: GROUP,
      added: added.map((id) => user('entra', `entra-${id}`)),
      removed: removed.map((id) => user('entra', `entra-${id}`)),
    });
    const listing: Extract<Change, { readonly type: 'assignments' }> = {
      type: 'assignments',
      system: 'entra',
      application: 'Ramp',
      assignments: [
        { id: 'a', principal: GROUP, role: { value: 'admin', displayName: 'Administrator' } },
        { id: 'b', principal: user('entra', 'entra-2'), role: { value: 'user' } },
      ],
    };

    it('reaches people directly and through groups, with its roles', async () => {
      await using contoso = await office(open, rules);
      await contoso.read('entra', 'group', [group, members(['1', '2'])]);
      await contoso.read('entra', 'user', [employee('1'), employee('2'), employee('3')]);
      await contoso.read('entra', 'assignment', [listing]);
      const administrator = { value: 'admin', displayName: 'Administrator' };
      expect((await contoso.subject('1')).assigned).toEqual({
        direct: false,
        groups: ['Finance'],
        roles: [administrator],
      });
      expect((await contoso.subject('2')).assigned).toEqual({
        direct: true,
        groups: ['Finance'],
        roles: [administrator, { value: 'user' }],
      });
      expect((await contoso.subject('3')).assigned).toEqual({
        direct: false,
        groups: [],
        roles: [],
      });
    });

    it('that changes makes exactly those due whom it reaches', async () => {
      await using contoso = await office(open, rules);
      await contoso.read('entra', 'user', [employee('1'), employee('2'), employee('3')]);
      await contoso.rest();
      // The members come before the group, and the group before it is assigned to anything.
      await contoso.read('entra', 'group', [members(['1']), group]);
      expect(await contoso.due()).toEqual([]);
      await contoso.read('entra', 'assignment', [listing]);
      expect(await contoso.due()).toEqual(['1', '2']);
      await contoso.rest();

      await contoso.read('entra', 'group', [members(['3'], ['1'])], { mode: 'changes' });
      expect(await contoso.due()).toEqual(['1', '3']);
      await contoso.rest();

      const again = await contoso.read('entra', 'assignment', [listing]);
      expect(again).toMatchObject({ added: 0, changed: 0, removed: 0 });
      expect(await contoso.due()).toEqual([]);
    });

    it('that ends goes ahead of everybody, where it was the last and nobody turned the account off', async () => {
      const urgent = ({ unassigned }: { readonly unassigned?: true }) => unassigned === true;
      const target = { ...RAMP, assigned: { system: 'entra', application: 'Ramp' }, urgent };
      await using contoso = await office(open, { targets: [target] });
      const isUrgent = async (id: string) => (await contoso.subject(id)).due?.urgent === true;
      await contoso.read('entra', 'group', [group, members(['1', '2', '3'])]);
      await contoso.read('entra', 'user', [employee('1'), employee('2'), employee('3')]);
      await contoso.read('entra', 'assignment', [listing]);
      for (const id of ['1', '2']) {
        const ref = user('ramp', `ramp-${id}`);
        const record = { ref, attributes: {} };
        await contoso.settle(id, { type: 'written', record, asked: {} });
      }
      expect(await contoso.warehouse.anyUrgent('ramp')).toBe(false);

      // The second is still assigned directly, and the third has no account that could not wait.
      await contoso.read('entra', 'group', [members([], ['1', '2', '3'])], { mode: 'changes' });
      expect([await isUrgent('1'), await isUrgent('2'), await isUrgent('3')]).toEqual([
        true,
        false,
        false,
      ]);
      await contoso.read('entra', 'assignment', [
        { ...listing, assignments: listing.assignments.slice(0, 1) },
      ]);
      expect(await isUrgent('2')).toBe(true);
    });

    it('through a group ends with the group, and returns with it', async () => {
      await using contoso = await office(open, rules);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.read('entra', 'group', [group, members(['1'])]);
      await contoso.read('entra', 'assignment', [listing]);
      await contoso.rest();
      await contoso.read('entra', 'group', [{ type: 'absent', ref: GROUP, recoverable: true }], {
        mode: 'changes',
      });
      expect(await contoso.due()).toEqual(['1']);
      expect((await contoso.subject('1')).assigned?.groups).toEqual([]);
      await contoso.rest();
      await contoso.read('entra', 'group', [group], { mode: 'changes' });
      expect(await contoso.due()).toEqual(['1']);
      expect((await contoso.subject('1')).assigned?.groups).toEqual(['Finance']);
    });
  });

  describe('a manager', () => {
    const report = employee('1', { manager: { $ref: user('entra', 'entra-9') } });
    const written = (id: string, unresolved: readonly string[] = []) =>
      ({ type: 'written', record: account(id), asked: {}, unresolved }) as const;

    it('who arrives makes her reports due, and again when she has an account', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [report, employee('2')]);
      expect((await contoso.subject('1')).references).toEqual({ manager: { type: 'unknown' } });
      await contoso.rest();

      await contoso.read('entra', 'user', [employee('9')], { mode: 'changes' });
      expect(await contoso.due()).toEqual(['1', '9']);
      const boss = (await contoso.subject('9')).identity.id;
      expect((await contoso.subject('1')).references).toEqual({
        manager: { type: 'pending', identity: boss },
      });
      expect((await contoso.subject('9')).hasReports).toBe(true);
      expect((await contoso.subject('1')).hasReports).toBe(false);

      await contoso.settle('1', { type: 'settled' });
      await contoso.settle('9', written('boss'));
      expect(await contoso.due()).toEqual(['1']);
      expect((await contoso.subject('1')).due?.cause).toBe('reference');
      expect((await contoso.subject('1')).references).toEqual({
        manager: {
          type: 'account',
          ref: user('ramp', 'boss'),
          attributes: { userName: 'boss@contoso.com' },
        },
      });
    });

    it('who was written together with her report makes him due only if he had to do without', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [report, employee('9')]);
      const [ada, boss] = [await contoso.subject('1'), await contoso.subject('9')];
      await contoso.warehouse.settle('ramp', [
        { subject: boss, settlement: written('boss') },
        { subject: ada, settlement: written('ada') },
      ]);
      expect(await contoso.due()).toEqual([]);

      await contoso.warehouse.makeDue('ramp', [ada.identity.id], 'requested');
      await contoso.settle('1', written('ada', [boss.identity.id]));
      expect(await contoso.due()).toEqual(['1']);
    });

    it('is found by a value, unless two people have it', async () => {
      await using contoso = await office(open);
      const by = { $ref: { kind: 'user', by: 'employeeId', value: 9 } };
      await contoso.read('hr', 'user', [
        present(user('hr', '1'), { employeeId: '1', manager: by }),
        present(user('hr', '9'), { employeeId: '9' }),
      ]);
      expect((await contoso.subject('1')).references.manager?.type).toBe('pending');
      await contoso.rest();
      const twin = present(user('hr', '10'), { employeeId: '9' });
      await contoso.read('hr', 'user', [twin], { mode: 'changes' });
      expect(await contoso.due()).toEqual([]);
      expect(await contoso.warehouse.reviews()).toHaveLength(1);
    });
  });
}
