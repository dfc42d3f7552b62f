import { describe, expect, it } from 'vitest';
import type { Change } from '../../../identity/record.ts';
import { ENTRA, employee, HR, type OpenDatabase, office, present, user } from './office.ts';

const clerk = (id: string, more = {}): Change =>
  present(user('hr', `hr-${id}`), { employeeId: id, ...more });

export function identitiesContract(open: OpenDatabase): void {
  describe('an identity', () => {
    it('is merged from all its records, with the origin of every value', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1', { department: 'IT', city: 'Bonn' })]);
      await contoso.read('hr', 'user', [clerk('1', { department: 'Finance', city: 'Köln' })]);
      const { identity, records } = await contoso.subject('1');
      expect(identity).toMatchObject({
        attributes: {
          employeeId: '1',
          mail: '1@contoso.com',
          department: 'Finance',
          city: 'Bonn',
        },
        origins: { employeeId: 'entra', mail: 'entra', department: 'hr', city: 'entra' },
        present: true,
      });
      expect(records.map(({ ref }) => ref.system).toSorted()).toEqual(['entra', 'hr']);
    });

    it('is the same whichever system was read first', async () => {
      const entra = [employee('1', { department: 'IT' }), employee('2', { city: 'Bonn' })];
      const hr = [clerk('2', { department: 'Finance' }), clerk('1', { city: 'Köln' })];
      const result = async (first: 'hr' | 'entra') => {
        await using contoso = await office(open);
        const order = first === 'hr' ? (['hr', 'entra'] as const) : (['entra', 'hr'] as const);
        for (const system of order) {
          await contoso.read(system, 'user', system === 'hr' ? hr : entra);
        }
        return await Promise.all(
          ['1', '2'].map(async (id) => {
            const { attributes, origins } = (await contoso.subject(id)).identity;
            return { attributes, origins };
          }),
        );
      };
      expect(await result('hr')).toEqual(await result('entra'));
    });

    it('leaves when its last authoritative record does, and keeps its last values', async () => {
      await using contoso = await office(open, {
        sources: [HR, { ...ENTRA, authority: false }],
      });
      await contoso.read('hr', 'user', [clerk('1', { department: 'Finance' })]);
      await contoso.read('entra', 'user', [employee('1')]);
      await contoso.rest();
      const leaving: Change = { type: 'absent', ref: user('hr', 'hr-1'), recoverable: true };
      await contoso.read('hr', 'user', [leaving], { mode: 'changes' });
      expect(await contoso.due()).toEqual(['1']);
      const gone = await contoso.subject('1');
      expect(gone.recoverable).toBe(true);
      expect(gone.identity).toMatchObject({
        present: false,
        attributes: { employeeId: '1', department: 'Finance', mail: '1@contoso.com' },
        links: [{ system: 'entra' }],
      });
      await contoso.read('hr', 'user', [clerk('1', { department: 'IT' })], { mode: 'changes' });
      expect((await contoso.subject('1')).identity).toMatchObject({
        id: gone.identity.id,
        present: true,
        attributes: { department: 'IT' },
      });
    });

    it('is found again by a returner who is a new object in the same system', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('1')]);
      const before = (await contoso.subject('1')).identity.id;
      await contoso.read('hr', 'user', [{ type: 'absent', ref: user('hr', 'hr-1') }], {
        mode: 'changes',
      });
      await contoso.read('hr', 'user', [present(user('hr', 'rehired'), { employeeId: '1' })], {
        mode: 'changes',
      });
      expect((await contoso.subject('1')).identity).toMatchObject({
        id: before,
        present: true,
        links: [user('hr', 'rehired')],
      });
    });

    it('is found by whatever people call her', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1', { displayName: 'Ada Lovelace' })]);
      const { identity } = await contoso.subject('1');
      for (const name of [identity.id, '1@CONTOSO.com', ' ada lovelace ', '1']) {
        expect((await contoso.warehouse.findPerson(name)).map(({ id }) => id)).toEqual([
          identity.id,
        ]);
      }
      expect(await contoso.warehouse.findPerson('nobody')).toEqual([]);
    });

    it('has ids of its own: nothing of another system is taken for one', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [employee('1')]);
      const { id } = (await contoso.subject('1')).identity;
      await contoso.read('hr', 'user', [present(user('hr', id), { employeeId: '2' })]);
      await contoso.read('hr', 'user', [present(user('hr', 'entra-1'), { employeeId: '3' })], {
        mode: 'changes',
      });
      expect((await contoso.subject('1')).identity.links).toEqual([user('entra', 'entra-1')]);
      expect((await contoso.subject('2')).identity.id).not.toBe(id);
    });
  });

  describe('a record that creates nobody', () => {
    const quiet = { sources: [HR, { ...ENTRA, creates: false, authority: false }] };

    it('waits, and joins when its identity arrives', async () => {
      await using contoso = await office(open, quiet);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      expect(await contoso.warehouse.findPerson('1')).toEqual([]);
      await contoso.read('hr', 'user', [clerk('1')]);
      const { identity } = await contoso.subject('1');
      expect(identity.links.map(({ system }) => system).toSorted()).toEqual(['entra', 'hr']);
      expect(identity.attributes.mail).toBe('1@contoso.com');
      expect(await contoso.warehouse.findPerson('2')).toEqual([]);
    });

    it('joins when it comes to have the value, too', async () => {
      await using contoso = await office(open, quiet);
      await contoso.read('hr', 'user', [clerk('1')]);
      await contoso.read('entra', 'user', [present(user('entra', 'a'), { city: 'Bonn' })]);
      expect((await contoso.subject('1')).identity.links).toHaveLength(1);
      const patch: Change = {
        type: 'patch',
        ref: user('entra', 'a'),
        set: { employeeId: '1' },
        cleared: [],
      };
      await contoso.read('entra', 'user', [patch], { mode: 'changes' });
      expect((await contoso.subject('1')).identity.attributes.city).toBe('Bonn');
    });
  });

  describe('ambiguity', () => {
    it('of two identities with the address is left to a person', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [
        clerk('1', { mail: 'team@contoso.com' }),
        clerk('2', { mail: 'team@contoso.com' }),
      ]);
      await contoso.read('entra', 'user', [
        present(user('entra', 'a'), { mail: 'Team@contoso.com', city: 'Bonn' }),
      ]);
      const reviews = await contoso.warehouse.reviews();
      expect(reviews).toMatchObject([
        { kind: 'ambiguous-join', system: 'entra', subject: 'a', candidates: [{}, {}] },
      ]);
      expect((await contoso.subject('1')).identity.links).toEqual([user('hr', 'hr-1')]);
      expect((await contoso.subject('2')).identity.links).toEqual([user('hr', 'hr-2')]);
    });

    it('of two records of one system for one identity is left to a person', async () => {
      await using contoso = await office(open);
      await contoso.read('entra', 'user', [
        present(user('entra', 'a'), { mail: 'ada@contoso.com', city: 'Bonn' }),
        present(user('entra', 'b'), { mail: 'ada@contoso.com', city: 'Köln' }),
      ]);
      const [ada, ...others] = await contoso.warehouse.findPerson('ada@contoso.com');
      expect(others).toEqual([]);
      expect(ada).toMatchObject({ links: [user('entra', 'a')], attributes: { city: 'Bonn' } });
      expect(await contoso.warehouse.reviews()).toMatchObject([{ subject: 'b' }]);

      // It ends when the second record turns out to be somebody else's.
      await contoso.read(
        'entra',
        'user',
        [present(user('entra', 'b'), { mail: 'grace@contoso.com' })],
        { mode: 'changes' },
      );
      expect(await contoso.warehouse.findPerson('grace@contoso.com')).toHaveLength(1);
      expect(await contoso.warehouse.reviews()).toEqual([]);
    });

    it('cannot get past the database: one record of a system for one identity', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('1'), clerk('2')]);
      const { id } = (await contoso.subject('1')).identity;
      const forced = contoso.database.run('update record set identity = ? where id = ?', [
        id,
        'hr-2',
      ]);
      await expect(forced).rejects.toThrow(/unique/i);
    });
  });

  describe('two identities that turn out to be one person', () => {
    it('become one, where one of them is nothing but the record that says so', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('1', { department: 'Finance' })]);
      await contoso.read('entra', 'user', [present(user('entra', 'a'), { mail: 'a@contoso.com' })]);
      const [lone] = await contoso.warehouse.findPerson('a@contoso.com');
      await contoso.read(
        'entra',
        'user',
        [present(user('entra', 'a'), { mail: 'a@contoso.com', employeeId: '1' })],
        { mode: 'changes' },
      );
      expect((await contoso.subject('1')).identity).toMatchObject({
        attributes: { mail: 'a@contoso.com', department: 'Finance' },
      });
      expect(await contoso.warehouse.findPerson('a@contoso.com')).toHaveLength(1);
      expect(lone && (await contoso.warehouse.identity(lone.id))).toBeUndefined();
      expect(await contoso.due()).toEqual(['1']);
    });

    it('are left to a person where both are more than that', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('1'), clerk('2')]);
      await contoso.read('entra', 'user', [employee('1'), employee('2')]);
      await contoso.read('entra', 'user', [employee('2', { employeeId: '1' })], {
        mode: 'changes',
      });
      expect(await contoso.warehouse.reviews()).toMatchObject([
        { kind: 'ambiguous-join', subject: 'entra-2' },
      ]);
    });
  });

  it('changed rules merge everybody anew before anything else is read', async () => {
    await using contoso = await office(open);
    const many = Array.from({ length: 400 }, (_, number) =>
      present(user('hr', `hr-${number}`), { employeeId: `${number}`, badge: `b${number}` }),
    );
    await contoso.read('hr', 'user', many);
    await contoso.read('entra', 'user', [employee('7', { department: 'IT' })]);
    await contoso.read('hr', 'user', [clerk('7', { department: 'Finance', badge: 'b7' })], {
      mode: 'changes',
    });
    await contoso.rest();
    const other = await contoso.again({
      sources: [
        { ...HR, precedence: {}, references: ['badge'] },
        { ...ENTRA, join: ['badge', 'employeeId', 'mail'] },
      ],
    });
    const reading = await other.beginReading('entra', 'user', 'changes');
    await other.absorb(reading, {
      changes: [present(user('entra', 'late'), { badge: 'b399', city: 'Bonn' })],
    });
    await other.endReading(reading, false);
    expect((await contoso.subject('7')).identity.attributes.department).toBe('IT');
    expect((await contoso.subject('399')).identity.attributes.city).toBe('Bonn');
    expect(await contoso.due()).toEqual(['399', '7']);
  });

  it('a source that is asked for other attributes than before is read in full again', async () => {
    await using contoso = await office(open);
    await contoso.read('hr', 'user', [clerk('1')], { watermark: 'w1' });
    const more = { ...HR, map: { ...HR.map, inputs: ['employeeId', 'startDate'] } };
    const other = await contoso.again({ sources: [more, ENTRA] });
    expect(await other.watermark('hr', 'user')).toBeUndefined();
  });
}
