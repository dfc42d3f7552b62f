import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

describe('a line for a spreadsheet', () => {
  it.each([
    ['=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"`],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['＝1', "'＝1"],
    ['-12.5', '-12.5'],
    ['Ada, Countess', '"Ada, Countess"'],
    ['Ada', 'Ada'],
  ])('holds %j as text', (cell, expected) => {
    expect(csvLine([cell])).toBe(expected);
  });

  it('is read back as it was when it is raw, and never begins a formula otherwise', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'=+-@,;"\n\r\t a1＝') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 4 }), (cells) => {
        const options = { relax_column_count: true, record_delimiter: '\u0001' };
        expect(parse(csvLine(cells, true), options)).toEqual([cells]);
        const [safe = []] = parse(csvLine(cells), options) as string[][];
        for (const each of safe) expect(each).not.toMatch(/^\s*[=+@＝]|^\s*-(?!\d)/);
      }),
    );
  });
});
