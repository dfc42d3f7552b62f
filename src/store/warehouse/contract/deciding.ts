import { describe, expect, it } from 'vitest';
import type { SourceRules } from '../../../warehouse/warehouse.ts';
import { type Office, type OpenDatabase, office, present, user } from './office.ts';
import { clerk, company, GRACE, PAYROLL, paid, people, RULES } from './two-sources.ts';

export function decidingContract(open: OpenDatabase): void {
  describe('a person decides', () => {
    const inDoubt = { ...GRACE, givenName: 'Ada', mobile: '0151 2345678' };

    async function doubtful(): Promise<{ readonly contoso: Office; readonly review: string }> {
      const contoso = await office(open, RULES);
      await contoso.read('hr', 'user', [
        clerk('1', { ...GRACE, mobile: '0151 2345678', mail: 'hoppers@contoso.com' }),
      ]);
      await contoso.read('payroll', 'user', [
        paid('a', { ...inDoubt, mail: 'hoppers@contoso.com' }),
      ]);
      const [review] = await contoso.warehouse.reviews();
      if (!review) throw new Error('nothing is in doubt');
      return { contoso, review: review.id };
    }

    const again = (contoso: Office): Promise<unknown> =>
      contoso.read('payroll', 'user', [paid('a', { ...inDoubt, mail: 'hoppers@contoso.com' })]);

    it('with both side by side', async () => {
      const { contoso, review } = await doubtful();
      await using _ = contoso;
      expect(await contoso.warehouse.review(review)).toMatchObject({
        item: { subject: 'a' },
        record: { ref: user('payroll', 'a'), attributes: { givenName: 'Ada' } },
        people: [{ attributes: { givenName: 'Grace' } }],
      });
    });

    it('that it is the same person, and takes it back', async () => {
      const { contoso, review } = await doubtful();
      await using _ = contoso;
      const [candidate] = (await contoso.warehouse.review(review))?.people ?? [];
      const identity = candidate?.id ?? '';
      const decision = await contoso.warehouse.decideReview(review, { type: 'join', identity });
      expect(decision).toMatchObject({ type: 'joined', identity });
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
      await again(contoso);
      expect(await contoso.warehouse.reviews()).toEqual([]);

      await contoso.warehouse.undoDecision(decision.id);
      expect(await people(contoso)).toEqual(['hr/1']);
      expect(await contoso.warehouse.reviews()).toMatchObject([{ id: review }]);
      expect(await contoso.warehouse.decisions(5)).toMatchObject([
        { id: decision.id, undoneAt: expect.any(Date) },
      ]);
    });

    it('that it is not, and is never asked again', async () => {
      const { contoso, review } = await doubtful();
      await using _ = contoso;
      const decision = await contoso.warehouse.decideReview(review, { type: 'reject' });
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);
      await again(contoso);
      expect(await contoso.warehouse.reviews()).toEqual([]);
      // Not even where everything is the same one day.
      await contoso.read('payroll', 'user', [paid('a', { ...GRACE, mobile: '0151 2345678' })]);
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);

      await contoso.warehouse.undoDecision(decision.id);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
    });

    it('that two identities are one after all, because a record was corrected', async () => {
      await using contoso = await company(open);
      const { warehouse } = contoso;
      await contoso.read('payroll', 'user', [
        paid('a', { givenName: 'Ada', surname: 'Lovelace', birthDate: '1985-12-10' }),
      ]);
      await contoso.read('payroll', 'user', [paid('a', { ...GRACE, givenName: 'Gracie' })]);
      // Identities that exist are never merged by likeness alone.
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);
      const [item] = await warehouse.reviews();
      const [, grace] = item?.candidates ?? [];
      const decision = await warehouse.decideReview(item?.id ?? '', {
        type: 'join',
        identity: grace?.id ?? '',
      });
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
      expect(await warehouse.reviews()).toEqual([]);

      await warehouse.undoDecision(decision.id);
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);
      expect(await warehouse.reviews()).toMatchObject([{ id: item?.id }]);
      expect(decision.other && (await warehouse.identity(decision.other))?.links).toEqual([
        user('payroll', 'a'),
      ]);
    });

    it('refuses what cannot be decided, and leaves everything as it was', async () => {
      const { contoso, review } = await doubtful();
      await using _ = contoso;
      const { warehouse } = contoso;
      await expect(
        warehouse.decideReview(review, { type: 'join', identity: 'nobody' }),
      ).rejects.toMatchObject({ code: 'not-a-candidate' });
      await expect(warehouse.decideReview('none', { type: 'reject' })).rejects.toMatchObject({
        code: 'no-such-review',
      });
      await expect(warehouse.undoDecision('none')).rejects.toMatchObject({
        code: 'no-such-decision',
      });
      expect(await warehouse.reviews()).toHaveLength(1);
    });
  });

  describe('a wrong merge', () => {
    it('of two records is taken apart for good', async () => {
      await using contoso = await company(open);
      await contoso.read('payroll', 'user', [paid('a', GRACE)]);
      const [grace] = await contoso.warehouse.findPerson('Grace');
      const decision = await contoso.warehouse.unmergePerson(grace?.id ?? '');
      expect(decision.records).toEqual([user('payroll', 'a')]);
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);
      await contoso.read('payroll', 'user', [paid('a', { ...GRACE, mobile: '0151 2345678' })]);
      await contoso.read('hr', 'user', [clerk('1', { ...GRACE, mobile: '0151 2345678' })]);
      expect(await people(contoso)).toEqual(['hr/1', 'payroll/a']);

      await contoso.warehouse.undoDecision(decision.id);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
    });

    it('of two people gives each back the account and what was asked of it', async () => {
      await using contoso = await company(open);
      await contoso.read('payroll', 'user', [
        paid('a', {
          givenName: 'Ada',
          surname: 'Lovelace',
          birthDate: '1985-12-10',
          displayName: 'Ada',
        }),
      ]);
      const { warehouse } = contoso;
      const [grace] = await warehouse.findPerson('Grace');
      const [ada] = await warehouse.findPerson('Ada');
      const [kept, other] = [grace?.id ?? '', ada?.id ?? ''];
      for (const [identity, id] of [
        [kept, 'r1'],
        [other, 'r2'],
      ] as const) {
        const subject = await warehouse.subject('ramp', identity);
        if (!subject) throw new Error('somebody is missing');
        await warehouse.settle('ramp', [
          {
            subject,
            settlement: {
              type: 'written',
              record: { ref: user('ramp', id), attributes: { userName: id } },
              asked: { userName: id },
            },
          },
        ]);
      }
      const merged = await warehouse.mergePeople(kept, other);
      expect(merged.detached).toEqual([user('ramp', 'r2')]);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a ramp/r1']);

      await warehouse.unmergePerson(kept);
      expect(await people(contoso)).toEqual(['hr/1 ramp/r1', 'payroll/a ramp/r2'].toSorted());
      expect(await warehouse.accountOf('ramp', other)).toEqual(user('ramp', 'r2'));
      for (const [identity, userName] of [
        [kept, 'r1'],
        [other, 'r2'],
      ] as const) {
        const subject = await warehouse.subject('ramp', identity);
        expect(subject?.account?.asked).toEqual({ userName });
      }
      expect((await warehouse.identity(other))?.attributes.givenName).toBe('Ada');
    });

    it('is not taken apart so that a list alone is left with the account', async () => {
      const phones: SourceRules = {
        ...PAYROLL,
        system: 'phones',
        creates: false,
        authority: false,
      };
      await using contoso = await office(open, { sources: [...RULES.sources, phones] });
      await contoso.read('hr', 'user', [clerk('1', { ...GRACE, displayName: 'Grace' })]);
      await contoso.read('phones', 'user', [present(user('phones', 'p'), GRACE)]);
      const [grace] = await contoso.warehouse.findPerson('Grace');
      const apart = (system: string, id: string) =>
        contoso.warehouse.unmergePerson(grace?.id ?? '', [user(system, id)]);
      await expect(apart('hr', '1')).rejects.toMatchObject({
        code: 'unmerge-refused',
        remedy: expect.stringContaining('--record phones/p'),
      });
      expect(await people(contoso)).toEqual(['hr/1 phones/p']);
      await apart('phones', 'p');
      expect(await people(contoso)).toEqual(['hr/1', 'phones/p']);
    });

    it('cannot be made where a system says that they are two', async () => {
      await using contoso = await company(open);
      await contoso.read(
        'hr',
        'user',
        [clerk('2', { ...GRACE, givenName: 'Ada', displayName: 'Ada' })],
        { mode: 'changes' },
      );
      const [grace] = await contoso.warehouse.findPerson('Grace');
      const [ada] = await contoso.warehouse.findPerson('Ada');
      await expect(
        contoso.warehouse.mergePeople(grace?.id ?? '', ada?.id ?? ''),
      ).rejects.toMatchObject({ code: 'merge-refused' });
      await expect(contoso.warehouse.unmergePerson(grace?.id ?? '')).rejects.toMatchObject({
        code: 'unmerge-refused',
      });
      expect(await people(contoso)).toEqual(['hr/1', 'hr/2']);
    });
  });
}
