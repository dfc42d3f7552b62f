import { rename } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IdentityRecord } from '../../identity/record.ts';
import { desk, pagesOf, problemsOf, spreadsheet, type TestSheet, zip } from './testing.ts';
import { dateText, numberStyle } from './xlsx-value.ts';

const cell = (xml: string) => ({ xml });
const PEOPLE: TestSheet = {
  rows: [
    ['id', 'name'],
    ['7', 'Ada'],
  ],
};

async function recordsOf(
  content: Buffer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly IdentityRecord['attributes'][]> {
  await using room = await desk();
  await room.write('people.xlsx', content);
  const pages = await pagesOf(await room.connect({ path: 'people.xlsx', ...options }));
  expect(pages.at(-1)?.complete).toBe(true);
  return pages.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.type === 'present' ? [change.record.attributes] : [])),
  );
}

async function problemsIn(
  content: Buffer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  await using room = await desk();
  await room.write('people.xlsx', content);
  return await problemsOf(await room.connect({ path: 'people.xlsx', ...options }));
}

it('gives a record for each row: texts, numbers as written, dates as ISO dates, flags', async () => {
  const rows = [
    ['id', 'name', 'start', 'seen', 'number', 'active', 'share', ''],
    [
      '007',
      cell('<c t="s"><v>1</v></c>'),
      cell('<c s="1"><v>45292</v></c>'),
      cell('<c s="2"><v>45292.75</v></c>'),
      cell('<c s="3"><v>42</v></c>'),
      cell('<c t="b"><v>1</v></c>'),
      cell('<c><v>0.10000000000000001</v></c>'),
    ],
    [undefined],
    [cell('<c><v>8</v></c>'), 'Grace <&> Hopper', undefined, undefined, cell('<c s="1"/>')],
  ];
  const texts = `<sst><si><t>no</t></si><si><r><t>Ada </t></r><r><rPr/><t>Lovelace</t></r><rPh><t>エ</t></rPh></si></sst>`;
  expect(await recordsOf(spreadsheet({ rows }, { 'xl/sharedStrings.xml': texts }))).toEqual([
    {
      id: '007',
      name: 'Ada Lovelace',
      start: '2024-01-01',
      seen: '2024-01-01T18:00:00',
      number: '00042',
      active: true,
      share: '0.1',
    },
    { id: '8', name: 'Grace <&> Hopper' },
  ]);
});

it('reads the sheet that is named, or the first', async () => {
  const other = { name: 'Personal', rows: [['id'], ['8']] };
  const book = spreadsheet([PEOPLE, other]);
  expect(await recordsOf(book)).toEqual([{ id: '7', name: 'Ada' }]);
  expect(await recordsOf(book, { sheet: 'Personal' })).toEqual([{ id: '8' }]);
  expect(await problemsIn(book, { sheet: 'Personnal' })).toEqual([
    '1: there is no sheet "Personnal"; did you mean "Personal"?',
  ]);
});

it('reports formulas, errors and strays by their cell, and takes nothing', async () => {
  const rows = [
    ['id', 'name'],
    ['7', cell('<c><f>A2&amp;"x"</f><v>7x</v></c>')],
    ['8', cell('<c t="e"><v>#N/A</v></c>')],
    ['9', 'Ada', 'stray'],
    ['7', cell('<c t="s"><v>12</v></c>')],
    ['10', cell('<c s="1"><v>-3</v></c>')],
    ['8'],
    ['8'],
    ['id', 'name'],
  ];
  expect(await problemsIn(spreadsheet({ rows }))).toEqual([
    '2: cell B2 holds a formula; put its value there',
    '3: cell B3 holds the error #N/A',
    '4: cell C4 stands in a column without a name',
    '5: cell B5 names a text that is not there',
    '6: cell B6 holds no date: -3',
    '8: id "8" stands on line 7 already',
    '9: the header stands here again; is the file doubled, or joined from several?',
  ]);
});

it('reports a header twice, none at all, and one that is made by a formula', async () => {
  expect(await problemsIn(spreadsheet({ rows: [['id', 'id']] }))).toEqual([
    '1: two columns are named "id"',
  ]);
  expect(await problemsIn(spreadsheet({ rows: [] }))).toEqual([
    expect.stringContaining('1: the file is empty'),
  ]);
  const made = spreadsheet({ rows: [['id', cell('<c><f>1</f><v>1</v></c>')]] });
  expect(await problemsIn(made)).toEqual(['1: cell B1 holds a formula; put its value there']);
});

it('refuses columns without an end', async () => {
  const wide = Array.from({ length: 5000 }, (_, index) => `c${index}`);
  expect(await problemsIn(spreadsheet({ rows: [wide] }))).toEqual([
    '1: 5000 columns; at most 4096 are read',
  ]);
  const row = '<row r="1"><c r="XFE1"><v>1</v></c></row>';
  const beyond = `<worksheet><sheetData>${row}</sheetData></worksheet>`;
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/worksheets/sheet1.xml': beyond }))).toEqual([
    '1: cell XFE1 is out of order',
  ]);
});

it('is not fooled by what unpacks to too much, or to more than it says', async () => {
  const huge = `<sst><si><t>${'x'.repeat(40_000_000)}</t></si></sst>`;
  const part = { 'xl/sharedStrings.xml': huge };
  expect(await problemsIn(spreadsheet(PEOPLE, part))).toEqual([
    '1: xl/sharedStrings.xml of the spreadsheet has a value without an end',
  ]);
  const texts = `<sst>${`<si><t>${'x'.repeat(1_000_000)}</t></si>`.repeat(40)}</sst>`;
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/sharedStrings.xml': texts }))).toEqual([
    '1: the spreadsheet has more than 33554432 characters',
  ]);
  const workbook = `<workbook>${' '.repeat(20_000_000)}</workbook>`;
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/workbook.xml': workbook }))).toEqual([
    '1: xl/workbook.xml of the spreadsheet unpacks to 19 MB; at most 16 are read',
  ]);
  const lie = zip([['xl/workbook.xml', workbook]], { 'xl/workbook.xml': 100 });
  expect(await problemsIn(lie)).toEqual([
    expect.stringMatching(/^1: this is no spreadsheet, or it is cut off \(.*too many bytes/),
  ]);
});

it('counts the characters of a text as they come, however many runs it has', async () => {
  const run = `<r><t>${'x'.repeat(1_000_000)}</t></r>`;
  const texts = { 'xl/sharedStrings.xml': `<sst><si>${run.repeat(40)}` };
  expect(await problemsIn(spreadsheet(PEOPLE, texts))).toEqual([
    '1: the spreadsheet has more than 33554432 characters',
  ]);
  const endless = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is>${run.repeat(2)}`;
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/worksheets/sheet1.xml': endless }))).toEqual([
    '1: longer than 1048576 characters',
  ]);
});

it('declares nothing, nests nothing, and ends', async () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>`;
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/workbook.xml': bomb }))).toEqual([
    '1: xl/workbook.xml of the spreadsheet declares entities, which no spreadsheet does',
  ]);
  const deep = '<a>'.repeat(1000);
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/workbook.xml': deep }))).toEqual([
    '1: xl/workbook.xml of the spreadsheet is nested too deep',
  ]);
  const open = '<worksheet><sheetData><row r="1"><c r="A1"><v>1';
  expect(await problemsIn(spreadsheet(PEOPLE, { 'xl/worksheets/sheet1.xml': open }))).toEqual([
    '1: xl/worksheets/sheet1.xml of the spreadsheet is not XML, or is cut off',
  ]);
});

it('names what is no spreadsheet', async () => {
  for (const content of [
    Buffer.from('id,name\n7,Ada\n'),
    spreadsheet(PEOPLE).subarray(0, 400),
    zip([['readme.txt', 'hello']]),
    spreadsheet(PEOPLE, { 'xl/_rels/workbook.xml.rels': undefined }),
    Buffer.alloc(0),
  ]) {
    const [first = ''] = await problemsIn(content);
    expect(first).toMatch(/^1: this is no spreadsheet/);
  }
});

it('that is replaced while it is read never ends complete', async () => {
  await using room = await desk();
  const rows = Array.from({ length: 2000 }, (_, index) => [String(index), 'Ada']);
  await room.write('people.xlsx', spreadsheet({ rows: [['id', 'name'], ...rows] }));
  const connector = await room.connect({ path: 'people.xlsx' });
  const { signal } = new AbortController();
  let complete = false;
  const reading = (async () => {
    for await (const page of connector.read?.('user', { signal }) ?? []) {
      await room.write('other.xlsx', spreadsheet(PEOPLE));
      await rename(path.join(room.folder, 'other.xlsx'), path.join(room.folder, 'people.xlsx'));
      complete ||= page.complete === true;
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'file-changed' });
  expect(complete).toBe(false);
});

it('says the same as the CSV with the same texts', async () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 10 }), async (values) => {
      const rows = [['id', 'note'], ...values.map((value, index) => [String(index), value])];
      expect(await recordsOf(spreadsheet({ rows }))).toEqual(
        values.map((note, index) => ({ id: String(index), note })),
      );
    }),
    { numRuns: 15 },
  );
});

it('reports damage that unpacks all the same, to another name', async () => {
  await using room = await desk();
  const rows = [
    ['id', 'name'],
    ['7', 'Ada'],
    ['8', 'Grace'],
  ];
  const whole = spreadsheet({ rows });
  const connector = await room.connect({ path: 'people.xlsx' });
  const told = new Set<string>();
  const begins = whole.indexOf('xl/worksheets/sheet1.xml') + 24;
  for (let at = begins; at < begins + 120; at += 3) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0xc8;
    await room.write('people.xlsx', damaged);
    for (const problem of await problemsOf(connector)) told.add(problem);
  }
  expect(told).toContain('1: xl/worksheets/sheet1.xml of the spreadsheet is damaged');
});

it('takes nothing of a damaged one: read as it was written, or named', async () => {
  const whole = spreadsheet({
    rows: [
      ['id', 'name'],
      ['7', 'Ada'],
      ['8', 'Grace'],
    ],
  });
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.boolean());
  await fc.assert(
    fc.asyncProperty(damage, async ([at, byte, cut]) => {
      const damaged = Buffer.from(cut ? whole.subarray(0, at) : whole);
      if (!cut) damaged[at] = byte;
      const outcome = await recordsOf(damaged).catch((error) => error.code);
      if (outcome === 'file-invalid') return;
      expect(outcome).toEqual([
        { id: '7', name: 'Ada' },
        { id: '8', name: 'Grace' },
      ]);
    }),
    { numRuns: 60 },
  );
});

it('counts days as spreadsheets do, the one that never was left out', () => {
  expect([1, 59, 61, 2_958_465, 0.5].map((serial) => dateText(serial, false))).toEqual([
    '1900-01-01',
    '1900-02-28',
    '1900-03-01',
    '9999-12-31',
    '12:00:00',
  ]);
  expect([0, 60, -1, 2_958_466].map((serial) => dateText(serial, false))).toEqual(
    Array(4).fill(undefined),
  );
  expect(dateText(0, true)).toBe('1904-01-01');
  fc.assert(
    fc.property(fc.integer({ min: 61, max: 2_958_464 }), fc.nat(86_399), (day, second) => {
      const serial = day + second / 86_400;
      const at = new Date(Date.UTC(1899, 11, 30) + (day * 86_400 + second) * 1000).toISOString();
      expect(dateText(serial, false)).toBe(second === 0 ? at.slice(0, 10) : at.slice(0, 19));
    }),
  );
});

it('takes a number for a date by its format alone', () => {
  const codes = ['yyyy-mm-dd', '[$-407]d. mmm yy', 'h:mm AM/PM', '[Red]dd/mm/yyyy;@'];
  const others = ['General', '0.00', '#,##0 "days"', '[h]:mm', '0.00E+00', '\\d0', '[Red]0'];
  expect(codes.map((code) => numberStyle(164, code).type)).toEqual(codes.map(() => 'date'));
  expect(others.map((code) => numberStyle(164, code).type)).toEqual(others.map(() => 'plain'));
  expect([0, 1, 14, 22, 46, 49].map((id) => numberStyle(id, undefined).type)).toEqual([
    'plain',
    'plain',
    'date',
    'date',
    'plain',
    'plain',
  ]);
});
