import { describe, expect, it } from 'vitest';
import { MOST_IN_BLOCK } from '../../../warehouse/similar/rule.ts';
import { ENTRA, HR, type OpenDatabase, office } from './office.ts';
import { clerk, company, GRACE, PAYROLL, paid, people, RULES } from './two-sources.ts';

export function joiningContract(open: OpenDatabase): void {
  describe('joining by what is alike', () => {
    it('finds one person under a short form, another spelling and a slip', async () => {
      await using contoso = await office(open, RULES);
      await contoso.read('hr', 'user', [
        clerk('1', { givenName: 'William', surname: 'Müller', birthDate: '1980-12-09' }),
        clerk('2', { ...GRACE, mobile: '0151 2345678' }),
        clerk('3', { givenName: 'Юлия', surname: 'Щербакова', birthDate: '1991-03-04' }),
      ]);
      await contoso.read('payroll', 'user', [
        paid('a', { givenName: 'Bill', surname: 'Mueller', birthDate: '09.12.1980' }),
        paid('b', { ...GRACE, birthDate: '1980-09-12', mobile: '+49 151 2345678' }),
        paid('c', { givenName: 'Julia', surname: 'Shcherbakova', birthDate: '1991-03-04' }),
        paid('d', { givenName: 'Alan', surname: 'Turing', birthDate: '1982-06-23' }),
      ]);
      expect(await people(contoso)).toEqual([
        'hr/1 payroll/a',
        'hr/2 payroll/b',
        'hr/3 payroll/c',
        'payroll/d',
      ]);
    });

    it('leaves twins to a person, with what speaks for and against it', async () => {
      await using contoso = await office(open, RULES);
      const shared = { mail: 'hoppers@contoso.com', mobile: '0151 2345678' };
      await contoso.read('hr', 'user', [clerk('1', { ...GRACE, ...shared })]);
      await contoso.read('payroll', 'user', [paid('a', { ...GRACE, ...shared, givenName: 'Ada' })]);
      expect(await people(contoso)).toEqual(['hr/1']);
      expect(await contoso.warehouse.reviews()).toMatchObject([
        {
          kind: 'ambiguous-join',
          subject: 'a',
          message: expect.stringContaining('not beyond doubt'),
          candidates: [
            {
              alike: {
                otherwise: 'twin',
                evidence: [
                  { attribute: 'givenName', level: 'different' },
                  { attribute: 'surname', level: 'same' },
                  { attribute: 'birthDate', level: 'same' },
                  { attribute: 'mail', level: 'same' },
                  { attribute: 'mobile', level: 'same' },
                ],
              },
            },
          ],
        },
      ]);
    });

    it('never chooses between two', async () => {
      await using contoso = await office(open, RULES);
      await contoso.read('hr', 'user', [clerk('1', GRACE), clerk('2', GRACE)]);
      await contoso.read('payroll', 'user', [paid('a', GRACE)]);
      expect(await people(contoso)).toEqual(['hr/1', 'hr/2']);
      expect(await contoso.warehouse.reviews()).toMatchObject([{ candidates: [{}, {}] }]);
    });

    it('never joins whom a number of theirs tells apart', async () => {
      await using contoso = await office(open, RULES);
      await contoso.read('hr', 'user', [clerk('1', { ...GRACE, employeeId: '17' })]);
      await contoso.read('payroll', 'user', [paid('a', { ...GRACE, employeeId: '18' })]);
      expect(await people(contoso)).toEqual(['hr/1']);
      expect(await contoso.warehouse.reviews()).toMatchObject([
        { message: expect.stringContaining('another employeeId') },
      ]);
    });

    it('takes two records of one system for two people', async () => {
      await using contoso = await company(open);
      await contoso.read('payroll', 'user', [paid('a', GRACE)]);
      await contoso.read('hr', 'user', [clerk('2', { ...GRACE, givenName: 'Gracie' })], {
        mode: 'changes',
      });
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
      expect(await contoso.warehouse.reviews()).toMatchObject([
        { system: 'hr', subject: '2', message: expect.stringContaining('another record of hr') },
      ]);
    });

    it('joins a record that waits as soon as somebody like it comes', async () => {
      const sources = [RULES.sources[0] ?? HR, { ...PAYROLL, creates: false, authority: false }];
      await using contoso = await office(open, { sources });
      await contoso.read('payroll', 'user', [paid('a', GRACE)]);
      expect(await people(contoso)).toEqual([]);
      await contoso.read('hr', 'user', [clerk('1', { ...GRACE, givenName: 'Gracie' })]);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
    });

    it('looks at a bounded number of people, however many have one name', async () => {
      await using contoso = await office(open, RULES);
      const smiths = Array.from({ length: MOST_IN_BLOCK * 3 }, (_, number) =>
        clerk(`${number}`, {
          givenName: 'John',
          surname: 'Smith',
          birthDate: `19${60 + (number % 30)}-0${1 + (number % 9)}-1${number % 10}`,
        }),
      );
      await contoso.read('hr', 'user', smiths);
      await contoso.read('payroll', 'user', [
        paid('a', { givenName: 'Johnny', surname: 'Smith', birthDate: '1965-06-15' }),
        paid('b', { givenName: 'John', surname: 'Smith' }),
      ]);
      const all = await people(contoso);
      expect(all.filter((links) => links.includes('payroll/'))).toEqual([
        'hr/5 payroll/a',
        'payroll/b',
      ]);
    });

    it('is the same whether or not two were read in one page', async () => {
      await using contoso = await office(open, { sources: [...RULES.sources, ENTRA] });
      const reading = await contoso.warehouse.beginReading('payroll', 'user', 'changes');
      await contoso.warehouse.absorb(reading, {
        changes: [clerk('1', GRACE), paid('a', { ...GRACE, givenName: 'Gracie' })],
      });
      await contoso.warehouse.endReading(reading, false);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a']);
    });
  });

  describe('joining by several attributes together', () => {
    it('needs all of them, each compared as what it is', async () => {
      const same = [
        { attribute: 'surname', comparison: { as: 'surname' } },
        { attribute: 'mobile', comparison: { as: 'phone', country: 'DE' } },
      ] as const;
      const sources = RULES.sources.map((source) => ({ ...source, join: [{ same }] }));
      await using contoso = await office(open, { sources });
      await contoso.read('hr', 'user', [
        clerk('1', { surname: 'von Möller', mobile: '0151 2345678' }),
        clerk('2', { surname: 'Hopper', mobile: '0151 2345678' }),
      ]);
      await contoso.read('payroll', 'user', [
        paid('a', { surname: 'MOLLER', mobile: '+49151/2345678' }),
        paid('b', { surname: 'Hopper' }),
      ]);
      expect(await people(contoso)).toEqual(['hr/1 payroll/a', 'hr/2', 'payroll/b']);
    });
  });
}
