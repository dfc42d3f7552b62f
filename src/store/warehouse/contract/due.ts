import { describe, expect, it } from 'vitest';
import type { Change } from '../../../identity/record.ts';
import {
  employee,
  GROUP,
  NOW,
  type OpenDatabase,
  office,
  present,
  RAMP,
  record,
  user,
} from './office.ts';

const TOMORROW = new Date(NOW.getTime() + 86_400_000);
const account = (id: string, attributes = {}) =>
  record(user('ramp', id), { userName: `${id}@contoso.com`, ...attributes });

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

  describe('an account', () => {
    it('keeps what was asked and what was answered, by path', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.settle('1', {
        type: 'written',
        record: record(user('ramp', 'r1'), {
          userName: 'ada@contoso.com',
          title: 'clerk',
          emails: [{ type: 'work', value: 'ada@contoso.com' }],
        }),
        asked: {
          userName: 'Ada@contoso.com',
          title: 'Clerk',
          'emails[type eq "work"].value': 'Ada@contoso.com',
        },
      });
      // Somebody edits the title there; what was answered about it is not forgotten.
      const edited = record(user('ramp', 'r1'), { userName: 'ada@contoso.com', title: 'Boss' });
      await contoso.warehouse.makeDue(
        'ramp',
        [(await contoso.subject('1')).identity.id],
        'changed',
      );
      await contoso.settle('1', {
        type: 'written',
        record: edited,
        asked: { active: false },
        disabledBy: 'us',
      });
      expect((await contoso.subject('1')).account).toEqual({
        ref: user('ramp', 'r1'),
        current: edited.attributes,
        asked: {
          userName: 'Ada@contoso.com',
          title: 'Clerk',
          'emails[type eq "work"].value': 'Ada@contoso.com',
          active: false,
        },
        answered: {
          userName: 'ada@contoso.com',
          title: 'clerk',
          'emails[type eq "work"].value': 'ada@contoso.com',
        },
        disabledBy: 'us',
        disabledAt: NOW,
      });
      expect(await contoso.warehouse.managed('ramp')).toBe(1);
    });

    it('is found by its match values without regard to case, with whose it is', async () => {
      await using contoso = await office(open);
      const { warehouse } = contoso;
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.read('ramp', 'user', [
        present(user('ramp', 'r1'), { userName: 'Ada@Contoso.com' }),
        present(user('ramp', 'r2'), { emails: [{ type: 'work', value: 'grace@contoso.com' }] }),
      ]);
      const found = await warehouse.candidates('ramp', 'user', 'userName', [
        'ada@contoso.com',
        'nobody@contoso.com',
      ]);
      expect(found.get('ada@contoso.com')).toEqual([
        { record: record(user('ramp', 'r1'), { userName: 'Ada@Contoso.com' }) },
      ]);
      expect(found.get('nobody@contoso.com')).toEqual([]);

      const { identity } = await contoso.subject('1');
      await warehouse.link('ramp', identity.id, account('r1'));
      const linked = await warehouse.candidates('ramp', 'user', 'userName', ['R1@contoso.com']);
      expect(linked.get('R1@contoso.com')).toMatchObject([{ linkedTo: identity.id }]);
      const path = 'emails[type eq "work"].value';
      const byMail = await warehouse.candidates('ramp', 'user', path, ['GRACE@contoso.com']);
      expect(byMail.get('GRACE@contoso.com')).toHaveLength(1);
      expect(await warehouse.accountOf('ramp', identity.id)).toEqual(user('ramp', 'r1'));
    });

    it('is not hidden by others that share another value', async () => {
      await using contoso = await office(open);
      const shared = Array.from({ length: 300 }, (_, number) =>
        present(user('ramp', `shared-${number}`), { userName: 'a-shared-mailbox' }),
      );
      await contoso.read('ramp', 'user', [
        ...shared,
        present(user('ramp', 'r1'), { userName: 'zoe@contoso.com' }),
      ]);
      const found = await contoso.warehouse.candidates('ramp', 'user', 'userName', [
        'a-shared-mailbox',
        'zoe@contoso.com',
      ]);
      expect(found.get('a-shared-mailbox')?.length).toBeGreaterThan(1);
      expect(found.get('zoe@contoso.com')).toHaveLength(1);
    });

    it('that belongs to somebody else is never taken over', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      await contoso.settle('1', { type: 'written', record: account('r1'), asked: {} });
      await contoso.settle('2', { type: 'written', record: account('r1'), asked: {} });
      expect((await contoso.subject('1')).account?.ref.id).toBe('r1');
      expect((await contoso.subject('2')).account).toBeUndefined();
      const refused = await Array.fromAsync(contoso.warehouse.refusals('ramp'));
      expect(refused).toMatchObject([{ code: 'account-taken' }]);
      expect(await contoso.warehouse.reviews()).toMatchObject([{ kind: 'ambiguous-match' }]);
      const { identity } = await contoso.subject('2');
      await expect(contoso.warehouse.link('ramp', identity.id, account('r1'))).rejects.toThrow(
        /another identity/,
      );
    });

    it('that vanishes from the target makes its person due', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.settle('1', { type: 'written', record: account('r1'), asked: {} });
      expect(await contoso.due()).toEqual([]);
      await contoso.read('ramp', 'user', [{ type: 'absent', ref: user('ramp', 'r1') }], {
        mode: 'changes',
      });
      expect(await contoso.due()).toEqual(['1']);
      expect((await contoso.subject('1')).account).toMatchObject({ missing: true });
    });

    it('that we deleted is no account any more', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.settle('1', { type: 'written', record: account('r1'), asked: {} });
      await contoso.settle('1', { type: 'deleted' });
      expect((await contoso.subject('1')).account).toBeUndefined();
      expect(await contoso.warehouse.managed('ramp')).toBe(0);
      const found = await contoso.warehouse.candidates('ramp', 'user', 'userName', [
        'r1@contoso.com',
      ]);
      expect(found.get('r1@contoso.com')).toEqual([]);
    });

    it('whose creation is under way says so until it is answered', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      const { identity } = await contoso.subject('1');
      const match = { userName: 'ada@contoso.com' };
      await contoso.warehouse.markInFlight('ramp', [
        { identity: identity.id, operation: 'op1', match },
      ]);
      expect((await contoso.subject('1')).inFlight).toEqual({
        operation: 'op1',
        since: NOW,
        match,
      });
      await contoso.settle('1', { type: 'written', record: account('r1'), asked: {} });
      expect((await contoso.subject('1')).inFlight).toBeUndefined();
    });

    it('whose creation was refused says so until it is known whose the account is', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      const identities = await Promise.all(
        ['1', '2'].map(async (id) => (await contoso.subject(id)).identity.id),
      );
      const asked = { userName: 'ada@contoso.com', active: true };
      const creates = identities.map((identity) => ({ identity, asked }));
      await contoso.warehouse.markRefused('ramp', creates);
      expect((await contoso.subject('1')).refusedCreate).toEqual({ since: NOW, asked });
      await contoso.settle('1', { type: 'written', record: account('r1'), asked: {} });
      expect((await contoso.subject('1')).refusedCreate).toBeUndefined();
      await contoso.warehouse.clearRefused('ramp', identities);
      expect((await contoso.subject('2')).refusedCreate).toBeUndefined();
    });
  });
}
