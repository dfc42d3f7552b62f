import { describe, expect, it } from 'vitest';
import {
  account,
  employee,
  NOW,
  type OpenDatabase,
  office,
  present,
  record,
  user,
} from './office.ts';

export function accountsContract(open: OpenDatabase): void {
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
